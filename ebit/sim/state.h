// Batches of state vectors, real and imaginary parts apart, samples side by side in vector lanes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "ebit/base/aligned.h"
#include "ebit/sim/gate.h"

namespace ebit::inline sim {

/// Samples of one tile: one cache line of numbers, that is 8 in float64 and 16 in float32.
template <class T>
inline constexpr int kLanes = static_cast<int>(kAlignment / sizeof(T));

/// How many tiles hold `batch` samples.
template <class T>
constexpr std::size_t tiles_of(std::size_t batch) {
  return (batch + kLanes<T> - 1) / kLanes<T>;
}

/// A view of kLanes<T> state vectors: amplitude i of sample b is re[i * kLanes + b] + i im[i * kLanes + b].
/// Basis index i has wire 0 as its most significant bit.
template <class T>
struct Tile {
  T* re;      ///< [2^wires, kLanes]
  T* im;      ///< [2^wires, kLanes]
  int wires;  ///< 1 or more

  std::size_t dimension() const { return std::size_t{1} << wires; }  ///< 2^wires, amplitudes of a sample
  std::size_t numbers() const { return dimension() * kLanes<T>; }    ///< entries of re, and of im
};

/// Numbers from a tile's re to its im: 2^wires rows and a gap of some cache lines. Without it large states
/// would have the real and imaginary parts of an amplitude, and of its partners in a gate, in the same cache
/// set.
template <class T>
constexpr std::size_t half_tile(int wires) {
  constexpr std::size_t kGap = 32;
  return ((std::size_t{1} << wires) + (wires >= 6 ? kGap : 0)) * kLanes<T>;
}

/// Owns the states of `batch` samples as tiles; the lanes past the last sample are zero at first.
template <class T>
class StateBatch {
 public:
  /// All amplitudes zero. Throws Error, with the memory it would take, where that exceeds what the machine
  /// has.
  StateBatch(int wires, std::size_t batch);

  /// Makes every sample |0...0>.
  void reset();

  int wires() const { return wires_; }                       ///< of every state
  std::size_t batch() const { return batch_; }               ///< number of samples, B
  std::size_t tiles() const { return tiles_of<T>(batch_); }  ///< how many tiles hold them
  Tile<T> tile(std::size_t index);                           ///< a view of samples index * kLanes and on

  /// Amplitude `index` of sample `sample`; set() writes it. For tests and small jobs, one at a time.
  Complex amplitude(std::size_t sample, std::size_t index) const;
  void set(std::size_t sample, std::size_t index, Complex value);  ///< writes the amplitude

 private:
  std::size_t offset(std::size_t sample, std::size_t index) const;

  int wires_;
  std::size_t batch_;
  AlignedVector<T> numbers_;  // [tiles, 2 (re, im), 2^wires rows and a gap, kLanes]
};

/// Throws Error saying what one state of `wires` wires takes, and how many wires fit, where this machine has
/// too little free memory for it.
void require_state(int wires);

/// Throws Error saying how much `what` would take where `numbers` numbers of `bytes_each` exceed the free
/// memory.
void require_memory(std::string_view what, double numbers, std::size_t bytes_each);

}  // namespace ebit::inline sim
