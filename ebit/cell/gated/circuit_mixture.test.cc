#include "ebit/cell/gated/circuit_mixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/testing/error_of.h"
#include "ebit/cell/testing/every_cell.h"

namespace ebit::inline cell {
namespace {

using testing::HasSubstr;

GatedOptions mixed(std::string_view which, std::string_view norm = "none") {
  GatedOptions o;
  o.inputs = 1, o.qubits = 3, o.hidden = 2, o.linear_in = o.linear_out = "none", o.layers = 2;
  o.mixture = which, o.mixture_norm = norm;
  o.mixture_encoders = {"h-ry", "rx"}, o.mixture_ansaetze = {"ring-rx", "brick-ry", "strongly-entangling"};
  return o;
}

// A mixture whose weights are 0 but for one circuit is the cell of that circuit.
TEST(CircuitMixture, OneCircuitIsTheOrdinaryCell) {
  const GatedOptions o = mixed("per-gate");
  const std::vector<MixedCircuit> circuits = mixed_circuits(o);
  ASSERT_EQ(circuits.size(), 6u);
  EXPECT_EQ(circuits[4].name, "rx brick-ry");
  for (std::size_t chosen = 0; chosen < circuits.size(); ++chosen) {
    SCOPED_TRACE(circuits[chosen].name);
    GatedOptions one = o;
    one.mixture = "none", one.encoder = o.mixture_encoders[chosen / 3];
    one.ansatz = o.mixture_ansaetze[chosen % 3];
    CellProblem<double> sum(o, 3, 4, 1), single(one, 3, 4, 1);
    std::size_t first = 0;
    for (std::size_t j = 0; j < chosen; ++j) first += circuits[j].angles;
    for (const Segment& s : sum.cell->segments()) {
      const auto at = sum.parameters.begin() + static_cast<std::ptrdiff_t>(s.offset);
      if (s.name.starts_with("mixture."))
        for (std::size_t j = 0; j < s.size; ++j) sum.parameters[s.offset + j] = j == chosen;
      for (const Segment& own : single.cell->segments())
        if (own.name == s.name)
          std::copy_n(at + static_cast<std::ptrdiff_t>(first), own.size,
                      single.parameters.begin() + static_cast<std::ptrdiff_t>(own.offset));
    }
    single.x = sum.x, single.d_y = sum.d_y, single.d_last = sum.d_last;
    const auto expected = single.gradient(), found = sum.gradient();
    EXPECT_LT(largest_difference(sum.y, single.y), 1e-14);
    EXPECT_LT(largest_difference(found.x, expected.x), 1e-13);
  }
}

// By the slow way: the readouts of every circuit by itself, weighted.
TEST(CircuitMixture, IsTheWeightedSumOfItsCircuits) {
  for (const Choice& norm : mixture_norms()) {
    SCOPED_TRACE(norm.name);
    const GatedOptions o = mixed("shared", norm.name);
    const std::vector<MixedCircuit> circuits = mixed_circuits(o);
    const std::vector<Observable> observables = {parse_observable("Z0", 3), parse_observable("Z2", 3)};
    CircuitMixture<double> mixture(circuits, observables, norm.name);
    Random random(4);
    std::vector<double> angles(mixture.angles()), weights(mixture.circuits());
    for (double& a : angles) a = random.uniform(-2, 2);
    for (double& w : weights) w = random.uniform(-1, 1);
    AlignedVector<double> inputs(3 * kLanes<double>), values(2 * kLanes<double>), one = values,
                                                                                  expected = values;
    for (double& x : inputs) x = random.uniform(-1, 1);
    mixture.bind(angles, weights);
    auto w = mixture.workspace();
    mixture.forward(inputs.data(), w, values.data());
    double total = 0, all = 0;
    for (const double weight : weights) total += std::exp(weight);
    std::size_t first = 0;
    for (std::size_t j = 0; j < circuits.size(); ++j) {
      ExpectationProgram<double> program(circuits[j].circuit, observables);
      program.bind(std::span(angles).subspan(first, circuits[j].angles));
      auto state = program.workspace();
      program.forward(inputs.data(), state, one.data());
      const double weight = norm.name == "softmax" ? std::exp(weights[j]) / total : weights[j];
      for (std::size_t i = 0; i < one.size(); ++i) expected[i] += weight * one[i];
      first += circuits[j].angles, all += weight;
    }
    EXPECT_LT(largest_difference(values, expected), 1e-14);
    if (norm.name == "softmax") {
      EXPECT_NEAR(all, 1, 1e-14);
    }
  }
}

TEST(CircuitMixture, SharedWeightsAreOneListAndCountAsClassical) {
  const auto counts = [](const GatedOptions& o) { return counts_of(make_cell<double>(o)->segments()); };
  const std::int64_t angles = 4 * 2 * 2 * (3 + 3 + 9);  // gates, layers, encoders, angles of the ansaetze
  EXPECT_EQ(counts(mixed("shared")), (NumberCounts{angles, 6, 0}));
  EXPECT_EQ(counts(mixed("per-gate")), (NumberCounts{angles, 4 * 6, 0}));
  EXPECT_EQ(counts(std::get<GatedOptions>(with_freeze(mixed("shared"), "circuit"))),
            (NumberCounts{0, 6, angles}));
}

TEST(CircuitMixture, WhatDoesNotFitTogetherIsOneLine) {
  const auto message = [](auto change) {
    GatedOptions o = mixed("shared");
    change(o);
    return error_of([&] { make_cell<double>(o); });
  };
  EXPECT_EQ(message([](auto&) {}), "no error");
  EXPECT_THAT(message([](auto& o) { o.mixture_encoders.push_back("arctan-angle"); }),
              HasSubstr("same angles, and h-ry and arctan-angle do not"));
  EXPECT_THAT(message([](auto& o) { o.mixture_encoders.clear(); }), HasSubstr("at least one encoder"));
  EXPECT_THAT(message([](auto& o) { o.mixture_ansaetze = {"ring-rq"}; }), HasSubstr("did you mean 'ring-r"));
  EXPECT_THAT(message([](auto& o) { o.mixture = "share"; }), HasSubstr("did you mean 'shared'"));
  EXPECT_THAT(message([](auto& o) { o.mixture_norm = "soft"; }), HasSubstr("'soft'"));
  EXPECT_THAT(message([](auto& o) { o.custom_ansatz = find_ansatz("ring-ry"); }),
              HasSubstr("ansaetze of its own"));
  EXPECT_THAT(message([](auto& o) { o.mixture_ansaetze = {"ring-rx"}, o.entanglement = false; }), "no error");
}

}  // namespace
}  // namespace ebit::inline cell
