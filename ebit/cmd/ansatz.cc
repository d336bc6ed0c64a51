// ebit ansatz: draws the circuit of an ansatz and counts what is in it.
#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/cell/register/register_cell.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/output.h"
#include "ebit/report/text_table.h"
#include "ebit/sim/draw.h"

namespace ebit::cmd {
namespace {

struct AnsatzFlags {
  std::string name;
  int wires = 4;
  int layers = 1;
  int width = 110;
  std::string dis = "none";
  bool list = false;
  bool ascii = false;
  bool json = false;
};

constexpr int kMostWires = 64;  // of a drawing that somebody looks at
constexpr int kMostLayers = 10000;

int run(const AnsatzFlags& options);

}  // namespace

Action setup_ansatz(Parser& parser) {
  auto options = std::make_shared<AnsatzFlags>();
  parser.add_option("NAME", options->name, "An ansatz by name, or a file with a gate list (TOML or JSON)")
      .type_name("NAME|FILE")
      .offers(names_of(ansaetze()));
  parser.add_option("--wires", options->wires, "Wires that the ansatz stands on");
  parser.add_option("--layers", options->layers, "Layers of the ansatz");
  parser.add_option("--dis", options->dis, "Draw U_dis as well, made as: flipped, adjoint or none")
      .offers({"flipped", "adjoint", "none"});
  parser.add_option("--width", options->width,
                    "Columns of text after which the drawing goes on below; 0: never");
  parser.add_flag("--list", options->list, "List all ansaetze instead (as without NAME)");
  parser.add_flag("--ascii", options->ascii, "Draw in plain ASCII");
  parser.add_flag("--json", options->json, "Print the result as JSON");
  return [options] { return run(*options); };
}

namespace {

using Json = nlohmann::ordered_json;

/// A circuit with the name that it has in the model.
struct Part {
  std::string name;    ///< "U_en", "U_dis"
  std::string letter;  ///< of its angles
  Circuit circuit;
};

// The built-in ansatz of that name, else the gate list in the file of that name.
Ansatz ansatz_of(const std::string& name) {
  for (const Ansatz& row : ansaetze())
    if (row.name == name) return row;
  if (std::filesystem::exists(name)) return parse_ansatz(read_input(name), name);
  fail("no ansatz and no file is called '{}'{}", name, suggestion(name, names_of(ansaetze())));
}

std::vector<Part> parts_of(const Ansatz& ansatz, const AnsatzFlags& options) {
  std::vector<Part> parts;
  const std::string second = options.dis == "none" ? "" : options.dis;
  parts.push_back({second.empty() ? ansatz.name : "U_en", options.ascii ? "t" : "θ",
                   build_ansatz(ansatz, options.wires, options.layers)});
  if (second.empty()) return parts;
  for (const DisStructure& row : dis_structures())
    if (row.name == second)
      parts.push_back({"U_dis", options.ascii ? "p" : "φ", row.build(ansatz, options.wires, options.layers)});
  if (parts.size() < 2) {
    std::vector<std::string> names = names_of(dis_structures());
    names.push_back("none");
    fail("ansatz: unknown structure of U_dis '{}'{}", second, suggestion(second, names));
  }
  return parts;
}

// How often each gate is there, in the order of the gate table.
std::vector<std::pair<std::string, int>> gate_counts(const Circuit& circuit) {
  std::map<GateId, int> counts;
  for (const Operation& operation : circuit.operations()) ++counts[operation.gate];
  std::vector<std::pair<std::string, int>> named;
  for (const auto& [id, count] : counts) named.emplace_back(gate(id).name, count);
  return named;
}

std::string counts_text(const Circuit& circuit) {
  std::string kinds;
  for (const auto& [name, count] : gate_counts(circuit))
    kinds += fmt::format("{}{} {}", kinds.empty() ? "" : ", ", count, name);
  return fmt::format("angles  {}\ngates   {}{}\ndepth   {}\n", circuit.shared_parameters(),
                     circuit.operations().size(), kinds.empty() ? "" : ": " + kinds, depth(circuit));
}

DrawOptions drawing(const Part& part, const AnsatzFlags& options) {
  return {.ascii = options.ascii,
          .width = options.width,
          .angle = [letter = part.letter](const Angle& angle) { return angle_text(angle, letter); }};
}

Json part_json(const Part& part, const AnsatzFlags& options) {
  Json counts = Json::object(), list = Json::array();
  for (const auto& [name, count] : gate_counts(part.circuit)) counts[name] = count;
  for (const Operation& operation : part.circuit.operations()) {
    const Gate& row = gate(operation.gate);
    Json angles = Json::array();
    for (int k = 0; k < row.angles; ++k) {
      const Angle& angle = operation.angles[static_cast<std::size_t>(k)];
      if (angle.kind == Angle::Kind::kConstant)
        angles.push_back(angle.value);
      else
        angles.push_back({{"parameter", angle.index}, {"scale", angle.scale}});
      if (angle.kind != Angle::Kind::kConstant && angle.value != 0) angles.back()["added"] = angle.value;
    }
    list.push_back({{"gate", row.name},
                    {"wires", std::vector<int>(operation.wires.begin(), operation.wires.begin() + row.wires)},
                    {"angles", angles}});
  }
  return {{"name", part.name},
          {"angles", part.circuit.shared_parameters()},
          {"depth", depth(part.circuit)},
          {"gate_counts", counts},
          {"gates", list},
          {"drawing", draw(part.circuit, drawing(part, options))}};
}

// Angles of a layer, or a dash where the ansatz cannot stand on so many wires.
Json angles_of(const Ansatz& ansatz, int wires) {
  try {
    return ansatz.angles_per_layer(wires);
  } catch (const Error&) {
    return nullptr;
  }
}

int list_all(const AnsatzFlags& options) {
  Json all = Json::array();
  TextTable table;
  table.columns = {{"ansatz", false}, {"angles a layer"}, {"gates of a layer", false}, {"source", false}};
  for (const Ansatz& row : ansaetze()) {
    const Json angles = angles_of(row, options.wires);
    table.rows.push_back({row.name, angles.is_null() ? "–" : angles.dump(), row.help, row.source});
    all.push_back(
        {{"name", row.name}, {"angles_per_layer", angles}, {"help", row.help}, {"source", row.source}});
  }
  table.notes = {fmt::format("Angles are those of {} wires (--wires). 'ebit ansatz NAME' draws the circuit.",
                             options.wires)};
  if (options.json)
    print_json(all);
  else
    print(table_text(table));
  return kOk;
}

int run(const AnsatzFlags& options) {
  require(options.wires >= 1 && options.wires <= kMostWires, "ansatz: --wires must be from 1 to {}, not {}",
          kMostWires, options.wires);
  require(options.layers >= 0 && options.layers <= kMostLayers,
          "ansatz: --layers must be from 0 to {}, not {}", kMostLayers, options.layers);
  require(options.width >= 0, "ansatz: --width must be 0 or more, not {}", options.width);
  if (options.list || options.name.empty()) return list_all(options);
  const Ansatz ansatz = ansatz_of(options.name);
  const std::vector<Part> parts = parts_of(ansatz, options);
  if (options.json) {
    Json circuits = Json::array();
    for (const Part& part : parts) circuits.push_back(part_json(part, options));
    print_json({{"name", ansatz.name},
                {"help", ansatz.help},
                {"source", ansatz.source},
                {"wires", options.wires},
                {"layers", options.layers},
                {"circuits", circuits}});
    return kOk;
  }
  std::string text = fmt::format("{}: {}\n{}\n", ansatz.name, ansatz.help, ansatz.source);
  for (const Part& part : parts) {
    text += '\n';
    if (parts.size() > 1) text += part.name + "\n";
    text += draw(part.circuit, drawing(part, options)) + "\n" + counts_text(part.circuit);
  }
  print(text);
  return kOk;
}

}  // namespace
}  // namespace ebit::cmd
