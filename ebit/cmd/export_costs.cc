#include "ebit/cmd/export_costs.h"

#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "ebit/cmd/command.h"
#include "ebit/cmd/output.h"
#include "ebit/report/text_table.h"

namespace ebit::cmd {

int show_costs(const std::vector<CostedCircuits>& all, const std::vector<std::string>& maps,
               const std::vector<std::string>& without, bool as_json) {
  TextTable table;
  table.columns = {{"circuit", false}, {"map", false},      {"circuits"}, {"qubits"},
                   {"depth"},          {"two-qubit gates"}, {"SWAPs"},    {"measured on the way"},
                   {"resets"}};
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const CostedCircuits& one : all)
    for (const std::string& name : maps) {
      const CouplingMap map = find_coupling(name, one.program.wires, "--map");
      const CircuitCosts costs = costs_of(one.program, map);
      const bool first = &name == &maps.front();
      table.rows.push_back({first ? one.name : "", name, first ? fmt::to_string(one.circuits) : "",
                            fmt::to_string(costs.qubits), fmt::to_string(costs.depth),
                            fmt::to_string(costs.two_qubit), fmt::to_string(costs.swaps),
                            fmt::to_string(costs.measurements), fmt::to_string(costs.resets)});
      json.push_back({{"circuit", one.name},
                      {"map", name},
                      {"map_qubits", map.qubits},
                      {"edges", map.edges},
                      {"circuits", one.circuits},
                      {"qubits", costs.qubits},
                      {"depth", costs.depth},
                      {"two_qubit_gates", costs.two_qubit},
                      {"swaps", costs.swaps},
                      {"mid_circuit_measurements", costs.measurements},
                      {"mid_circuit_resets", costs.resets}});
    }
  table.notes.emplace_back(
      "Of the last or largest of a window's circuits, in CNOTs and rotations; SWAPs are counted as CNOTs "
      "too.");
  if (!without.empty())
    table.notes.push_back(fmt::format("No circuits for hardware: {}.", fmt::join(without, ", ")));
  if (as_json)
    print_json(json);
  else
    print(table_text(table));
  return kOk;
}

}  // namespace ebit::cmd
