// Memory for the time steps of one tile of a gated cell.
#pragma once

#include <algorithm>

#include "ebit/cell/gated/gated_cell.h"
#include "ebit/cell/lanes.h"

namespace ebit::inline cell {

/// Memory of a group of tiles, which are run one after the other; nothing that results depend on is carried
/// from one to the next but the sums at the end. Arrays are [.., kLanes].
template <class T>
struct GatedCell<T>::Workspace {
  CircuitWorkspace<T> state;                   ///< of any gate's circuit
  CircuitDraws draws;                          ///< of the step, where outcomes are drawn
  std::optional<MixtureWorkspace<T>> mixture;  ///< of the largest mixture
  AlignedVector<T> y;                          ///< [n] what enters the circuits' wires
  AlignedVector<T> d_y;                        ///< [n]
  AlignedVector<T> angles;                     ///< [encoder's angles] of y
  AlignedVector<T> d_angles;                   ///< likewise, summed over gates
  AlignedVector<T> slopes;                     ///< of angles in y
  AlignedVector<T> turns;                  ///< [rotations, 3, n] cosines, sines and slopes of those angles
  AlignedVector<T> features;               ///< [3, n] Pauli expectation values of the wires
  AlignedVector<T> d_features;             ///< likewise
  AlignedVector<T> products;               ///< of features, where circuits are folded
  AlignedVector<T> d_products;             ///< likewise
  AlignedVector<T> z;                      ///< readouts of a gate, or of all of them where they are folded
  AlignedVector<T> d_z;                    ///< likewise
  AlignedVector<T> x;                      ///< [F] of the step, then its cotangent
  AlignedVector<T> v;                      ///< [F + H]
  AlignedVector<T> d_v;                    ///< [F + H]
  AlignedVector<T> reset;                  ///< gru: [F + H] v with r h in place of h
  AlignedVector<T> d_reset;                ///< [F + H], then of h alone
  AlignedVector<T> gates;                  ///< [gates of v, C] where there is no tape
  AlignedVector<T> d_gates;                ///< [gates of v, C]
  AlignedVector<T> u;                      ///< [C] o tanh c
  AlignedVector<T> d_u;                    ///< [C]
  AlignedVector<T> d_peephole;             ///< [C] of the output gate
  AlignedVector<T> d_sum;                  ///< [C] a part of d_u
  AlignedVector<T> c;                      ///< [C] before a step
  AlignedVector<T> h;                      ///< [H] likewise
  AlignedVector<T> c_next;                 ///< [C] behind it
  AlignedVector<T> h_next;                 ///< [H] likewise
  AlignedVector<T> out;                    ///< [K] prediction, or its cotangent
  AlignedVector<T> watched;                ///< [W] of the step, where it is looked at
  bool looked_at = false;                  ///< whether it is
  AlignedVector<T> d_c;                    ///< [C] of the state between steps
  AlignedVector<T> d_h;                    ///< [H]
  AlignedVector<T> d_c_step;               ///< [C] of lanes that have the step; in: behind it, out: before it
  AlignedVector<T> d_h_step;               ///< [H] likewise
  AlignedVector<T> turned;                 ///< [kLanes, kLanes] scratch
  AlignedVector<T> ones;                   ///< [kLanes] of 1
  AlignedVector<T> sums;                   ///< gradients of folded circuits and of linear maps, of some steps
  AlignedVector<double> totals;            ///< the same, summed over the group's tiles
  std::size_t summed = 0;                  ///< steps in `sums`
  std::vector<double> d_parameters;        ///< [P] summed over the group's tiles: what is not in `totals`
  std::size_t tile = 0;                    ///< which is run
  LaneMap lanes{1, 0};                     ///< which samples it holds
  LaneSteps<T> steps{{1, 0}, nullptr, 0};  ///< how long their sequences are

  /// @param cell whose sizes are taken.
  explicit Workspace(const GatedCell<T>& cell) : state(cell.gates_.front().program.workspace()) {
    const auto size = [](std::initializer_list<AlignedVector<T>*> arrays, std::size_t numbers) {
      for (AlignedVector<T>* array : arrays) array->resize(numbers * kLanes<T>);
    };
    const std::size_t wires = static_cast<std::size_t>(cell.options_.qubits);
    const std::size_t width = static_cast<std::size_t>(cell.sizes_.width);
    const std::size_t folded = cell.fold_ ? cell.fold_->products() : 0;
    size({&y, &d_y}, wires);
    size({&z, &d_z}, std::max(wires, cell.fold_ ? cell.fold_->rows() : 0));
    size({&angles, &d_angles, &slopes}, static_cast<std::size_t>(cell.encoder_.angles(cell.options_.qubits)));
    size({&turns}, 3 * wires * cell.encoder_.rotations.size());
    size({&features, &d_features}, 3 * wires);
    size({&products, &d_products}, folded);
    size({&turned}, kLanes<T>);
    ones.assign(kLanes<T>, T(1));
    sums.resize(cell.sums_);
    totals.resize(cell.sums_);
    size({&x}, cell.inputs());
    size({&v, &d_v, &reset, &d_reset}, width);
    size({&gates, &d_gates}, cell.state_gates_ * cell.cell_numbers());
    size({&u, &d_u, &d_sum, &d_peephole, &c, &c_next, &d_c, &d_c_step}, cell.cell_numbers());
    size({&h, &h_next, &d_h, &d_h_step}, cell.hidden_numbers());
    size({&out}, cell.outputs());
    size({&watched}, numbers_of(cell.watched_));
    d_parameters.resize(cell.parameters());
    for (const Gate& gate : cell.gates_)
      if (gate.mixture && (!mixture || mixture->values.size() < gate.measured * kLanes<T>))
        mixture.emplace(gate.mixture->workspace());
  }

  /// Says that a step is in `sums`; now and then they go to `totals`, which have more digits.
  void count_step() {
    if (++summed == 64) settle();
  }

  /// Adds `sums` to `totals`.
  void settle() {
    for (std::size_t k = 0; k < sums.size(); ++k) totals[k] += static_cast<double>(sums[k]);
    std::ranges::fill(sums, T(0));
    summed = 0;
  }
};

}  // namespace ebit::inline cell
