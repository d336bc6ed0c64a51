// Memory for the steps of an RVQE cell.
#pragma once

#include "ebit/cell/rvqe/rvqe_cell.h"

namespace ebit::inline cell {

/// Arrays are [.., kLanes].
///
/// A step leaves its states in slots, each behind a layer of rotations or a neuron, not normalised: those of
/// the workspace alone [2^W], then those of the opened in/out qubits [2^(W + 1)] ... [2^(W + w)].
template <class T>
struct RvqeCell<T>::Workspace final : RecurrentCell<T>::Scratch {
  std::vector<std::size_t> slot;             ///< first number of each slot in `states`
  AlignedVector<T> states;                   ///< all slots
  AlignedVector<T> scale;                    ///< [slots] one over the norm of each
  AlignedVector<T> g;                        ///< [2^n] cotangent of a slot
  AlignedVector<T> g_before;                 ///< [2^n] of the slot in front of it
  AlignedVector<T> h_next;                   ///< [2^W] behind the step, on the way back
  AlignedVector<T> scratch;                  ///< [2^W] for the projection's way back
  AlignedVector<T> p;                        ///< [2^w] probabilities
  alignas(kAlignment) T norm[kLanes<T>];     ///< squared norms
  alignas(kAlignment) T uniform[kLanes<T>];  ///< in [0, 1), for the draws
  std::int32_t word[kLanes<T>];              ///< input words
  std::int32_t rows[kLanes<T>];              ///< entry of each lane's row in a table
  int forced[kLanes<T>];                     ///< words to project on, -1: drawn
  int outcome[kLanes<T>];                    ///< words projected on
  double* d_cos = nullptr;                   ///< [entries] cotangents of the neurons' tables, summed
  double* d_sin = nullptr;                   ///< likewise
  std::vector<double> unwanted;              ///< [2 entries + P] where nobody asks for them

  /// @param cell whose sizes are taken.
  explicit Workspace(const RvqeCell<T>& cell) {
    const auto size = [](std::initializer_list<AlignedVector<T>*> arrays, std::size_t numbers) {
      for (AlignedVector<T>* array : arrays) array->resize(numbers * kLanes<T>);
    };
    const auto workspace = static_cast<std::size_t>(cell.options_.workspace);
    const auto stages = static_cast<std::size_t>(cell.options_.stages);
    std::size_t numbers = 0;
    const auto add_slot = [&](std::size_t amplitudes) {
      slot.push_back(numbers * kLanes<T>);
      numbers += amplitudes;
    };
    for (std::size_t k = 0; k < 1 + workspace + stages * (1 + workspace); ++k) add_slot(cell.state_numbers());
    for (std::size_t i = 1; i <= cell.bits(); ++i) add_slot(cell.state_numbers() << i);
    size({&states}, numbers);
    size({&scale}, slot.size());
    size({&g, &g_before}, cell.state_numbers() << cell.bits());
    size({&h_next, &scratch}, cell.state_numbers());
    size({&p}, cell.outputs());
    unwanted.resize(cell.shared_sums() + cell.parameters());
  }

  T* state(std::size_t k) { return states.data() + slot[k]; }          ///< slot k
  T* scale_of(std::size_t k) { return scale.data() + k * kLanes<T>; }  ///< of slot k, [kLanes]
};

}  // namespace ebit::inline cell
