#include "ebit/cell/register/hardware.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "ebit/base/atomic_file.h"
#include "ebit/base/testing/error_of.h"
#include "ebit/cell/cell_problem.h"
#include "ebit/cell/encoder.h"
#include "ebit/cell/register/hidden_update.h"
#include "ebit/noise/simulator.h"
#include "ebit/sim/qasm_reader.h"

namespace ebit::inline cell {
namespace {

using nlohmann::json;
using testing::HasSubstr;

// Expectation values of the strings of Z that a program measures, each wire by itself and all together.
double measured_value(const CircuitProgram& program, std::size_t mask) {
  const QasmCircuit read = read_qasm(circuit_text(program), "export");
  Circuit without(program.wires);  // the last measurements are the readout itself
  for_each_item(
      read.circuit,
      [&](const Operation& operation) {
        const Gate& row = gate(operation.gate);
        without.add(row, {operation.wires.data(), static_cast<std::size_t>(row.wires)},
                    {operation.angles.data(), static_cast<std::size_t>(row.angles)});
      },
      [&](const PlacedChannel& placed) {
        without.add_channel(channel(placed.channel), placed.on(), placed.values());
      });
  Observable observable;
  observable.z_mask = mask;
  return make_noise_simulator("density")
      ->expectations({.circuit = without, .readout = {&observable, 1}})
      .value[0];
}

std::size_t mask_of(const Observable& o) { return o.x_mask | o.z_mask; }

// The text is read back and run: what it measures is what the cell says.
TEST(HardwareWindow, MeasuresTheCellsReadouts) {
  for (const char* hidden : {"density", "coherent", "probabilities", "sqrt-probabilities", "marginals"})
    for (const Encoder& encoder : encoders()) {
      if (encoder.name == "basis" || (std::string_view(hidden) == "coherent" && !encoder.build)) continue;
      for (const bool feedforward : {false, true}) {
        SCOPED_TRACE(testing::Message() << hidden << " " << encoder.name << feedforward);
        RegisterOptions o;
        o.hidden = hidden, o.encoder = encoder.name, o.ansatz = "zz-ring", o.layers_en = o.layers_dis = 1;
        o.readout = {"Z1", "Z0*Z2", "X1*Y2", "P(0)"};
        CellProblem<double> problem(o, 1, 3, 17);
        problem.forward();
        const HardwareWindow window =
            hardware_window(o, problem.parameters, problem.x, {.feedforward = feedforward});
        const auto readout = readouts_of(o);
        const auto groups = measurement_groups(readout);
        const bool rounds = hardware_protocol(hidden).rounds;
        ASSERT_EQ(window.programs.size(), groups.size() + (rounds ? 2 : 0));
        for (std::size_t g = 0; g < groups.size(); ++g)
          for (const std::size_t k : groups[g]) {
            const double value = measured_value(window.programs[g + (rounds ? 2 : 0)], mask_of(readout[k]));
            EXPECT_NEAR(readout[k].offset + readout[k].scale * value, problem.y[k], 1e-12) << readout[k].text;
            EXPECT_NEAR(window.y[k], problem.y[k], 1e-12);
          }
      }
    }
}

// The reference problem: its cell, its outcomes and their probability, and the exact readout of density.
TEST(HardwareWindow, GivesTheReferenceProblem) {
  const json file = json::parse(read_file(EBIT_SOURCE_DIR "/tests/golden/noise/export/problem_2p2_T4.json"));
  const json& cell = file["cell"];
  RegisterOptions o;
  o.hidden = "density";
  std::vector<double> parameters;
  for (const char* name : {"theta_en", "theta_dis", "encoder_weight", "encoder_bias"})
    for (const json& row : cell[name])
      for (const json& number : row.is_array() ? row : json::array({row})) parameters.push_back(number);
  const auto x = cell["x"].get<std::vector<double>>();
  const HardwareWindow density = hardware_window(o, parameters, x);
  ASSERT_EQ(density.programs.size(), 1u);
  EXPECT_NEAR(density.y[0], file["density"]["y"][3].get<double>(), 1e-12);
  EXPECT_NEAR(measured_value(density.programs[0], 4), file["density"]["y"][3].get<double>(), 1e-12);
  const CircuitCosts costs = costs_of(density.programs[0], find_coupling("all", 4, "test"));
  EXPECT_EQ(costs.qubits, 4);
  EXPECT_EQ(costs.two_qubit, 64 + 4);  // one CNOT a state preparation of two wires instead of two
  EXPECT_EQ(costs.resets, 6);
  EXPECT_EQ(costs.measurements, 0);
  o.hidden = "sample";
  EXPECT_NEAR(measured_value(hardware_window(o, parameters, x).programs[0], 4),
              file["density"]["y"][3].get<double>(), 1e-12);
  o.hidden = "collapse";
  const HardwareWindow collapse = hardware_window(o, parameters, x);
  EXPECT_EQ(collapse.outcomes, (std::vector<int>{2, 0, 1}));
  EXPECT_NEAR(collapse.probability, 0.04885006, 1e-8);
  EXPECT_NEAR(collapse.y[0], -0.083883, 1e-6);
  EXPECT_THAT(circuit_text(collapse.programs[0]), HasSubstr("are 2, 0, 1: 0.0488501 of all"));
}

TEST(HardwareWindow, WritesInputsAndRefusesFeedback) {
  RegisterOptions o;
  o.hidden = "density", o.layers_en = o.layers_dis = 1;
  CellProblem<double> problem(o, 1, 2, 3);
  const HardwareWindow open = hardware_window(o, problem.parameters, problem.x, {.inputs = true});
  const std::string text = circuit_text(open.programs[0]);
  EXPECT_THAT(text, HasSubstr("input float[64] theta_dis_0_3;\n"));
  EXPECT_THAT(text, HasSubstr("ry(theta_en_0_1) q[1];\n"));
  o.feedback = true;
  EXPECT_THAT(error_of([&] { hardware_window(o, problem.parameters, problem.x); }), HasSubstr("fed back"));
}

TEST(HardwareProtocols, AreThereForEveryHiddenUpdate) {
  for (const auto& row : hidden_updates<double>()) EXPECT_EQ(hardware_protocol(row.name).hidden, row.name);
}

}  // namespace
}  // namespace ebit::inline cell
