#include "ebit/noise/noise_model.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <set>

#include "ebit/base/atomic_file.h"
#include "ebit/base/nearest.h"
#include "ebit/base/utf8.h"

namespace ebit::inline noise {
namespace {

const std::string_view kAfter[] = {"after_1q", "after_2q", "after_3q"};

constexpr Choice kModels[] = {
    {"none", "no noise but the channels that a gate list holds"},
    {"depolarizing", "depolarizing of lambda 1e-3 behind gates of one wire, 1e-2 behind those of two"},
    {"sherbrooke", "the medians of IBM's device Sherbrooke on every wire, all pairs joined",
     "qiskit-ibm-runtime's FakeSherbrooke; its sx error is the median of qubits 0 to 3"}};

ChannelRule read_rule(const DocumentPlace& entry, int wires) {
  const std::string name = entry.at("channel").text();
  ChannelRule rule;
  try {
    const Channel& row = channel(name);
    rule.channel = row.id;
    rule.each = entry.find("each").present() && entry.at("each").flag();
    require(rule.each || wires == 1 || (wires <= row.most_wires),
            "{} acts on one wire: say each = true, and it acts on each wire of the gate", row.name);
    rule.parameters = channel_parameters(row, rule.each ? 1 : wires, entry.value(), {"channel", "each"});
  } catch (const Error& error) {
    const std::string text = error.what();
    if (text.starts_with(entry.where().substr(0, entry.where().find(':')))) throw;
    fail("{}: {}", entry.where(), text);
  }
  return rule;
}

std::vector<ChannelRule> read_rules(const DocumentPlace& list, int wires) {
  std::vector<ChannelRule> rules;
  for (std::size_t i = 0; i < list.size(); ++i) rules.push_back(read_rule(list.at(i), wires));
  return rules;
}

void append_rules(Circuit& circuit, const std::vector<ChannelRule>& rules, std::span<const int> on) {
  for (const ChannelRule& rule : rules) {
    if (!rule.each) {
      circuit.add_channel(channel(rule.channel), on, rule.parameters);
      continue;
    }
    for (const int wire : on)
      circuit.add_channel(channel(rule.channel), std::span(&wire, 1), rule.parameters);
  }
}

bool rests_others(ChannelId id) {
  return id == ChannelId::kReset || id == ChannelId::kMeasure || id == ChannelId::kFeedforward;
}

/// Writes the circuit with noise, item by item.
class Builder {
 public:
  Builder(const Circuit& circuit, const NoiseModel& model)
      : model_(model), out_(circuit.wires()), layer_(static_cast<std::size_t>(circuit.wires()), 0) {}

  void gate_of(const Circuit& circuit, const Operation& operation) {
    flush();
    place(circuit, operation);
    if (model_.folds == 0) return;
    Circuit alone(circuit.wires());
    const Gate& row = gate(operation.gate);
    const std::span<const int> on(operation.wires.data(), static_cast<std::size_t>(row.wires));
    if (operation.matrix >= 0)
      alone.add_matrix(on, circuit.matrices()[static_cast<std::size_t>(operation.matrix)]);
    else
      alone.add(row, on, {operation.angles.data(), static_cast<std::size_t>(row.angles)});
    const Circuit undone = inverse(alone);
    for (int fold = 0; fold < model_.folds; ++fold) {
      place(undone, undone.operations().front());
      place(circuit, operation);
    }
  }

  // The gate and its noise.
  void place(const Circuit& circuit, const Operation& operation) {
    const Gate& row = gate(operation.gate);
    const std::span<const int> on(operation.wires.data(), static_cast<std::size_t>(row.wires));
    meet(on);
    if (operation.matrix >= 0)
      out_.add_matrix(on, circuit.matrices()[static_cast<std::size_t>(operation.matrix)]);
    else
      out_.add(row, on, {operation.angles.data(), static_cast<std::size_t>(row.angles)});
    if (model_.device)
      append_device_noise(out_, operation, *model_.device);
    else if (const auto& rules = model_.after[on.size() - 1])
      append_rules(out_, *rules, on);
  }

  void channel_of(const PlacedChannel& placed) {
    if (rests_others(placed.channel)) {
      group_.push_back(placed);
      return;
    }
    flush();
    out_.add_channel(channel(placed.channel), placed.on(), placed.values());
  }

  Circuit finish() {
    flush();
    std::vector<int> all(layer_.size());
    for (std::size_t q = 0; q < all.size(); ++q) all[q] = static_cast<int>(q);
    if (!model_.idle.empty()) meet(all, false);
    return std::move(out_);
  }

 private:
  // The layers in which these wires waited for each other, and the layer of the gate.
  void meet(std::span<const int> on, bool gate = true) {
    int layer = 0;
    for (const int wire : on) layer = std::max(layer, layer_[static_cast<std::size_t>(wire)]);
    for (const int wire : on) {
      int& own = layer_[static_cast<std::size_t>(wire)];
      for (; own < layer; ++own) append_rules(out_, model_.idle, std::span(&wire, 1));
      own = layer + (gate ? 1 : 0);
    }
  }

  // Measurements and resets side by side: the other wires rest meanwhile.
  void flush() {
    if (group_.empty()) return;
    std::vector<int> all, others;
    double time = 0;
    for (int q = 0; q < out_.wires(); ++q) {
      all.push_back(q);
      if (std::ranges::none_of(group_, [&](const PlacedChannel& p) { return p.wires[0] == q; }))
        others.push_back(q);
    }
    if (model_.device)
      for (const PlacedChannel& placed : group_) {
        const DeviceQubit& qubit = model_.device->qubit(placed.wires[0]);
        time = std::max(time, placed.channel == ChannelId::kMeasure ? qubit.measure_time
                                                                    : qubit.measure_time + qubit.reset_time);
      }
    meet(all);
    for (const int wire : others) {
      if (model_.device) append_relaxation(out_, wire, time, *model_.device);
      append_rules(out_, model_.while_reset, std::span(&wire, 1));
    }
    for (const PlacedChannel& placed : group_) {
      const int wire = placed.wires[0];
      if (placed.channel == ChannelId::kReset && model_.feedforward) {
        const ReadoutError error = model_.readout_of(wire);
        out_.add_channel(ChannelId::kFeedforward, {wire}, {error.p1_given_0, error.p0_given_1});
      } else {
        out_.add_channel(channel(placed.channel), placed.on(), placed.values());
      }
    }
    group_.clear();
  }

  const NoiseModel& model_;
  Circuit out_;
  std::vector<int> layer_;            // [wires] layers of gates so far
  std::vector<PlacedChannel> group_;  // measurements and resets side by side
};

ReadoutError readout_entry(const DocumentPlace& place) {
  place.check_keys({"p1_given_0", "p0_given_1"});
  const auto probability = [&](std::string_view key) {
    const double p = place.at(key).number();
    if (p < 0 || p > 1)
      place.at(key).fail_here(fmt::format("must be a probability in [0, 1], not {:.6g}", p));
    return p;
  };
  return {probability("p1_given_0"), probability("p0_given_1")};
}

NoiseModel built_in(std::string_view name) {
  NoiseModel model{.name = std::string(name)};
  if (name == "depolarizing") {
    model.after[0] = {{ChannelId::kDepolarizing, {1e-3}, false}};
    model.after[1] = {{ChannelId::kDepolarizing, {1e-2}, false}};
  } else if (name == "sherbrooke") {
    DeviceTable device{.name = "sherbrooke", .uniform = true};
    device.qubits.push_back({.t1 = 278e-6,
                             .t2 = 170e-6,
                             .gate_error = 3.34e-4,
                             .gate_time = 56.9e-9,
                             .readout = {2.0e-2, 2.0e-2},
                             .measure_time = 1216e-9,
                             .reset_time = 1273e-9});
    device.pairs.push_back({.a = -1, .b = -1, .error = 7.5e-3, .time = 533e-9});
    model.device = std::move(device);
    model.readout = {{2.0e-2, 2.0e-2}};
  } else {
    for (auto& rules : model.after) rules.emplace();
  }
  return model;
}

// "FILE:0,1,2" as FILE and its qubits.
std::pair<std::string, std::vector<int>> split_choice(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || std::filesystem::exists(text)) return {text, {}};
  std::vector<int> choice;
  for (const char* at = text.data() + colon + 1; at < text.data() + text.size();) {
    int q = 0;
    const auto [end, error] = std::from_chars(at, text.data() + text.size(), q);
    require(error == std::errc() && (end == text.data() + text.size() || *end == ','),
            "'{}': behind the colon stand the device's qubits, as in FILE:0,1,2,3", text);
    choice.push_back(q);
    at = end + 1;
  }
  return {text.substr(0, colon), choice};
}

// Makes every channel, error and time F times as strong.
void strengthen(NoiseModel& model, double factor) {
  const auto rules = [&](std::vector<ChannelRule>& list) {
    for (ChannelRule& rule : list) {
      const Channel& row = channel(rule.channel);
      if (row.id == ChannelId::kPauli)
        for (double& p : rule.parameters) p *= factor;
      else if (row.strength >= 0)
        rule.parameters[static_cast<std::size_t>(row.strength)] *= factor;
      check_parameters(row, rule.parameters);
    }
  };
  for (auto& list : model.after)
    if (list) rules(*list);
  rules(model.idle), rules(model.while_reset);
  const auto misread = [&](ReadoutError& error) {
    error.p1_given_0 *= factor, error.p0_given_1 *= factor;
    require(error.p1_given_0 <= 1 && error.p0_given_1 <= 1, "readout errors of {} are above 1", model.name);
  };
  for (ReadoutError& error : model.readout) misread(error);
  if (!model.device) return;
  for (DeviceQubit& qubit : model.device->qubits) {
    for (double* number : {&qubit.gate_error, &qubit.gate_time, &qubit.measure_time, &qubit.reset_time})
      *number *= factor;
    misread(qubit.readout);
  }
  for (DevicePair& pair : model.device->pairs) pair.error *= factor, pair.time *= factor;
}

// "NAME*F" as NAME and F; 1 where there is none.
std::pair<std::string, double> split_factor(const std::string& text) {
  const std::size_t star = text.rfind('*');
  if (star == std::string::npos || std::filesystem::exists(text)) return {text, 1};
  double factor = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + star + 1, end, factor);
  require(error == std::errc() && stop == end && factor >= 0 && std::isfinite(factor),
          "'{}': behind the * stands how many times as strong the noise is, a number of 0 or more", text);
  return {text.substr(0, star), factor};
}

NoiseModel plain_noise_model(const std::string& file_or_name);

}  // namespace

std::span<const Choice> noise_models() { return kModels; }

ReadoutError NoiseModel::readout_of(int wire) const {
  if (readout.empty()) return {};
  return readout.size() == 1 ? readout.front() : readout[static_cast<std::size_t>(wire)];
}

std::vector<ReadoutError> read_readout(const DocumentPlace& place) {
  if (!place.is_list()) return {readout_entry(place)};
  std::vector<ReadoutError> all;
  for (std::size_t q = 0; q < place.size(); ++q) all.push_back(readout_entry(place.at(q)));
  return all;
}

NoiseModel read_noise_rule(const DocumentPlace& root, std::string_view name) {
  root.check_keys(
      {"name", "after_1q", "after_2q", "after_3q", "idle", "while_reset", "readout", "feedforward"});
  NoiseModel model{.name = root.find("name").present() ? root.at("name").text() : std::string(name)};
  for (std::size_t k = 0; k < 3; ++k)
    if (const DocumentPlace list = root.find(kAfter[k]); list.present())
      model.after[k] = read_rules(list, static_cast<int>(k) + 1);
  if (const DocumentPlace list = root.find("idle"); list.present()) model.idle = read_rules(list, 1);
  if (const DocumentPlace list = root.find("while_reset"); list.present())
    model.while_reset = read_rules(list, 1);
  if (const DocumentPlace readout = root.find("readout"); readout.present())
    model.readout = read_readout(readout);
  model.feedforward = root.find("feedforward").present() && root.at("feedforward").flag();
  return model;
}

NoiseModel stronger(NoiseModel model, double factor) {
  if (factor != 1) strengthen(model, factor);
  return model;
}

NoiseModel find_noise_model(const std::string& file_or_name) {
  const auto [name, factor] = split_factor(file_or_name);
  NoiseModel model = plain_noise_model(name);
  model.name = file_or_name;
  if (factor != 1) strengthen(model, factor);
  return model;
}

namespace {

NoiseModel plain_noise_model(const std::string& file_or_name) {
  for (const Choice& row : kModels)
    if (row.name == file_or_name) return built_in(row.name);
  const auto [file, choice] = split_choice(file_or_name);
  require(std::filesystem::exists(file), "no noise model and no file is called '{}'{}", shown(file),
          suggestion(file, names_of(kModels)));
  const std::string text = read_input(file);
  const DocumentPlace root = DocumentPlace::parse(text, file);
  if (root.find("qubits").present() || root.find("wires").present()) {
    NoiseModel model{.name = file_or_name, .device = parse_device(text, file, choice)};
    model.warnings = model.device->warnings;
    for (const DeviceQubit& qubit : model.device->qubits) model.readout.push_back(qubit.readout);
    return model;
  }
  require(choice.empty(), "{} is a rule and no device's table: it has no qubits to choose", file);
  return read_noise_rule(root, file);
}

}  // namespace

Circuit with_noise(const Circuit& circuit, const NoiseModel& model) {
  if (model.device) require_wires(*model.device, circuit.wires());
  require(model.readout.size() <= 1 || static_cast<int>(model.readout.size()) == circuit.wires(),
          "noise model {} has readout errors of {} wires, and the circuit {} wires", model.name,
          model.readout.size(), circuit.wires());
  Builder builder(circuit, model);
  for_each_item(
      circuit, [&](const Operation& operation) { builder.gate_of(circuit, operation); },
      [&](const PlacedChannel& placed) { builder.channel_of(placed); });
  return builder.finish();
}

std::vector<std::string> gaps(const Circuit& circuit, const NoiseModel& model) {
  std::vector<std::string> lines;
  if (model.device) return lines;
  for (int wires = 1; wires <= 3; ++wires) {
    if (model.after[static_cast<std::size_t>(wires - 1)]) continue;
    std::set<std::string_view> names;
    for (const Operation& operation : circuit.operations())
      if (gate(operation.gate).wires == wires) names.insert(gate(operation.gate).name);
    std::string text;
    for (const std::string_view name : names) text += fmt::format("{}{}", text.empty() ? "" : ", ", name);
    if (!names.empty())
      lines.push_back(fmt::format(
          "noise model {} has no rule for gates of {} wire{}: {} run without noise ({} = [] "
          "says that this is meant)",
          model.name, wires, wires == 1 ? "" : "s", text, kAfter[static_cast<std::size_t>(wires - 1)]));
  }
  return lines;
}

std::vector<double> read_probabilities(std::span<const double> probabilities, const NoiseModel& model) {
  std::vector<double> read(probabilities.begin(), probabilities.end());
  int wires = 0;
  while (std::size_t{1} << wires < read.size()) ++wires;
  for (int q = 0; q < wires; ++q) {
    const std::size_t bit = std::size_t{1} << (wires - 1 - q);
    const ReadoutError error = model.readout_of(q);
    for (std::size_t i = 0; i < read.size(); ++i) {
      if (i & bit) continue;
      const double zero = read[i], one = read[i | bit];
      read[i] = (1 - error.p1_given_0) * zero + error.p0_given_1 * one;
      read[i | bit] = error.p1_given_0 * zero + (1 - error.p0_given_1) * one;
    }
  }
  return read;
}

}  // namespace ebit::inline noise
