#include "ebit/cell/ansatz.h"

#include "ebit/base/choice.h"
#include "ebit/base/error.h"

namespace ebit::inline cell {
namespace {

constexpr const char* kDiffQas = "after Chen and Tiwari 2025 (arXiv:2508.14955)";

// Calls body(q, next) for the edges of the ring 0-1-...-n-0; two wires have one edge, one wire none.
template <class Body>
void for_each_edge(int wires, Body body, bool closed = true) {
  for (int q = 0; q + 1 < wires; ++q) body(q, q + 1);
  if (closed && wires > 2) body(wires - 1, 0);
}

int ring_edges(int wires) { return wires > 2 ? wires : wires - 1; }

// CNOT(q, q + range mod n) on every wire; none where that is the wire itself.
void add_cnot_ring(Circuit& circuit, int range) {
  const int n = circuit.wires();
  if (range % n == 0) return;
  for (int q = 0; q < n; ++q) circuit.add(GateId::kCNOT, {q, (q + range) % n});
}

void add_rot(Circuit& circuit, int wire, int first) {
  circuit.add(GateId::kRot, {wire},
              {Angle::shared(first), Angle::shared(first + 1), Angle::shared(first + 2)});
}

Ansatz basic_entangler(GateId rotation) {
  const std::string letter(1, gate(rotation).name[1]);
  return {.name = std::string("basic-entangler-r") + static_cast<char>(letter[0] - 'A' + 'a'),
          .help = fmt::format("R{0} on every wire, then a ring of CNOT(q, q+1); 2 wires: one CNOT(0, 1).",
                              letter),
          .source = "PennyLane's BasicEntanglerLayers; Daskin 2025 (arXiv:2505.06774) with RY",
          .angles_per_layer = [](int wires) { return wires; },
          .append_layer =
              [rotation](Circuit& circuit, int, int first) {
                for (int q = 0; q < circuit.wires(); ++q)
                  circuit.add(rotation, {q}, {Angle::shared(first + q)});
                for_each_edge(circuit.wires(), [&](int a, int b) { circuit.add(GateId::kCNOT, {a, b}); });
              }};
}

Ansatz strongly_entangling() {
  return {.name = "strongly-entangling",
          .help = "Rot on every wire, then CNOT(q, q + r mod n) with r = 1 + (layer mod n-1).",
          .source = "Schuld et al. 2018 (arXiv:1804.00633), as PennyLane's StronglyEntanglingLayers",
          .angles_per_layer = [](int wires) { return 3 * wires; },
          .append_layer =
              [](Circuit& circuit, int layer, int first) {
                const int n = circuit.wires();
                for (int q = 0; q < n; ++q) add_rot(circuit, q, first + 3 * q);
                if (n > 1) add_cnot_ring(circuit, 1 + layer % (n - 1));
              }};
}

Ansatz arctan_vqc() {
  return {.name = "arctan-vqc",
          .help = "A CNOT ring of range 1, one of range 2, then Rot on every wire.",
          .source = "Chen, Yoo, Fang 2020 (arXiv:2009.01783), Fig. 5",
          .angles_per_layer = [](int wires) { return 3 * wires; },
          .append_layer =
              [](Circuit& circuit, int, int first) {
                add_cnot_ring(circuit, 1);
                add_cnot_ring(circuit, 2);
                for (int q = 0; q < circuit.wires(); ++q) add_rot(circuit, q, first + 3 * q);
              }};
}

Ansatz arctan_vqc_near() {
  return {.name = "arctan-vqc-near",
          .help = "A CNOT ring of range 1, the same again, then Rot on every wire.",
          .source = "Fellner et al. 2025 (arXiv:2504.12416), the code of its QLSTM",
          .angles_per_layer = [](int wires) { return 3 * wires; },
          .append_layer =
              [](Circuit& circuit, int, int first) {
                add_cnot_ring(circuit, 1);
                add_cnot_ring(circuit, 1);
                for (int q = 0; q < circuit.wires(); ++q) add_rot(circuit, q, first + 3 * q);
              }};
}

// The letter of a rotation as names have it: 'x', 'y', 'z'.
char axis(GateId rotation) { return static_cast<char>(gate(rotation).name[1] - 'A' + 'a'); }

Ansatz brick(GateId rotation, std::string source) {
  return {.name = fmt::format("brick-r{}", axis(rotation)),
          .help = fmt::format("CNOT(0, 1) (2, 3) ..., CNOT(1, 2) (3, 4) ..., then {} on every wire.",
                              gate(rotation).name),
          .source = std::move(source),
          .angles_per_layer = [](int wires) { return wires; },
          .append_layer =
              [rotation](Circuit& circuit, int, int first) {
                for (int start : {0, 1})
                  for (int q = start; q + 1 < circuit.wires(); q += 2) circuit.add(GateId::kCNOT, {q, q + 1});
                for (int q = 0; q < circuit.wires(); ++q)
                  circuit.add(rotation, {q}, {Angle::shared(first + q)});
              }};
}

Ansatz ring(GateId rotation, std::string source) {
  return {.name = fmt::format("ring-r{}", axis(rotation)),
          .help = fmt::format("A CNOT ring of range 1, then {} on every wire.", gate(rotation).name),
          .source = std::move(source),
          .angles_per_layer = [](int wires) { return wires; },
          .append_layer =
              [rotation](Circuit& circuit, int, int first) {
                add_cnot_ring(circuit, 1);
                for (int q = 0; q < circuit.wires(); ++q)
                  circuit.add(rotation, {q}, {Angle::shared(first + q)});
              }};
}

// Angles [n, n + 1]. As in their code the RX of a wire takes the angle of its first CRZ again, and the wire's
// angle 0 is not used.
Ansatz crz_all() {
  return {.name = "crz-all",
          .help = "CRZ from every wire to every other, then RX RZ on every wire.",
          .source = "Cao et al. 2023 (Quantum Mach. Intell. 5:26), their circuit 5",
          .angles_per_layer = [](int wires) { return wires * (wires + 1); },
          .append_layer =
              [](Circuit& circuit, int, int first) {
                const int n = circuit.wires();
                const auto angle = [&](int wire, int k) { return Angle::shared(first + wire * (n + 1) + k); };
                std::vector<int> next(static_cast<std::size_t>(n), n - 1);
                for (int j = n - 1; j >= 0; --j)
                  for (int k = n - 1; k >= 0; --k)
                    if (k != j)
                      circuit.add(GateId::kCRZ, {j, k}, {angle(k, next[static_cast<std::size_t>(k)]--)});
                for (int q = 0; q < n; ++q)
                  circuit.add(GateId::kRX, {q}, {angle(q, n - 1)}).add(GateId::kRZ, {q}, {angle(q, n)});
              }};
}

// CRZ is diagonal, and Z commutes with it: no readout of Z depends on an angle.
Ansatz crz_ring() {
  return {.name = "crz-ring",
          .help = "CRZ(q, q+1) round the ring: diagonal, so that its angles never reach a readout of Z.",
          .source = "Cao et al. 2023 (Quantum Mach. Intell. 5:26), their circuit 18",
          .angles_per_layer = [](int wires) { return wires > 1 ? wires : 0; },
          .append_layer =
              [](Circuit& circuit, int, int first) {
                const int n = circuit.wires();
                for (int q = 0; n > 1 && q < n; ++q)
                  circuit.add(GateId::kCRZ, {q, (q + 1) % n}, {Angle::shared(first + q)});
              }};
}

Ansatz zz_ring() {
  return {.name = "zz-ring",
          .help = "RX RZ RX on every wire, then RZZ(q, q+1) round the ring; 2 wires: one RZZ.",
          .source = "Li et al. 2023 (arXiv:2302.03244); Fellner et al. 2025 (arXiv:2504.12416)",
          .angles_per_layer = [](int wires) { return 3 * wires + ring_edges(wires); },
          .append_layer =
              [](Circuit& circuit, int, int first) {
                for (int q = 0; q < circuit.wires(); ++q)
                  for (GateId id : {GateId::kRX, GateId::kRZ, GateId::kRX})
                    circuit.add(id, {q}, {Angle::shared(first++)});
                for_each_edge(circuit.wires(), [&](int a, int b) {
                  circuit.add(GateId::kRZZ, {a, b}, {Angle::shared(first++)});
                });
              }};
}

// The angle of an edge is the fourth of its second wire; two wires have two edges.
Ansatz zz_ring_by_wire() {
  return {.name = "zz-ring-by-wire",
          .help = "As zz-ring, four angles a wire: RX RZ RX on it, RZZ of the edge that ends there.",
          .source = "Fellner et al. 2025 (arXiv:2504.12416), the code of its QRNN",
          .angles_per_layer = [](int wires) { return wires > 1 ? 4 * wires : 3; },
          .append_layer =
              [](Circuit& circuit, int, int first) {
                const int n = circuit.wires();
                for (int q = 0; q < n; ++q) {
                  int next = first + 4 * q;
                  for (GateId id : {GateId::kRX, GateId::kRZ, GateId::kRX})
                    circuit.add(id, {q}, {Angle::shared(next++)});
                }
                for (int q = 0; n > 1 && q < n; ++q)
                  circuit.add(GateId::kRZZ, {q, (q + 1) % n}, {Angle::shared(first + 4 * ((q + 1) % n) + 3)});
              }};
}

Ansatz hardware_efficient(GateId entangler, bool ring) {
  const std::string_view name = gate(entangler).name;
  return {.name = fmt::format("hardware-efficient{}{}", entangler == GateId::kCZ ? "-cz" : "",
                              ring ? "" : "-chain"),
          .help = fmt::format("RX RY RZ on every wire, then {}(q, q+1) {}.", name,
                              ring ? "round the ring; 2 wires: one" : "along the chain"),
          .source = "Kandala et al. 2017 (arXiv:1704.05018) in its usual form",
          .angles_per_layer = [](int wires) { return 3 * wires; },
          .append_layer =
              [entangler, ring](Circuit& circuit, int, int first) {
                for (int q = 0; q < circuit.wires(); ++q)
                  for (GateId id : {GateId::kRX, GateId::kRY, GateId::kRZ})
                    circuit.add(id, {q}, {Angle::shared(first++)});
                for_each_edge(
                    circuit.wires(),
                    [&](int a, int b) {
                      circuit.add(entangler, {a, b});
                    },
                    ring);
              }};
}

}  // namespace

std::span<const Ansatz> ansaetze() {
  static const Ansatz table[] = {
      basic_entangler(GateId::kRX),
      basic_entangler(GateId::kRY),
      basic_entangler(GateId::kRZ),
      strongly_entangling(),
      arctan_vqc(),
      arctan_vqc_near(),
      brick(GateId::kRY, "Chen's later release of the QLSTM, 2024"),
      ring(GateId::kRY, "Cao et al. 2023 (Quantum Mach. Intell. 5:26), their circuit 10"),
      crz_all(),
      crz_ring(),
      zz_ring(),
      zz_ring_by_wire(),
      hardware_efficient(GateId::kCNOT, true),
      hardware_efficient(GateId::kCNOT, false),
      hardware_efficient(GateId::kCZ, true),
      hardware_efficient(GateId::kCZ, false),
      brick(GateId::kRX, kDiffQas),
      brick(GateId::kRZ, kDiffQas),
      ring(GateId::kRX, kDiffQas),
      ring(GateId::kRZ, kDiffQas),
  };
  return table;
}

const Ansatz& find_ansatz(std::string_view name) { return find_row(ansaetze(), "unknown ansatz", name); }

Circuit build_ansatz(const Ansatz& ansatz, int wires, int layers, LayerOrder order) {
  require(layers >= 0, "the number of layers must be 0 or more, not {}", layers);
  Circuit circuit(wires);
  const int angles = ansatz.angles_per_layer(wires);
  for (int layer = 0; layer < layers; ++layer) {
    const int row = order == LayerOrder::kForward ? layer : layers - 1 - layer;
    ansatz.append_layer(circuit, layer, row * angles);
  }
  return circuit;
}

void append_angles_as(Circuit& circuit, const Circuit& source, Angle::Kind to, int first) {
  source.require_unitary("a circuit whose angles are written by a network");
  for (const Operation& operation : source.operations()) {
    const Gate& row = gate(operation.gate);
    const std::span<const int> wires(operation.wires.data(), static_cast<std::size_t>(row.wires));
    if (operation.matrix >= 0) {
      circuit.add_matrix(wires, source.matrices()[static_cast<std::size_t>(operation.matrix)]);
      continue;
    }
    auto angles = operation.angles;
    for (Angle& angle : angles)
      if (angle.kind == Angle::Kind::kShared) angle.kind = to, angle.index += first;
    circuit.add(row, wires, {angles.data(), static_cast<std::size_t>(row.angles)});
  }
}

std::vector<std::int64_t> angle_shape(const Ansatz& ansatz, int wires, int layers) {
  const int angles = ansatz.angles_per_layer(wires), each = angles / wires;
  if (angles % wires != 0) return {layers, angles};
  if (each == 1) return {layers, wires};
  return {layers, wires, each};
}

}  // namespace ebit::inline cell
