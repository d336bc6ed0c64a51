// The table of encoders of gated cells: one number a wire, in front of a trained circuit.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "ebit/sim/circuit.h"

namespace ebit::inline cell {

/// A rotation of a wire by a function of the wire's number.
struct GateRotation {
  GateId gate;                ///< RX, RY or RZ
  double (*value)(double y);  ///< its angle in radians
  double (*slope)(double y);  ///< d value / d y
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

/// angles [wires * rotations, kLanes] of y [wires, kLanes].
template <class T>
void encode(const GateEncoder& encoder, int wires, const T* y, T* angles);

/// d_y [wires, kLanes] += d_angles times the slopes at y.
template <class T>
void encode_backward(const GateEncoder& encoder, int wires, const T* y, const T* d_angles, T* d_y);

}  // namespace ebit::inline cell
