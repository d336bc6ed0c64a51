#include "ebit/cell/noisy/occurrences.h"

#include <numbers>

#include "ebit/base/error.h"

namespace ebit::inline cell {
namespace {

std::vector<ShiftTerm> terms_of(std::span<const double> frequencies) {
  constexpr double pi = std::numbers::pi, root2 = std::numbers::sqrt2;
  if (frequencies.size() == 1) {
    const double w = frequencies[0], shift = pi / (2 * w);
    return {{shift, w / 2}, {-shift, -w / 2}};
  }
  require(frequencies.size() == 2 && frequencies[1] == 2 * frequencies[0],
          "no parameter-shift rule for these {} frequencies", frequencies.size());
  const double w = frequencies[1], inner = w * (root2 + 1) / (4 * root2),
               outer = w * (root2 - 1) / (4 * root2), shift = pi / (2 * w);
  return {{shift, inner}, {-shift, -inner}, {3 * shift, -outer}, {-3 * shift, outer}};
}

}  // namespace

std::vector<Occurrence> occurrences_of(const Circuit& circuit) {
  std::vector<Occurrence> all;
  for (std::size_t i = 0; i < circuit.operations().size(); ++i) {
    const Operation& operation = circuit.operations()[i];
    const Gate& row = gate(operation.gate);
    for (int k = 0; k < row.angles; ++k) {
      const Angle& angle = operation.angles[static_cast<std::size_t>(k)];
      if (angle.kind != Angle::Kind::kConstant)
        all.push_back({i, k, angle, terms_of(row.expectation_frequencies)});
    }
  }
  return all;
}

Circuit shifted(const Circuit& circuit, const Occurrence& occurrence, double shift) {
  Circuit out(circuit.wires());
  std::size_t index = 0;
  for_each_item(
      circuit,
      [&](const Operation& operation) {
        const Gate& row = gate(operation.gate);
        const std::span<const int> wires(operation.wires.data(), static_cast<std::size_t>(row.wires));
        if (operation.matrix >= 0) {
          out.add_matrix(wires, circuit.matrices()[static_cast<std::size_t>(operation.matrix)]);
        } else {
          std::array<Angle, kMaxGateAngles> angles = operation.angles;
          if (index == occurrence.operation) angles[static_cast<std::size_t>(occurrence.k)].value += shift;
          out.add(row, wires, {angles.data(), static_cast<std::size_t>(row.angles)});
        }
        ++index;
      },
      [&](const PlacedChannel& placed) {
        out.add_channel(channel(placed.channel), placed.on(), placed.values());
      });
  return out;
}

}  // namespace ebit::inline cell
