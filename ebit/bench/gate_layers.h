// Workload C as an object: layers of per-sample rotations, all one-wire Paulis read, and their derivative.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ebit/grad/expectation_program.h"

namespace ebit::bench {

/// `layers` layers of RX RY RZ on every wire and CNOT(q, q+1 mod n), every angle its own for every sample, on
/// |0...0>; X, Y and Z of every wire are read out.
template <class T>
class GateLayers {
 public:
  /// Angles and cotangents are drawn by `seed`. @param wires 2 or more. @param batch samples, B.
  GateLayers(int wires, int layers, std::size_t batch, std::uint64_t seed);

  /// The gates alone: all of them on every tile, on whatever states are there, angles already evaluated.
  void run_gates();

  /// Everything that one training step asks for: evaluates the angles, runs the circuit on |0...0>, reads
  /// values(), and goes back from d_values() to d_angles().
  void run_all();

  /// Nominal floating-point operations of run_gates(), a sample: three rotations of a wire are one 2x2
  /// complex matrix, which costs 28 a pair of amplitudes (4 products of complex numbers at 6, 2 sums at 2); a
  /// CNOT costs none.
  double gate_flops() const;

  /// The same of run_all(): each fused gate acts three times (on the state forward, on state and cotangent
  /// back), but those of the first layer, which make a product state, not at all; and each gate's angles'
  /// derivatives take three overlaps, 24 a pair. Readouts, the product state and angles are not counted, so
  /// that a share made of it is never flattered.
  double all_flops() const;

  std::size_t batch() const { return batch_; }               ///< B
  std::span<T> angles() { return angles_; }                  ///< [tiles, 3 layers wires, kLanes]
  std::span<const T> values() const { return values_; }      ///< [tiles, 3 wires, kLanes]
  std::span<const T> d_values() const { return d_values_; }  ///< [tiles, 3 wires, kLanes]
  std::span<const T> d_angles() const { return d_angles_; }  ///< as angles()

 private:
  void run_tile(std::size_t tile);

  int wires_, layers_;
  std::size_t batch_;
  ExpectationProgram<T> program_;
  std::vector<ExpectationWorkspace<T>> workspaces_;  // [tiles]
  AlignedVector<T> angles_, values_, d_values_, d_angles_;
};

}  // namespace ebit::bench
