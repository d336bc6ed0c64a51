#include "ebit/cell/feedback_cell.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ebit/base/testing/error_of.h"
#include "ebit/cell/readout_list.h"
#include "ebit/cell/testing/every_cell.h"

namespace ebit::inline cell {
namespace {

using testing::HasSubstr;

RegisterOptions fed_back() {
  RegisterOptions o;
  o.system = 3, o.ancilla = 2, o.encoder = "arctan-angle", o.layers_en = o.layers_dis = 1;
  o.readout = {"Z0", "Z1"}, o.feedback = true, o.every_step = true;
  return o;
}

// A step at a time with the plain cell, by hand.
TEST(FeedbackCell, EntersWhatWasReadWithTheNextNumbers) {
  CellProblem<double> problem(fed_back(), 3, 4, 2);
  problem.lengths = {4, 2, 3};
  problem.forward();
  RegisterOptions plain = fed_back();
  plain.feedback = false, plain.features = 3;
  const auto cell = make_cell<double>(plain);
  ASSERT_EQ(problem.cell->inputs(), 1u);
  ASSERT_EQ(problem.cell->state_numbers(), cell->state_numbers() + 2);
  for (std::size_t b = 0; b < 3; ++b) {
    std::vector<double> state(cell->state_numbers()), next = state, y(2, 0.0);
    for (std::size_t t = 0; t < static_cast<std::size_t>(problem.lengths[b]); ++t) {
      const std::vector<double> x = {problem.x[b * 4 + t], y[0], y[1]};
      cell->forward(problem.parameters,
                    {.samples = 1, .steps = 1, .x = x.data(), .state = t ? state.data() : nullptr},
                    {.y = y.data(), .state = next.data()});
      state.swap(next);
      for (std::size_t k = 0; k < 2; ++k) EXPECT_NEAR(problem.y[(b * 4 + t) * 2 + k], y[k], 1e-14);
    }
    const double* const last = problem.last.data() + b * problem.cell->state_numbers();
    EXPECT_LT(largest_difference(std::vector<double>(last, last + state.size()), state), 1e-14);
    EXPECT_NEAR(last[state.size()], y[0], 1e-14);
  }
}

// A cell whose ancilla keeps nothing of the input: without entanglement a step sees its own number alone,
// with feedback those before it too.
TEST(FeedbackCell, IsAMemoryWhereTheQuantumOneIsNone) {
  for (bool feedback : {false, true}) {
    RegisterOptions o = fed_back();
    o.entanglement = false, o.feedback = feedback;
    CellProblem<double> problem(o, 1, 3, 4);
    problem.forward();
    const double before = problem.y[2 * 2 + 1];
    problem.x[1] += 0.5;
    problem.forward();
    EXPECT_EQ(std::abs(problem.y[2 * 2 + 1] - before) > 1e-6, feedback);
  }
}

TEST(FeedbackCell, RepeatsItsDraws) {
  RegisterOptions o = fed_back();
  for (const auto& update : hidden_updates<double>()) {
    if (!update.draws) continue;
    SCOPED_TRACE(update.name);
    o.hidden = update.name, o.readout = {"Z1"};
    CellProblem<double> problem(o, 64, 6, 3);
    problem.forward();
    const std::vector<double> y = problem.y;
    problem.forward();
    EXPECT_EQ(problem.y, y);
  }
}

TEST(FeedbackCell, RefusesEncodersWithoutRoomAndLooksInside) {
  RegisterOptions o = fed_back();
  EXPECT_THAT(make_cell<double>(o)->summary(), HasSubstr("2 readouts fed back"));
  o.readout = {"Z0", "Z1", "Z2"};
  EXPECT_THAT(error_of([&] { make_cell<double>(o); }), HasSubstr("4 features do not fit on 3 system wires"));
  o.encoder = "basis";
  EXPECT_THAT(error_of([&] { make_cell<double>(o); }), HasSubstr("takes 0 or 1, and readouts are numbers"));
  EXPECT_THAT(error_of([&] { RegisterCell<double>{fed_back()}; }), HasSubstr("leave --feedback out"));
}

TEST(ReadoutList, TakesStringsLettersAndPairs) {
  const auto texts = [](std::vector<std::string> list, int qubits) {
    std::vector<std::string> all;
    for (const Observable& o : parse_readout(list, qubits)) all.push_back(o.text);
    return all;
  };
  EXPECT_EQ(texts({"Z1", "XY"}, 2), (std::vector<std::string>{"Z1", "X0", "X1", "Y0", "Y1"}));
  EXPECT_EQ(texts({"ZZ"}, 3), (std::vector<std::string>{"Z0*Z1", "Z0*Z2", "Z1*Z2"}));
  EXPECT_THAT(error_of([&] { texts({"ZZ"}, 1); }), HasSubstr("pairs of qubits"));
  EXPECT_THAT(error_of([&] { texts({"ZZZ"}, 3); }), HasSubstr("Z twice"));
  EXPECT_THAT(error_of([&] { texts({}, 3); }), HasSubstr("something to read"));
}

}  // namespace
}  // namespace ebit::inline cell
