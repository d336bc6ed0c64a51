#include "ebit/sim/circuit.h"

#include <algorithm>

#include "ebit/base/error.h"

namespace ebit::inline sim {

Circuit::Circuit(int wires) : wires_(wires) {
  require(wires >= 1, "a circuit needs at least 1 wire, not {}", wires);
  require(wires <= kMaxWires, "a circuit can have at most {} wires, not {}", kMaxWires, wires);
}

Circuit& Circuit::add(GateId id, std::initializer_list<int> wires, std::initializer_list<Angle> angles) {
  return add(gate(id), {wires.begin(), wires.size()}, {angles.begin(), angles.size()});
}

Circuit& Circuit::add(const Gate& gate, std::span<const int> wires, std::span<const Angle> angles) {
  require(static_cast<int>(wires.size()) == gate.wires, "{} takes {} wires, not {}", gate.name, gate.wires,
          wires.size());
  require(static_cast<int>(angles.size()) == gate.angles, "{} takes {} angles, not {}", gate.name,
          gate.angles, angles.size());
  require(gate.matrix != nullptr, "{} needs a matrix: use add_matrix", gate.name);
  Operation operation{.gate = gate.id};
  std::ranges::copy(wires, operation.wires.begin());
  std::ranges::copy(angles, operation.angles.begin());
  push(operation);
  return *this;
}

Circuit& Circuit::add_matrix(std::span<const int> wires, std::vector<Complex> matrix) {
  const bool one = wires.size() == 1;
  require(one || wires.size() == 2, "a matrix gate acts on 1 or 2 wires, not {}", wires.size());
  require(matrix.size() == (one ? 4u : 16u), "a matrix gate on {} wires takes {} entries, not {}",
          wires.size(), one ? 4 : 16, matrix.size());
  const double defect = unitarity_defect(matrix);
  require(defect < 1e-9, "the matrix is not unitary: the largest entry of |U^+ U - 1| is {:.3g}", defect);
  Operation operation{.gate = one ? GateId::kMatrix1 : GateId::kMatrix2};
  std::ranges::copy(wires, operation.wires.begin());
  operation.matrix = static_cast<int>(matrices_.size());
  matrices_.push_back(std::move(matrix));
  push(operation);
  return *this;
}

Circuit& Circuit::add_channel(ChannelId id, std::initializer_list<int> wires,
                              std::initializer_list<double> parameters) {
  return add_channel(channel(id), {wires.begin(), wires.size()}, {parameters.begin(), parameters.size()});
}

Circuit& Circuit::add_channel(const Channel& channel, std::span<const int> wires,
                              std::span<const double> parameters) {
  require(!wires.empty() && static_cast<int>(wires.size()) <= channel.most_wires,
          "{} acts on {} together, not on {}", channel.name,
          channel.most_wires == 1 ? "1 wire" : "1 or 2 wires", wires.size());
  check_wires(channel.name, wires);
  check_parameters(channel, parameters);
  PlacedChannel placed{
      .channel = channel.id, .count = static_cast<int>(wires.size()), .at = operations_.size()};
  std::ranges::copy(wires, placed.wires.begin());
  std::ranges::copy(parameters, placed.parameters.begin());
  channels_.push_back(placed);
  return *this;
}

Circuit& Circuit::append(const Circuit& other, int first_shared, int first_per_sample) {
  require(other.wires_ == wires_, "cannot append a circuit on {} wires to one on {}", other.wires_, wires_);
  const int first_matrix = static_cast<int>(matrices_.size());
  for (PlacedChannel placed : other.channels_) {
    placed.at += operations_.size();
    channels_.push_back(placed);
  }
  matrices_.insert(matrices_.end(), other.matrices_.begin(), other.matrices_.end());
  for (Operation operation : other.operations_) {
    for (Angle& angle : operation.angles) {
      if (angle.kind == Angle::Kind::kShared) angle.index += first_shared;
      if (angle.kind == Angle::Kind::kPerSample) angle.index += first_per_sample;
    }
    if (operation.matrix >= 0) operation.matrix += first_matrix;
    push(operation);
  }
  return *this;
}

void Circuit::check_wires(std::string_view name, std::span<const int> wires) const {
  for (std::size_t i = 0; i < wires.size(); ++i) {
    require(wires[i] >= 0 && wires[i] < wires_, "{} on wire {}, but the wires are 0 to {}", name, wires[i],
            wires_ - 1);
    for (std::size_t j = 0; j < i; ++j) require(wires[j] != wires[i], "{} has wire {} twice", name, wires[i]);
  }
}

void Circuit::require_unitary(std::string_view what) const {
  require(channels_.empty(),
          "the circuit holds the channel '{}', and {} takes gates alone: run it with noise",
          channels_.empty() ? "" : channel(channels_.front().channel).name, what);
}

std::span<const double> PlacedChannel::values() const {
  return {parameters.data(), sim::channel(channel).parameters.size()};
}

Circuit gates_of(const Circuit& circuit) {
  Circuit gates(circuit.wires());
  for (const Operation& operation : circuit.operations()) {
    const std::span<const int> wires(operation.wires.data(),
                                     static_cast<std::size_t>(gate(operation.gate).wires));
    if (operation.matrix >= 0)
      gates.add_matrix(wires, circuit.matrices()[static_cast<std::size_t>(operation.matrix)]);
    else
      gates.add(gate(operation.gate), wires,
                {operation.angles.data(), static_cast<std::size_t>(gate(operation.gate).angles)});
  }
  return gates;
}

void Circuit::push(Operation operation) {
  const Gate& row = gate(operation.gate);
  check_wires(row.name, {operation.wires.data(), static_cast<std::size_t>(row.wires)});
  for (int k = 0; k < row.angles; ++k) {
    const Angle& angle = operation.angles[k];
    require(angle.index >= 0, "{} has a negative parameter number {}", row.name, angle.index);
    if (angle.kind == Angle::Kind::kShared) shared_ = std::max(shared_, angle.index + 1);
    if (angle.kind == Angle::Kind::kPerSample) per_sample_ = std::max(per_sample_, angle.index + 1);
  }
  operations_.push_back(operation);
}

Circuit inverse(const Circuit& circuit) {
  circuit.require_unitary("an inverse");
  Circuit undone(circuit.wires());
  for (auto it = circuit.operations().rbegin(); it != circuit.operations().rend(); ++it) {
    const Gate& row = gate(it->gate);
    const std::span<const int> wires(it->wires.data(), static_cast<std::size_t>(row.wires));
    if (it->matrix >= 0) {
      undone.add_matrix(wires, conjugate_transpose(circuit.matrices()[it->matrix]));
      continue;
    }
    std::array<Angle, kMaxGateAngles> angles;
    for (int k = 0; k < row.angles; ++k) {
      const Angle& source = it->angles[row.inverse.from[k]];
      angles[k] = row.inverse.sign[k] < 0 ? -source : source;
    }
    undone.add(gate(row.inverse.gate), wires, {angles.data(), static_cast<std::size_t>(row.angles)});
  }
  return undone;
}

std::vector<Complex> operation_matrix(const Circuit& circuit, const Operation& operation,
                                      std::span<const double> angles) {
  if (operation.matrix >= 0) return circuit.matrices()[operation.matrix];
  const Gate& row = gate(operation.gate);
  std::vector<Complex> matrix(static_cast<std::size_t>(row.dimension() * row.dimension()));
  row.matrix(angles.data(), matrix.data());
  return matrix;
}

}  // namespace ebit::inline sim
