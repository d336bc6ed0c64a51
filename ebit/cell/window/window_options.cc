#include "ebit/cell/window/window_options.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"

namespace ebit::inline cell {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr std::string_view kAxes = "XYZ";
constexpr GateId kRotations[] = {GateId::kRX, GateId::kRY, GateId::kRZ};
constexpr GateId kControlled[] = {GateId::kCRX, GateId::kCRY, GateId::kCRZ};

// The axis that a letter names, or -1.
int axis(char letter) {
  const std::size_t at = kAxes.find(letter);
  return at == kAxes.npos ? -1 : static_cast<int>(at);
}

std::optional<Block> read_block(std::string_view text) {
  const int last = text.empty() ? -1 : axis(text.back());
  if (last < 0) return std::nullopt;
  if (text.size() == 1) return Block{kRotations[last], -1};
  if (text.size() == 2 && text[0] == 'C') return Block{kControlled[last], -1};
  if (text.size() == 3 && text[0] == 'E' && axis(text[1]) >= 0) return Block{kRotations[last], axis(text[1])};
  return std::nullopt;
}

// The blocks that encode one of so many components, or nothing.
std::string text_of(std::span<const Block> blocks, int components) {
  std::string text;
  for (const Block& block : blocks) {
    if (block.component >= components) continue;
    const std::string_view name = gate(block.gate).name;  // RX, CRX
    text += text.empty() ? "" : "_";
    if (block.component >= 0) text += fmt::format("E{}", kAxes[static_cast<std::size_t>(block.component)]);
    text += name.starts_with('C') ? fmt::format("C{}", name.back()) : std::string(1, name.back());
  }
  return text;
}

bool on_ring(const Block& block) { return gate(block.gate).wires == 2; }

int trained_blocks(std::span<const Block> blocks) {
  return static_cast<int>(std::ranges::count(blocks, -1, &Block::component));
}

// On wire q the encoded number is multiplied by pi 3^(q - n): frequencies that no sum of others makes.
double scale_on(int wire, int wires) { return kPi * std::pow(3.0, wire - wires); }

void add_block(Circuit& circuit, const Block& block, int number, int first, int stride) {
  const int n = circuit.wires();
  for (int q = 0; q < n; ++q) {
    const Angle angle = block.component >= 0 ? Angle::per_sample(number + block.component, scale_on(q, n))
                                             : Angle::shared(first + q * stride);
    if (on_ring(block))
      circuit.add(block.gate, {q, (q + 1) % n}, {angle});
    else
      circuit.add(block.gate, {q}, {angle});
  }
}

}  // namespace

std::vector<Block> parse_blocks(const std::string& text) {
  constexpr std::string_view kPrefix = "ruexp_";
  std::vector<Block> blocks;
  for (std::size_t from = text.starts_with(kPrefix) ? kPrefix.size() : 0; from <= text.size();) {
    const std::size_t end = std::min(text.find('_', from), text.size());
    const std::string part = text.substr(from, end - from);
    const std::optional<Block> block = read_block(part);
    require(
        block.has_value(),
        "block {} of '{}' is '{}', and a block is X, Y or Z (a trained rotation of every wire), CX, CY or CZ "
        "(a trained controlled one round the ring), or E with a component X, Y, Z and a rotation X, Y, Z, "
        "such as EYX",
        blocks.size() + 1, text, part);
    blocks.push_back(*block);
    from = end + 1;
  }
  require(trained_blocks(blocks) > 0, "no block of '{}' is trained: add one of X, Y, Z, CX, CY, CZ", text);
  require(trained_blocks(blocks) < std::ssize(blocks),
          "no block of '{}' encodes a number of a step: add one such as EXY", text);
  return blocks;
}

void check(const WindowOptions& o) {
  require(o.inputs >= 1, "a window cell needs at least 1 input a step, not {}", o.inputs);
  require(o.span >= 1, "the circuit of a window cell sees at least 1 step, not {}", o.span);
  require(o.qubits >= 1, "a circuit needs at least 1 qubit, not {}", o.qubits);
  require(o.init_low < o.init_high, "angles start in [{}, {}), which is empty", o.init_low, o.init_high);
  if (o.blocks.empty()) {
    require(o.layers >= 1, "a circuit needs at least 1 layer, not {}", o.layers);
    require(ansatz_of(o).angles_per_layer(o.qubits) >= 1,
            "the ansatz '{}' has no angles to train on {} qubits", ansatz_of(o).name, o.qubits);
    return;
  }
  const std::vector<Block> blocks = parse_blocks(o.blocks);
  const int components = components_of(o);
  require(components <= o.inputs,
          "'{}' encodes component {} of a step, and a step has {} number{}: leave such blocks out, as the "
          "benchmark's code does unsaid: --blocks {}",
          o.blocks, kAxes[static_cast<std::size_t>(std::max(components, 1) - 1)], o.inputs,
          o.inputs == 1 ? "" : "s", text_of(blocks, o.inputs));
  require(o.entanglement, "blocks say themselves which gates act on two wires: leave CX, CY, CZ out of '{}'",
          o.blocks);
  for (const Block& block : blocks)
    require(!on_ring(block) || o.qubits >= 2, "a block of '{}' is a ring, which needs 2 qubits or more",
            o.blocks);
}

int components_of(const WindowOptions& options) {
  int most = 0;
  if (!options.blocks.empty())
    for (const Block& block : parse_blocks(options.blocks)) most = std::max(most, block.component + 1);
  return most;
}

Ansatz ansatz_of(const WindowOptions& options) {
  return chosen_ansatz(options.ansatz, options.custom_ansatz, options.entanglement);
}

Circuit window_circuit(const WindowOptions& o) {
  Circuit circuit(o.qubits);
  if (o.blocks.empty()) {
    for (int q = 0; q < o.qubits; ++q) circuit.add(GateId::kRY, {q}, {Angle::per_sample(q, kPi)});
    return circuit.append(build_ansatz(ansatz_of(o), o.qubits, o.layers));
  }
  const std::vector<Block> blocks = parse_blocks(o.blocks);
  const int trained = trained_blocks(blocks);
  for (int step = 0; step < o.span; ++step) {
    int next = step * o.qubits * trained;
    for (const Block& block : blocks) {
      add_block(circuit, block, step * o.inputs, next, trained);
      next += block.component < 0 ? 1 : 0;
    }
  }
  return circuit;
}

std::vector<std::int64_t> angle_shape(const WindowOptions& o) {
  if (o.blocks.empty()) return angle_shape(ansatz_of(o), o.qubits, o.layers);
  return {o.span, o.qubits, trained_blocks(parse_blocks(o.blocks))};
}

}  // namespace ebit::inline cell
