#include "ebit/sim/plan.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <utility>

#include "ebit/sim/state.h"

namespace ebit::inline sim {
namespace {

// Widths of the sweeps: what fits the vector registers, one state forward and two backward.
constexpr int kForwardWidth = 3;
constexpr int kBackwardWidth = 2;

bool even(std::size_t bits) { return std::popcount(bits) % 2 == 0; }

// V P_j V^+ in the basis of Paulis: turn[j][k] = Re tr(V P_j V^+ P_k) / 2.
void fill_turn(LocalFactor& factor) {
  const Complex i(0, 1);
  const Complex pauli[3][4] = {{0, 1, 1, 0}, {0, -i, i, 0}, {1, 0, 0, -1}};
  const Complex* v = factor.matrix;
  for (int j = 0; j < 3; ++j)
    for (int k = 0; k < 3; ++k) {
      Complex trace = 0;
      for (int a = 0; a < 2; ++a)
        for (int b = 0; b < 2; ++b)
          for (int c = 0; c < 2; ++c)
            for (int d = 0; d < 2; ++d)
              trace += v[a * 2 + b] * pauli[j][b * 2 + c] * std::conj(v[d * 2 + c]) * pauli[k][d * 2 + a];
      factor.turn[j][k] = trace.real() / 2;
    }
}

class Planner {
 public:
  explicit Planner(const Circuit& circuit)
      : circuit_(circuit), layout_(circuit.wires()), pending_(static_cast<std::size_t>(circuit.wires())) {}

  Plan plan() {
    circuit_.require_unitary("a state vector");
    for (std::size_t i = 0; i < circuit_.operations().size(); ++i) add(static_cast<int>(i));
    for (int wire = 0; wire < circuit_.wires(); ++wire) flush(wire);
    flush_diagonals();
    plan_.last = layout_;
    mark_opening();
    plan_.forward = sweeps(kForwardWidth);
    plan_.backward = sweeps(kBackwardWidth);
    fill_cycles();
    return std::move(plan_);
  }

 private:
  void add(int index) {
    const Operation& operation = circuit_.operations()[static_cast<std::size_t>(index)];
    const Gate& row = gate(operation.gate);
    if (row.wires == 1 && (row.angles == 0 || !row.rotations.empty())) return fuse(operation, row);
    for (int k = 0; k < row.wires; ++k) flush(operation.wires[k]);
    if (!row.rotations.empty()) return add_pair(operation, row);
    if (row.id == GateId::kCNOT) return layout_.cnot(operation.wires[0], operation.wires[1]);
    if (row.id == GateId::kSWAP) return layout_.swap(operation.wires[0], operation.wires[1]);
    flush_diagonals();
    Sweep sweep;
    sweep.item[0] = index;
    sweep.placement = kernels::place(row, operation.wires, layout_);
    for (int k = 0; k < row.angles; ++k) sweep.trained |= operation.angles[k].kind != Angle::Kind::kConstant;
    items_.push_back(sweep);
  }

  // Adds a one-qubit gate to those that wait on its wire.
  void fuse(const Operation& operation, const Gate& row) {
    auto& factors = pending_[static_cast<std::size_t>(operation.wires[0])];
    if (row.angles == 0) {
      LocalFactor factor;
      factor.constant = true;
      std::ranges::copy(operation_matrix(circuit_, operation, {}), factor.matrix);
      fill_turn(factor);
      factors.push_back(factor);
    }
    std::ranges::copy(rotation_factors(operation, row), std::back_inserter(factors));
  }

  // Lets the gates that wait on a wire act, where the layout has that wire now.
  void flush(int wire) {
    auto& factors = pending_[static_cast<std::size_t>(wire)];
    if (factors.empty()) return;
    LocalGate local;
    local.x = layout_.x_mask(wire), local.z = layout_.z_mask(wire);
    add_local(local, factors);
    factors.clear();
  }

  // Rotations about XX or ZZ of two wires: a local gate of one qubit, whose X or Z that is. One about ZZ
  // waits for others, and lets gates pass that it commutes with.
  void add_pair(const Operation& operation, const Gate& row) {
    const int a = operation.wires[0], b = operation.wires[1];
    LocalGate local;
    local.diagonal = row.rotations[0].axis == Axis::kZ;
    if (local.diagonal) {
      local.z = layout_.z_mask(a) ^ layout_.z_mask(b);
      diagonals_.emplace_back(local, rotation_factors(operation, row));
    } else {
      local.x = layout_.x_mask(a) ^ layout_.x_mask(b), local.z = layout_.z_mask(a);
      add_local(local, rotation_factors(operation, row));
    }
  }

  static std::vector<LocalFactor> rotation_factors(const Operation& operation, const Gate& row) {
    std::vector<LocalFactor> factors;
    for (const Rotation& rotation : row.rotations) {
      LocalFactor factor;
      factor.rotation = rotation, factor.angle = operation.angles[rotation.angle];
      factors.push_back(factor);
    }
    return factors;
  }

  // Lets factors act on the qubit of local.x and local.z, in front of the diagonal gates that wait or behind.
  void add_local(const LocalGate& local, const std::vector<LocalFactor>& factors) {
    const bool commutes =
        std::ranges::all_of(diagonals_, [&](const auto& waiting) { return even(local.x & waiting.first.z); });
    if (!commutes) flush_diagonals();
    push_local(local, factors);
  }

  void flush_diagonals() {
    for (const auto& [local, factors] : diagonals_) push_local(local, factors);
    diagonals_.clear();
  }

  void push_local(LocalGate local, const std::vector<LocalFactor>& factors) {
    local.first = static_cast<int>(plan_.factors.size());
    local.count = static_cast<int>(factors.size());
    for (const LocalFactor& factor : factors) {
      if (factor.constant) {
        for (const Complex& entry : factor.matrix) local.real &= entry.imag() == 0;
      } else {
        local.real &= factor.rotation.axis == Axis::kY;
        local.trained |= factor.angle.kind != Angle::Kind::kConstant;
        local.per_lane |= factor.angle.kind == Angle::Kind::kPerSample;
      }
      plan_.factors.push_back(factor);
    }
    Sweep sweep;
    sweep.locals = 1;
    sweep.diagonal = local.diagonal;
    sweep.item[0] = static_cast<int>(plan_.locals.size());
    sweep.real = local.real, sweep.trained = local.trained;
    plan_.locals.push_back(local);
    items_.push_back(sweep);
  }

  void mark_opening() {
    std::size_t seen = 0;
    for (Sweep& item : items_) {
      if (item.locals == 0) return;
      const LocalGate& gate = local(item, 0);
      if (gate.x != gate.z || std::popcount(gate.x) != 1 || (seen & gate.x)) return;
      seen |= gate.x;
      item.opening = true;
      ++plan_.opening;
    }
  }

  // Local gates that follow each other on different qubits, joined up to `width`, and diagonal ones.
  std::vector<Sweep> sweeps(int width) const {
    std::vector<Sweep> joined;
    for (const Sweep& item : items_) {
      if (item.locals > 0 && !joined.empty() && fits(joined.back(), item, width)) {
        Sweep& sweep = joined.back();
        sweep.item[sweep.locals++] = item.item[0];
        sweep.real &= item.real, sweep.trained |= item.trained;
      } else {
        joined.push_back(item);
      }
    }
    for (Sweep& sweep : joined) {
      if (sweep.locals == 0) continue;
      std::size_t x[kMaxDiagonal], z[kMaxDiagonal];
      for (int t = 0; t < sweep.locals; ++t) x[t] = local(sweep, t).x, z[t] = local(sweep, t).z;
      const auto count = static_cast<std::size_t>(sweep.locals);
      sweep.placement =
          sweep.diagonal ? kernels::place_diagonal({z, count}) : kernels::place({x, count}, {z, count});
    }
    return joined;
  }

  bool fits(const Sweep& sweep, const Sweep& item, int width) const {
    if (sweep.locals == 0 || sweep.diagonal != item.diagonal) return false;
    if (sweep.diagonal) return sweep.locals < kMaxDiagonal;
    if (sweep.locals == width || sweep.real != item.real || sweep.opening != item.opening) return false;
    const LocalGate& added = local(item, 0);
    for (int t = 0; t < sweep.locals; ++t)
      if (!even(local(sweep, t).x & added.z) || !even(local(sweep, t).z & added.x)) return false;
    return true;
  }

  const LocalGate& local(const Sweep& sweep, int t) const {
    return plan_.locals[static_cast<std::size_t>(sweep.item[t])];
  }

  void fill_cycles() {
    if (layout_.identity()) return;
    const std::size_t rows = std::size_t{1} << circuit_.wires();
    std::vector<bool> done(rows, false);
    for (std::size_t start = 0; start < rows; ++start) {
      if (done[start] || layout_.row(start) == start) continue;
      for (std::size_t row = start; !done[row]; row = layout_.row(row)) {
        done[row] = true;
        plan_.cycles.push_back(static_cast<std::uint32_t>(row));
      }
      plan_.cycle_ends.push_back(static_cast<std::uint32_t>(plan_.cycles.size()));
    }
  }

  const Circuit& circuit_;
  Layout layout_;
  Plan plan_;
  std::vector<std::vector<LocalFactor>> pending_;                          // [wires]
  std::vector<std::pair<LocalGate, std::vector<LocalFactor>>> diagonals_;  // that wait, on any wires
  std::vector<Sweep> items_;
};

}  // namespace

Plan make_plan(const Circuit& circuit) {
  require_state(circuit.wires());
  return Planner(circuit).plan();
}

}  // namespace ebit::inline sim
