// The table of encoders of gated cells, which are the feature maps of kernel cells: one number a wire.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "ebit/cell/gate_kernels.h"
#include "ebit/sim/circuit.h"

namespace ebit::inline cell {

/// A rotation of a wire by a function of the wire's number.
struct GateRotation {
  GateId gate;             ///< RX, RY or RZ
  AngleFunction function;  ///< its angle, up to `scale`
  double scale = 1;        ///< factor of it

  double value(double y) const;  ///< the function, in radians; what the kernels are tested against
  double slope(double y) const;  ///< d value / d y
};

/// What stands between wires behind their rotations.
enum class EncoderLinks : std::uint8_t {
  kNone,
  kChain,      ///< CNOT(0, 1), CNOT(1, 2), ...
  kChainBack,  ///< ..., CNOT(1, 2), CNOT(0, 1)
  kPairs,      ///< RZZ(2 (pi - y_i) (pi - y_j)) on every pair i < j
  kNeighbours  ///< the same on the pairs j = i + 1 alone
};

/// A part of an encoder: wire by wire an H where `hadamard`, then the rotations in their order; then the
/// links.
struct EncoderPart {
  bool hadamard = false;                     ///< H on every wire first
  std::vector<GateRotation> rotations = {};  ///< of a wire
  EncoderLinks links = EncoderLinks::kNone;  ///< between wires
};

/// A row of the table: a part, and for some `more` of them behind it. Angles are numbered as they come;
/// without links and more parts rotation r of wire q has per-sample angle q * rotations + r.
struct GateEncoder {
  std::string_view name;                     ///< as users type it
  std::string_view help;                     ///< one sentence: the gates of a wire
  std::string_view source;                   ///< the paper or code it follows
  bool hadamard;                             ///< H on every wire first
  std::vector<GateRotation> rotations;       ///< of a wire, at least one
  EncoderLinks links = EncoderLinks::kNone;  ///< behind them
  std::vector<EncoderPart> more = {};        ///< what follows

  /// All parts, in order.
  std::vector<EncoderPart> parts() const;
  /// Whether each wire has a state of its own behind it, by functions that encode_features() has.
  bool gives_products() const;
  /// Angles of `numbers` numbers.
  int angles(int numbers) const;
  /// The gates of wires 0 to wires - 1, all parts `repetitions` times with the same per-sample angles.
  /// Numbers enter the first wires; the others have an H where the first ones have.
  Circuit build(int wires, int numbers, int repetitions = 1) const;
};

/// All encoders. They take any number.
std::span<const GateEncoder> gate_encoders();

/// The encoder called `name`. Throws Error with the nearest name where there is none.
const GateEncoder& find_gate_encoder(std::string_view name);

/// Which Pauli expectation values of a wire may differ from zero behind the encoder.
struct PauliAxes {
  bool x;  ///< `<X>`
  bool y;  ///< `<Y>`
  bool z;  ///< `<Z>`
};
PauliAxes axes_of(const GateEncoder& encoder);  ///< of every wire

/// angles [angles(numbers), kLanes] of y [numbers, kLanes], and the slopes of rotations' angles likewise.
template <class T>
void encode(const GateEncoder& encoder, const GateKernels<T>& kernels, int numbers, const T* y, T* angles,
            T* slopes);

/// d_y [numbers, kLanes] += d_angles times the slopes at y, which encode() gave.
template <class T>
void encode_backward(const GateEncoder& encoder, int numbers, const T* y, const T* slopes, const T* d_angles,
                     T* d_y);

/// Pauli expectation values of the encoded wires, which are in a product state: of an encoder that
/// gives_products().
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
