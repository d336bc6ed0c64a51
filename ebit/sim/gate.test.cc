#include "ebit/sim/gate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "ebit/base/error.h"
#include "ebit/base/random.h"

namespace ebit::inline sim {
namespace {

std::vector<double> random_angles(const Gate& gate, Random& random) {
  std::vector<double> angles;
  for (int k = 0; k < gate.angles; ++k) angles.push_back(random.uniform(-4, 4));
  return angles;
}

double distance(const std::vector<Complex>& a, const std::vector<Complex>& b) {
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::abs(a[i] - b[i]));
  return worst;
}

std::vector<Complex> product(const std::vector<Complex>& a, const std::vector<Complex>& b) {
  const auto n = static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(a.size()))));
  std::vector<Complex> out(a.size());
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      for (std::size_t k = 0; k < n; ++k) out[i * n + j] += a[i * n + k] * b[k * n + j];
  return out;
}

// The rows that have a matrix of their own.
std::vector<Gate> matrix_rows() {
  std::vector<Gate> rows;
  for (const Gate& row : gates())
    if (row.matrix) rows.push_back(row);
  return rows;
}

TEST(GateTable, RowsAreCompleteAndInOrder) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < gates().size(); ++i) {
    const Gate& row = gates()[i];
    SCOPED_TRACE(row.name);
    EXPECT_EQ(static_cast<std::size_t>(row.id), i);
    EXPECT_EQ(&gate(row.id), &row);
    EXPECT_EQ(&gate(row.name), &row);
    EXPECT_TRUE(names.insert(row.name).second);
    EXPECT_FALSE(row.help.empty());
    EXPECT_LE(row.wires, kMaxGateWires);
    EXPECT_GE(row.targets(), 1);
    EXPECT_LE(row.targets(), 2);
    EXPECT_EQ(row.angles > 0, row.generator != nullptr);
    EXPECT_EQ(row.angles > 0, !row.generator_text.empty());
    EXPECT_EQ(row.angles > 0, !row.expectation_frequencies.empty());
  }
  EXPECT_EQ(gate("cx").id, GateId::kCNOT);
  EXPECT_EQ(gate("rx").id, GateId::kRX);
}

TEST(GateTable, UnknownNameSuggestsTheNearest) {
  try {
    gate("CNTO");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("unknown gate 'CNTO'; did you mean 'CNOT'?"), std::string::npos)
        << error.what();
  }
}

TEST(GateTable, MatricesAreUnitaryAndAsStructured) {
  Random random(1);
  for (const Gate& row : matrix_rows()) {
    SCOPED_TRACE(row.name);
    const auto angles = random_angles(row, random);
    EXPECT_LT(unitarity_defect(gate_matrix(row, angles)), 1e-15);
    Complex target[16];
    row.matrix(angles.data(), target);
    const int n = row.dimension();
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j) {
        if (row.structure == Structure::kReal) {
          EXPECT_EQ(target[i * n + j].imag(), 0.0);
        }
        if (row.structure == Structure::kDiagonal && i != j) {
          EXPECT_EQ(target[i * n + j], 0.0);
        }
        if (row.structure == Structure::kFlip) {
          const int swapped = n == 2 ? 1 - i : (i >> 1) | ((i & 1) << 1);
          EXPECT_EQ(target[i * n + j], j == swapped ? 1.0 : 0.0);
        }
      }
  }
}

TEST(GateTable, InverseRuleUndoes) {
  Random random(2);
  for (const Gate& row : matrix_rows()) {
    SCOPED_TRACE(row.name);
    const auto angles = random_angles(row, random);
    const Gate& undo = gate(row.inverse.gate);
    ASSERT_EQ(undo.angles, row.angles);
    std::vector<double> undo_angles;
    for (int k = 0; k < row.angles; ++k)
      undo_angles.push_back(row.inverse.sign[k] * angles[row.inverse.from[k]]);
    EXPECT_LT(distance(gate_matrix(undo, undo_angles), conjugate_transpose(gate_matrix(row, angles))), 1e-15);
  }
}

TEST(GateTable, GeneratorIsTheDerivative) {
  Random random(3);
  for (const Gate& row : matrix_rows()) {
    SCOPED_TRACE(row.name);
    const auto angles = random_angles(row, random);
    for (int k = 0; k < row.angles; ++k) {
      const int n = row.dimension();
      std::vector<Complex> u(static_cast<std::size_t>(n * n)), g(u.size()), up(u.size()), down(u.size());
      row.matrix(angles.data(), u.data());
      row.generator(angles.data(), k, g.data());
      EXPECT_LT(distance(g, conjugate_transpose(g)), 1e-15) << "the generator is Hermitian";
      auto shifted = angles;
      const double h = 1e-6;
      shifted[k] = angles[k] + h;
      row.matrix(shifted.data(), up.data());
      shifted[k] = angles[k] - h;
      row.matrix(shifted.data(), down.data());
      auto derivative = product(g, u);
      for (std::size_t i = 0; i < u.size(); ++i) {
        derivative[i] *= Complex(0, -1);
        up[i] = (up[i] - down[i]) / (2 * h);
      }
      EXPECT_LT(distance(derivative, up), 1e-9);
      // The amplitudes' frequency: f' = w/2 [f(a + pi/2w) - f(a - pi/2w)], exactly.
      const double w = row.frequency[k];
      shifted[k] = angles[k] + M_PI / (2 * w);
      row.matrix(shifted.data(), up.data());
      shifted[k] = angles[k] - M_PI / (2 * w);
      row.matrix(shifted.data(), down.data());
      for (std::size_t i = 0; i < u.size(); ++i) up[i] = w / 2 * (up[i] - down[i]);
      EXPECT_LT(distance(derivative, up), 1e-14);
    }
  }
}

TEST(GateTable, KnownMatrices) {
  const auto cnot = gate_matrix(gate("CNOT"), {});
  EXPECT_EQ(cnot, (std::vector<Complex>{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0}));
  const double angle = 0.7;
  const auto ry = gate_matrix(gate("RY"), {&angle, 1});
  EXPECT_NEAR(ry[1].real(), -std::sin(0.35), 1e-16);
  EXPECT_NEAR(ry[2].real(), std::sin(0.35), 1e-16);
  const auto toffoli = gate_matrix(gate("Toffoli"), {});
  EXPECT_EQ(toffoli[6 * 8 + 7], 1.0);
  EXPECT_EQ(toffoli[5 * 8 + 5], 1.0);
  EXPECT_THROW(gate_matrix(gate("RX"), {}), Error);
}

}  // namespace
}  // namespace ebit::inline sim
