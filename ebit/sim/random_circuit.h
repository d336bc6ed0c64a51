// Circuits and random states for tests and benchmarks.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "ebit/base/random.h"
#include "ebit/sim/circuit.h"
#include "ebit/sim/state.h"

namespace ebit::inline sim {

/// A circuit of `count` random rows of the gate table (matrix gates included) on random wires. Every angle is
/// by chance a constant, a shared parameter of its own or a per-sample parameter of its own. @param among the
/// rows to choose from, the whole table where none are given.
Circuit random_circuit(int wires, int count, Random& random, bool per_sample = true,
                       std::span<const GateId> among = {});

/// Gates that are joined, that let each other pass or that stop each other: rotations of one wire and of two,
/// a CNOT and a gate that runs by itself.
inline constexpr GateId kJoinedGates[] = {GateId::kRX,  GateId::kRZ,  GateId::kRZZ,  GateId::kRZZ,
                                          GateId::kRZZ, GateId::kRXX, GateId::kCNOT, GateId::kCRY};

/// `layers` layers of RX RY RZ on every wire and CNOT(q, q + 1 mod wires), every angle a parameter of its
/// own: shared, or per sample.
Circuit rotation_layers(int wires, int layers, bool per_sample);

/// A random unitary matrix, [n, n] row by row.
std::vector<Complex> random_unitary(int n, Random& random);

/// Numbers uniform in [-low_high, low_high].
template <class T>
std::vector<T> random_numbers(std::size_t count, double low_high, Random& random) {
  std::vector<T> numbers(count);
  for (T& x : numbers) x = static_cast<T>(random.uniform(-low_high, low_high));
  return numbers;
}

/// Fills every sample of a batch with a random normalised state.
template <class T>
void randomize(StateBatch<T>& state, Random& random) {
  const std::size_t n = std::size_t{1} << state.wires();
  for (std::size_t b = 0; b < state.batch(); ++b) {
    std::vector<Complex> psi(n);
    double norm = 0;
    for (Complex& a : psi) {
      a = {random.normal(), random.normal()};
      norm += std::norm(a);
    }
    for (std::size_t i = 0; i < n; ++i) state.set(b, i, psi[i] / std::sqrt(norm));
  }
}

}  // namespace ebit::inline sim
