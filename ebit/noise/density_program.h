// Exact density matrices: a circuit with channels, run forward and backward on batches.
#pragma once

#include <vector>

#include "ebit/grad/adjoint.h"
#include "ebit/sim/observable.h"
#include "ebit/sim/program.h"

namespace ebit::inline noise {

/// Most wires of a density matrix: 4^8 entries, 8 MiB a tile in float64.
inline constexpr int kMostDensityWires = 8;

/// A circuit with channels, ready to run on density matrices of n wires.
///
/// A density matrix lies in a Tile of 2n wires as if it were a state: entry (r, c) of lane l is amplitude
/// r 2^n + c. A gate U acts on the wires of the row as U and on those of the column as conj(U); a channel of
/// a wire acts on both of its wires by its superoperator.
template <class T>
class DensityProgram {
 public:
  /// Throws Error for more than kMostDensityWires wires.
  explicit DensityProgram(const Circuit& circuit);

  /// Evaluates every gate of shared angles; comes before the first run. @param shared [shared_parameters].
  void bind(std::span<const T> shared) { program_.bind(shared); }
  /// Evaluates those with per-sample angles, for one tile. @param angles [per_sample_parameters, kLanes].
  void bind_lanes(const T* angles, LaneMatrices<T>& lanes) const { program_.bind_every_step(angles, lanes); }

  /// Numbers that run() keeps for backward(): rho before each group of channels.
  std::size_t kept_numbers() const { return groups_ * 2 * entries() * kLanes<T>; }

  /// rho <- circuit(rho). @param rho of 2n wires. @param lanes as bind_lanes() left it; null without
  /// per-sample angles. @param kept [kept_numbers()], written; null: there is no backward pass.
  void run(const Tile<T>& rho, const LaneMatrices<T>* lanes = nullptr, T* kept = nullptr) const;

  /// Vector-Jacobian product of run(), exact: gates are undone, channels go back to what was kept.
  /// @param rho in: as run() left it; out: as it was before. @param g in: the cotangent of what run() left,
  /// with dL = Re sum conj(g) drho; out: of what it was given. Neither need be Hermitian.
  /// @param kept as run() left it. @param gradient added to.
  /// @param d_channels [channels], added to: derivatives in the strength of each channel of the circuit, 0 of
  /// those that have none; null: not wanted.
  void backward(const Tile<T>& rho, const Tile<T>& g, const LaneMatrices<T>* lanes, const T* lane_angles,
                const T* kept, const ParameterGradient<T>& gradient, double* d_channels = nullptr) const;

  /// g <- what the circuit's adjoint makes of it: Re sum conj(g') rho before is Re sum conj(g) rho behind,
  /// for every rho (the Heisenberg picture). For circuits without per-sample angles.
  /// @param kept [kept_numbers()], written: g behind each group of channels; null: no backward pass.
  void run_adjoint(const Tile<T>& g, T* kept = nullptr) const;

  /// Vector-Jacobian product of run_adjoint() in the shared angles.
  /// @param g in: as run_adjoint() left it; out: as it was before. @param q in: the cotangent of what it
  /// left, with dL = Re sum conj(q) dg; out: of what it was given. @param kept as it left it.
  /// @param gradient added to.
  void adjoint_backward(const Tile<T>& g, const Tile<T>& q, const T* kept,
                        const ParameterGradient<T>& gradient) const;

  int wires() const { return circuit_.wires(); }                           ///< n
  std::size_t entries() const { return std::size_t{1} << (2 * wires()); }  ///< of a density matrix, 4^n
  const Circuit& circuit() const { return circuit_; }                      ///< as given

 private:
  // A gate, or a channel: what acts on the wires of rows and columns.
  struct Item {
    bool channel = false;
    std::size_t index = 0;                     // into the program's steps, or the circuit's channels
    kernels::Placement row = {}, column = {};  // of a gate
    kernels::Placement pair = {};              // of a channel of one wire: its row's bit, then its column's
    std::size_t map = 0;                       // of a channel: offset of its superoperator in maps_
    bool opens = false;                        // the first channel of a group: rho is kept before it
  };

  template <bool kAdjoint>
  void apply_channel(const Item& item, const Tile<T>& rho) const;
  void gate_backward(const Item& item, const Tile<T>& rho, const Tile<T>& g, const LaneMatrices<T>* lanes,
                     const T* lane_angles, const ParameterGradient<T>& gradient) const;
  double strength_slope(std::size_t item, const Tile<T>& g, const T* kept) const;

  Circuit circuit_;
  Program<T> program_;  // of the gates alone
  std::vector<Item> items_;
  std::vector<T> maps_;  // superoperators, re [entries], im [entries] (zeros)
  std::size_t groups_ = 0;
};

/// rho = |0...0><0...0| in every lane.
template <class T>
void clear_to_zero_state(const Tile<T>& rho);

/// value_kl = Tr(O_k rho_l). @param values [K, kLanes], written.
template <class T>
void density_expectations(const Tile<T>& rho, std::span<const Observable> readout, T* values);

/// g += the cotangent of density_expectations(). @param d_values [K, kLanes].
template <class T>
void density_expectations_backward(const Tile<T>& g, std::span<const Observable> readout, const T* d_values);

}  // namespace ebit::inline noise
