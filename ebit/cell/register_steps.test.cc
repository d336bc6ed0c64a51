// Every way to run a cell gives the same numbers: folded or gate by gate, with stored states or without.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "ebit/base/parallel.h"
#include "ebit/cell/cell_problem.h"

namespace ebit {
namespace {

struct Outcome {
  std::vector<double> y, last, d_parameters, d_x, d_hidden;
};

// Runs a problem forward and backward. `hidden`: random states to start from, and their cotangents wanted.
template <class T>
Outcome run(CellProblem<T>& problem, bool hidden, Tape<T>& tape) {
  std::vector<T> y(problem.output_numbers()), last(problem.d_last.size()), d_x(problem.x.size()),
      d_hidden(last.size());
  Outcome outcome;
  outcome.d_parameters.resize(problem.parameters.size());
  SequenceInput<T> input = problem.input();
  if (!hidden) input.hidden = nullptr;
  problem.cell.forward(problem.parameters, input, y.data(), last.data(), &tape);
  problem.cell.backward(problem.parameters, input, tape, problem.d_y.data(), problem.d_last.data(),
                        {outcome.d_parameters.data(), d_x.data(), hidden ? d_hidden.data() : nullptr});
  outcome.y.assign(y.begin(), y.end()), outcome.last.assign(last.begin(), last.end());
  outcome.d_x.assign(d_x.begin(), d_x.end()), outcome.d_hidden.assign(d_hidden.begin(), d_hidden.end());
  return outcome;
}

template <class T>
Outcome run(CellProblem<T>& problem, bool hidden) {
  Tape<T> tape;
  return run(problem, hidden, tape);
}

// Makes the problem start from states that its own cell leaves behind, after two steps of other inputs.
template <class T>
void randomise_hidden(CellProblem<T>& problem, std::uint64_t seed) {
  CellProblem<T> before(problem.cell.options(), problem.samples, 2, seed + 1000);
  std::vector<T> y(before.output_numbers());
  before.cell.forward(before.parameters, before.input(), y.data(), problem.hidden.data());
}

void expect_near(const Outcome& a, const Outcome& b, double tolerance) {
  EXPECT_LT(largest_difference(a.y, b.y), tolerance);
  EXPECT_LT(largest_difference(a.last, b.last), tolerance);
  EXPECT_LT(largest_difference(a.d_parameters, b.d_parameters), tolerance);
  EXPECT_LT(largest_difference(a.d_x, b.d_x), tolerance);
  EXPECT_LT(largest_difference(a.d_hidden, b.d_hidden), tolerance);
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
          randomise_hidden(problem, seed);
          outcomes.push_back(run(problem, hidden));
          SCOPED_TRACE(testing::Message()
                       << engine << ", " << memory << (hidden ? ", with hidden states" : ""));
          expect_near(outcomes.front(), outcomes.back(), kTolerance<T>);
        }
      double size = 0;
      for (double d : outcomes.front().d_parameters) size += std::abs(d);
      if (options.ansatz != "basic-entangler-rz") {  // diagonal: it may leave every reading as it is
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
        Tape<T> real, complex;
        const Outcome without = run(problem, false, real);
        // The same start, given with an imaginary part too small to count.
        if (update.imaginary)
          for (std::size_t i = 1; i < problem.hidden.size(); i += 2)
            if (problem.hidden[i] == 0) problem.hidden[i] = sizeof(T) == 4 ? T(1e-30) : T(1e-200);
        Outcome with = run(problem, true, complex);
        EXPECT_TRUE(real.real);
        EXPECT_EQ(complex.real, !update.imaginary);
        with.d_hidden = without.d_hidden;
        // Imaginary parts of what leaves belong to a state that has none.
        expect_near(with, without, kTolerance<T>);
        // And real states with complex cotangents, which lead to those of h_0.
        CellProblem<T> start(options, 9, 18, 3);
        Tape<T> start_tape;
        const Outcome back = run(start, true, start_tape);
        EXPECT_TRUE(start_tape.real);
        options.engine = "gates";
        CellProblem<T> gates(options, 9, 18, 3);
        expect_near(back, run(gates, true), kTolerance<T>);
        options.engine = "fold";
      }
    }
}

TEST(EngineRuns, SameBitsAtAnyThreadCount) {
  for (const char* engine : {"fold", "gates"})
    for (const char* memory : {"uncompute", "store"}) {
      RegisterOptions options;
      options.engine = engine, options.gradient_memory = memory;
      const auto with = [&](int count) {
        set_threads(count);
        CellProblem<double> problem(options, 700, 5, 3);  // more tiles than groups of tiles
        Outcome outcome = run(problem, true);
        set_threads(1);
        return outcome;
      };
      const Outcome one = with(1);
      for (int count : {2, 3}) {
        const Outcome several = with(count);
        EXPECT_EQ(one.y, several.y);
        EXPECT_EQ(one.d_parameters, several.d_parameters);
        EXPECT_EQ(one.d_x, several.d_x);
        EXPECT_EQ(one.d_hidden, several.d_hidden);
      }
    }
}

// A tape, a cell and its workspaces that served one batch serve another, of another size and kind.
TEST(EngineRuns, NothingIsLeftOverFromTheBatchBefore) {
  RegisterOptions options;
  options.hidden = "collapse", options.engine = "fold";
  CellProblem<double> big(options, 20, 12, 4), small(options, 5, 3, 5);
  randomise_hidden(big, 6);
  const Outcome fresh = run(small, false);
  Tape<double> tape;
  CellProblem<double> used(options, 20, 12, 4);
  used.hidden = big.hidden;
  run(used, true, tape);
  used.samples = small.samples, used.steps = small.steps, used.parameters = small.parameters,
  used.x = small.x;
  used.hidden = small.hidden, used.d_y = small.d_y, used.d_last = small.d_last;
  const Outcome again = run(used, false, tape);
  EXPECT_EQ(fresh.y, again.y);
  EXPECT_EQ(fresh.d_parameters, again.d_parameters);
  EXPECT_EQ(fresh.d_x, again.d_x);
}

}  // namespace
}  // namespace ebit
