// ebit export: circuits as text that other tools and devices run.
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "ebit/analysis/hardware/export_run.h"
#include "ebit/base/atomic_file.h"
#include "ebit/base/choice.h"
#include "ebit/cell/cells.h"
#include "ebit/cell/draws.h"
#include "ebit/cell/register/hardware.h"
#include "ebit/cell/register/preset.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/output.h"
#include "ebit/report/text_table.h"

namespace ebit::cmd {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string run, preset, ansatz, output;
  CircuitTextOptions text;
  HardwareOptions how;
  analysis::ExportOptions of;
  std::optional<std::uint64_t> seed;
  int wires = 4, layers = 1, steps = 4;
  bool costs = false, json = false;
};

int run(Options options);

template <class Rows>
std::vector<std::string> names(const Rows& rows) {
  return names_of(rows);
}

}  // namespace

Action setup_export(Parser& parser) {
  auto options = std::make_shared<Options>();
  parser.add_option("RUN", options->run, "Folder of a trained run, of which one window is written");
  parser.add_option("--preset", options->preset,
                    "Instead of RUN: a preset with starting values for its angles, on evenly spaced numbers");
  parser.add_option("--ansatz", options->ansatz,
                    "Instead of RUN: an ansatz by name, or a file with a gate list; its angles are inputs");
  parser.add_option("--format", options->text.format, "What to write").choices(names(circuit_formats()));
  parser.add_option("--dialect", options->text.dialect, "Who reads OpenQASM 3")
      .choices(names(qasm_dialects()));
  parser.add_flag("--barriers,!--no-barriers", options->text.barriers,
                  "Barriers between encoder, circuits and steps (default)");
  parser.add_flag("--inputs", options->how.inputs,
                  "Trained angles are inputs of the program; their values stand on top");
  parser.add_flag("--feedforward", options->how.feedforward,
                  "Reset by a measurement, and X where 1 was read");
  parser.add_option("--window", options->of.window, "Which window of the part, from 0 (default: the last)");
  parser.add_option("--part", options->of.part,
                    "Of the run's data: train, validation or test (default: the last)");
  parser.add_option("--seed", options->seed,
                    "Which training of RUN (default: the first); of a preset's angles (default: 1)");
  parser.add_option("--steps", options->steps, "Time steps of a preset");
  parser.add_option("--wires", options->wires, "Wires of an ansatz");
  parser.add_option("--layers", options->layers, "Layers of an ansatz");
  parser.add_option("-o,--output", options->output,
                    "File to write; several circuits become FILE-1, FILE-2, ... (default: print the one)");
  parser.add_flag("--costs", options->costs,
                  "Print what the circuits take instead; without RUN, --preset and --ansatz of every preset");
  parser.add_flag("--json", options->json, "With --costs: print them as JSON");
  return [options] { return run(*options); };
}

namespace {

// Circuits, and lines on standard error about them.
struct Exported {
  std::vector<CircuitProgram> programs;
  std::vector<std::string> notes;
};

Exported window_of(const RegisterOptions& cell, const std::vector<double>& parameters,
                   const std::vector<double>& x, const HardwareOptions& how) {
  HardwareWindow window = hardware_window(cell, parameters, x, how);
  Exported out{std::move(window.programs), {}};
  if (cell.hidden != "collapse") return out;
  std::string outcomes;
  for (const int outcome : window.outcomes)
    outcomes += fmt::format("{}{}", outcomes.empty() ? "" : ",", outcome);
  out.notes.push_back(fmt::format("collapse keeps the shots with outcomes {}: {:.3g} of all, 1 in {:.0f}",
                                  outcomes, window.probability, 1 / window.probability));
  return out;
}

Exported of_run(const Options& options) {
  analysis::ExportOptions of = options.of;
  of.seed = options.seed;
  const analysis::ExportWindow window = analysis::export_window(options.run, of);
  Exported out = window_of(window.cell, window.parameters, window.x, options.how);
  for (CircuitProgram& program : out.programs)
    program.title.insert(program.title.begin(), window.notes.begin(), window.notes.end());
  return out;
}

Exported of_preset(const std::string& name, const Options& options) {
  const Preset& preset = find_preset(name);
  require(options.steps >= 1 && options.steps <= 1000, "export: --steps must be from 1 to 1000, not {}",
          options.steps);
  const auto cell = make_cell<double>(preset.cell);
  std::vector<double> parameters(cell->parameters()), x;
  MersenneDraws draws(options.seed.value_or(1));
  cell->initialise(draws, parameters.data());
  const std::size_t count = static_cast<std::size_t>(options.steps) * cell->inputs();
  for (std::size_t i = 0; i < count; ++i)
    x.push_back(count == 1 ? 0.5 : -0.5 + static_cast<double>(i) / static_cast<double>(count - 1));
  Exported out = window_of(preset.cell, parameters, x, options.how);
  for (CircuitProgram& program : out.programs)
    program.title.insert(program.title.begin(), fmt::format("preset {}, angles as they start with seed {}",
                                                            name, options.seed.value_or(1)));
  return out;
}

Exported of_ansatz(const Options& options) {
  std::optional<Ansatz> own;
  for (const Ansatz& row : ansaetze())
    if (row.name == options.ansatz) own = row;
  if (!own) {
    require(std::filesystem::exists(options.ansatz), "no ansatz and no file is called '{}'{}", options.ansatz,
            suggestion(options.ansatz, names_of(ansaetze())));
    own = parse_ansatz(read_input(options.ansatz), options.ansatz);
  }
  require(options.wires >= 1 && options.wires <= kMaxWires, "export: --wires must be from 1 to {}, not {}",
          kMaxWires, options.wires);
  CircuitProgram program{.title = {fmt::format("ansatz {}: {}", own->name, own->help)},
                         .wires = options.wires};
  program.parts.push_back({"", build_ansatz(*own, options.wires, options.layers)});
  const int angles = program.parts[0].circuit.shared_parameters();
  // Dialects without inputs get numbers: those of starting values.
  MersenneDraws draws(options.seed.value_or(1));
  for (int k = 0; k < angles; ++k) {
    program.parameters.push_back(draws.uniform(0, 1));
    program.parameter_names.push_back(fmt::format("theta_{}", k));
  }
  const bool inputs = options.text.format == "qasm3"
                          ? find_row(qasm_dialects(), "unknown dialect", options.text.dialect).inputs
                          : options.text.format != "json";
  if (!inputs) {
    program.parameter_names.clear();
    program.title.push_back(
        fmt::format("angles in [0, 1) of seed {}, as there are no inputs here", options.seed.value_or(1)));
  }
  return {{std::move(program)}, {}};
}

int show_costs(const Options& options) {
  std::vector<std::pair<std::string, Exported>> all;
  if (!options.run.empty())
    all.emplace_back(options.run, of_run(options));
  else if (!options.preset.empty())
    all.emplace_back(options.preset, of_preset(options.preset, options));
  else if (!options.ansatz.empty())
    all.emplace_back(options.ansatz, of_ansatz(options));
  else
    for (const Preset& preset : presets()) all.emplace_back(preset.name, of_preset(preset.name, options));
  TextTable table;
  table.columns = {{"circuit", false}, {"circuits"}, {"qubits"}, {"depth"}, {"two-qubit gates"}, {"resets"}};
  Json json = Json::array();
  for (const auto& [name, exported] : all) {
    const CircuitCosts costs = costs_of(exported.programs.back());
    table.rows.push_back({name, fmt::to_string(exported.programs.size()), fmt::to_string(costs.qubits),
                          fmt::to_string(costs.depth), fmt::to_string(costs.two_qubit),
                          fmt::to_string(costs.measurements)});
    json.push_back({{"circuit", name},
                    {"circuits", exported.programs.size()},
                    {"qubits", costs.qubits},
                    {"depth", costs.depth},
                    {"two_qubit_gates", costs.two_qubit},
                    {"mid_circuit_resets", costs.measurements}});
  }
  table.notes = {
      "Of the last circuit, with gates brought to CNOT and rotations, every pair of qubits joined."};
  if (options.json)
    print_json(json);
  else
    print(table_text(table));
  return kOk;
}

int run(Options options) {
  const int sources = !options.run.empty() + !options.preset.empty() + !options.ansatz.empty();
  require(sources <= 1, "export: give one of RUN, --preset and --ansatz");
  require(sources == 1 || options.costs, "export: give a RUN, a --preset or an --ansatz");
  require(options.json == false || options.costs,
          "export: --json is for --costs; --format json writes a circuit");
  require(options.text.format == "qasm3" || options.text.dialect == "qiskit",
          "export: --dialect is for --format qasm3, and {} has none", options.text.format);
  if (options.costs) return show_costs(options);
  Exported exported = !options.run.empty()      ? of_run(options)
                      : !options.preset.empty() ? of_preset(options.preset, options)
                                                : of_ansatz(options);
  const std::vector<CircuitProgram>& programs = exported.programs;
  require(programs.size() == 1 || !options.output.empty(),
          "export: these are {} circuits: give -o FILE, and they become FILE-1, FILE-2, ...",
          programs.size());
  for (std::size_t k = 0; k < programs.size(); ++k) {
    const std::string text = circuit_text(programs[k], options.text);
    if (const std::string noise = noise_left_out(programs[k], options.text.format); !noise.empty())
      tell("export: " + noise + "\n");
    if (options.output.empty()) {
      print(text);
      continue;
    }
    std::filesystem::path path = options.output;
    if (programs.size() > 1)
      path.replace_filename(fmt::format("{}-{}{}", path.stem().string(), k + 1, path.extension().string()));
    write_file_atomically(path, text);
  }
  for (const std::string& note : exported.notes) tell("export: " + note + "\n");
  return kOk;
}

}  // namespace
}  // namespace ebit::cmd
