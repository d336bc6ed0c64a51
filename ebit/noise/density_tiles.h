// Views of density matrices that lie in tiles; for DensityProgram.
#pragma once

#include <algorithm>

#include "ebit/sim/state.h"

namespace ebit::inline noise {

/// A view by which a kernel that applies U applies conj(U): with w = i conj(v) it is U w = i conj(conj(U) v).
template <class T>
Tile<T> conjugated(const Tile<T>& v) {
  return {v.im, v.re, v.wires};
}

/// Copies all numbers of a tile.
template <class T>
void copy_tile(const Tile<T>& from, const Tile<T>& to) {
  std::copy_n(from.re, from.numbers(), to.re);
  std::copy_n(from.im, from.numbers(), to.im);
}

/// A kept density matrix as a tile, to read from. @param numbers of its real part.
template <class T>
Tile<T> kept_tile(const T* kept, std::size_t numbers, int wires) {
  T* const re = const_cast<T*>(kept);
  return {re, re + numbers, wires};
}

}  // namespace ebit::inline noise
