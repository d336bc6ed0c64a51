#include "ebit/sim/coupling.h"

#include <algorithm>
#include <filesystem>

#include "ebit/base/choice.h"
#include "ebit/base/document.h"
#include "ebit/sim/gate.h"

namespace ebit::inline sim {
namespace {

CouplingMap all_pairs(int wires) {
  CouplingMap map{"all", wires, {}};
  for (int a = 0; a < wires; ++a)
    for (int b = a + 1; b < wires; ++b) map.edges.push_back({a, b});
  return map;
}

CouplingMap line(int wires) {
  CouplingMap map{"line", wires, {}};
  for (int a = 0; a + 1 < wires; ++a) map.edges.push_back({a, a + 1});
  return map;
}

CouplingMap ring(int wires) {
  CouplingMap map = line(wires);
  map.name = "ring";
  if (wires > 2) map.edges.push_back({wires - 1, 0});
  return map;
}

// Rows of qubits in a line; between two rows a qubit joins every fourth column, from column 0 and from column
// 2 by turns: hexagons of twelve qubits, as IBM's devices have them. Two hexagons wide and high, or more.
CouplingMap heavy_hex(int wires) {
  for (int hexagons = 2;; ++hexagons) {
    const int columns = 4 * hexagons + 1, rows = hexagons + 1;
    CouplingMap map{"heavy-hex", rows * columns, {}};
    for (int row = 0; row < rows; ++row)
      for (int column = 0; column + 1 < columns; ++column)
        map.edges.push_back({row * columns + column, row * columns + column + 1});
    for (int row = 0; row + 1 < rows; ++row)
      for (int column = row % 2 == 0 ? 0 : 2; column < columns; column += 4) {
        const int between = map.qubits++;
        map.edges.push_back({row * columns + column, between});
        map.edges.push_back({between, (row + 1) * columns + column});
      }
    if (map.qubits >= wires) return map;
  }
}

constexpr CouplingShape kShapes[] = {
    {"all", "every pair is joined", all_pairs},
    {"line", "0-1-2-...", line},
    {"ring", "a line whose ends are joined", ring},
    {"heavy-hex", "hexagons of twelve qubits, as IBM's devices have them", heavy_hex}};

CouplingMap of_file(const std::string& path, int most) {
  const DocumentPlace root = DocumentPlace::open(path);
  root.check_keys({"edges", "name", "help"});
  const DocumentPlace list = root.at("edges");
  CouplingMap map{path, 0, {}};
  for (std::size_t i = 0; i < list.size(); ++i) {
    const DocumentPlace place = list.at(i);
    if (!place.is_list() || place.size() != 2) place.fail_here("must be a pair of wires, such as [0, 1]");
    Edge edge{};
    for (std::size_t k = 0; k < 2; ++k) {
      edge[k] = place.at(k).integer();
      if (edge[k] < 0 || edge[k] >= most)
        place.at(k).fail_here(fmt::format("is wire {}, but there are wires 0 to {}", edge[k], most - 1));
    }
    if (edge[0] == edge[1]) place.fail_here("joins a wire with itself");
    map.qubits = std::max({map.qubits, edge[0] + 1, edge[1] + 1});
    map.edges.push_back(edge);
  }
  return map;
}

}  // namespace

std::span<const CouplingShape> coupling_shapes() { return kShapes; }

std::vector<int> CouplingMap::distances() const {
  const auto n = static_cast<std::size_t>(qubits);
  std::vector<std::vector<std::size_t>> beside(n);
  for (const auto& [a, b] : edges) {
    beside[static_cast<std::size_t>(a)].push_back(static_cast<std::size_t>(b));
    beside[static_cast<std::size_t>(b)].push_back(static_cast<std::size_t>(a));
  }
  std::vector<int> steps(n * n, -1);
  for (std::size_t from = 0; from < n; ++from) {
    std::vector<std::size_t> queue = {from};
    steps[from * n + from] = 0;
    for (std::size_t k = 0; k < queue.size(); ++k)
      for (const std::size_t next : beside[queue[k]])
        if (steps[from * n + next] < 0) {
          steps[from * n + next] = steps[from * n + queue[k]] + 1;
          queue.push_back(next);
        }
  }
  return steps;
}

CouplingMap find_coupling(const std::string& name, int wires, std::string_view flag, bool exact) {
  const auto shape = std::ranges::find(kShapes, name, &CouplingShape::name);
  CouplingMap map;
  if (shape != std::end(kShapes)) {
    map = shape->make(wires);
  } else {
    std::error_code ignored;
    require(std::filesystem::exists(name, ignored),
            "{} takes all, line, ring, heavy-hex or a file with `edges`, and there is no file '{}'{}", flag,
            name, suggestion(name, names_of(kShapes)));
    map = of_file(name, exact ? wires : kMaxWires);
    if (exact) map.qubits = wires;
  }
  require(!exact || map.qubits == wires, "{} {}: the map has {} qubits, and only {} wires are there", flag,
          name, map.qubits, wires);
  require(map.qubits >= wires, "{}: the map has {} qubits, and {} are needed", name, map.qubits, wires);
  std::string missing;
  const std::vector<int> steps = map.distances();
  for (int q = 0; q < map.qubits; ++q)
    if (steps[static_cast<std::size_t>(q)] < 0)
      missing += fmt::format("{}{}", missing.empty() ? "" : ", ", q);
  require(missing.empty(), "{}: the map is not connected: no way leads from wire 0 to {}", name, missing);
  return map;
}

}  // namespace ebit::inline sim
