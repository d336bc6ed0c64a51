// ebit quantum-logic: an LSTM as reversible fixed-point arithmetic.
#include "ebit/analysis/logic/quantum_logic.h"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "ebit/analysis/logic/logic_report.h"
#include "ebit/base/atomic_file.h"
#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/base/parallel.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/output.h"
#include "ebit/cmd/settings_flags.h"

namespace ebit::cmd {
namespace {

struct Place {
  std::string_view name;
  WeightsAs weights;
};

constexpr Place kWeightPlaces[] = {{"constant", WeightsAs::kConstant}, {"register", WeightsAs::kRegister}};

struct QuantumLogicFlags {
  std::string folder, weights = "constant", out, qasm;
  std::optional<int> steps, windows;
  std::optional<std::string> part;
  analysis::LogicOptions logic;
  int threads = 0;
  bool json = false;
  std::optional<bool> plot;
};

void check_use(const QuantumLogicFlags& o) {
  const bool run = !o.folder.empty();
  const auto without_effect = [&](bool given, const char* flag, const char* where) {
    require(!given, "{} has no effect here: it counts {}", flag, where);
  };
  if (run) {
    without_effect(!o.logic.features.empty(), "--features", "without a run");
    without_effect(!o.logic.hidden.empty(), "--hidden", "without a run");
    without_effect(o.steps.has_value(), "--steps", "without a run, whose own sequences are taken");
  } else {
    without_effect(o.part.has_value(), "--part", "with a run");
    without_effect(o.windows.has_value(), "--windows", "with a run");
    without_effect(o.plot.has_value() && o.out.empty(), "--plots", "with a run or --out");
  }
  if (o.qasm.empty()) return;
  without_effect(o.json, "--json", "without --qasm");
  without_effect(!o.out.empty(), "--out", "without --qasm");
  without_effect(o.plot.has_value(), "--plots", "without --qasm");
  without_effect(o.windows.has_value(), "--windows", "without --qasm");
  without_effect(o.steps.has_value(), "--steps", "without --qasm, which writes one step");
}

int write_qasm(const QuantumLogicFlags& o) {
  std::vector<std::string> comments;
  const LogicCircuit circuit = analysis::step_circuit(o.folder, o.logic, comments);
  write_file_atomically(o.qasm, qasm_of(circuit, comments));
  print(fmt::format("{}: {} qubits, {} gates\n", o.qasm, circuit.wires(), circuit.gates().size()));
  return kOk;
}

int run(QuantumLogicFlags o) {
  check_use(o);
  o.logic.weights = find_row(kWeightPlaces, "quantum-logic: unknown --weights", o.weights).weights;
  if (o.steps) o.logic.steps = *o.steps;
  if (o.windows) o.logic.windows = *o.windows;
  if (o.part) o.logic.part = *o.part;
  set_threads(o.threads);
  if (!o.qasm.empty()) return write_qasm(o);
  const bool run = !o.folder.empty();
  const analysis::LogicReport report =
      run ? analysis::check_logic(o.folder, o.logic) : analysis::count_logic(o.logic);
  const std::string out = o.out.empty() ? o.folder : o.out;
  std::vector<std::filesystem::path> files;
  if (!out.empty()) files = analysis::write_logic(out, report, o.plot.value_or(true));
  if (o.json) {
    nlohmann::ordered_json json = analysis::to_json(report);
    json["files"] = nlohmann::ordered_json::array();
    for (const auto& file : files) json["files"].push_back(file.string());
    print_json(json);
  } else {
    print(analysis::logic_text(report));
    for (const auto& file : files) print(fmt::format("written: {}\n", file.string()));
  }
  return report.right() ? kOk : kCheckFailed;
}

}  // namespace

Action setup_quantum_logic(Parser& parser) {
  auto options = std::make_shared<QuantumLogicFlags>();
  analysis::LogicOptions& logic = options->logic;
  parser
      .add_option("run", options->folder, "Folder of a run of --model lstm; none: circuits are counted alone")
      .type_name("RUN");
  parser
      .add_option("--bits", logic.bits,
                  "Bits of a word, the sign among them, from 4 to 24; several: a row each")
      .default_text("6,8,10,12,14,16");
  parser
      .add_option(
          "--fraction", logic.fraction,
          "Of those, bits behind the point; none: as many as the run's weights and cell states leave, or all "
          "but 4")
      .type_name("INT");
  parser
      .add_option("--weights", options->weights,
                  "constant: weights are in the circuit; register: in quantum registers of their own")
      .choices({"constant", "register"});
  parser
      .add_option("--gates", logic.gates,
                  "Functions in place of sigmoid and tanh: plan (four segments, no adder) or chords (32 "
                  "segments by a "
                  "table, 25 times nearer)")
      .choices(names_of(gate_functions()));
  parser.add_option("--features", logic.features, "Without a run: numbers of a step").default_text("1");
  parser.add_option("--hidden", logic.hidden, "Without a run: hidden units").default_text("4");
  parser.add_option("--steps", options->steps, "Without a run: steps of the sequence whose cost is shown")
      .default_text("1");
  parser.add_option("--seed", logic.seed,
                    "Seed of the training, where the run has several; without a run: of the random weights");
  parser
      .add_option("--part", options->part,
                  "Part of the run's data: train, validation, test; none: the last that has sequences")
      .offers({"train", "validation", "test"});
  parser.add_option("--windows", options->windows, "Sequences that go through the circuit at most; 0: all")
      .default_text("512");
  parser
      .add_option("-o,--out", options->out,
                  "Folder for quantum-logic.csv, quantum-logic.json and plots; none: the run's, or nothing "
                  "is written")
      .type_name("FOLDER");
  parser
      .add_option("--qasm", options->qasm, "Only write the circuit of a step as OpenQASM 3; takes one --bits")
      .type_name("FILE");
  parser.add_option("--threads", options->threads,
                    "Threads; 0: one for each core. Results do not depend on it");
  add_plots_flag(
      parser, [options](bool on) { options->plot = on; }, "Draw the plots");
  parser.add_flag("--json", options->json, "Print everything as JSON");
  return [options] { return run(*options); };
}

}  // namespace ebit::cmd
