// ebit export: circuits as text that other tools and devices run.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "ebit/analysis/hardware/export_run.h"
#include "ebit/analysis/hardware/step_circuits.h"
#include "ebit/base/atomic_file.h"
#include "ebit/base/choice.h"
#include "ebit/base/nearest.h"
#include "ebit/cell/cells.h"
#include "ebit/cell/draws.h"
#include "ebit/cell/register/hardware.h"
#include "ebit/cell/register/preset.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/export_costs.h"
#include "ebit/cmd/output.h"
#include "ebit/settings/published.h"
#include "ebit/settings/resolve.h"

namespace ebit::cmd {
namespace {

struct ExportFlags {
  std::string run, preset, ansatz, output;
  CircuitTextOptions text;
  HardwareOptions how;
  analysis::ExportOptions of;
  std::optional<std::uint64_t> seed;
  int wires = 4, layers = 1, steps = 4;
  std::vector<std::string> maps;
  bool costs = false, json = false;
};

int run(ExportFlags options);

template <class Rows>
std::vector<std::string> names(const Rows& rows) {
  return names_of(rows);
}

}  // namespace

Action setup_export(Parser& parser) {
  auto options = std::make_shared<ExportFlags>();
  parser.add_option("RUN", options->run, "Folder of a trained run, of which one window is written")
      .type_name("RUN");
  parser
      .add_option("--preset", options->preset,
                  "Instead of RUN: a preset with starting values for its angles, on evenly spaced numbers")
      .offers(names_of(presets()));
  parser
      .add_option("--ansatz", options->ansatz,
                  "Instead of RUN: an ansatz by name, or a file with a gate list; its angles are inputs")
      .type_name("NAME|FILE")
      .offers(names_of(ansaetze()));
  parser.add_option("--format", options->text.format, "What to write").choices(names(circuit_formats()));
  parser.add_option("--dialect", options->text.dialect, "Who reads OpenQASM 3")
      .choices(names(qasm_dialects()));
  parser.add_flag("--barriers,!--no-barriers", options->text.barriers,
                  "Barriers between encoder, circuits and steps");
  parser.add_flag("--inputs", options->how.inputs,
                  "Trained angles become inputs of the program; their values stand at its top");
  parser.add_flag("--feedforward", options->how.feedforward,
                  "Reset qubits by a measurement, and by X where 1 was read");
  parser.add_option("--window", options->of.window, "Which window of the part, from 0; left out: the last")
      .default_text("");
  parser
      .add_option("--part", options->of.part,
                  "Part of the run's data: train, validation or test; left out: the last")
      .offers({"train", "validation", "test"});
  parser.add_option(
      "--seed", options->seed,
      "Which training of RUN, left out: the first; of a preset: seed of its angles, left out: 1");
  parser.add_option("--steps", options->steps, "Time steps of a preset");
  parser.add_option("--wires", options->wires, "Wires of an ansatz");
  parser.add_option("--layers", options->layers, "Layers of an ansatz");
  parser
      .add_option("-o,--output", options->output,
                  "File to write; several circuits become FILE-1, FILE-2, ...; left out: print the one")
      .type_name("FILE");
  parser.add_flag(
      "--costs", options->costs,
      "Print what the circuits cost instead; without RUN, --preset and --ansatz: of every preset");
  parser
      .add_option("--map", options->maps,
                  "With --costs: the maps of devices that it is brought on by SWAPs: all, line, ring, "
                  "heavy-hex, or a TOML file with edges = [[0, 1], ...]; several by commas")
      .type_name("MAPS");
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

Exported of_run(const ExportFlags& options) {
  analysis::ExportOptions of = options.of;
  of.seed = options.seed;
  const analysis::ExportWindow window = analysis::export_window(options.run, of);
  Exported out = window_of(window.cell, window.parameters, window.x, options.how);
  for (CircuitProgram& program : out.programs)
    program.title.insert(program.title.begin(), window.notes.begin(), window.notes.end());
  return out;
}

// A cell as it starts, on evenly spaced numbers.
Exported of_start(const std::string& name, const RegisterOptions& options_of_cell,
                  const ExportFlags& options) {
  require(options.steps >= 1 && options.steps <= 1000, "export: --steps must be from 1 to 1000, not {}",
          options.steps);
  const auto cell = make_cell<double>(options_of_cell);
  std::vector<double> parameters(cell->parameters()), x;
  MersenneDraws draws(options.seed.value_or(1));
  cell->initialise(draws, parameters.data());
  const std::size_t count = static_cast<std::size_t>(options.steps) * cell->inputs();
  for (std::size_t i = 0; i < count; ++i)
    x.push_back(count == 1 ? 0.5 : -0.5 + static_cast<double>(i) / static_cast<double>(count - 1));
  Exported out = window_of(options_of_cell, parameters, x, options.how);
  for (CircuitProgram& program : out.programs)
    program.title.insert(program.title.begin(), fmt::format("preset {}, angles as they start with seed {}",
                                                            name, options.seed.value_or(1)));
  return out;
}

Exported of_ansatz(const ExportFlags& options) {
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

// A preset of any family, as its costs are counted; none where it is no circuit.
std::optional<CostedCircuits> costed_preset(const std::string& name, const ExportFlags& options) {
  const CellOptions cell = with_sizes(
      cell_of(resolve("forecast", std::nullopt, {{"model.name", find_published(name).name, "--preset"}})), 1,
      false);
  if (const auto* own = std::get_if<RegisterOptions>(&cell)) {
    Exported window = of_start(name, *own, options);
    return CostedCircuits{name, window.programs.size(), std::move(window.programs.back())};
  }
  auto own = analysis::step_circuits(cell, options.steps);
  if (!own) return std::nullopt;
  return CostedCircuits{name, own->circuits, std::move(own->program)};
}

int costs(const ExportFlags& options) {
  std::vector<CostedCircuits> all;
  std::vector<std::string> without;
  const auto take = [&](const std::string& name, Exported exported) {
    all.push_back({name, exported.programs.size(), std::move(exported.programs.back())});
  };
  if (!options.run.empty()) {
    take(options.run, of_run(options));
  } else if (!options.ansatz.empty()) {
    take(options.ansatz, of_ansatz(options));
  } else if (!options.preset.empty()) {
    auto own = costed_preset(options.preset, options);
    require(own.has_value(), "export: {} is no circuit that a device runs, so that it has no costs",
            options.preset);
    all.push_back(std::move(*own));
  } else {
    for (const ModelRow& row : published_models())
      if (auto own = costed_preset(row.name, options))
        all.push_back(std::move(*own));
      else
        without.push_back(row.name);
  }
  return show_costs(all, options.maps.empty() ? std::vector<std::string>{"all"} : options.maps, without,
                    options.json);
}

int run(ExportFlags options) {
  const int sources = !options.run.empty() + !options.preset.empty() + !options.ansatz.empty();
  require(sources <= 1, "export: give one of RUN, --preset and --ansatz");
  require(sources == 1 || options.costs, "export: give a RUN, a --preset or an --ansatz");
  require(options.json == false || options.costs,
          "export: --json is for --costs; --format json writes a circuit");
  require(options.text.format == "qasm3" || options.text.dialect == "qiskit",
          "export: --dialect is for --format qasm3, and {} has none", options.text.format);
  require(options.costs || options.maps.empty(),
          "export: --map is for --costs; circuits are written with every pair of qubits joined");
  if (options.costs) return costs(options);
  Exported exported = !options.run.empty() ? of_run(options)
                      : !options.preset.empty()
                          ? of_start(options.preset, find_preset(options.preset).cell, options)
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
