// Memory for the steps of a measured cell.
#pragma once

#include "ebit/cell/measured/measured_cell.h"

namespace ebit::inline cell {

/// Arrays are [.., kLanes]; states are real parts, then imaginary parts.
template <class T>
struct MeasuredCell<T>::Workspace final : RecurrentCell<T>::Scratch {
  AlignedVector<T> turned;                   ///< [2 * 2^n] kept behind U^-1, or the cotangent behind U
  AlignedVector<T> psi;                      ///< [2 * 2^n] behind U
  AlignedVector<T> kept;                     ///< [2 * 2^n] projected, normalised
  AlignedVector<T> g;                        ///< [2 * 2^n] of psi, then of the memory before the step
  AlignedVector<T> g_kept;                   ///< [2 * 2^n] of kept
  Measurement<T> measured;                   ///< what the lanes measure
  alignas(kAlignment) T p[2 * kLanes<T>];    ///< [2] probabilities
  alignas(kAlignment) T total[kLanes<T>];    ///< squared norm of psi
  alignas(kAlignment) T inverse[kLanes<T>];  ///< one over the norm of what is kept
  alignas(kAlignment) T weight[kLanes<T>];   ///< 1 for lanes that have the step, else 0
  T uniform[kLanes<T>];                      ///< in [0, 1), for the draws
  int forced[kLanes<T>];                     ///< outcomes to project on, -1: drawn
  int outcome[kLanes<T>];                    ///< outcomes projected on
  std::vector<double> unwanted;              ///< sums where nobody asks for them

  /// @param cell whose sizes are taken.
  explicit Workspace(const MeasuredCell<T>& cell) {
    const auto size = [](std::initializer_list<AlignedVector<T>*> arrays, std::size_t numbers) {
      for (AlignedVector<T>* array : arrays) array->resize(numbers * kLanes<T>);
    };
    const MeasuredForm<T>& form = *cell.form_;
    const std::size_t numbers = cell.state_numbers();
    Measurement<T>& m = measured;
    size({&turned, &psi, &kept, &g, &g_kept, &m.scratch}, numbers);
    size({&m.matrices}, form.matrix_numbers());
    size({&m.cosine, &m.sine, &m.re, &m.im, &m.d_half, &m.d_phase}, numbers / 2);
    m.setting.resize(form.settings() * kLanes<T>);
    unwanted.resize(form.sums());
  }
};

}  // namespace ebit::inline cell
