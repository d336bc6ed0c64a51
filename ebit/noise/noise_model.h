// Noise as a rule: which channels stand behind the gates of a circuit, on wires that rest, and at
// measurements.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/base/choice.h"
#include "ebit/base/document.h"
#include "ebit/noise/device.h"

namespace ebit::inline noise {

/// A channel that a rule puts somewhere.
struct ChannelRule {
  ChannelId channel = ChannelId::kDepolarizing;  ///< its row
  std::vector<double> parameters = {};           ///< of it
  bool each = false;  ///< on each wire of a gate by itself; false: on all of them together
};

/// A noise model: a rule, or a device's table.
struct NoiseModel {
  std::string name;                                                   ///< as given by the user
  std::array<std::optional<std::vector<ChannelRule>>, 3> after = {};  ///< behind every gate of 1, 2, 3 wires
  std::vector<ChannelRule> idle = {};         ///< on a wire in every layer of gates in which it rests
  std::vector<ChannelRule> while_reset = {};  ///< on the wires that rest while others are measured or reset
  std::vector<ReadoutError> readout = {};     ///< none, one for all wires, or one a wire
  bool feedforward = false;                   ///< resets are a measurement, and X where 1 was read
  std::optional<DeviceTable> device = {};     ///< instead of the rules above
  std::vector<std::string> warnings = {};     ///< one line each, for people to see
  /// Every gate is followed so many times by its inverse and itself, with the noise of each.
  int folds = 0;

  /// How wire `wire` is misread.
  ReadoutError readout_of(int wire) const;
};

/// Noise models that are built in: none, depolarizing, sherbrooke.
std::span<const Choice> noise_models();

/// The noise model of a row of noise_models(), or in a file: TOML or JSON with keys `name`, `after_1q`,
/// `after_2q`, `after_3q`, `idle`, `while_reset` (lists of {channel, its parameters, each}), `readout`
/// ({p1_given_0, p0_given_1}, or a list of one a wire) and `feedforward`; or a device's table, see
/// parse_device(), with its qubits for wires 0, 1, ... behind a colon: "sherbrooke.json:0,1,2,3". "*F" behind
/// all of it makes the noise F times as strong (strengths of channels, errors and times of a device, readout
/// errors): "depolarizing*0.5". Throws Error, naming file and line.
NoiseModel find_noise_model(const std::string& file_or_name);

/// The model with every strength, error and time multiplied, as "*F" does. Throws Error for what then is no
/// probability.
NoiseModel stronger(NoiseModel model, double factor);

/// Reads a rule from a table of a document.
NoiseModel read_noise_rule(const DocumentPlace& root, std::string_view name);

/// Reads {p1_given_0, p0_given_1}, or a list of them.
std::vector<ReadoutError> read_readout(const DocumentPlace& place);

/// The circuit with the model's channels in their places. Channels of the circuit stay; a group of
/// measurements and resets is one layer. Throws Error for a device's table of another number of qubits and
/// for gates it has no rule for.
Circuit with_noise(const Circuit& circuit, const NoiseModel& model);

/// What of a circuit would run without noise though it is asked for: a line for each size of gates without a
/// rule. An empty list in the rule says that none is meant.
std::vector<std::string> gaps(const Circuit& circuit, const NoiseModel& model);

/// `<O>` as read with readout errors, from the expectation values of a string of Z: by products of A of each
/// wire, the probabilities [2^n] of outcomes as they are read.
std::vector<double> read_probabilities(std::span<const double> probabilities, const NoiseModel& model);

}  // namespace ebit::inline noise
