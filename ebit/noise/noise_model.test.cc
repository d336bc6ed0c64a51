#include "ebit/noise/noise_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/atomic_file.h"

namespace ebit::inline noise {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

NoiseModel rule(const std::string& text) {
  return read_noise_rule(DocumentPlace::parse(text, "n.toml"), "n.toml");
}

std::string refusal(const std::string& text) {
  try {
    rule(text);
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::Not(HasSubstr("\n")));
    return error.what();
  }
  return "nothing";
}

// "RY0 dep0 CNOT01 ..."
std::string items(const Circuit& circuit) {
  std::string text;
  const auto word = [&](std::string_view name, std::span<const int> wires) {
    text += (text.empty() ? "" : " ") + std::string(name);
    for (const int wire : wires) text += fmt::to_string(wire);
  };
  for_each_item(
      circuit,
      [&](const Operation& operation) {
        const Gate& row = gate(operation.gate);
        word(row.name, {operation.wires.data(), static_cast<std::size_t>(row.wires)});
      },
      [&](const PlacedChannel& placed) { word(channel(placed.channel).label, placed.on()); });
  return text;
}

Circuit step() {
  Circuit circuit(3);
  circuit.add(GateId::kRY, {0}, {Angle::shared(0)}).add(GateId::kCNOT, {0, 1}).add(GateId::kX, {1});
  return circuit.add_channel(ChannelId::kReset, {0}).add_channel(ChannelId::kReset, {1});
}

TEST(NoiseModel, PutsChannelsBehindGatesOnIdleWiresAndAroundResets) {
  const NoiseModel model = rule(R"(
after_1q = [{channel = "depolarizing", lambda = 0.01}]
after_2q = [{channel = "depolarizing", error_probability = 0.015}, {channel = "phase_damping", lambda = 0.1, each = true}]
idle = [{channel = "amplitude_damping", gamma = 0.001}]
while_reset = [{channel = "bit_flip", probability = 0.02}]
feedforward = true
readout = {p1_given_0 = 0.01, p0_given_1 = 0.03}
)");
  // Wire 1 rests while RY acts; wires 0 and 2 until the resets.
  EXPECT_EQ(items(with_noise(step(), model)),
            "RY0 dep0 amp1 CNOT01 dep01 phd0 phd1 X1 dep1 amp0 amp2 amp2 amp2 bit2 M->00 M->01");
  const Circuit noisy = with_noise(step(), model);
  EXPECT_NEAR(noisy.channels()[2].parameters[0], 0.015 * 16 / 15, 1e-15);
}

TEST(NoiseModel, SaysWhatIsWrong) {
  EXPECT_EQ(refusal("after_1q = [{channel = 'depolarizing', lambda = 1.5}]"),
            "n.toml:1: lambda of depolarizing must be in [0, 1], not 1.5");
  EXPECT_THAT(refusal("after_1q = [{channel = 'depolarising', lambda = 0.1}]"), HasSubstr("depolarizing"));
  EXPECT_THAT(refusal("after_2q = [{channel = 'bit_flip', probability = 0.1}]"), HasSubstr("each = true"));
  EXPECT_THAT(refusal("after_1q = [{channel = 'bit_flip', probabilty = 0.1}]"),
              HasSubstr("no 'probability'"));
  EXPECT_THAT(refusal("afer_1q = []"), HasSubstr("after_1q"));
  EXPECT_EQ(refusal("after_1q = [{channel = 'thermal_relaxation', t1 = 1e-5, t2 = 3e-5, time = 1e-7}]"),
            "n.toml:1: thermal_relaxation: t2 = 3e-05 s is above 2 t1 = 2e-05 s, which no qubit can have");
  EXPECT_THAT(refusal("readout = {p1_given_0 = -0.1, p0_given_1 = 0}"), HasSubstr("in [0, 1]"));
  EXPECT_THROW(find_noise_model("no-such-file.toml"), Error);
}

TEST(NoiseModel, TheExampleFileIsOne) {
  const NoiseModel model = find_noise_model(EBIT_SOURCE_DIR "/configs/noise/rule.toml");
  EXPECT_THAT(gaps(step(), model), IsEmpty());
  EXPECT_EQ(items(with_noise(step(), model)),
            "RY0 dep0 phd1 CNOT01 dep01 T1T20 T1T21 X1 dep1 phd0 phd2 phd2 phd2 T1T22 |0>0 |0>1");
  EXPECT_EQ(model.readout_of(2).p0_given_1, 0.02);
}

TEST(NoiseModel, MayBeMadeStronger) {
  const NoiseModel twice = find_noise_model("depolarizing*2"), device = find_noise_model("sherbrooke*0.5");
  EXPECT_EQ((*twice.after[1])[0].parameters[0], 2e-2);
  EXPECT_EQ(device.device->pairs[0].error, 7.5e-3 / 2);
  EXPECT_EQ(device.readout_of(0).p0_given_1, 1e-2);
  EXPECT_TRUE(with_noise(step(), find_noise_model("sherbrooke*0")).channels().size() == 2u);
  EXPECT_THROW(find_noise_model("depolarizing*200"), Error);
  EXPECT_THROW(find_noise_model("depolarizing*x"), Error);
}

TEST(NoiseModel, GatesWithoutARuleAreNamed) {
  EXPECT_THAT(gaps(step(), rule("after_1q = [{channel = 'bit_flip', probability = 0.1}]")),
              ElementsAre(HasSubstr("gates of 2 wires: CNOT run without noise")));
  EXPECT_THAT(gaps(step(), rule("after_1q = []\nafter_2q = []")), IsEmpty());
  EXPECT_THAT(gaps(step(), find_noise_model("none")), IsEmpty());
  EXPECT_EQ(items(with_noise(step(), find_noise_model("none"))), items(step()));
  EXPECT_THAT(gaps(step(), find_noise_model("sherbrooke")), IsEmpty());
}

const char* const kQiskit = R"({"backend_name": "fake", "gates": [
  {"gate": "sx", "qubits": [0], "parameters": [{"name": "gate_error", "unit": "", "value": 0.001},
    {"name": "gate_length", "unit": "ns", "value": 50}]},
  {"gate": "sx", "qubits": [2], "parameters": [{"name": "gate_error", "unit": "", "value": 0.002},
    {"name": "gate_length", "unit": "ns", "value": 60}]},
  {"gate": "reset", "qubits": [2], "parameters": [{"name": "gate_length", "unit": "us", "value": 2}]},
  {"gate": "ecr", "qubits": [2, 0], "parameters": [{"name": "gate_error", "unit": "", "value": 0.01},
    {"name": "gate_length", "unit": "us", "value": 0.5}]}], "qubits": [
  [{"name": "T1", "unit": "us", "value": 100}, {"name": "T2", "unit": "us", "value": 250},
   {"name": "readout_error", "unit": "", "value": 0.02}, {"name": "readout_length", "unit": "ns", "value": 700}],
  [{"name": "T1", "unit": "us", "value": 100}, {"name": "T2", "unit": "us", "value": 50},
   {"name": "readout_error", "unit": "", "value": 0.02}, {"name": "readout_length", "unit": "ns", "value": 700}],
  [{"name": "T1", "unit": "us", "value": 100}, {"name": "T2", "unit": "us", "value": 50},
   {"name": "prob_meas0_prep1", "unit": "", "value": 0.03}, {"name": "prob_meas1_prep0", "unit": "", "value": 0.01},
   {"name": "readout_error", "unit": "", "value": 0.02}, {"name": "readout_length", "unit": "ns", "value": 700}]]})";

TEST(Device, IsReadFromBackendPropertiesAndT2IsCutWithAWarning) {
  const DeviceTable device = parse_device(kQiskit, "fake.json", {2, 0});
  ASSERT_EQ(device.qubits.size(), 2u);
  EXPECT_EQ(device.qubits[0].readout.p1_given_0, 0.01);
  EXPECT_EQ(device.qubits[0].reset_time, 2e-6);
  EXPECT_EQ(device.qubits[1].reset_time, device.qubits[1].measure_time);
  EXPECT_NEAR(device.qubits[1].t2, 200e-6, 1e-18);
  EXPECT_THAT(device.warnings,
              ElementsAre("qubit 1 of fake has T2 = 250 us above 2 T1 = 200 us: taken as 2 T1"));
  ASSERT_EQ(device.pairs.size(), 1u);
  EXPECT_EQ(device.pairs[0].a, 0);
  EXPECT_EQ(device.pairs[0].error, 0.01);
  Circuit circuit(2);
  circuit.add(GateId::kRZ, {0}, {Angle::constant(1)})
      .add(GateId::kCNOT, {0, 1})
      .add_channel(ChannelId::kReset, {0});
  EXPECT_EQ(items(with_noise(circuit, {.name = "fake", .device = device})),
            "RZ0 CNOT01 dep01 T1T20 T1T21 T1T21 |0>0");
  EXPECT_THROW(with_noise(step(), {.name = "fake", .device = device}), Error);  // three wires
  EXPECT_THROW(parse_device(kQiskit, "fake.json", {0, 3}), Error);
  EXPECT_THROW(parse_device(kQiskit, "fake.json", {0, 1}), Error);  // not joined
}

}  // namespace
}  // namespace ebit::inline noise
