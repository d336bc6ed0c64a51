// The table of encoders of gated cells: one number a wire, in front of a trained circuit.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "ebit/cell/gated/gate_kernels.h"
#include "ebit/sim/circuit.h"

namespace ebit::inline cell {

/// A rotation of a wire by a function of the wire's number.
struct GateRotation {
  GateId gate;             ///< RX, RY or RZ
  AngleFunction function;  ///< its angle

  double value(double y) const;  ///< the angle in radians; what the kernels are tested against
  double slope(double y) const;  ///< d value / d y
};

/// A row of the table: on every wire an H where `hadamard`, then the rotations in their order.
struct GateEncoder {
  std::string_view name;                ///< as users type it
  std::string_view help;                ///< one sentence: the gates of a wire
  std::string_view source;              ///< the paper or code it follows
  bool hadamard;                        ///< H on every wire first
  std::vector<GateRotation> rotations;  ///< of a wire, at least one

  /// The gates of wires 0 to wires - 1; rotation r of wire q has per-sample angle q * rotations + r.
  Circuit build(int wires) const;
};

/// All encoders of gated cells. They take any number.
std::span<const GateEncoder> gate_encoders();

/// The encoder called `name`. Throws Error with the nearest name where there is none.
const GateEncoder& find_gate_encoder(std::string_view name);

/// Which Pauli expectation values of a wire may differ from zero behind the encoder.
struct PauliAxes {
  bool x, y, z;  ///< `<X>`, `<Y>`, `<Z>`
};
PauliAxes axes_of(const GateEncoder& encoder);  ///< of every wire

/// angles, and their slopes at y, [wires * rotations, kLanes] of y [wires, kLanes].
template <class T>
void encode(const GateEncoder& encoder, const GateKernels<T>& kernels, int wires, const T* y, T* angles,
            T* slopes);

/// d_y [wires, kLanes] += d_angles times the slopes.
template <class T>
void encode_backward(const GateEncoder& encoder, int wires, const T* slopes, const T* d_angles, T* d_y);

/// Pauli expectation values of the encoded wires, which are in a product state.
/// @param y [wires, kLanes]. @param turns [rotations, 3, wires, kLanes], written: cosine, sine and slope.
/// @param features [3 (X, Y, Z), wires, kLanes], written.
template <class T>
void encode_features(const GateEncoder& encoder, const GateKernels<T>& kernels, int wires, const T* y,
                     T* turns, T* features);

/// d_y [wires, kLanes] += what the cotangent of the features says; uses both up.
template <class T>
void encode_features_backward(const GateEncoder& encoder, const GateKernels<T>& kernels, int wires,
                              const T* turns, T* features, T* d_features, T* d_y);

}  // namespace ebit::inline cell
