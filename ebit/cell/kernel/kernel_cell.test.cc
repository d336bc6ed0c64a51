#include "ebit/cell/kernel/kernel_cell.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "ebit/base/testing/error_of.h"
#include "ebit/cell/cell_problem.h"
#include "ebit/cell/gate_encoder.h"
#include "ebit/cell/testing/every_cell.h"
#include "ebit/sim/dense_oracle.h"

namespace ebit::inline cell {
namespace {

using testing::HasSubstr;

// What can be looked at of every step, [B, T, W].
std::vector<double> watched(CellProblem<double>& problem) {
  std::vector<double> seen(problem.samples * problem.steps * numbers_of(problem.cell->watched()));
  SequenceOutput<double> output;
  output.watched = seen.data();
  problem.cell->forward(problem.parameters, problem.input(), output);
  return seen;
}

const Segment& segment_of(const Cell<double>& cell, const std::string& name) {
  for (const Segment& segment : cell.segments())
    if (segment.name == name) return segment;
  throw std::out_of_range(name);
}

// The state of numbers by whole matrices.
Eigen::VectorXcd state_of(const KernelOptions& o, const double* y) {
  const GateEncoder& encoder = find_gate_encoder(o.encoder);
  AlignedVector<double> lanes(static_cast<std::size_t>(o.qubits * kLanes<double>));
  for (int q = 0; q < o.qubits; ++q) lanes[static_cast<std::size_t>(q * kLanes<double>)] = y[q];
  const auto count = static_cast<std::size_t>(encoder.angles(o.qubits));
  AlignedVector<double> all(count * kLanes<double>), slopes(all.size());
  std::vector<double> angles(count);
  encode(encoder, gate_kernels<double>(), o.qubits, lanes.data(), all.data(), slopes.data());
  for (std::size_t k = 0; k < count; ++k) angles[k] = all[k * kLanes<double>];
  return oracle::circuit_matrix(encoder.build(o.qubits, o.qubits, o.repetitions), {}, angles).col(0);
}

// More references than lanes, every feature map, against overlaps of states made by whole matrices.
TEST(KernelCell, QuantumKernelsAreOverlapsOfStates) {
  std::uint64_t seed = 3;
  for (const GateEncoder& encoder : gate_encoders())
    for (int repetitions : {1, 2}) {
      KernelOptions o;
      o.encoder = encoder.name, o.repetitions = repetitions, o.references = 11, o.qubits = 3, o.inputs = 2;
      SCOPED_TRACE(o.encoder);
      CellProblem<double> problem(o, 2, 2, ++seed);
      const std::vector<double> seen = watched(problem);
      const std::size_t width = numbers_of(problem.cell->watched());
      const double* const references =
          problem.parameters.data() + segment_of(*problem.cell, "references").offset;
      for (std::size_t row = 0; row < 4; ++row)
        for (std::size_t j = 0; j < 11; ++j) {
          const auto overlap = state_of(o, references + 3 * j).dot(state_of(o, seen.data() + row * width));
          EXPECT_NEAR(seen[row * width + 3 + j], std::norm(overlap), 1e-13);
        }
    }
}

TEST(KernelCell, GradientIsTheDerivativeForEveryFeatureMapAndManyReferences) {
  std::uint64_t seed = 20;
  for (const GateEncoder& encoder : gate_encoders()) {
    KernelOptions o;
    o.encoder = encoder.name, o.references = 10, o.qubits = 3, o.inputs = 2;
    SCOPED_TRACE(o.encoder);
    CellProblem<double> problem(o, 2, 2, ++seed);
    if (o.encoder == "arcsin-arccos")  // away from the clamp
      for (double& p : problem.parameters) p *= 0.6;
    EXPECT_LT(relative_distance(problem.gradient(), problem.numerical_gradient(2e-6)), 1e-7);
  }
}

// The feature map ry makes a product state, whose kernel has a formula.
TEST(KernelCell, TheKernelOfRyIsTheCosineKernel) {
  for (const Choice& owner : reference_owners()) {
    KernelOptions o;
    o.encoder = "ry", o.owner = owner.name, o.references = 5;
    CellProblem<double> quantum(o, 11, 3, 9);
    o.kernel = "cosine";
    CellProblem<double> cosine(o, 11, 3, 9);
    const auto theirs = quantum.gradient(), own = cosine.gradient();
    EXPECT_LT(largest_difference(quantum.y, cosine.y), 1e-13);
    EXPECT_LT(relative_distance(theirs, own), 1e-12);
  }
}

// A factor of exactly 0 takes its derivative from the others.
TEST(KernelCell, CosineKernelsHaveDerivativesWhereAFactorIsZero) {
  KernelOptions o;
  o.kernel = "cosine", o.references = 2, o.qubits = 3, o.inputs = 1;
  CellProblem<double> problem(o, 1, 1, 4);
  const Segment& references = segment_of(*problem.cell, "references");
  problem.parameters[references.offset + 2] = problem.x[0] + std::numbers::pi;  // v = [h, x]
  const auto gradient = problem.gradient();
  EXPECT_LT(relative_distance(gradient, problem.numerical_gradient(2e-6)), 1e-7);
  EXPECT_GT(std::abs(watched(problem)[4]), 1e-3);
}

TEST(KernelCell, RbfKernelsAreGaussiansOfTheirWidth) {
  KernelOptions o;
  o.kernel = "rbf", o.references = 3, o.width = 0.7;
  for (bool trained : {true, false}) {
    o.trained_width = trained;
    CellProblem<double> problem(o, 2, 2, 5);
    double width = o.width;
    if (trained) {
      const std::size_t at = segment_of(*problem.cell, "kernel.log_width").offset;
      MersenneDraws draws(1);
      std::vector<double> first(problem.cell->parameters());
      problem.cell->initialise(draws, first.data());
      EXPECT_EQ(first[at], std::log(0.7));
      width = std::exp(problem.parameters[at]);
    }
    const std::vector<double> seen = watched(problem);
    const std::size_t all = numbers_of(problem.cell->watched());
    const double* const references =
        problem.parameters.data() + segment_of(*problem.cell, "references").offset;
    for (std::size_t row = 0; row < 4; ++row)
      for (std::size_t j = 0; j < 3; ++j) {
        double square = 0;
        for (std::size_t i = 0; i < 4; ++i)
          square += std::pow(seen[row * all + i] - references[4 * j + i], 2);
        EXPECT_NEAR(seen[row * all + 4 + j], std::exp(-square / (2 * width * width)), 1e-14);
      }
  }
}

TEST(KernelCell, ReferencesThatAreNotTrainedHaveNoGradient) {
  for (const KernelRow& row : kernels_of_cells()) {
    KernelOptions o;
    o.kernel = row.name;
    CellProblem<double> problem(o, 4, 3, 6);
    const auto trained = problem.gradient();
    o.trained_references = false;
    CellProblem<double> fixed(o, 4, 3, 6);
    const auto untrained = fixed.gradient();
    EXPECT_EQ(fixed.y, problem.y);
    EXPECT_EQ(untrained.x, trained.x);
    for (const Segment& segment : problem.cell->segments())
      for (std::size_t i = segment.offset; i < segment.offset + segment.size; ++i)
        EXPECT_EQ(untrained.parameters[i], segment.name == "references" ? 0 : trained.parameters[i]);
  }
}

// References become what enters the kernel at steps that are there, none twice before all were taken.
TEST(KernelCell, ReferencesStartFromData) {
  for (int count : {5, 12}) {
    KernelOptions o;
    o.start = "data", o.references = count, o.linear_in = "shared", o.inputs = 2, o.hidden = 3;
    CellProblem<double> problem(o, 4, 3, 8);
    problem.lengths = {3, 1, 2, 1};
    EXPECT_TRUE(problem.cell->starts_from_data());
    const std::vector<double> seen = watched(problem), before = problem.parameters;
    const std::size_t all = numbers_of(problem.cell->watched());
    MersenneDraws draws(2);
    problem.cell->start_from_data(problem.input(), draws, problem.parameters);
    const Segment& references = segment_of(*problem.cell, "references");
    std::vector<int> taken(12, 0);
    for (std::size_t j = 0; j < static_cast<std::size_t>(count); ++j) {
      int found = 0;
      for (std::size_t row = 0; row < 12; ++row) {
        const bool there = row % 3 < static_cast<std::size_t>(problem.lengths[row / 3]);
        const auto at = seen.begin() + static_cast<std::ptrdiff_t>(row * all);
        if (!there || !std::equal(at, at + 4, &problem.parameters[references.offset + 4 * j])) continue;
        ++taken[row], ++found;
      }
      EXPECT_EQ(found, 1) << j;
    }
    EXPECT_EQ(*std::ranges::max_element(taken), count == 5 ? 1 : 2);
    for (std::size_t i = 0; i < before.size(); ++i) {
      const bool reference = i >= references.offset && i < references.offset + references.size;
      EXPECT_TRUE(reference || problem.parameters[i] == before[i]) << i;
    }
  }
  CellProblem<double> random(KernelOptions{}, 2, 2, 1);
  const std::vector<double> before = random.parameters;
  MersenneDraws draws(2);
  random.cell->start_from_data(random.input(), draws, random.parameters);
  EXPECT_EQ(random.parameters, before);
}

TEST(KernelCell, SizesFollowFromTheOptions) {
  KernelOptions o;
  o.references = 8, o.inputs = 1, o.qubits = 4;
  EXPECT_EQ(KernelCell<double>(o).state_numbers(), 6u);
  EXPECT_EQ(KernelCell<double>(o).parameters(), 8u * 4 + 4 * (8 * 3 + 3));
  o.owner = "per-gate", o.bias = false, o.linear_in = "shared", o.hidden = 5;
  EXPECT_EQ(KernelCell<double>(o).parameters(), (6u + 1) * 4 + 4 * 8 * 4 + 4 * 8 * 5);
}

TEST(KernelCell, WhatDoesNotFitTogetherIsOneLine) {
  const auto message = [](auto change) {
    KernelOptions o;
    change(o);
    return error_of([&] { make_cell<double>(o); });
  };
  EXPECT_EQ(message([](auto&) {}), "no error");
  EXPECT_THAT(message([](auto& o) { o.kernel = "rbg"; }), HasSubstr("did you mean 'rbf'"));
  EXPECT_THAT(message([](auto& o) { o.encoder = "zzz"; }), HasSubstr("did you mean 'zz'"));
  EXPECT_THAT(message([](auto& o) { o.start = "dat"; }), HasSubstr("did you mean 'data'"));
  EXPECT_THAT(message([](auto& o) { o.owner = "each"; }), HasSubstr("unknown owner"));
  EXPECT_THAT(message([](auto& o) { o.references = 0; }), HasSubstr("at least 1 reference vector, not 0"));
  EXPECT_THAT(message([](auto& o) { o.repetitions = 0; }), HasSubstr("at least 1 time, not 0"));
  EXPECT_THAT(message([](auto& o) { o.width = 0; }), HasSubstr("above 0, not 0"));
  EXPECT_THAT(message([](auto& o) { o.init_low = 1; }), HasSubstr("start in [1, 1), which is empty"));
  EXPECT_THAT(message([](auto& o) { o.inputs = 4; }), HasSubstr("take more qubits"));
  EXPECT_THAT(message([](auto& o) { o.inputs = 2, o.hidden = 5; }), HasSubstr("take 7 qubits"));
  EXPECT_THAT(message([](auto& o) { o.qubits = 39; }), HasSubstr("39 qubits"));
}

}  // namespace
}  // namespace ebit::inline cell
