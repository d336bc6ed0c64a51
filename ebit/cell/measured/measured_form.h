// How a setting becomes a unitary and what the measurement does to each amplitude: the forms of a measured
// cell.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "ebit/base/aligned.h"
#include "ebit/cell/measured/measured_options.h"
#include "ebit/cell/segment.h"
#include "ebit/sim/state.h"

namespace ebit::inline cell {

/// What the lanes of a tile measure in one step, and memory for it. Arrays are [.., kLanes].
template <class T>
struct Measurement {
  AlignedVector<T> matrices;  ///< of the unitaries, as the form lays them out
  AlignedVector<T> cosine;    ///< [2^n] the amplitude's part in outcome 0
  AlignedVector<T> sine;      ///< [2^n] and in outcome 1
  AlignedVector<T> re;        ///< [2^n] real part of the phase, of size 1, that both outcomes give it
  AlignedVector<T> im;        ///< [2^n] its imaginary part
  AlignedVector<T> d_half;    ///< [2^n] cotangents of the angle whose cosine and sine those are
  AlignedVector<T> d_phase;   ///< [2^n] cotangents of the phase's angle
  std::vector<int> setting;   ///< [n] letters, -1: none; or [1] the number of the setting
  AlignedVector<T> scratch;   ///< [2 * 2^n]
  double* sums = nullptr;     ///< [sums()] gradients as the form collects them, over tiles and steps
};

/// A form with its parameters bound. A step turns the memory by U(s), multiplies each amplitude b by
/// cos(half_b) e^(i phase_b) for outcome 0 and by sin(half_b) e^(i phase_b) for outcome 1, and turns back by
/// U(s)^-1. Global phases are left out.
template <class T>
class MeasuredForm {
 public:
  virtual ~MeasuredForm() = default;

  virtual const std::vector<Segment>& segments() const = 0;  ///< its numbers
  virtual std::size_t matrix_numbers() const = 0;            ///< of Measurement::matrices, a lane
  virtual std::size_t settings() const = 0;                  ///< of Measurement::setting, a lane
  virtual std::size_t sums() const = 0;                      ///< of Measurement::sums

  /// Takes the parameters, [P].
  virtual void bind(const T* parameters) = 0;
  /// Reads the lanes' settings from x [F, kLanes]; fills matrices, cosine, sine, re, im.
  virtual void load(const T* x, Measurement<T>& m) const = 0;
  /// psi <- U psi, or U^-1 psi.
  virtual void turn(const Tile<T>& psi, bool back, Measurement<T>& m) const = 0;
  /// The states about both turns of a step, and their cotangents.
  struct Turned {
    Tile<T> before;   ///< the memory
    Tile<T> psi;      ///< behind U
    Tile<T> g;        ///< its cotangent
    Tile<T> kept;     ///< in front of U^-1
    Tile<T> g_kept;   ///< its cotangent
    Tile<T> g_after;  ///< the cotangent behind U^-1
    const T* weight;  ///< [kLanes] 0 for lanes that do not count and 1 for others
  };
  /// Adds to the sums what the turns have.
  virtual void turn_backward(const Turned& states, Measurement<T>& m) const = 0;
  /// Adds to the sums what d_half and d_phase have, which are overwritten; lanes that do not count are zero.
  virtual void factors_backward(Measurement<T>& m) const = 0;
  /// d_parameters [P] += the gradient of the sums.
  virtual void add_gradient(const double* sums, double* d_parameters) const = 0;
};

/// The form that the options name.
template <class T>
std::unique_ptr<MeasuredForm<T>> make_form(const MeasuredOptions& options);

template <class T>
std::unique_ptr<MeasuredForm<T>> make_shared_form(const MeasuredOptions& options);  ///< row "shared"
template <class T>
std::unique_ptr<MeasuredForm<T>> make_free_form(const MeasuredOptions& options);  ///< row "free"

}  // namespace ebit::inline cell
