// What the published code of the models really trains: each claim of docs/published-code.md, shown on ebit's
// restatement of it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "ebit/cell/cell_problem.h"
#include "ebit/cell/gate_encoder.h"
#include "ebit/settings/published.h"
#include "ebit/settings/resolve.h"

namespace ebit {
namespace {

// The cell of a model of the table with more options, read after the last step.
CellOptions cell_of(const std::string& model, int inputs, const Pairs& more = {}) {
  std::vector<Setting> settings = {{"model.name", model, "test"}};
  for (const auto& [name, value] : more) settings.push_back({name, value, "test"});
  const fit::ModelSpec outline = outline_of(resolve("forecast", std::nullopt, settings));
  return with_sizes(std::get<CellOptions>(outline.core), inputs, /*every_step=*/false);
}

// The largest of a gradient's numbers in segments whose names begin so.
double largest(const CellProblem<double>& problem, const std::vector<double>& gradient,
               const std::string& prefix) {
  double most = 0;
  for (const Segment& segment : problem.cell->segments())
    for (std::size_t i = segment.offset; i < segment.offset + segment.size; ++i)
      if (segment.name.starts_with(prefix)) most = std::max(most, std::abs(gradient[i]));
  return most;
}

// Only the answer counts.
void ask_for_the_answer(CellProblem<double>& problem) { problem.d_last.assign(problem.d_last.size(), 0.0); }

TEST(PublishedCode, CountsAreThoseOfTheSources) {
  const auto numbers = [](const std::string& model, int inputs, const Pairs& more, int outputs) {
    const auto cell = make_cell<double>(cell_of(model, inputs, more));
    return cell->parameters() + (cell->outputs() + 1) * static_cast<std::size_t>(outputs);
  };
  EXPECT_EQ(numbers("qlstm-2020", 1, {}, 1), 149u);
  EXPECT_EQ(numbers("qlstm-2020", 1, {{"model.circuit_layers", "4"}}, 1), 293u);
  EXPECT_EQ(numbers("qlstm-v0", 1, {}, 1), 126u);
  EXPECT_EQ(numbers("qlstm-fellner", 2, {}, 2), 82u);
  EXPECT_EQ(numbers("le-qlstm-fellner", 2, {}, 2), 380u);
  EXPECT_EQ(numbers("fellner-qrnn", 1, {{"model.n_system", "4"}, {"model.readout", "Z0,Z1,Z2,Z3"}}, 1), 29u);
  EXPECT_EQ(numbers("d-qnn", 2, {{"model.span", "4"}, {"model.circuit_layers", "2"}}, 2), 70u);
}

// Di Sipio's circuits stand in a plain dict: their angles are in no list of parameters.
TEST(PublishedCode, DiSipiosAnglesStayAsTheyWereDrawn) {
  for (bool trained : {false, true}) {
    CellProblem<double> problem(cell_of("qlstm-disipio", 2, {{"model.freeze", trained ? "none" : "circuit"}}),
                                4, 3, 5);
    const std::vector<double> gradient = problem.gradient().parameters;
    EXPECT_EQ(largest(problem, gradient, "circuits.") > 1e-4, trained);
    if (!trained) {
      EXPECT_EQ(largest(problem, gradient, "circuits."), 0);
    }
    EXPECT_GT(largest(problem, gradient, "linear_in"), 1e-4);
  }
}

// Steps of Cao's model one at a time: with `cut` as its code differentiates, whose encodings are numbers
// without a graph; else as the model is.
std::vector<double> stepwise_gradient(CellProblem<double>& all, bool cut) {
  const std::size_t steps = all.steps, width = all.cell->inputs(), state = all.cell->state_numbers();
  const std::size_t hidden = all.cell->outputs();
  CellProblem<double> one(all.options, all.samples, 1, 1);
  one.parameters = all.parameters, one.d_y = all.d_y;
  std::vector<std::vector<double>> states = {std::vector<double>(all.samples * state, 0.0)};
  const auto enter = [&](std::size_t t) {
    for (std::size_t b = 0; b < all.samples; ++b)
      std::copy_n(&all.x[(b * steps + t) * width], width, &one.x[b * width]);
    one.state = states[t];
  };
  for (std::size_t t = 0; t < steps; ++t) {
    enter(t), one.forward();
    states.push_back(one.last);
  }
  std::vector<double> sum(all.parameters.size(), 0.0);
  one.d_last.assign(one.d_last.size(), 0.0);
  for (std::size_t t = steps; t-- > 0;) {
    enter(t);
    auto gradient = one.gradient();
    for (const Segment& segment : all.cell->segments())
      for (std::size_t i = segment.offset; i < segment.offset + segment.size; ++i)
        if (!cut || !segment.name.starts_with("linear_in")) sum[i] += gradient.parameters[i];
    // Of [c, h]: h enters by the circuits alone.
    for (std::size_t b = 0; cut && b < all.samples; ++b)
      std::fill_n(&gradient.state[(b + 1) * state - hidden], hidden, 0.0);
    one.d_last = gradient.state;
    one.d_y.assign(one.d_y.size(), 0.0);
  }
  return sum;
}

TEST(PublishedCode, CaosGraphIsCutInFrontOfItsCircuits) {
  CellProblem<double> problem(cell_of("le-qlstm-cao", 5), 6, 3, 8);
  ask_for_the_answer(problem);
  const std::vector<double> whole = problem.gradient().parameters;
  EXPECT_LT(largest_difference(stepwise_gradient(problem, /*cut=*/false), whole), 1e-12);
  const std::vector<double> cut = stepwise_gradient(problem, /*cut=*/true);
  EXPECT_GT(largest(problem, whole, "linear_in"), 1e-3);
  EXPECT_EQ(largest(problem, cut, "linear_in"), 0);  // never trained
  EXPECT_GT(largest(problem, cut, "circuits."), 1e-3);
  EXPECT_GT(largest_difference(cut, whole), 1e-3);  // and the memory in h is not learned either
}

TEST(PublishedCode, EveryEncodingAndCircuitOfCaosIsThere) {
  for (const char* encoder :
       {"arctan-angle", "arctan-angle-no-h", "h-rx-arctan", "arcsin-arccos", "h-rx-rz-arctan"})
    for (const char* ansatz : {"arctan-vqc", "crz-all", "ring-ry", "crz-ring"}) {
      SCOPED_TRACE(fmt::format("{} {}", encoder, ansatz));
      CellProblem<double> problem(
          cell_of("le-qlstm-cao", 5, {{"model.encoder", encoder}, {"model.ansatz", ansatz}}), 2, 3, 9);
      const std::vector<double> gradient = problem.gradient().parameters;
      EXPECT_GT(largest(problem, gradient, "linear_out"), 1e-4);
      // "No-Square" never lets a number in.
      const bool blind = std::string_view(encoder) == "h-rx-arctan";
      if (blind) {
        EXPECT_LT(largest(problem, gradient, "linear_in"), 1e-14);
      }
      // "18" is diagonal: its angles are dead.
      EXPECT_EQ(largest(problem, gradient, "circuits.") < 1e-14, std::string_view(ansatz) == "crz-ring");
    }
}

// Of "5" only arctan y^2 enters.
TEST(PublishedCode, CaosEncodingFiveLosesTheSign) {
  for (const char* name : {"h-rx-rz-arctan", "arctan-angle"}) {
    SCOPED_TRACE(name);
    CellProblem<double> problem(
        cell_of("gated", 3, {{"model.encoder", name}, {"model.linear_in", "none"}, {"model.qubits", "4"}}), 3,
        1, 4);
    problem.forward();
    const std::vector<double> y = problem.y;
    for (double& x : problem.x) x = -x;
    problem.forward();
    EXPECT_EQ(largest_difference(problem.y, y) < 1e-14, std::string_view(name) == "h-rx-rz-arctan");
  }
}

// Z commutes with the RZZ at a layer's end, and with reset the data wires start anew.
TEST(PublishedCode, FellnersQrnnWithResetAndOneLayerHasNoMemory) {
  for (const char* layers : {"1", "2"}) {
    CellProblem<double> problem(cell_of("fellner-qrnn-reset", 1, {{"model.layers_en", layers}}), 4, 5, 6);
    problem.forward();
    const std::vector<double> y = problem.y;
    for (std::size_t b = 0; b < 4; ++b)
      for (std::size_t t = 0; t < 4; ++t) problem.x[b * 5 + t] *= -0.5;
    problem.forward();
    EXPECT_EQ(largest_difference(problem.y, y) < 1e-13, std::string_view(layers) == "1") << layers;
  }
}

// The feature circuit and its inverse with the same angles are the identity: no gate sees its input.
TEST(PublishedCode, TheReleasedQkLstmTakesNoInput) {
  for (const char* encoder : {"rz-ry-chain-undone", "rz-ry-chain-inverse-raw"}) {
    CellProblem<double> problem(cell_of("qk-lstm-released", 3, {{"model.encoder", encoder}}), 4, 5, 8);
    problem.forward();
    const std::vector<double> y = problem.y;
    for (double& x : problem.x) x = 0.3 - 2 * x;
    problem.forward();
    EXPECT_EQ(largest_difference(problem.y, y) < 1e-13, std::string_view(encoder) == "rz-ry-chain-undone")
        << encoder;
  }
}

// Chen 2020 and Fellner: the circuit of h behind the last step enters no answer.
TEST(PublishedCode, TheLastHiddenCircuitEntersNoAnswer) {
  for (const char* model : {"qlstm-2020", "qlstm-fellner"})
    for (std::size_t steps : {1u, 2u}) {
      CellProblem<double> problem(cell_of(model, 1), 3, steps, 7);
      ask_for_the_answer(problem);
      const std::vector<double> gradient = problem.gradient().parameters;
      EXPECT_EQ(largest(problem, gradient, "circuits.hidden") > 1e-6, steps > 1) << model << " " << steps;
    }
}

}  // namespace
}  // namespace ebit
