#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/sim/circuit_writers.h"

namespace ebit::inline sim::circuit_writers {
namespace {

using enum GateId;

constexpr Names kNames[] = {
    {kI, "id", "i", "id", "I"},
    {kX, "x", "x", "x", "X"},
    {kY, "y", "y", "y", "Y"},
    {kZ, "z", "z", "z", "Z"},
    {kH, "h", "h", "h", "H"},
    {kS, "s", "s", "s", "S"},
    {kSdg, "sdg", "si", "sdg", "adjoint(qml.S)"},
    {kT, "t", "t", "t", "T"},
    {kTdg, "tdg", "ti", "tdg", "adjoint(qml.T)"},
    {kSX, "sx", "v", "sx", "SX"},
    {kRX, "rx", "rx", "rx", "RX"},
    {kRY, "ry", "ry", "ry", "RY"},
    {kRZ, "rz", "rz", "rz", "RZ"},
    {kP, "p", "phaseshift", "p", "PhaseShift"},
    {kCNOT, "cx", "cnot", "cx", "CNOT"},
    {kCY, "cy", "cy", "cy", "CY"},
    {kCZ, "cz", "cz", "cz", "CZ"},
    {kCRX, "crx", "", "crx", "CRX"},
    {kCRY, "cry", "", "cry", "CRY"},
    {kCRZ, "crz", "", "crz", "CRZ"},
    {kToffoli, "ccx", "ccnot", "ccx", "Toffoli"},
    {kSWAP, "swap", "swap", "swap", "SWAP"},
};

// "0.5" as it is, "1" as "1.0": every number is one of floating point.
std::string digits(double value) {
  std::string text = fmt::format("{:.17g}", value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

// An angle with names, or as the number that it is.
std::string expression(const Angle& angle, const CircuitProgram& program) {
  require(angle.kind != Angle::Kind::kPerSample, "an angle of each sample is no part of one program");
  if (angle.kind == Angle::Kind::kConstant) return digits(angle.value);
  const auto index = static_cast<std::size_t>(angle.index);
  if (program.parameter_names.empty()) return digits(angle.value + angle.scale * program.parameters[index]);
  std::string text = program.parameter_names[index];
  if (angle.scale == -1)
    text = "-" + text;
  else if (angle.scale != 1)
    text = digits(angle.scale) + " * " + text;
  if (angle.value != 0) text += (angle.value < 0 ? " - " : " + ") + digits(std::abs(angle.value));
  return text;
}

}  // namespace

std::span<const Names> names() { return kNames; }

const Names& names_row(GateId id) { return *std::ranges::find(kNames, id, &Names::id); }

std::vector<GateId> gates_named(std::string_view Names::*column) {
  std::vector<GateId> ids;
  for (const Names& row : kNames)
    if (!(row.*column).empty()) ids.push_back(row.id);
  return ids;
}

std::vector<std::string> angles_of(const Operation& operation, const CircuitProgram& program) {
  std::vector<std::string> all;
  for (int k = 0; k < gate(operation.gate).angles; ++k)
    all.push_back(expression(operation.angles[static_cast<std::size_t>(k)], program));
  return all;
}

std::string joined(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ", ") + item;
  return text;
}

bool is_noise(const PlacedChannel& placed) {
  return placed.channel != ChannelId::kReset && !channel(placed.channel).measures;
}

std::string noise_comment(const PlacedChannel& placed) {
  std::string text = fmt::format("noise, not run here: {} {} on", channel(placed.channel).name,
                                 parameters_text(channel(placed.channel), placed.values()));
  for (const int wire : placed.on()) text += fmt::format(" {}", wire);
  return text;
}

std::size_t bits_of(const Circuit& circuit) {
  return static_cast<std::size_t>(std::ranges::count_if(
      circuit.channels(), [](const PlacedChannel& placed) { return channel(placed.channel).measures; }));
}

}  // namespace ebit::inline sim::circuit_writers
