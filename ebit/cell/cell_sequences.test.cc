// Sequences of any length through every cell: padding, carried states, threads.
#include <gtest/gtest.h>

#include <limits>
#include <thread>

#include "ebit/base/parallel.h"
#include "ebit/cell/testing/every_cell.h"

namespace ebit::inline cell {
namespace {

// The numbers [first, first + count) of sample b, of `samples` in v.
template <class T>
std::vector<T> part(const std::vector<T>& v, std::size_t samples, std::size_t b, std::size_t first,
                    std::size_t count) {
  const auto start = v.begin() + static_cast<std::ptrdiff_t>(v.size() / samples * b + first);
  return v.empty() ? v : std::vector<T>(start, start + static_cast<std::ptrdiff_t>(count));
}

// Numbers per step and sample of an array [B, steps, width].
template <class T>
std::size_t width(const std::vector<T>& v, std::size_t samples, std::size_t steps) {
  return v.size() / samples / steps;
}

// Overwrites the steps from `length` on of sample b.
void spoil(std::vector<double>& v, std::size_t samples, std::size_t steps, std::size_t b,
           std::size_t length) {
  const std::size_t each = v.size() / samples;
  for (std::size_t i = b * each + length * (each / steps); i < (b + 1) * each; ++i)
    v[i] = std::numeric_limits<double>::quiet_NaN();
}

constexpr std::size_t kBatch = 11, kSteps = 6;  // two tiles, the second not full

// A batch of sequences of 0 to 6 steps; what stands past their ends is not a number.
CellProblem<double> padded_batch(const NamedCell& cell, std::uint64_t seed) {
  CellProblem<double> problem(cell.options, kBatch, kSteps, seed);
  problem.training = cell.training;
  if (seed % 2) problem.give_state(seed);
  for (std::size_t b = 0; b < kBatch; ++b) {
    const std::size_t length = (5 * b + 3) % (kSteps + 1);
    problem.lengths.push_back(static_cast<std::int64_t>(length));
    spoil(problem.x, kBatch, kSteps, b, length);
    if (problem.cell->every_step())
      spoil(problem.d_y, kBatch, kSteps, b, length);
    else if (length == 0)
      spoil(problem.d_y, kBatch, 1, b, 0);
    if (!problem.d_entropy.empty()) spoil(problem.d_entropy, kBatch, kSteps, b, length);
  }
  return problem;
}

// Sample b of the batch by itself and without padding; where each sample draws its own, in its place among
// sequences of no steps.
struct Alone {
  std::vector<double> y, last, entropy, d_x, d_state, d_parameters;
};

Alone run_alone(const NamedCell& cell, CellProblem<double>& batch, std::size_t b, std::uint64_t seed) {
  const auto length = static_cast<std::size_t>(batch.lengths[b]);
  const std::size_t k = batch.cell->outputs(), s = batch.cell->state_numbers(), f = batch.cell->inputs();
  const std::size_t rows = batch.cell->every_step() ? length : 1;
  if (uses_draws(cell)) {
    const std::vector<std::int64_t> lengths = batch.lengths;
    for (std::size_t other = 0; other < kBatch; ++other)
      if (other != b) batch.lengths[other] = 0;
    const auto g = batch.gradient();
    batch.lengths = lengths;
    return {part(batch.y, kBatch, b, 0, rows * k),
            part(batch.last, kBatch, b, 0, s),
            part(batch.entropy, kBatch, b, 0, length),
            part(g.x, kBatch, b, 0, length * f),
            part(g.state, kBatch, b, 0, s),
            {}};
  }
  CellProblem<double> one(cell.options, 1, length, seed);
  one.training = batch.training, one.parameters = batch.parameters;
  one.x = part(batch.x, kBatch, b, 0, length * f), one.state = part(batch.state, kBatch, b, 0, s);
  one.d_y = part(batch.d_y, kBatch, b, 0, rows * k), one.d_last = part(batch.d_last, kBatch, b, 0, s);
  one.d_entropy = part(batch.d_entropy, kBatch, b, 0, length);
  const auto g = one.gradient();
  return {one.y, one.last, one.entropy, g.x, g.state, g.parameters};
}

TEST(EveryCell, APaddedBatchEqualsItsSequences) {
  std::uint64_t seed = 40;
  for (const NamedCell& cell : every_cell()) {
    SCOPED_TRACE(testing::Message() << cell.name << ", seed " << ++seed);
    CellProblem<double> batch = padded_batch(cell, seed);
    const auto together = batch.gradient();
    const std::vector<double> y = batch.y, last = batch.last, entropy = batch.entropy;
    const std::vector<double> start = batch.state.empty() ? batch.initial_state() : batch.state;
    const std::size_t k = batch.cell->outputs(), s = batch.cell->state_numbers(), f = batch.cell->inputs();
    std::vector<double> sum(batch.parameters.size(), 0.0);
    for (std::size_t b = 0; b < kBatch; ++b) {
      SCOPED_TRACE(b);
      const auto length = static_cast<std::size_t>(batch.lengths[b]);
      const std::size_t rows = batch.cell->every_step() ? length : std::min<std::size_t>(length, 1);
      // Zero past the end.
      for (const double v : part(y, kBatch, b, rows * k, y.size() / kBatch - rows * k)) EXPECT_EQ(v, 0);
      for (const double v : part(together.x, kBatch, b, length * f, (kSteps - length) * f)) EXPECT_EQ(v, 0);
      if (!entropy.empty()) {
        for (const double v : part(entropy, kBatch, b, length, kSteps - length)) EXPECT_EQ(v, 0);
      }
      if (length == 0) {  // the state passes through, and so does its cotangent
        EXPECT_EQ(part(last, kBatch, b, 0, s), part(start, kBatch, b, 0, s));
        EXPECT_EQ(part(together.state, kBatch, b, 0, s), part(batch.d_last, kBatch, b, 0, s));
        continue;
      }
      const Alone one = run_alone(cell, batch, b, seed);
      EXPECT_LT(largest_difference(part(y, kBatch, b, 0, rows * k), one.y), 1e-12);
      EXPECT_LT(largest_difference(part(last, kBatch, b, 0, s), one.last), 1e-12);
      EXPECT_LT(largest_difference(part(entropy, kBatch, b, 0, length), one.entropy), 1e-12);
      EXPECT_LT(largest_difference(part(together.x, kBatch, b, 0, length * f), one.d_x), 1e-9);
      EXPECT_LT(largest_difference(part(together.state, kBatch, b, 0, s), one.d_state), 1e-9);
      for (std::size_t p = 0; p < one.d_parameters.size(); ++p) sum[p] += one.d_parameters[p];
    }
    for (const double d : together.parameters) EXPECT_TRUE(std::isfinite(d));
    if (uses_draws(cell)) continue;
    // Of a trainable initial state, sequences without steps count too: their cotangents pass through.
    CellProblem<double> ended = padded_batch(cell, seed);
    for (std::size_t b = 0; b < kBatch; ++b)
      if (ended.lengths[b] > 0)
        std::fill_n(ended.d_last.begin() + static_cast<std::ptrdiff_t>(b * s), s, 0.0);
    std::ranges::fill(ended.lengths, 0);
    const auto rest = ended.gradient();
    for (std::size_t p = 0; p < sum.size(); ++p) sum[p] += rest.parameters[p];
    EXPECT_LT(largest_difference(sum, together.parameters), 1e-9);
  }
}

TEST(EveryCell, ACarriedStateEqualsOneLongSequence) {
  std::uint64_t seed = 200;
  for (const NamedCell& cell : every_cell()) {
    if (uses_draws(cell)) continue;  // random numbers are counted from the first step
    SCOPED_TRACE(testing::Message() << cell.name << ", seed " << ++seed);
    constexpr std::size_t kHalf = 3, kSamples = 4;
    CellProblem<double> whole(cell.options, kSamples, 2 * kHalf, seed);
    if (seed % 2) whole.give_state(seed);
    const auto exact = whole.gradient();
    const auto piece = [](const std::vector<double>& v, std::size_t first) {
      std::vector<double> out;
      const std::size_t step = width(v, kSamples, 2 * kHalf);
      for (std::size_t b = 0; b < kSamples; ++b) {
        const std::vector<double> own = part(v, kSamples, b, first * step, kHalf * step);
        out.insert(out.end(), own.begin(), own.end());
      }
      return out;
    };
    const bool every = whole.cell->every_step();
    CellProblem<double> first(cell.options, kSamples, kHalf, seed),
        second(cell.options, kSamples, kHalf, seed);
    first.parameters = second.parameters = whole.parameters;
    first.state = whole.state;
    first.x = piece(whole.x, 0), second.x = piece(whole.x, kHalf);
    first.d_entropy = piece(whole.d_entropy, 0), second.d_entropy = piece(whole.d_entropy, kHalf);
    first.d_y = every ? piece(whole.d_y, 0) : std::vector<double>(first.y.size(), 0.0);
    second.d_y = every ? piece(whole.d_y, kHalf) : whole.d_y;
    first.forward();
    second.state = first.last, second.d_last = whole.d_last;
    const auto later = second.gradient();
    first.d_last = later.state;
    auto sum = first.gradient();
    for (std::size_t p = 0; p < sum.parameters.size(); ++p) sum.parameters[p] += later.parameters[p];
    EXPECT_LT(largest_difference(second.last, whole.last), 1e-11);
    EXPECT_LT(largest_difference(second.y, every ? piece(whole.y, kHalf) : whole.y), 1e-11);
    EXPECT_LT(largest_difference(second.entropy, piece(whole.entropy, kHalf)), 1e-10);
    EXPECT_LT(largest_difference(sum.parameters, exact.parameters), 1e-8);
    EXPECT_LT(largest_difference(sum.state, exact.state), 1e-8);
  }
}

TEST(EveryCell, TheNumberOfThreadsChangesNoBit) {
  std::uint64_t seed = 300;
  for (const NamedCell& cell : every_cell()) {
    SCOPED_TRACE(testing::Message() << cell.name << ", seed " << ++seed);
    CellProblem<double> problem(cell.options, 50, 4, seed);
    problem.training = cell.training;
    for (std::size_t b = 0; b < 50; ++b)
      problem.lengths.push_back(static_cast<std::int64_t>((3 * b + 4) % 5));
    const auto one = problem.gradient();
    const std::vector<double> y = problem.y, last = problem.last;
    for (int count : {2, 3}) {
      set_threads(count);
      const auto several = problem.gradient();
      set_threads(1);
      EXPECT_EQ(one.parameters, several.parameters);
      EXPECT_EQ(one.x, several.x);
      EXPECT_EQ(one.state, several.state);
      EXPECT_EQ(y, problem.y);
      EXPECT_EQ(last, problem.last);
    }
  }
}

TEST(EveryCell, ServesTwoThreadsAtOnce) {
  std::uint64_t seed = 400;
  for (const NamedCell& cell : every_cell()) {
    SCOPED_TRACE(testing::Message() << cell.name << ", seed " << ++seed);
    CellProblem<double> first(cell.options, 3, 4, seed), second(cell.options, 10, 2, seed + 1);
    first.training = second.training = cell.training;
    const auto a = first.gradient(), b = second.gradient();
    // The second problem on the first one's cell.
    const std::unique_ptr<Cell<double>> shared = std::move(first.cell);
    bool same = true, equal = true;
    const auto repeat = [&](CellProblem<double>& problem, const CellProblem<double>::Gradient& expected,
                            bool& good) {
      TapeMemory memory;
      for (int i = 0; i < 5; ++i) {
        const auto tape = memory.take(shared->tape_bytes(problem.samples, problem.steps));
        std::vector<double> d(problem.parameters.size(), 0.0);
        shared->forward(problem.parameters, problem.input(), {problem.y.data()}, tape);
        shared->backward(problem.parameters, problem.input(), tape, problem.cotangent(), {d.data()});
        good = good && d == expected.parameters;
      }
    };
    std::thread other([&] { repeat(second, b, equal); });
    repeat(first, a, same);
    other.join();
    EXPECT_TRUE(same);
    EXPECT_TRUE(equal);
  }
}

// A cell and its workspaces that served one batch serve another, of another size.
TEST(EveryCell, NothingIsLeftOverFromTheBatchBefore) {
  std::uint64_t seed = 600;
  for (const NamedCell& cell : every_cell()) {
    SCOPED_TRACE(testing::Message() << cell.name << ", seed " << ++seed);
    CellProblem<double> big(cell.options, 20, 9, seed), small(cell.options, 5, 3, seed + 1);
    big.training = small.training = cell.training;
    big.give_state(seed);
    for (std::size_t b = 0; b < 20; ++b) big.lengths.push_back(static_cast<std::int64_t>(b % 10));
    const auto fresh = small.gradient();
    big.gradient();
    std::swap(small.cell, big.cell);
    const auto again = small.gradient();
    EXPECT_EQ(fresh.parameters, again.parameters);
    EXPECT_EQ(fresh.x, again.x);
    EXPECT_EQ(fresh.state, again.state);
  }
}

}  // namespace
}  // namespace ebit::inline cell
