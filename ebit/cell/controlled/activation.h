// The table of activations of the network in a controlled cell, compiled for each vector instruction set.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "ebit/sim/state.h"

namespace ebit::inline cell {

/// A row of the table: a function of each unit, and its derivative. Both take numbers of whole tiles: n a
/// multiple of kLanes<T>, arrays aligned to kAlignment.
template <class T>
struct Activation {
  std::string_view name;  ///< as users type it
  std::string_view help;  ///< one line: the formula
  int inputs;             ///< numbers that each unit takes: 1, or 2 for a gated one

  /// out_i = f(pre). @param pre [inputs, n]: of a gated unit the values, then the gates. @param out [n].
  void (*forward)(const T* pre, std::size_t n, T* out);
  /// d_pre = d_out f'(pre), written. @param d_out [n]. @param d_pre [inputs, n].
  void (*backward)(const T* pre, const T* d_out, std::size_t n, T* d_pre);
};

/// One instruction set's activations.
template <class T>
struct ActivationTable {
  std::string_view name;  ///< "baseline", "avx2", "avx512"
  Activation<T> rows[4];  ///< the same in every table
};

/// All activations, for the instruction set of kernels::kernel_table(), so that EBIT_SIMD rules both.
template <class T>
std::span<const Activation<T>> activations();

/// All activations for the instruction set of that name, one of kernels::usable_kernel_tables(); else throws
/// Error.
template <class T>
std::span<const Activation<T>> activations(std::string_view instruction_set);

/// The activation called `name`. Throws Error with the nearest name where there is none.
template <class T>
const Activation<T>& find_activation(std::string_view name);

}  // namespace ebit::inline cell
