#include "ebit/cell/register/fold.h"

#include <gtest/gtest.h>

#include "ebit/cell/ansatz.h"
#include "ebit/sim/dense_oracle.h"
#include "ebit/sim/random_circuit.h"

namespace ebit::inline cell {
namespace {

template <class T>
class FoldOf : public testing::Test {};
using Precisions = testing::Types<float, double>;
TYPED_TEST_SUITE(FoldOf, Precisions);

template <class T>
constexpr double kTolerance = sizeof(T) == 4 ? 2e-5 : 1e-13;

// Entry (i, j) of a matrix given as panels.
template <class T>
Complex entry(const T* panels, std::size_t n, std::size_t i, std::size_t j) {
  const T* const re = panels + (i / kPanelRows * n + j) * 2 * kPanelRows + i % kPanelRows;
  return {re[0], re[kPanelRows]};
}

TYPED_TEST(FoldOf, EveryAnsatzIsItsMatrix) {
  using T = TypeParam;
  for (const Ansatz& ansatz : ansaetze())
    for (int wires : {2, 3, 5}) {
      SCOPED_TRACE(testing::Message() << ansatz.name << ", " << wires << " wires, seed 1");
      const Circuit en = build_ansatz(ansatz, wires, 2), dis = inverse(build_ansatz(ansatz, wires, 1));
      Random random(1);
      const Circuit whole = Circuit(en).append(dis, en.shared_parameters());
      const auto angles = random_numbers<T>(static_cast<std::size_t>(whole.shared_parameters()), 3, random);
      Program<T> program(whole);
      program.bind(angles);
      Fold<T> fold(whole);
      fold.build(program);
      const Eigen::MatrixXcd u =
          oracle::circuit_matrix(whole, std::vector<double>(angles.begin(), angles.end()));
      double imaginary = 0;
      for (Eigen::Index i = 0; i < u.rows(); ++i)
        for (Eigen::Index j = 0; j < u.cols(); ++j) {
          const auto n = fold.dimension(), row = static_cast<std::size_t>(i),
                     column = static_cast<std::size_t>(j);
          ASSERT_LT(std::abs(entry(fold.matrix(), n, row, column) - u(i, j)), kTolerance<T>);
          ASSERT_LT(std::abs(entry(fold.adjoint(), n, column, row) - std::conj(u(i, j))), kTolerance<T>);
          imaginary = std::max(imaginary, std::abs(u(i, j).imag()));
        }
      EXPECT_EQ(fold.real(), imaginary < 1e-12);
    }
}

TEST(KeepsStatesReal, ByTheGatesOfTheCircuit) {
  Circuit circuit(3);
  circuit.add(GateId::kH, {0}).add(GateId::kRY, {1}, {Angle::shared(0)}).add(GateId::kCZ, {0, 2});
  circuit.add(GateId::kCNOT, {1, 2}).add(GateId::kToffoli, {0, 1, 2});
  EXPECT_TRUE(keeps_states_real(circuit));
  for (GateId id : {GateId::kRX, GateId::kRZ, GateId::kP}) {
    Circuit complex = circuit;
    EXPECT_FALSE(keeps_states_real(complex.add(id, {0}, {Angle::shared(1)})));
  }
}

}  // namespace
}  // namespace ebit::inline cell
