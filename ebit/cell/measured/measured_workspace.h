// Memory for the time steps of one tile of a measured cell.
#pragma once

#include "ebit/cell/controlled/feed_forward.h"
#include "ebit/cell/lanes.h"
#include "ebit/cell/measured/measured_cell.h"

namespace ebit::inline cell {

/// Memory of a group of tiles, which are run one after the other; nothing that results depend on is carried
/// from one to the next but the sums at the end. Arrays are [.., kLanes]; states are real parts, then
/// imaginary parts.
template <class T>
struct MeasuredCell<T>::Workspace {
  AlignedVector<T> x;                        ///< [F] of the step
  AlignedVector<T> h;                        ///< [2 * 2^n] before a step
  AlignedVector<T> psi;                      ///< [2 * 2^n] behind U
  AlignedVector<T> kept;                     ///< [2 * 2^n] projected, normalised
  AlignedVector<T> h_next;                   ///< [2 * 2^n] behind U^-1
  AlignedVector<T> d_h;                      ///< [2 * 2^n] of the state between steps
  AlignedVector<T> d_h_step;                 ///< [2 * 2^n] of lanes that have the step
  AlignedVector<T> g;                        ///< [2 * 2^n] of psi, then of the memory before the step
  AlignedVector<T> g_kept;                   ///< [2 * 2^n] of kept
  Measurement<T> measured;                   ///< what the lanes measure
  alignas(kAlignment) T p[2 * kLanes<T>];    ///< [2] probabilities
  alignas(kAlignment) T d_p[2 * kLanes<T>];  ///< [2]
  alignas(kAlignment) T total[kLanes<T>];    ///< squared norm of psi
  alignas(kAlignment) T inverse[kLanes<T>];  ///< one over the norm of what is kept
  alignas(kAlignment) T weight[kLanes<T>];   ///< 1 for lanes that have the step, else 0
  T uniform[kLanes<T>];                      ///< in [0, 1), for the draws
  int forced[kLanes<T>];                     ///< outcomes to project on, -1: drawn
  int outcome[kLanes<T>];                    ///< outcomes projected on
  TileDraws draws{};                         ///< the tile's random numbers
  LaneSteps<T> steps{{1, 0}, nullptr, 0};    ///< how long its sequences are
  std::size_t tile = 0;                      ///< which is run

  /// @param cell whose sizes are taken.
  explicit Workspace(const MeasuredCell<T>& cell) {
    const auto size = [](std::initializer_list<AlignedVector<T>*> arrays, std::size_t numbers) {
      for (AlignedVector<T>* array : arrays) array->resize(numbers * kLanes<T>);
    };
    const MeasuredForm<T>& form = *cell.form_;
    const std::size_t numbers = cell.state_numbers();
    Measurement<T>& m = measured;
    size({&x}, cell.inputs());
    size({&h, &psi, &kept, &h_next, &d_h, &d_h_step, &g, &g_kept, &m.scratch}, numbers);
    size({&m.matrices}, form.matrix_numbers());
    size({&m.cosine, &m.sine, &m.re, &m.im, &m.d_half, &m.d_phase}, numbers / 2);
    m.setting.resize(form.settings() * kLanes<T>);
    m.sums.resize(form.sums());
  }
};

}  // namespace ebit::inline cell
