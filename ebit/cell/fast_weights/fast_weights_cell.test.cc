#include "ebit/cell/fast_weights/fast_weights_cell.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/testing/error_of.h"
#include "ebit/cell/cell_problem.h"
#include "ebit/cell/testing/every_cell.h"
#include "ebit/sim/dense_oracle.h"

namespace ebit::inline cell {
namespace {

using testing::HasSubstr;

// theta by plain loops, and readouts by whole matrices.
TEST(FastWeightsCell, StepsAreWhatTheEquationsSay) {
  for (bool gate : {false, true}) {
    FastWeightsOptions o;
    o.gate = gate, o.qubits = 3, o.measured = 2, o.latent = 2, o.inputs = 2;
    CellProblem<double> problem(o, 1, 3, 7);
    problem.forward();
    const auto map = [&](const std::string& name, const std::vector<double>& x) {
      std::vector<double> y;
      for (const Segment& s : problem.cell->segments()) {
        const double* const p = problem.parameters.data() + s.offset;
        if (s.name == name + ".weight")
          for (std::size_t r = 0; r < s.size / x.size(); ++r) {
            y.push_back(0);
            for (std::size_t c = 0; c < x.size(); ++c) y.back() += p[r * x.size() + c] * x[c];
          }
        if (s.name == name + ".bias")
          for (std::size_t r = 0; r < s.size; ++r) y[r] += p[r];
      }
      return y;
    };
    std::vector<double> theta(6, 0.0);
    for (std::size_t t = 0; t < 3; ++t) {
      const std::vector<double> x = {problem.x[2 * t], problem.x[2 * t + 1]}, e = map("encoder", x);
      const std::vector<double> a = map("layer", e), b = map("qubit", e);
      const double g = gate ? 1 / (1 + std::exp(-map("gate", e)[0])) : 0;
      for (std::size_t k = 0; k < 6; ++k) {
        const double fresh = a[k / 3] * b[k % 3];
        theta[k] = gate ? (1 - g) * fresh + g * theta[k] : fresh + theta[k];
      }
      std::vector<double> angles = x;
      angles.insert(angles.end(), theta.begin(), theta.end());
      Circuit circuit(3);
      circuit.add(GateId::kH, {0}).add(GateId::kH, {1}).add(GateId::kH, {2});
      circuit.add(GateId::kRY, {0}, {Angle::per_sample(0)}).add(GateId::kRY, {1}, {Angle::per_sample(1)});
      for (int layer = 0; layer < 2; ++layer) {
        circuit.add(GateId::kCNOT, {0, 1}).add(GateId::kCNOT, {1, 2});
        for (int q = 0; q < 3; ++q) circuit.add(GateId::kRY, {q}, {Angle::per_sample(2 + 3 * layer + q)});
      }
      const Eigen::VectorXcd psi = oracle::circuit_matrix(circuit, {}, angles).col(0);
      EXPECT_NEAR(problem.y[2 * t], (psi.dot(oracle::pauli_matrix("ZII") * psi)).real(), 1e-13);
      EXPECT_NEAR(problem.y[2 * t + 1], (psi.dot(oracle::pauli_matrix("IZI") * psi)).real(), 1e-13);
    }
    EXPECT_LT(largest_difference(problem.last, theta), 1e-14);
  }
}

TEST(FastWeightsCell, AGateStartsAtItsBias) {
  FastWeightsOptions o;
  o.gate = true, o.gate_bias = 1.25;
  const FastWeightsCell<double> cell(o);
  std::vector<double> parameters(cell.parameters());
  MersenneDraws draws(5);
  cell.initialise(draws, parameters.data());
  EXPECT_EQ(cell.segments().back().name, "gate.bias");
  EXPECT_EQ(parameters.back(), 1.25);
}

TEST(FastWeightsCell, SizesFollowFromTheOptions) {
  FastWeightsOptions o;
  EXPECT_EQ(FastWeightsCell<double>(o).parameters() + 5, 111u);  // the released size, with the head's 5
  EXPECT_EQ(FastWeightsCell<double>(o).state_numbers(), 16u);
  o.ansatz = "strongly-entangling", o.qubits = 4, o.latent = 3, o.gate = true, o.measured = 0;
  EXPECT_EQ(FastWeightsCell<double>(o).parameters(), 3u * 2 + 2 * 4 + 12 * 4 + 4);
  EXPECT_EQ(FastWeightsCell<double>(o).outputs(), 4u);
}

TEST(FastWeightsCell, WhatDoesNotFitTogetherIsOneLine) {
  const auto message = [](auto change) {
    FastWeightsOptions o;
    change(o);
    return error_of([&] { make_cell<double>(o); });
  };
  EXPECT_EQ(message([](auto&) {}), "no error");
  EXPECT_THAT(message([](auto& o) { o.encoder = "h-rj"; }), HasSubstr("did you mean 'h-ry'"));
  EXPECT_THAT(message([](auto& o) { o.ansatz = "brick-rj"; }), HasSubstr("did you mean 'brick-ry'"));
  EXPECT_THAT(message([](auto& o) { o.inputs = 9; }), HasSubstr("9 do not fit on 8; take 9 qubits"));
  EXPECT_THAT(message([](auto& o) { o.layers = 0; }), HasSubstr("at least 1 layer, not 0"));
  EXPECT_THAT(message([](auto& o) { o.measured = 9; }), HasSubstr("of 8 qubits 9 cannot be read"));
  EXPECT_THAT(message([](auto& o) { o.latent = -1; }), HasSubstr("not -1"));
  EXPECT_THAT(message([](auto& o) { o.qubits = 39; }), HasSubstr("39 qubits"));
}

}  // namespace
}  // namespace ebit::inline cell
