#include "ebit/cell/gated/gated_cell.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/testing/error_of.h"
#include "ebit/cell/cell_problem.h"
#include "ebit/cell/testing/every_cell.h"

namespace ebit::inline cell {
namespace {

using testing::HasSubstr;

TEST(GateEncoders, SlopesAreDerivativesAndZeroWhereNumbersAreClamped) {
  for (const GateEncoder& encoder : gate_encoders()) {
    SCOPED_TRACE(encoder.name);
    EXPECT_FALSE(encoder.help.empty());
    EXPECT_FALSE(encoder.source.empty());
    EXPECT_EQ(encoder.build(3, 3).per_sample_parameters(), encoder.angles(3));
    EXPECT_EQ(encoder.build(4, 3, 2).per_sample_parameters(), encoder.angles(3));
    std::vector<GateRotation> rotations;
    for (const EncoderPart& part : encoder.parts())
      rotations.insert(rotations.end(), part.rotations.begin(), part.rotations.end());
    for (const GateRotation& rotation : rotations)
      for (double y : {-3.0, -1.0, -0.99, -0.4, 0.0, 0.3, 0.999, 1.0, 1.5}) {
        EXPECT_TRUE(std::isfinite(rotation.value(y)));
        EXPECT_TRUE(std::isfinite(rotation.slope(y)));
        if (encoder.name == "arcsin-arccos" && std::abs(y) >= 1) {
          EXPECT_EQ(rotation.slope(y), 0) << y;
          EXPECT_EQ(rotation.value(y), rotation.value(std::copysign(1.0, y))) << y;
          continue;
        }
        const double step = 1e-6;
        const double numeric = (rotation.value(y + step) - rotation.value(y - step)) / (2 * step);
        EXPECT_NEAR(rotation.slope(y), numeric, 1e-5 * (1 + std::abs(numeric))) << y;
      }
  }
}

// The circuit of "rz-ry-chain-undone" is the identity: published, and of no use.
TEST(GateEncoders, OneIsTheIdentity) {
  GatedOptions o;
  o.encoder = "rz-ry-chain-undone", o.layers = 0, o.linear_out = "shared", o.inputs = 2, o.order = "h-first";
  CellProblem<double> problem(o, 3, 3, 5);
  const auto gradient = problem.gradient();
  EXPECT_LT(largest_difference(gradient.x, std::vector<double>(gradient.x.size())), 1e-14);
  for (const Segment& segment : problem.cell->segments()) {
    if (!segment.name.starts_with("linear_in.")) continue;
    for (std::size_t i = segment.offset; i < segment.offset + segment.size; ++i)
      EXPECT_NEAR(gradient.parameters[i], 0, 1e-14);
  }
}

// Every encoder and every ansatz, which the battery of all cells takes by turns.
TEST(GatedCell, GradientIsTheDerivativeForEveryEncoderAndAnsatz) {
  std::uint64_t seed = 300;
  for (const GateEncoder& encoder : gate_encoders())
    for (const Ansatz& ansatz : ansaetze()) {
      SCOPED_TRACE(fmt::format("{} {}", encoder.name, ansatz.name));
      GatedOptions o;
      o.architecture = architectures()[seed % 3].name;
      o.linear_in = o.linear_out = o.architecture == "lstm-6" ? "none" : "shared";
      o.qubits = 3, o.inputs = 2, o.encoder = encoder.name, o.ansatz = ansatz.name;
      CellProblem<double> problem(o, 2, 2, ++seed);
      EXPECT_LT(relative_distance(problem.gradient(), problem.numerical_gradient(2e-6)), 1e-7);
    }
}

// Numbers outside of [-1, 1] enter as its ends and have no derivative.
TEST(GatedCell, ClampedNumbersHaveNoDerivative) {
  GatedOptions o;
  o.encoder = "arcsin-arccos", o.linear_in = o.linear_out = "none", o.qubits = 3, o.inputs = 1;
  CellProblem<double> problem(o, 1, 2, 7);
  problem.x = {1.7, -2.5};
  const auto gradient = problem.gradient();
  EXPECT_EQ(gradient.x, (std::vector<double>{0, 0}));
  const std::vector<double> y = problem.y;
  problem.x = {1, -1};
  problem.forward();
  EXPECT_EQ(problem.y, y);
}

TEST(GatedCell, EveryAngleMovesUnlessTheyAreFrozen) {
  for (const Choice& architecture : architectures()) {
    SCOPED_TRACE(architecture.name);
    GatedOptions o;
    o.architecture = architecture.name, o.inputs = 2, o.qubits = 4, o.layers = 2;
    if (o.architecture == "lstm-6") o.linear_in = o.linear_out = "none";
    o.ansatz = "basic-entangler-ry";  // its last CNOTs bring every angle to a readout
    CellProblem<double> problem(o, 4, 3, 11);
    const auto trained = problem.gradient();
    o.freeze = "circuit";
    CellProblem<double> still(o, 4, 3, 11);
    const auto frozen = still.gradient();
    EXPECT_EQ(still.y, problem.y);
    EXPECT_EQ(frozen.x, trained.x);
    for (const Segment& segment : problem.cell->segments())
      for (std::size_t i = segment.offset; i < segment.offset + segment.size; ++i) {
        const bool angle = segment.name.starts_with("circuits.");
        if (angle) {
          EXPECT_GT(std::abs(trained.parameters[i]), 1e-9) << segment.name << " " << i;
        }
        EXPECT_EQ(frozen.parameters[i], angle ? 0 : trained.parameters[i]) << segment.name << " " << i;
      }
  }
}

// Of Cao's encodings, "No-Square" never lets the input in, and "5" loses its sign.
TEST(GatedCell, TwoPublishedEncodersLoseTheInput) {
  GatedOptions o;
  o.inputs = 2, o.linear_in = "none", o.layers = 2;
  for (const char* encoder : {"h-rx-arctan", "h-rx-rz-arctan", "arctan-angle"}) {
    SCOPED_TRACE(encoder);
    o.encoder = encoder;
    CellProblem<double> problem(o, 2, 1, 3);
    problem.give_state(4);
    problem.forward();
    const std::vector<double> y = problem.y;
    for (double& x : problem.x) x = -x;
    problem.forward();
    const double flipped = largest_difference(problem.y, y);
    for (double& x : problem.x) x *= 2;
    problem.forward();
    const double doubled = largest_difference(problem.y, y);
    EXPECT_EQ(flipped < 1e-14, o.encoder != "arctan-angle");
    EXPECT_EQ(doubled < 1e-14, o.encoder == "h-rx-arctan");
  }
}

TEST(GatedCell, NormalAnglesHaveTheirDeviation) {
  GatedOptions o;
  o.init_deviation = 0.01, o.qubits = 6, o.layers = 30;
  const GatedCell<double> cell(o);
  std::vector<double> parameters(cell.parameters());
  MersenneDraws draws(5);
  cell.initialise(draws, parameters.data());
  double sum = 0, squares = 0, count = 0;
  for (const Segment& segment : cell.segments())
    for (std::size_t i = segment.offset; i < segment.offset + segment.size; ++i) {
      EXPECT_GE(parameters[i], segment.initial.low);
      EXPECT_LT(parameters[i], segment.initial.high);
      if (!segment.name.starts_with("circuits.")) continue;
      sum += parameters[i], squares += parameters[i] * parameters[i], ++count;
    }
  EXPECT_NEAR(sum / count, 0, 1e-3);
  EXPECT_NEAR(std::sqrt(squares / count), 0.01, 1e-3);
}

TEST(GatedCell, SizesFollowFromTheOptions) {
  GatedOptions o;
  o.architecture = "lstm-6", o.linear_in = o.linear_out = "none", o.qubits = 4, o.inputs = 1;
  const GatedCell<double> six(o);
  EXPECT_EQ(six.state_numbers(), 4u + 3u);
  EXPECT_EQ(six.outputs(), 4u);
  EXPECT_EQ(six.parameters(), 6u * 12u);
  o.architecture = "lstm-4", o.coupled = true;
  EXPECT_EQ(GatedCell<double>(o).parameters(), 3u * 12u);
  EXPECT_EQ(GatedCell<double>(o).state_numbers(), 6u);
  o.coupled = false, o.architecture = "gru", o.linear_in = "shared", o.linear_out = "shared", o.hidden = 7;
  EXPECT_EQ(GatedCell<double>(o).state_numbers(), 7u);
  EXPECT_EQ(GatedCell<double>(o).parameters(), (8u + 1) * 4 + 3 * 12 + (4 + 1) * 7);
}

TEST(GatedCell, WhatDoesNotFitTogetherIsOneLine) {
  const auto message = [](auto change) {
    GatedOptions o;
    change(o);
    return error_of([&] { make_cell<double>(o); });
  };
  EXPECT_EQ(message([](auto&) {}), "no error");
  EXPECT_THAT(message([](auto& o) { o.encoder = "hh-ry"; }), HasSubstr("did you mean 'h-ry'"));
  EXPECT_THAT(message([](auto& o) { o.architecture = "lstm"; }), HasSubstr("unknown architecture 'lstm'"));
  EXPECT_THAT(message([](auto& o) { o.architecture = "lstm-6"; }), HasSubstr("six circuits have no linear"));
  EXPECT_THAT(message([](auto& o) { o.linear_in = "none", o.inputs = 4; }),
              HasSubstr("x of 4 does not fit on 4 qubits; take more qubits"));
  EXPECT_THAT(message([](auto& o) { o.linear_in = "none", o.inputs = 2, o.hidden = 5; }),
              HasSubstr("x of 2 and h of 5 does not fit on 4 qubits; take 7 qubits"));
  EXPECT_THAT(message([](auto& o) { o.linear_out = "none", o.hidden = 5; }), HasSubstr("5"));
  EXPECT_THAT(message([](auto& o) { o.linear_out = "none", o.measured = 2; }),
              HasSubstr("2 of 4 qubits are read, and a gate has 4"));
  EXPECT_THAT(message([](auto& o) { o.architecture = "gru", o.coupled = true; }), HasSubstr("no input gate"));
  EXPECT_THAT(message([](auto& o) { o.init_high = -1; }), HasSubstr("angles start in [0, -1)"));
  EXPECT_THAT(message([](auto& o) { o.qubits = 39; }), HasSubstr("39 qubits"));
}

}  // namespace
}  // namespace ebit::inline cell
