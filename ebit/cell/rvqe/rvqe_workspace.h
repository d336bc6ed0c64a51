// Memory for the time steps of one tile of an RVQE cell.
#pragma once

#include "ebit/cell/controlled/feed_forward.h"
#include "ebit/cell/lanes.h"
#include "ebit/cell/rvqe/rvqe_cell.h"

namespace ebit::inline cell {

/// Memory of a group of tiles, which are run one after the other; nothing that results depend on is carried
/// from one to the next but the sums at the end. Arrays are [.., kLanes].
///
/// A step leaves its states in slots, each behind a layer of rotations or a neuron, not normalised: those of
/// the workspace alone [2^W], then those of the opened in/out qubits [2^(W + 1)] ... [2^(W + w)].
template <class T>
struct RvqeCell<T>::Workspace {
  std::vector<std::size_t> slot;             ///< first number of each slot in `states`
  AlignedVector<T> states;                   ///< all slots
  AlignedVector<T> scale;                    ///< [slots] one over the norm of each
  AlignedVector<T> g;                        ///< [2^n] cotangent of a slot
  AlignedVector<T> g_before;                 ///< [2^n] of the slot in front of it
  AlignedVector<T> x;                        ///< [F] of the step
  AlignedVector<T> h;                        ///< [2^W] before a step
  AlignedVector<T> h_next;                   ///< [2^W] behind it
  AlignedVector<T> scratch;                  ///< [2^W] for the projection's way back
  AlignedVector<T> d_h;                      ///< [2^W] of the state between steps
  AlignedVector<T> d_h_step;                 ///< [2^W] of lanes that have the step
  AlignedVector<T> p;                        ///< [2^w] probabilities
  AlignedVector<T> d_p;                      ///< [2^w]
  alignas(kAlignment) T norm[kLanes<T>];     ///< squared norms
  alignas(kAlignment) T uniform[kLanes<T>];  ///< in [0, 1), for the draws
  std::int32_t word[kLanes<T>];              ///< input words
  std::int32_t rows[kLanes<T>];              ///< entry of each lane's row in a table
  int forced[kLanes<T>];                     ///< words to project on, -1: drawn
  int outcome[kLanes<T>];                    ///< words projected on
  std::vector<double> d_cos;                 ///< [entries] cotangents of the neurons' tables
  std::vector<double> d_sin;                 ///< likewise, summed over the group's tiles
  std::vector<double> d_angles;              ///< [S, W] likewise
  std::size_t tile = 0;                      ///< which is run
  TileDraws draws{};                         ///< its random numbers
  LaneSteps<T> steps{{1, 0}, nullptr, 0};    ///< how long its sequences are

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
    size({&x}, cell.inputs());
    size({&h, &h_next, &scratch, &d_h, &d_h_step}, cell.state_numbers());
    size({&p, &d_p}, cell.outputs());
    d_cos.resize(cell.neurons_.entries()), d_sin.resize(cell.neurons_.entries());
    d_angles.resize(stages * workspace);
  }

  T* state(std::size_t k) { return states.data() + slot[k]; }          ///< slot k
  T* scale_of(std::size_t k) { return scale.data() + k * kLanes<T>; }  ///< of slot k, [kLanes]
};

}  // namespace ebit::inline cell
