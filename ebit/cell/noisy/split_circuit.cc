#include "ebit/cell/noisy/split_circuit.h"

namespace ebit::inline cell {

std::pair<Circuit, Circuit> split_behind_samples(const Circuit& circuit) {
  std::size_t first = 0, number = 0;  // of the gates behind the last angle of a sample
  for (const Operation& operation : circuit.operations()) {
    ++number;
    for (int k = 0; k < gate(operation.gate).angles; ++k)
      if (operation.angles[static_cast<std::size_t>(k)].kind == Angle::Kind::kPerSample) first = number;
  }
  std::pair<Circuit, Circuit> parts{Circuit(circuit.wires()), Circuit(circuit.wires())};
  number = 0;
  for_each_item(
      circuit,
      [&](const Operation& operation) {
        Circuit& part = number++ < first ? parts.first : parts.second;
        const Gate& row = gate(operation.gate);
        const std::span<const int> wires(operation.wires.data(), static_cast<std::size_t>(row.wires));
        if (operation.matrix >= 0)
          part.add_matrix(wires, circuit.matrices()[static_cast<std::size_t>(operation.matrix)]);
        else
          part.add(row, wires, {operation.angles.data(), static_cast<std::size_t>(row.angles)});
      },
      [&](const PlacedChannel& placed) {
        Circuit& part = number < first ? parts.first : parts.second;
        part.add_channel(channel(placed.channel), placed.on(), placed.values());
      });
  return parts;
}

}  // namespace ebit::inline cell
