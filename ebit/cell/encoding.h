// Runs an encoder on tiles, forward and backward.
#pragma once

#include "ebit/cell/encoder.h"
#include "ebit/cell/gradient_method.h"
#include "ebit/cell/segment.h"
#include "ebit/sim/program.h"

namespace ebit::inline cell {

/// Scratch memory of an Encoding for one tile.
template <class T>
struct EncodingScratch {
  AlignedVector<T> angles;    ///< [rules, kLanes]; linear-amplitude: a, [2^wires, kLanes]
  AlignedVector<T> d_angles;  ///< [rules, kLanes]
  LaneMatrices<T> matrices;   ///< of the gates, for the inputs bound last; not used by linear-amplitude
};

/// An encoder for given sizes. Inputs of one tile and step are x [features, kLanes].
template <class T>
class Encoding {
 public:
  /// @param register_wires wires of the state that it acts on: `wires` for a state of its own, or all wires
  /// of a register whose first `wires` are the system. Throws Error where the features do not fit.
  Encoding(const Encoder& encoder, int wires, int features, int register_wires);

  /// Appends the encoder's trainable blocks to those in front of them.
  void add_segments(std::vector<Segment>& segments) const;

  /// The system state of x. @param parameters flat, as add_segments() lays them; `epsilon` as
  /// RegisterOptions::epsilon.
  /// @param system [2^wires], written.
  /// @returns -1, or the first lane whose a = W x + b is the zero vector, which has no direction to encode.
  int prepare(const T* x, const T* parameters, T epsilon, const Tile<T>& system,
              EncodingScratch<T>& scratch) const;

  /// Cotangents of prepare(), added to d_x [features, kLanes] (may be null) and d_parameters [numbers,
  /// kLanes], lane by lane in float64.
  /// @param system as prepare() left it (overwritten); g_system its cotangent (overwritten).
  void prepare_backward(const T* x, const T* parameters, T epsilon, const Tile<T>& system,
                        const Tile<T>& g_system, GradientMethod method, EncodingScratch<T>& scratch, T* d_x,
                        double* d_parameters) const;

  /// psi <- gates(x) psi: a gate encoder on top of a register that holds a state.
  void apply(const T* x, const Tile<T>& psi, EncodingScratch<T>& scratch) const;

  /// Undoes apply() on psi and on the cotangent g; adds to d_x (may be null).
  void apply_backward(const T* x, const Tile<T>& psi, const Tile<T>& g, GradientMethod method,
                      EncodingScratch<T>& scratch, T* d_x) const;

  /// True where the imaginary parts of encoded states are zero for all inputs.
  bool real() const { return real_; }

  const Encoder& encoder() const { return encoder_; }  ///< the row of encoders() that it runs

 private:
  void bind(const T* x, EncodingScratch<T>& scratch) const;

  const Encoder& encoder_;
  int wires_, features_;
  bool real_;
  std::vector<AngleRule> rules_;
  std::vector<std::size_t>
      first_like_;                   // the first rule of the same feature and function, which may be this one
  std::vector<Program<T>> program_;  // none for linear-amplitude, else one
};

}  // namespace ebit::inline cell
