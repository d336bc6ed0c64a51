// Every way to run a cell gives the same numbers: folded or gate by gate, with stored states or without.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "ebit/base/parallel.h"
#include "ebit/cell/testing/every_cell.h"

namespace ebit::inline cell {
namespace {

struct Outcome {
  std::vector<double> y, last;
  std::vector<double> d_parameters, d_x, d_state;
  RegisterPass pass;
};

// Runs a problem forward and backward. `state`: the cotangents of the states before the first step are
// wanted.
template <class T>
Outcome run(CellProblem<T>& problem, bool state) {
  std::vector<T> d_x(problem.x.size()), d_state(problem.last.size());
  Outcome outcome;
  outcome.d_parameters.resize(problem.parameters.size());
  const std::span<const std::byte> tape = problem.forward(/*with_tape=*/true);
  outcome.pass = RegisterCell<T>::pass(tape);
  problem.cell->backward(problem.parameters, problem.input(), tape, problem.cotangent(),
                         {outcome.d_parameters.data(), d_x.data(), state ? d_state.data() : nullptr});
  outcome.y.assign(problem.y.begin(), problem.y.end());
  outcome.last.assign(problem.last.begin(), problem.last.end());
  outcome.d_x.assign(d_x.begin(), d_x.end()), outcome.d_state.assign(d_state.begin(), d_state.end());
  return outcome;
}

void expect_near(const Outcome& a, const Outcome& b, double tolerance) {
  EXPECT_LT(largest_difference(a.y, b.y), tolerance);
  EXPECT_LT(largest_difference(a.last, b.last), tolerance);
  EXPECT_LT(largest_difference(a.d_parameters, b.d_parameters), tolerance);
  EXPECT_LT(largest_difference(a.d_x, b.d_x), tolerance);
  EXPECT_LT(largest_difference(a.d_state, b.d_state), tolerance);
}

// Every encoder with every hidden update and structure of U_dis, one seed each; ansaetze, sizes and batches
// in turn.
void for_every_cell(
    const std::function<void(const RegisterOptions&, std::size_t batch, std::uint64_t seed)>& body) {
  constexpr std::size_t kBatches[] = {1, 3, 8, 17};
  std::uint64_t seed = 500;
  for (const Encoder& encoder : encoders())
    for (const auto& update : hidden_updates<double>())
      for (const DisStructure& dis : dis_structures()) {
        if (update.memory == Memory::kWholeState && !encoder.build) continue;
        ++seed;
        RegisterOptions options;
        options.system = 1 + static_cast<int>(seed / 2 % 2), options.ancilla = 1 + static_cast<int>(seed % 3);
        options.features = options.system;
        options.encoder = encoder.name, options.hidden = update.name, options.dis = dis.name;
        options.ansatz = ansaetze()[seed % ansaetze().size()].name;
        options.readout = {"Z0", fmt::format("Y0*X{}", options.system), "P(1)"};
        options.every_step = seed % 2;
        const std::size_t batch = kBatches[seed / 3 % 4];
        SCOPED_TRACE(testing::Message()
                     << encoder.name << " " << options.ansatz << " " << update.name << " " << dis.name << " "
                     << options.system << "+" << options.ancilla << ", batch " << batch << ", seed " << seed);
        body(options, batch, seed);
      }
}

template <class T>
class Engines : public testing::Test {};
using Precisions = testing::Types<float, double>;
TYPED_TEST_SUITE(Engines, Precisions);

template <class T>
constexpr double kTolerance = sizeof(T) == 4 ? 2e-3 : 1e-11;

TYPED_TEST(Engines, FoldAndGatesWithAndWithoutStoredStatesAgree) {
  using T = TypeParam;
  for_every_cell([](RegisterOptions options, std::size_t batch, std::uint64_t seed) {
    for (bool hidden : {false, true}) {
      std::vector<Outcome> outcomes;
      for (const char* engine : {"gates", "fold"})
        for (const char* memory : {"uncompute", "store"}) {
          options.engine = engine, options.gradient_memory = memory;
          CellProblem<T> problem(options, batch, 18, seed);  // more steps than a chunk of outer products
          if (hidden) problem.give_state(seed + 1000);
          for (std::size_t b = 0; b < batch && seed % 2; ++b)
            problem.lengths.push_back(static_cast<std::int64_t>(18 - 5 * b % 19));
          outcomes.push_back(run(problem, hidden));
          SCOPED_TRACE(testing::Message()
                       << engine << ", " << memory << (hidden ? ", with hidden states" : ""));
          expect_near(outcomes.front(), outcomes.back(), kTolerance<T>);
        }
      double size = 0;
      for (double d : outcomes.front().d_parameters) size += std::abs(d);
      if (!is_diagonal(options.ansatz)) {  // diagonal: it may leave every reading as it is
        EXPECT_GT(size, 1e-3) << "a gradient of zeros would pass";
      }
    }
  });
}

TYPED_TEST(Engines, ParameterShiftOfTheFoldEqualsItsAdjoint) {
  using T = TypeParam;
  for_every_cell([](RegisterOptions options, std::size_t batch, std::uint64_t seed) {
    if (seed % 4) return;  // a shifted run an angle is slow
    options.engine = "fold";
    CellProblem<T> adjoint(options, batch, 3, seed);
    options.gradient = "parameter-shift";
    CellProblem<T> shift(options, batch, 3, seed);
    expect_near(run(adjoint, true), run(shift, true), kTolerance<T>);
  });
}

// Real circuits and inputs: imaginary parts left out, against the same cell that carries them.
TYPED_TEST(Engines, RealArithmeticEqualsComplex) {
  using T = TypeParam;
  for (const char* encoder : {"linear-amplitude", "arccos-angle"})
    for (const auto& update : hidden_updates<double>()) {
      if (update.memory == Memory::kWholeState && encoder == std::string("linear-amplitude")) continue;
      SCOPED_TRACE(testing::Message() << encoder << ", " << update.name);
      RegisterOptions options;
      options.encoder = encoder, options.hidden = update.name, options.ansatz = "basic-entangler-ry";
      options.readout = {"Z0", "Y1*X2", "Y0*Y3"}, options.engine = "fold";
      for (const char* memory : {"uncompute", "store"}) {
        options.gradient_memory = memory;
        CellProblem<T> problem(options, 9, 18, 3);
        const Outcome without = run(problem, false);
        // The same start, given with an imaginary part too small to count.
        problem.state = problem.initial_state();
        if (update.imaginary)
          for (std::size_t i = 1; i < problem.state.size(); i += 2)
            if (problem.state[i] == 0) problem.state[i] = sizeof(T) == 4 ? T(1e-30) : T(1e-200);
        Outcome with = run(problem, true);
        EXPECT_TRUE(without.pass.real);
        EXPECT_EQ(with.pass.real, !update.imaginary);
        with.d_state = without.d_state;
        // Imaginary parts of what leaves belong to a state that has none.
        expect_near(with, without, kTolerance<T>);
        // And real states with complex cotangents, which lead to those of h_0.
        CellProblem<T> start(options, 9, 18, 3);
        const Outcome back = run(start, true);
        EXPECT_TRUE(back.pass.real);
        options.engine = "gates";
        CellProblem<T> gates(options, 9, 18, 3);
        expect_near(back, run(gates, true), kTolerance<T>);
        options.engine = "fold";
      }
    }
}

// More tiles than groups of tiles.
TEST(EngineRuns, SameBitsAtAnyThreadCount) {
  for (const char* engine : {"fold", "gates"})
    for (const char* memory : {"uncompute", "store"}) {
      RegisterOptions options;
      options.engine = engine, options.gradient_memory = memory;
      CellProblem<double> problem(options, 700, 5, 3);
      const Outcome one = run(problem, true);
      for (int count : {2, 3}) {
        set_threads(count);
        const Outcome several = run(problem, true);
        set_threads(1);
        EXPECT_EQ(one.y, several.y);
        EXPECT_EQ(one.d_parameters, several.d_parameters);
        EXPECT_EQ(one.d_x, several.d_x);
        EXPECT_EQ(one.d_state, several.d_state);
      }
    }
}

}  // namespace
}  // namespace ebit::inline cell
