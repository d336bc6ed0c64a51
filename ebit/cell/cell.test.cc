// The contract of a cell, for all of them: gradients, tapes, starting values, refusals.
#include "ebit/cell/cell.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "ebit/base/error.h"
#include "ebit/base/testing/error_of.h"
#include "ebit/cell/testing/every_cell.h"

namespace ebit::inline cell {
namespace {

using testing::HasSubstr;

// Runs body for every cell, with a seed of its own. Every other problem starts from a given state.
template <class T>
void for_every_cell(std::size_t samples, std::size_t steps, std::uint64_t seed,
                    const std::function<void(const NamedCell&, CellProblem<T>&)>& body) {
  for (const NamedCell& cell : every_cell()) {
    SCOPED_TRACE(testing::Message() << cell.name << ", seed " << ++seed);
    CellProblem<T> problem(cell.options, samples, steps, seed);
    problem.training = cell.training;
    if (seed % 2) problem.give_state(seed + 1000);
    body(cell, problem);
  }
}

TEST(EveryCell, GradientIsTheDerivative) {
  for_every_cell<double>(3, 3, 101, [](const NamedCell& cell, CellProblem<double>& problem) {
    if (cell.jumps) return;
    for (const std::vector<std::int64_t>& lengths : {std::vector<std::int64_t>{}, {2, 3, 0}}) {
      problem.lengths = lengths;
      auto exact = problem.gradient();
      const auto numeric = problem.numerical_gradient(2e-6);
      if (!problem.smooth_inputs()) exact.x = numeric.x;
      // Neurons of order 3 are powers of 8: differences of them are no better.
      EXPECT_LT(relative_distance(exact, numeric),
                cell.name.find("order 3") == std::string::npos ? 1e-7 : 1e-4);
    }
  });
}

TEST(EveryCell, ParameterShiftEqualsTheCellsOwnGradient) {
  for_every_cell<double>(3, 3, 300, [](const NamedCell&, CellProblem<double>& problem) {
    problem.lengths = {3, 1, 2};
    if (problem.cell->capabilities().parameter_shift)
      EXPECT_LT(relative_distance(problem.gradient(), problem.shifted_gradient()), 1e-10);
    else
      EXPECT_THROW(problem.shifted_gradient(), Error);
  });
}

TEST(EveryCell, EverySegmentMovesUnlessItIsFrozen) {
  for_every_cell<double>(3, 3, 100, [](const NamedCell& cell, CellProblem<double>& problem) {
    // Diagonal gates leave every Z as it is.
    if (cell.name.find("-rz") != std::string::npos || cell.name.find("crz-ring") != std::string::npos) return;
    const std::vector<double> d = problem.gradient().parameters;
    for (const Segment& segment : problem.cell->segments()) {
      if (segment.name == "initial" && !problem.state.empty()) continue;
      double size = 0;
      for (std::size_t i = 0; i < segment.size; ++i) size = std::max(size, std::abs(d[segment.offset + i]));
      if (segment.frozen)
        EXPECT_EQ(size, 0) << segment.name;
      else
        EXPECT_GT(size, 1e-7) << segment.name;  // rounding leaves 1e-16
    }
  });
}

// Whatever stands at the places of frozen numbers stays there, the others are added to.
TEST(EveryCell, GradientsOfFrozenNumbersAreLeftAlone) {
  for (const char* freeze : {"circuit", "cell"})
    for (const NamedCell& named : every_cell()) {
      SCOPED_TRACE(testing::Message() << named.name << ", frozen: " << freeze);
      const bool circuits =
          std::ranges::any_of(make_cell<double>(named.options)->segments(),
                              [](const Segment& s) { return s.kind == SegmentKind::kQuantum; });
      const bool written = std::holds_alternative<ControlledOptions>(named.options);
      if ((written || !circuits) && std::string_view(freeze) == "circuit") {
        EXPECT_THAT(error_of([&] { make_cell<double>(with_freeze(named.options, freeze)); }),
                    HasSubstr(written ? "its network writes them" : "no circuit of the cell has angles"));
        continue;
      }
      CellProblem<double> whole(with_freeze(named.options, "none"), 2, 3, 5);
      CellProblem<double> part(with_freeze(named.options, freeze), 2, 3, 5);
      whole.training = part.training = named.training;
      const auto expected = whole.gradient(), found = part.gradient();
      EXPECT_EQ(part.y, whole.y);
      EXPECT_EQ(found.x, expected.x);
      std::vector<double> sum(part.parameters.size(), 0.25);
      part.cell->backward(part.parameters, part.input(), part.forward(true), part.cotangent(),
                          {sum.data(), nullptr, nullptr});
      NumberCounts counts;
      for (const Segment& s : part.cell->segments()) {
        const bool quantum = s.kind == SegmentKind::kQuantum;
        EXPECT_EQ(s.frozen, quantum || std::string_view(freeze) == "cell") << s.name;
        (s.frozen ? counts.frozen : counts.classical) += static_cast<std::int64_t>(s.size);
        for (std::size_t i = s.offset; i < s.offset + s.size; ++i) {
          EXPECT_EQ(found.parameters[i], s.frozen ? 0 : expected.parameters[i]) << s.name;
          EXPECT_NEAR(sum[i], 0.25 + found.parameters[i], 1e-12) << s.name;
        }
      }
      EXPECT_EQ(counts_of(part.cell->segments()), counts);
    }
}

TEST(Cells, CountsSayWhatIsTrained) {
  const auto text = [](const CellOptions& o) {
    return counts_text(counts_of(make_cell<double>(o)->segments()));
  };
  EXPECT_EQ(text(RegisterOptions{}), "24 parameters (16 quantum + 8 classical)");
  EXPECT_EQ(text(with_freeze(RegisterOptions{}, "circuit")), "8 parameters, 16 frozen");
  EXPECT_EQ(text(with_freeze(RegisterOptions{}, "cell")), "0 parameters, 24 frozen");
  EXPECT_THAT(error_of([] { with_freeze(RegisterOptions{}, "circuits"); }),
              HasSubstr("did you mean 'circuit'"));
}

TEST(EveryCell, Float32FollowsFloat64) {
  std::uint64_t seed = 500;
  for (const NamedCell& cell : every_cell()) {
    if (uses_draws(cell)) continue;  // outcomes differ at the edges of their intervals
    SCOPED_TRACE(testing::Message() << cell.name << ", seed " << ++seed);
    CellProblem<double> wide(cell.options, 3, 3, seed);
    CellProblem<float> narrow(cell.options, 3, 3, seed);
    wide.lengths = narrow.lengths = {3, 3, 2};
    EXPECT_LT(relative_distance(wide.gradient(), narrow.gradient()), 5e-3);
    EXPECT_LT(largest_difference(wide.y, narrow.y), 1e-4);
    EXPECT_LT(largest_difference(wide.last, narrow.last), 1e-4);
    EXPECT_LT(largest_difference(wide.entropy, narrow.entropy), 1e-4);
  }
}

TEST(EveryCell, ATapeIsAsLongAsItSaysAndNeededForGradientsOnly) {
  for_every_cell<double>(11, 5, 700, [](const NamedCell&, CellProblem<double>& problem) {
    problem.lengths = {5, 3, 5, 0, 1, 5, 2, 5, 5, 4, 3};
    const auto expected = problem.gradient();
    const std::vector<double> y = problem.y, last = problem.last;
    const std::size_t bytes = problem.cell->tape_bytes(11, 5);
    AlignedVector<std::byte> tape(bytes + 256, std::byte{0x5a});
    const std::span<std::byte> own(tape.data(), bytes);
    const SequenceOutput<double> output{problem.y.data(), problem.last.data(), nullptr};
    problem.cell->forward(problem.parameters, problem.input(), output, own);
    EXPECT_EQ(problem.y, y);
    auto again = expected;
    std::ranges::fill(again.parameters, 0.0);
    problem.cell->backward(problem.parameters, problem.input(), own, problem.cotangent(),
                           {again.parameters.data(), again.x.data(), again.state.data()});
    EXPECT_EQ(again.parameters, expected.parameters);
    EXPECT_EQ(again.x, expected.x);
    EXPECT_EQ(again.state, expected.state);
    for (std::size_t i = bytes; i < tape.size(); ++i) ASSERT_EQ(tape[i], std::byte{0x5a});
    // Folded or not may depend on whether there is a way back.
    problem.forward();
    EXPECT_LT(largest_difference(problem.y, y), 1e-12);
    EXPECT_LT(largest_difference(problem.last, last), 1e-12);
    EXPECT_THROW(problem.cell->forward(problem.parameters, problem.input(), output, own.first(bytes - 1)),
                 Error);
  });
}

// Numbers on the way are there for steps that are, and change nothing.
TEST(EveryCell, WhatIsLookedAtChangesNothing) {
  for_every_cell<double>(11, 4, 800, [](const NamedCell&, CellProblem<double>& problem) {
    problem.lengths = {4, 3, 4, 0, 1, 4, 2, 4, 4, 4, 3};
    problem.forward();
    const std::size_t width = numbers_of(problem.cell->watched());
    std::vector<double> y(problem.y.size(), 7), last(problem.last.size()), seen(11 * 4 * width + 1, 7);
    SequenceOutput<double> output{y.data(), last.data(), nullptr};
    output.watched = seen.data();
    if (width == 0) {
      EXPECT_THAT(error_of([&] { problem.cell->forward(problem.parameters, problem.input(), output); }),
                  HasSubstr("can be looked at"));
      return;
    }
    problem.cell->forward(problem.parameters, problem.input(), output);
    // To rounding: what is looked at is not folded.
    EXPECT_LT(largest_difference(y, problem.y), 1e-12);
    EXPECT_LT(largest_difference(last, problem.last), 1e-12);
    for (std::size_t b = 0; b < 11; ++b)
      for (std::size_t t = 0; t < 4; ++t) {
        const auto row = seen.begin() + static_cast<std::ptrdiff_t>((b * 4 + t) * width);
        const bool zero =
            std::all_of(row, row + static_cast<std::ptrdiff_t>(width), [](double v) { return v == 0; });
        EXPECT_EQ(zero, static_cast<std::int64_t>(t) >= problem.lengths[b]) << b << " " << t;
      }
  });
}

// What is not wanted is not written, and what has no cotangent counts as zero.
TEST(EveryCell, OutputsCotangentsAndGradientsMayBeLeftOut) {
  for_every_cell<double>(2, 3, 900, [](const NamedCell&, CellProblem<double>& problem) {
    const auto both = problem.gradient();
    AlignedVector<std::byte> tape(problem.cell->tape_bytes(2, 3));
    problem.cell->forward(problem.parameters, problem.input(), {}, tape);
    std::vector<double> sum(problem.parameters.size(), 0.0), x(problem.x.size());
    const SequenceCotangent<double> all = problem.cotangent();
    problem.cell->backward(problem.parameters, problem.input(), tape, {all.y, nullptr, nullptr},
                           {sum.data(), nullptr, nullptr});
    problem.cell->backward(problem.parameters, problem.input(), tape, {nullptr, all.state, nullptr},
                           {sum.data(), nullptr, nullptr});
    if (all.entropy)
      problem.cell->backward(problem.parameters, problem.input(), tape, {nullptr, nullptr, all.entropy},
                             {sum.data(), nullptr, nullptr});
    EXPECT_LT(largest_difference(sum, both.parameters), 1e-11 * (1 + std::abs(both.parameters[0])));
    problem.cell->backward(problem.parameters, problem.input(), tape, all, {nullptr, x.data(), nullptr});
    EXPECT_LT(largest_difference(x, both.x), 1e-12);
  });
}

TEST(EveryCell, StartingValuesLieInTheirRangesAndRepeat) {
  for (const NamedCell& named : every_cell()) {
    SCOPED_TRACE(named.name);
    const auto cell = make_cell<double>(named.options);
    std::vector<double> first(cell->parameters()), second = first, other = first, narrow = first;
    const auto draw_into = [](const auto& from, std::vector<double>& numbers, std::uint64_t seed) {
      MersenneDraws draws(seed);
      from->initialise(draws, numbers.data());
    };
    draw_into(cell, first, 3), draw_into(cell, second, 3), draw_into(cell, other, 4);
    draw_into(make_cell<float>(named.options), narrow, 3);
    EXPECT_EQ(first, second);
    EXPECT_EQ(first, narrow);
    EXPECT_NE(first, other);
    std::size_t next = 0;
    std::set<std::string> names;
    for (const Segment& segment : cell->segments()) {
      EXPECT_TRUE(names.insert(segment.name).second);
      EXPECT_EQ(segment.offset, next);
      next += segment.size;
      EXPECT_LT(segment.initial.low, segment.initial.high);
      std::int64_t size = 1;
      for (std::int64_t extent : segment.shape) size *= extent;
      EXPECT_EQ(static_cast<std::size_t>(size), segment.size);
      for (std::size_t i = segment.offset; i < next; ++i) {
        EXPECT_GE(first[i], segment.initial.low);
        EXPECT_LT(first[i], segment.initial.high);
      }
    }
    EXPECT_EQ(next, cell->parameters());
    EXPECT_FALSE(cell->summary().empty());
  }
}

TEST(EveryCell, BadInputIsOneClearLine) {
  for_every_cell<double>(3, 4, 1100, [](const NamedCell&, CellProblem<double>& good) {
    const auto message = [&](auto change) {
      CellProblem<double> problem(good.options, 3, 4, 1);
      change(problem);
      return error_of([&] { problem.forward(); });
    };
    const auto inputs = good.cell->inputs();
    const double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(message([](auto&) {}), "no error");
    EXPECT_THAT(message([](auto& p) { p.parameters.pop_back(); }), HasSubstr("parameters, but"));
    EXPECT_THAT(message([](auto& p) { p.samples = 0; }),
                HasSubstr("at least 1 sample of 1 step, not 0 of 4"));
    EXPECT_THAT(message([](auto& p) { p.lengths = {4, 5, 4}; }), HasSubstr("length of sample 1 is 5"));
    EXPECT_THAT(message([](auto& p) { p.lengths = {4, 4, -1}; }), HasSubstr("length of sample 2 is -1"));
    EXPECT_THAT(message([&](auto& p) { p.x[(2 * 4 + 1) * inputs + inputs - 1] = nan; }),
                HasSubstr(fmt::format("of sample 2, step 1, feature {} is not", inputs - 1)));
    EXPECT_THAT(message([&](auto& p) { p.state = p.initial_state(), p.state.back() = nan; }),
                HasSubstr("of sample 2"));
    EXPECT_EQ(message([&](auto& p) { p.lengths = {4, 4, 1}, p.x[(2 * 4 + 1) * inputs] = nan; }), "no error");
    if (good.cell->capabilities().entropy) return;
    std::vector<double> entropy(12);
    EXPECT_THAT(error_of([&] {
                  good.cell->forward(good.parameters, good.input(), {nullptr, nullptr, entropy.data()});
                }),
                HasSubstr("gives no entropy"));
  });
}

// ---- the table of families

TEST(Cells, FamiliesAreCompleteAndOptionsArePassedOn) {
  ASSERT_EQ(cell_families().size(), std::variant_size_v<CellOptions>);
  for (const CellFamily& family : cell_families()) {
    EXPECT_FALSE(family.help.empty());
    EXPECT_FALSE(family.source.empty());
  }
  EXPECT_EQ(family_of(RegisterOptions{}).name, "register");
  EXPECT_EQ(family_of(ControlledOptions{}).name, "qrnn");
  EXPECT_EQ(family_of(GatedOptions{}).name, "gated");
  EXPECT_EQ(family_of(KernelOptions{}).name, "kernel");
  EXPECT_EQ(family_of(FastWeightsOptions{}).name, "fast-weights");
  EXPECT_EQ(family_of(RvqeOptions{}).name, "rvqe");
  EXPECT_EQ(family_of(WindowOptions{}).name, "window");
  EXPECT_EQ(family_of(MeasuredOptions{}).name, "measured");
  for (const CellOptions& options :
       {CellOptions(RegisterOptions{}), CellOptions(ControlledOptions{}), CellOptions(GatedOptions{}),
        CellOptions(KernelOptions{}), CellOptions(FastWeightsOptions{}), CellOptions(RvqeOptions{}),
        CellOptions(WindowOptions{})})
    for (bool every_step : {false, true}) {
      const auto cell = make_cell<float>(with_sizes(options, 3, every_step));
      EXPECT_EQ(cell->inputs(), 3u);
      EXPECT_EQ(cell->every_step(), every_step);
    }
  EXPECT_TRUE(
      make_cell<double>(with_entropy(RegisterOptions{}, "renyi-2", "entangled"))->capabilities().entropy);
  EXPECT_THAT(error_of([] { with_entropy(ControlledOptions{}, "renyi-2", "entangled"); }),
              HasSubstr("a qrnn gives no entropy"));
  EXPECT_THAT(error_of([] { with_gradient(ControlledOptions{}, "parameter-shift"); }),
              HasSubstr("adjoint method only"));
  EXPECT_THAT(error_of([] { with_entropy(GatedOptions{}, "renyi-2", "entangled"); }),
              HasSubstr("a cell of the family gated gives no entropy"));
  EXPECT_THAT(error_of([] { with_gradient(GatedOptions{}, "parameter-shift"); }),
              HasSubstr("classical recursion"));
  EXPECT_THAT(error_of([] { with_entropy(KernelOptions{}, "renyi-2", "entangled"); }),
              HasSubstr("a cell of the family kernel gives no entropy"));
  EXPECT_THAT(error_of([] { with_entropy(FastWeightsOptions{}, "renyi-2", "entangled"); }),
              HasSubstr("its memory is the angles of a circuit"));
  EXPECT_THAT(error_of([] { with_entropy(RvqeOptions{}, "renyi-2", "entangled"); }),
              HasSubstr("rvqe gives no entropy"));
  EXPECT_THAT(error_of([] { with_gradient(RvqeOptions{}, "parameter-shift"); }), HasSubstr("not unitary"));
  EXPECT_THAT(error_of([] { make_cell<double>(with_entropy(RegisterOptions{}, "renyi2", "entangled")); }),
              HasSubstr("did you mean 'renyi-2'"));
  EXPECT_THAT(error_of([] {
                RegisterOptions options;
                options.init_low = 2;
                make_cell<double>(options);
              }),
              HasSubstr("angles start in [2, 1)"));
}

}  // namespace
}  // namespace ebit::inline cell
