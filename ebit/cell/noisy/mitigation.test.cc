// Extrapolation to no noise, and misreading undone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/testing/error_of.h"
#include "ebit/cell/cell_problem.h"
#include "ebit/cell/noisy/noisy_readout.h"

namespace ebit::inline cell {
namespace {

using testing::HasSubstr;

RegisterOptions small() {
  RegisterOptions o;
  o.hidden = "density", o.every_step = true, o.readout = {"Z1", "Z0*Z1", "X0*Y2", "P(3)"};
  return o;
}

std::vector<double> outputs_of(const CellOptions& options, std::uint64_t draw = 1) {
  CellProblem<double> p(options, 3, 4, 8);
  SequenceInput<double> input = p.input();
  input.state = nullptr, input.draw_number = draw;
  p.cell->forward(p.parameters, input, {.y = p.y.data()});
  return p.y;
}

NoiseUse noise(const std::string& name) { return {.noise = find_noise_model(name)}; }

TEST(Mitigation, WeightsReproducePolynomialsAndLines) {
  const std::vector<double> factors = {1, 1.5, 3};
  for (const Choice& fit : extrapolations()) {
    const std::vector<double> weights = extrapolation_weights(factors, fit.name);
    for (int power = 0; power <= (fit.name == "linear" ? 1 : 2); ++power) {
      double sum = 0;
      for (std::size_t i = 0; i < factors.size(); ++i) sum += weights[i] * std::pow(factors[i], power);
      EXPECT_NEAR(sum, power == 0 ? 1 : 0, 1e-14) << fit.name << power;
    }
  }
  const std::vector<double> two = {1, 3};
  EXPECT_NEAR(extrapolation_weights(two, "linear")[0], 1.5, 1e-15);
  EXPECT_NEAR(extrapolation_weights(two, "richardson")[0], 1.5, 1e-15);
}

TEST(Mitigation, ExtrapolationBringsReadoutsNearThoseWithoutNoise) {
  const std::vector<double> exact = outputs_of(with_noise_use(small(), noise("none")));
  const double raw = largest_difference(exact, outputs_of(with_noise_use(small(), noise("depolarizing"))));
  ASSERT_GT(raw, 0.02);
  for (const char* scaling : {"model", "fold"})
    for (const Choice& fit : extrapolations()) {
      SCOPED_TRACE(testing::Message() << scaling << " " << fit.name);
      NoiseUse use = noise("depolarizing");
      use.mitigation.factors = {1, 3, 5}, use.mitigation.fit = fit.name, use.mitigation.scaling = scaling;
      const CellOptions mitigated = with_noise_use(small(), use);
      EXPECT_LT(largest_difference(exact, outputs_of(mitigated)), (fit.name == "linear" ? 0.75 : 0.35) * raw);
      EXPECT_THAT(make_cell<double>(mitigated)->summary(), HasSubstr("noise extrapolated from 1, 3, 5"));
    }
}

// Folded gates are the same unitary, and their channels come so many times.
TEST(Mitigation, FoldedGatesAreTheSameUnitaryWithMoreNoise) {
  NoiseModel folded = find_noise_model("none");
  folded.folds = 2;
  EXPECT_LT(largest_difference(outputs_of(with_noise_use(small(), noise("none"))),
                               outputs_of(with_noise_use(small(), {.noise = folded}))),
            1e-12);
  Circuit circuit(2);
  circuit.add(GateId::kRot, {0}, {Angle::shared(0), Angle::constant(0.3), Angle::shared(1)});
  circuit.add(GateId::kCRX, {0, 1}, {Angle::shared(2)});
  NoiseModel model = find_noise_model("depolarizing");
  EXPECT_EQ(with_noise(circuit, model).channels().size(), 2u);
  model.folds = 1;
  EXPECT_EQ(with_noise(circuit, model).channels().size(), 6u);
  EXPECT_EQ(with_noise(circuit, model).operations().size(), 6u);
  // To first order noise so small is three times as strong, either way.
  NoiseModel weak = find_noise_model("depolarizing*0.001"), more = weak;
  more.folds = 1;
  const std::vector<double> none = outputs_of(with_noise_use(small(), noise("none")));
  const std::vector<double> scaled = outputs_of(with_noise_use(small(), {.noise = stronger(weak, 3)}));
  EXPECT_LT(largest_difference(scaled, outputs_of(with_noise_use(small(), {.noise = more}))),
            0.5 * largest_difference(scaled, none));
}

TEST(Mitigation, MisreadingIsUndoneOnAverage) {
  NoiseUse clean = noise("depolarizing"), misread = clean;
  misread.noise->readout = {{0.1, 0.3}, {0.02, 0.05}, {0.2, 0.1}, {0.04, 0.07}};
  NoiseUse undone = misread;
  undone.mitigation.readout = true;
  const std::vector<double> exact = outputs_of(with_noise_use(small(), clean));
  EXPECT_GT(largest_difference(exact, outputs_of(with_noise_use(small(), misread))), 0.02);
  EXPECT_LT(largest_difference(exact, outputs_of(with_noise_use(small(), undone))), 1e-13);
  constexpr int kShots = 100000;
  undone.shots = kShots;
  const std::vector<double> drawn = outputs_of(with_noise_use(small(), undone));
  // |shot| is at most prod (1 + |b|) / a over the letters: Z1; Z0 Z1; X0 Y2; Z3 halved.
  const double a[] = {0.6, 0.93, 0.7, 0.89}, b[] = {0.2, 0.03, 0.1, 0.03};
  const auto bound = [&](int q) { return (1 + b[q]) / a[q]; };
  const double most[] = {bound(1), bound(0) * bound(1), bound(0) * bound(2), bound(3) / 2};
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    EXPECT_NEAR(drawn[i], exact[i], 4.5 * most[i % 4] / std::sqrt(kShots)) << i;
    EXPECT_NE(drawn[i], exact[i]);
  }
  // A string of two letters read with errors of each wire: bit strings are drawn, not the product's sign.
  std::vector<double> single;
  for (std::uint64_t draw = 0; draw < 400; ++draw) {
    undone.shots = 1;
    single.push_back(outputs_of(with_noise_use(small(), undone), draw)[1]);
  }
  std::ranges::sort(single);
  single.erase(std::unique(single.begin(), single.end()), single.end());
  EXPECT_EQ(single.size(), 4u);
}

// What is read of an overlap is whether all bits are 0.
TEST(Mitigation, MisreadOverlapsAreUndoneOnAverage) {
  const KernelOptions kernel{.inputs = 2, .qubits = 3, .references = 2};
  NoiseUse clean = noise("depolarizing"), misread = clean;
  misread.noise->readout = {{0.1, 0.3}, {0.02, 0.05}, {0.2, 0.1}};
  NoiseUse undone = misread;
  undone.mitigation.readout = true;
  const std::vector<double> exact = outputs_of(with_noise_use(kernel, clean));
  EXPECT_GT(largest_difference(exact, outputs_of(with_noise_use(kernel, misread))), 0.002);
  EXPECT_LT(largest_difference(exact, outputs_of(with_noise_use(kernel, undone))), 1e-13);
  constexpr int kShots = 100000;
  for (NoiseUse* const use : {&misread, &undone}) {
    const std::vector<double> mean = outputs_of(with_noise_use(kernel, *use));
    use->shots = kShots;
    const std::vector<double> drawn = outputs_of(with_noise_use(kernel, *use));
    EXPECT_LT(largest_difference(drawn, mean), 4.5 / std::sqrt(kShots));
    EXPECT_NE(drawn, mean);
  }
}

// Probabilities that make the next memory are misread too.
TEST(Mitigation, MeasuredMemoriesAreMisreadAndCorrected) {
  RegisterOptions o = small();
  o.hidden = "probabilities", o.readout = {"X0"};
  NoiseUse use = noise("none");
  const std::vector<double> exact = outputs_of(with_noise_use(o, use));
  use.noise->readout = {{}, {}, {0.2, 0.1}, {0.04, 0.07}};  // of the ancilla alone
  const std::vector<double> read = outputs_of(with_noise_use(o, use));
  for (std::size_t b = 0; b < 3; ++b) {
    EXPECT_NEAR(read[4 * b], exact[4 * b], 1e-13);  // before anything was measured
    EXPECT_GT(std::abs(read[4 * b + 3] - exact[4 * b + 3]), 1e-4);
  }
  use.mitigation.readout = true;
  EXPECT_LT(largest_difference(exact, outputs_of(with_noise_use(o, use))), 1e-13);
  use.shots = 200000;
  EXPECT_LT(largest_difference(exact, outputs_of(with_noise_use(o, use))), 0.02);
  double p[4 * kLanes<double>], all[4 * kLanes<double>];
  for (std::size_t i = 0; i < std::size(p); ++i) all[i] = p[i] = 0.1 + 0.01 * static_cast<double>(i);
  misread(2, 2, *use.noise, Misread::kForward, p);
  const std::vector<double> one = {p[0], p[kLanes<double>], p[2 * kLanes<double>], p[3 * kLanes<double>]};
  const std::vector<double> lane = {all[0], all[kLanes<double>], all[2 * kLanes<double>],
                                    all[3 * kLanes<double>]};
  std::vector<double> swapped(16, 0.0);  // wires 0 and 1 of read_probabilities() are not misread
  std::ranges::copy(lane, swapped.begin());
  const std::vector<double> expected = read_probabilities(swapped, *use.noise);
  for (std::size_t j = 0; j < 4; ++j) EXPECT_NEAR(one[j], expected[j], 1e-14);
  misread(2, 2, *use.noise, Misread::kInverse, p);
  for (std::size_t i = 0; i < std::size(p); ++i) EXPECT_NEAR(p[i], all[i], 1e-14);
}

TEST(Mitigation, OfCellsThatAreNoRegistersToo) {
  GatedOptions gated{.inputs = 2, .qubits = 3, .hidden = 2, .linear_in = "shared"};
  NoiseUse undone = noise("none");
  undone.noise->readout = {{0.1, 0.3}, {0.02, 0.05}, {0.2, 0.1}};
  const std::vector<double> misread = outputs_of(with_noise_use(gated, undone));
  undone.mitigation.readout = true;
  const std::vector<double> exact = outputs_of(with_noise_use(gated, noise("none")));
  EXPECT_GT(largest_difference(exact, misread), 0.005);
  EXPECT_LT(largest_difference(exact, outputs_of(with_noise_use(gated, undone))), 1e-13);
}

TEST(Mitigation, WhatCannotBeDoneIsOneLine) {
  const auto refusal = [](auto change) {
    NoiseUse use = noise("depolarizing");
    change(use);
    return error_of([&] { make_cell<double>(with_noise_use(small(), use)); });
  };
  EXPECT_THAT(refusal([](auto& u) { u.mitigation.factors = {2}; }), HasSubstr("two strengths or more"));
  EXPECT_THAT(refusal([](auto& u) { u.mitigation.factors = {1, 1}; }), HasSubstr("twice"));
  EXPECT_THAT(refusal([](auto& u) { u.mitigation.factors = {0, 1}; }), HasSubstr("above 0"));
  EXPECT_THAT(refusal([](auto& u) {
                u.mitigation.factors = {1, 2}, u.mitigation.scaling = "fold";
              }),
              HasSubstr("1, 3, 5"));
  EXPECT_THAT(refusal([](auto& u) {
                u.mitigation.factors = {1, 2}, u.mitigation.fit = "richardsen";
              }),
              HasSubstr("did you mean 'richardson'"));
  EXPECT_THAT(refusal([](auto& u) {
                u.noise->readout = {{0.5, 0.5}};
                u.mitigation.readout = true;
              }),
              HasSubstr("by chance"));
  EXPECT_THAT(refusal([](auto& u) { u.mitigation.factors = {1, 200}; }), HasSubstr("lambda"));
}

}  // namespace
}  // namespace ebit::inline cell
