// A weighted sum of circuits in place of one: what differentiable architecture search trains.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/base/aligned.h"
#include "ebit/base/choice.h"
#include "ebit/cell/noisy/circuit_function.h"

namespace ebit::inline cell {

/// Whether the gates of a gated cell are mixtures, and whose weights: none, shared, per-gate.
std::span<const Choice> mixtures();
/// How the weights of a mixture enter: none (as they are), softmax.
std::span<const Choice> mixture_norms();

/// A circuit of a mixture.
struct MixedCircuit {
  std::string name;    ///< "h-ry ring-ry"
  Circuit circuit;     ///< its shared angles are its own, its per-sample ones those of every circuit
  std::size_t angles;  ///< that it has in the parameters
};

/// Memory of a CircuitMixture for one tile.
template <class T>
struct MixtureWorkspace {
  CircuitWorkspace<T> state;      ///< of any of its circuits
  CircuitDraws draws;             ///< of the next run, where outcomes are drawn
  AlignedVector<T> values;        ///< [K, kLanes] of one circuit
  AlignedVector<T> d_values;      ///< likewise, its cotangent
  std::vector<double> d_weights;  ///< [J] of a tile
};

/// z = sum over j of w_j `<Z>`_j, the expectation values of J circuits of the same wires and inputs with
/// angles of their own, where w are trained weights or the softmax of them (Chen and Tiwari 2025,
/// arXiv:2508.14955).
template <class T>
class CircuitMixture {
 public:
  /// @param observables what every circuit is read by, K of them. @param norm a row of mixture_norms().
  /// @param noisy how its circuits run on a device.
  CircuitMixture(std::span<const MixedCircuit> circuits, std::span<const Observable> observables,
                 std::string_view norm, const NoiseUse& noisy = {});

  std::size_t circuits() const { return programs_.size(); }  ///< J
  std::size_t angles() const { return angles_; }             ///< of all circuits, those of one side by side

  /// Takes the angles [angles()] and weights [J]; must come before the first forward().
  void bind(std::span<const T> angles, std::span<const T> weights);

  MixtureWorkspace<T> workspace() const;  ///< memory for forward() and backward()

  /// @param inputs [per-sample angles, kLanes]. @param values [K, kLanes], written.
  void forward(const T* inputs, MixtureWorkspace<T>& w, T* values) const;

  /// Vector-Jacobian product of forward(), which is run again. @param d_values [K, kLanes].
  /// @param d_angles [angles()] added to; null: not wanted. @param d_weights [J] likewise.
  /// @param d_inputs [per-sample angles, kLanes] added to.
  void backward(const T* inputs, const T* d_values, MixtureWorkspace<T>& w, double* d_angles,
                double* d_weights, T* d_inputs) const;

 private:
  void run(std::size_t j, const T* inputs, MixtureWorkspace<T>& w) const;

  std::vector<CircuitFunction<T>> programs_;
  std::vector<std::size_t> offsets_;  // of each circuit's angles
  std::size_t angles_ = 0, numbers_;  // K kLanes
  bool softmax_;
  std::vector<T> weights_;  // [J] as they enter
};

}  // namespace ebit::inline cell
