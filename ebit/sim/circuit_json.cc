#include <nlohmann/json.hpp>

#include "ebit/base/error.h"
#include "ebit/sim/circuit_writers.h"
#include "ebit/sim/lowered.h"

namespace ebit::inline sim::circuit_writers {

std::string json_text(const CircuitProgram& program) {
  require(program.parameter_names.empty(),
          "the format json has no inputs: leave them out, and their values are written");
  using Json = nlohmann::ordered_json;
  Json list = Json::array(), title = Json::array();
  for (const std::string& line : program.title) title.push_back(line);
  const std::vector<GateId> known = [] {
    std::vector<GateId> ids;
    for (const Gate& row : gates())
      if (row.matrix) ids.push_back(row.id);
    return ids;
  }();
  for (const ProgramPart& part : program.parts) {
    for_each_item(
        lowered(part.circuit, known),
        [&](const Operation& operation) {
          const Gate& row = gate(operation.gate);
          Json angles = Json::array();
          for (int k = 0; k < row.angles; ++k) {
            const Angle& a = operation.angles[static_cast<std::size_t>(k)];
            angles.push_back(a.value + (a.kind == Angle::Kind::kShared
                                            ? a.scale * program.parameters[static_cast<std::size_t>(a.index)]
                                            : 0));
          }
          list.push_back(
              {{"op", "gate"},
               {"gate", row.name},
               {"wires", std::vector<int>(operation.wires.begin(), operation.wires.begin() + row.wires)},
               {"angles", angles}});
        },
        [&](const PlacedChannel& placed) {
          const Channel& row = channel(placed.channel);
          Json entry = {{"op", "channel"}, {"channel", row.name}};
          for (std::size_t k = 0; k < row.parameters.size(); ++k)
            entry[std::string(row.parameters[k].name)] = placed.parameters[k];
          entry["wires"] = std::vector<int>(placed.on().begin(), placed.on().end());
          list.push_back(entry);
        });
    list.push_back({{"op", "snapshot"}, {"name", part.comment}});
  }
  Json expectations = Json::object();
  for (const int wire : program.measured) expectations[fmt::format("Z{}", wire)] = nullptr;
  const Json all = {
      {"format", "ebit-noise-golden/1"}, {"title", title},  {"wires", program.wires},      {"circuit", list},
      {"noise", Json::object()},         {"program", list}, {"expectations", expectations}};
  return all.dump(1) + "\n";
}

}  // namespace ebit::inline sim::circuit_writers
