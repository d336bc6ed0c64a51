#include "ebit/analysis/surrogate/surrogate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/analysis/surrogate/bloch.h"
#include "ebit/base/testing/error_of.h"
#include "ebit/cell/cell_problem.h"
#include "ebit/cell/testing/every_cell.h"
#include "ebit/sim/dense_oracle.h"

namespace ebit::analysis {
namespace {

using testing::HasSubstr;

TEST(BlochVector, IsThatOfTheEncodersState) {
  for (const GateEncoder& encoder : gate_encoders())
    for (double y : {-0.8, 0.1, 0.7}) {
      SCOPED_TRACE(encoder.name);
      if (!encoder.gives_products()) continue;
      std::vector<double> angles;
      for (const GateRotation& rotation : encoder.rotations) angles.push_back(rotation.value(y));
      const Eigen::VectorXcd psi = oracle::circuit_matrix(encoder.build(1, 1), {}, angles).col(0);
      const std::array<double, 3> r = bloch_vector(encoder, y);
      for (std::size_t k = 0; k < 3; ++k)
        EXPECT_NEAR(r[k], psi.dot(oracle::pauli_matrix(std::string(1, "XYZ"[k])) * psi).real(), 1e-14) << k;
    }
}

TEST(BlochVector, FeaturesAreThoseOfTheTheory) {
  const auto count = [](const char* name) { return present_letters(find_gate_encoder(name)).size(); };
  EXPECT_EQ(count("arctan-angle"), 4u);  // 1, cos a cos b, cos a sin b, sin a
  EXPECT_EQ(count("h-ry"), 3u);          // 1, cos y, sin y
  EXPECT_EQ(count("rx"), 3u);
  EXPECT_EQ(count("h-rx-arctan"), 2u);  // constants: y never enters
}

// Every kind of gated cell, with sequences of other lengths and a given state.
TEST(Surrogate, HasTheCellsOutputs) {
  std::uint64_t seed = 40;
  for (const NamedCell& named : every_cell()) {
    const auto* options = std::get_if<GatedOptions>(&named.options);
    if (!options) continue;
    if (const std::string obstacle = surrogate_obstacle(*options); !obstacle.empty()) {
      EXPECT_THAT(error_of([&] { extract_surrogate(*options, {}); }), testing::HasSubstr(obstacle));
      continue;
    }
    SCOPED_TRACE(named.name);
    GatedOptions last = *options;
    last.every_step = false;
    CellProblem<double> problem(last, 11, 4, ++seed);
    if (seed % 2) problem.give_state(seed + 100);
    problem.lengths = {4, 3, 0, 1, 2, 4, 4, 4, 1, 4, 2};
    problem.forward();
    const Surrogate surrogate = extract_surrogate(last, problem.parameters);
    EXPECT_LT(largest_difference(run_surrogate(surrogate, problem.input()), problem.y), 1e-12);
    EXPECT_GT(surrogate.nonzero, 0u);
    EXPECT_LE(surrogate.nonzero, surrogate.possible);
  }
}

// Behind a CNOT ring, a ring of range 2 and one Rot, Z is a sum of three Paulis at most.
TEST(Surrogate, OneLayerHasFewCoefficients) {
  GatedOptions o;
  o.architecture = "lstm-6", o.linear_in = o.linear_out = "none";
  CellProblem<double> problem(o, 1, 1, 3);
  const Surrogate surrogate = extract_surrogate(o, problem.parameters);
  EXPECT_EQ(surrogate.possible, 256u * (4 * 4 + 3 + 4));
  EXPECT_LE(surrogate.nonzero, 3u * (4 * 4 + 3 + 4));
}

TEST(Surrogate, WideCircuitsAreRefused) {
  GatedOptions o;
  o.qubits = 7;
  EXPECT_THAT(error_of([&] { extract_surrogate(o, {}); }), HasSubstr("have 7 qubits"));
}

}  // namespace
}  // namespace ebit::analysis
