#include "ebit/noise/noise_file.h"

#include <filesystem>

#include "ebit/base/atomic_file.h"
#include "ebit/base/utf8.h"
#include "ebit/noise/density_program.h"
#include "ebit/sim/state_preparation.h"

namespace ebit::inline noise {
namespace {

std::vector<int> wires_of(const DocumentPlace& entry) {
  const DocumentPlace list = entry.at("wires");
  std::vector<int> wires;
  for (std::size_t i = 0; i < list.size(); ++i) wires.push_back(list.at(i).integer());
  return wires;
}

void add_gate(Circuit& circuit, const DocumentPlace& entry) {
  std::vector<Angle> angles;
  const DocumentPlace list = entry.at("angles");
  for (std::size_t i = 0; i < list.size(); ++i) angles.push_back(Angle::constant(list.at(i).number()));
  circuit.add(gate(entry.at("gate").text()), wires_of(entry), angles);
}

void add_channel(Circuit& circuit, const DocumentPlace& entry) {
  const Channel& row = channel(entry.at("channel").text());
  DocumentValue table = entry.value();
  if (const DocumentPlace readout = entry.find("readout"); readout.present()) {
    std::erase_if(table.table, [](const auto& member) { return member.first == "readout"; });
    table.table.insert(table.table.end(), readout.value().table.begin(), readout.value().table.end());
  }
  const std::vector<int> wires = wires_of(entry);
  circuit.add_channel(
      row, wires, channel_parameters(row, static_cast<int>(wires.size()), table, {"op", "channel", "wires"}));
}

void add_preparation(Circuit& circuit, const DocumentPlace& entry) {
  const std::vector<int> wires = wires_of(entry);
  std::vector<Complex> amplitudes;
  for (const double a : entry.at("amplitudes").array({1 << wires.size()}, "2^wires"))
    amplitudes.emplace_back(a, 0);
  append_state_preparation(circuit, wires, amplitudes);
}

// The list as circuits that end at snapshots. What a state is prepared with has no noise; all else has it by
// `model`, where that is given.
std::vector<NoisePart> read_parts(const DocumentPlace& list, int wires, const NoiseModel* model) {
  std::vector<NoisePart> parts;
  Circuit done(wires), pending(wires);
  const auto settle = [&] {
    done.append(model ? with_noise(pending, *model) : pending);
    pending = Circuit(wires);
  };
  const auto close = [&](const std::string& name) {
    settle();
    parts.push_back({std::move(done), name});
    done = Circuit(wires);
  };
  for (std::size_t i = 0; i < list.size(); ++i) {
    const DocumentPlace entry = list.at(i);
    const std::string op = entry.at("op").text();
    try {
      if (op == "gate") {
        add_gate(pending, entry);
      } else if (op == "channel") {
        add_channel(pending, entry);
      } else if (op == "prepare") {
        settle();
        add_preparation(done, entry);
      } else {
        require(op == "snapshot", "'{}' is no operation: gate, channel, prepare or snapshot", shown(op));
        close(entry.at("name").text());
      }
    } catch (const Error& error) {
      const std::string text = error.what();
      if (text.find(entry.where().substr(0, entry.where().rfind(':'))) == 0) throw;
      fail("{}: {}", entry.where(), text);
    }
  }
  close("");
  return parts;
}

NoiseModel model_of(const DocumentPlace& root, const std::string& path) {
  const DocumentPlace noise = root.at("noise");
  if (noise.find("device").present())
    return find_noise_model((std::filesystem::path(path).parent_path() / noise.at("device").text()).string());
  return read_noise_rule(noise, path);
}

double sign_of(const Observable& observable, std::size_t outcome) {
  return __builtin_popcountll(outcome & observable.z_mask) % 2 ? -1 : 1;
}

}  // namespace

bool is_noise_file(const DocumentPlace& document) {
  const DocumentPlace format = document.find("format");
  return format.present() && format.text() == "ebit-noise-golden/1";
}

NoiseFile read_noise_file(const std::string& path, NoiseSource source) {
  const DocumentPlace root = DocumentPlace::open(path);
  NoiseFile file{.wires = root.at("wires").integer(), .model = model_of(root, path)};
  if (const DocumentPlace readout = root.find("readout"); readout.present())
    file.model.readout = read_readout(readout);
  if (const DocumentPlace cell = root.find("cell"); cell.present())
    file.system = cell.at("n_system").integer();
  const bool rule = source == NoiseSource::kRule;
  file.parts = read_parts(root.at(rule ? "circuit" : "program"), file.wires, rule ? &file.model : nullptr);
  if (root.find("expectations").present()) file.expectations = root.at("expectations").keys();
  if (root.find("read_expectations").present()) file.read_expectations = root.at("read_expectations").keys();
  return file;
}

NoiseValues exact_values(const NoiseFile& file) {
  NoiseValues values;
  StateBatch<double> batch(2 * file.wires, 1);
  const Tile<double> rho = batch.tile(0);
  const std::size_t n = std::size_t{1} << file.wires;
  const auto matrix = [&] {
    std::vector<Complex> entries(n * n);
    for (std::size_t e = 0; e < entries.size(); ++e) entries[e] = batch.amplitude(0, e);
    return entries;
  };
  const auto read = [&](const std::string& text) {
    const Observable observable = parse_observable(text, file.wires);
    double value[kLanes<double>];
    density_expectations(rho, std::span(&observable, 1), value);
    return value[0];
  };
  clear_to_zero_state(rho);
  for (const NoisePart& part : file.parts) {
    DensityProgram<double> program(part.circuit);
    program.bind({});
    program.run(rho);
    if (part.snapshot.empty()) continue;
    values.snapshots.emplace_back(part.snapshot, matrix());
    if (file.system > 0 && part.snapshot.ends_with("before reset"))
      values.y.push_back(read(fmt::format("Z{}", file.system - 1)));
  }
  values.density_matrix = matrix();
  for (const std::string& text : file.expectations) values.expectations.emplace_back(text, read(text));
  for (std::size_t i = 0; i < n; ++i) values.probabilities.push_back(values.density_matrix[i * n + i].real());
  if (file.model.readout.empty()) return values;
  values.read_probabilities = read_probabilities(values.probabilities, file.model);
  for (const std::string& text : file.read_expectations) {
    const Observable observable = parse_observable(text, file.wires);
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += sign_of(observable, i) * values.read_probabilities[i];
    values.read_expectations.emplace_back(text, sum);
  }
  return values;
}

std::vector<Complex> trace_first(const std::vector<Complex>& rho, int wires, int traced) {
  const std::size_t n = std::size_t{1} << wires, rest = std::size_t{1} << (wires - traced);
  std::vector<Complex> reduced(rest * rest);
  for (std::size_t i = 0; i < n / rest; ++i)
    for (std::size_t j = 0; j < rest; ++j)
      for (std::size_t k = 0; k < rest; ++k) reduced[j * rest + k] += rho[(i * rest + j) * n + i * rest + k];
  return reduced;
}

}  // namespace ebit::inline noise
