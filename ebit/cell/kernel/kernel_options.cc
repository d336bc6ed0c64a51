#include "ebit/cell/kernel/kernel_options.h"

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/cell/gate_encoder.h"
#include "ebit/cell/gated/gated_options.h"
#include "ebit/cell/kernel/kernel.h"

namespace ebit::inline cell {
namespace {

constexpr int kMostOverlapQubits = 10;  // all strings of Zs are read
constexpr int kMostUndoneQubits = 8;    // of every string of bits

constexpr Choice kStarts[] = {
    {"random", "uniform in [init_low, init_high)"},
    {"data", "what enters the kernel at steps of the training data, drawn at random"}};
constexpr Choice kOwners[] = {{"shared", "all gates compare with the same reference vectors"},
                              {"per-gate", "each gate has reference vectors of its own"}};
constexpr Choice kLinears[] = {{"none", "no linear map"}, {"shared", "one linear map for all gates"}};

}  // namespace

std::span<const Choice> reference_starts() { return kStarts; }
std::span<const Choice> reference_owners() { return kOwners; }
std::span<const Choice> kernel_linears() { return kLinears; }

void check_device(const KernelOptions& o) {
  if (!o.noisy.active()) return;
  require(find_kernel(o.kernel).mapped,
          "the {} kernel has no circuits that could have noise or shots: take the kernel quantum", o.kernel);
  require(o.qubits <= kMostOverlapQubits,
          "overlaps with noise or shots are read of at most {} qubits, not of {}", kMostOverlapQubits,
          o.qubits);
  require(!o.noisy.mitigation.readout || o.qubits <= kMostUndoneQubits,
          "misreading of overlaps is undone for at most {} qubits, not for {}", kMostUndoneQubits, o.qubits);
}

Circuit overlap_circuit(const KernelOptions& o) {
  const GateEncoder& encoder = find_gate_encoder(o.encoder);
  Circuit circuit = encoder.build(o.qubits, o.qubits, o.repetitions);
  const Circuit undo = inverse(circuit);
  circuit.append(undo, 0, encoder.angles(o.qubits));
  return circuit;
}

void check(const KernelOptions& o) {
  check_device(o);
  find_kernel(o.kernel);
  find_gate_encoder(o.encoder);
  find_row(gate_orders(), "unknown order", o.order);
  find_row(kLinears, "unknown linear map in front of the kernel", o.linear_in);
  find_row(kOwners, "unknown owner of reference vectors", o.owner);
  find_row(kStarts, "unknown start of reference vectors", o.start);
  require(o.inputs >= 1, "a kernel cell needs at least 1 input a step, not {}", o.inputs);
  require(o.qubits >= 1, "a kernel compares at least 1 number (qubits), not {}", o.qubits);
  require(o.hidden >= 0, "the hidden size must be 1 or more, or 0 for what x leaves of the qubits, not {}",
          o.hidden);
  require(o.references >= 1, "a gate needs at least 1 reference vector, not {}", o.references);
  require(o.repetitions >= 1, "a feature map is repeated at least 1 time, not {}", o.repetitions);
  require(o.width > 0 && std::isfinite(o.width), "the width of a kernel must be above 0, not {}", o.width);
  require(o.init_low < o.init_high, "reference vectors start in [{}, {}), which is empty", o.init_low,
          o.init_high);
  if (o.linear_in == "none")
    require(
        o.inputs < o.qubits && (o.hidden == 0 || o.inputs + o.hidden == o.qubits),
        "without a linear map in front of the kernel x and h have a qubit each: x of {}{} does not fit on "
        "{} qubits; {}",
        o.inputs, o.hidden > 0 ? fmt::format(" and h of {}", o.hidden) : "", o.qubits,
        o.inputs < o.qubits ? fmt::format("take {} qubits", o.inputs + o.hidden)
                            : "take more qubits, or a linear map in front of the cell");
}

KernelSizes sizes_of(const KernelOptions& o) {
  KernelSizes s{};
  s.hidden = o.hidden > 0 ? o.hidden : o.linear_in == "none" ? o.qubits - o.inputs : o.qubits;
  s.width = o.inputs + s.hidden;
  s.references = (o.owner == "per-gate" ? 4 : 1) * o.references;
  return s;
}

}  // namespace ebit::inline cell
