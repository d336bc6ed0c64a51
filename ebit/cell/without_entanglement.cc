// An ansatz without its gates of two and more wires.
#include <algorithm>
#include <vector>

#include "ebit/base/error.h"
#include "ebit/cell/ansatz.h"

namespace ebit::inline cell {
namespace {

struct Product {
  Circuit circuit;  // of one-wire gates
  int angles;       // that they take
};

// A layer of `whole` without its larger gates, the angles that are left numbered in their old order.
Product product_of(const Ansatz& whole, int wires, int layer) {
  Circuit all(wires);
  whole.append_layer(all, layer, 0);
  all.require_unitary("an ansatz without entanglement");
  std::vector<int> number(static_cast<std::size_t>(all.shared_parameters()), -1);
  const auto stays = [](const Operation& operation) { return gate(operation.gate).wires == 1; };
  require(wires == 1 || !std::ranges::all_of(all.operations(), stays),
          "the ansatz '{}' has no two-qubit gates: there is no entanglement to leave out", whole.name);
  for (const Operation& operation : all.operations())
    for (int k = 0; stays(operation) && k < gate(operation.gate).angles; ++k)
      if (const Angle& angle = operation.angles[static_cast<std::size_t>(k)];
          angle.kind == Angle::Kind::kShared)
        number[static_cast<std::size_t>(angle.index)] = 0;
  Product product{Circuit(wires), 0};
  for (int& n : number)
    if (n == 0) n = product.angles++;
  for (const Operation& operation : all.operations()) {
    if (!stays(operation)) continue;
    const Gate& row = gate(operation.gate);
    if (operation.matrix >= 0) {
      product.circuit.add_matrix({operation.wires.data(), 1},
                                 all.matrices()[static_cast<std::size_t>(operation.matrix)]);
      continue;
    }
    auto angles = operation.angles;
    for (Angle& angle : angles)
      if (angle.kind == Angle::Kind::kShared) angle.index = number[static_cast<std::size_t>(angle.index)];
    product.circuit.add(row, {operation.wires.data(), 1},
                        {angles.data(), static_cast<std::size_t>(row.angles)});
  }
  return product;
}

}  // namespace

Ansatz without_entanglement(const Ansatz& ansatz) {
  const auto whole = std::make_shared<const Ansatz>(ansatz);
  return {.name = whole->name + " without entanglement",
          .help = whole->help + " Without the gates of two wires.",
          .source = whole->source,
          .angles_per_layer = [whole](int wires) { return product_of(*whole, wires, 0).angles; },
          .append_layer =
              [whole](Circuit& circuit, int layer, int first) {
                circuit.append(product_of(*whole, circuit.wires(), layer).circuit, first);
              },
          .whole = whole};
}

Ansatz chosen_ansatz(std::string_view name, const std::optional<Ansatz>& custom, bool entanglement) {
  const Ansatz& chosen = custom ? *custom : find_ansatz(name);
  return entanglement ? chosen : without_entanglement(chosen);
}

std::string summary_of(const Ansatz& ansatz, int wires) {
  if (!ansatz.whole) return ansatz.name;
  return fmt::format("{} ({} of {} angles a layer)", ansatz.name, ansatz.angles_per_layer(wires),
                     ansatz.whole->angles_per_layer(wires));
}

}  // namespace ebit::inline cell
