// Loops of quantum neurons for a tile of samples, compiled for each vector instruction set.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ebit/sim/state.h"

namespace ebit::inline cell {

/// A neuron turns a qubit by [[c, -s], [s, c]], where c and s are entries of a table: one for each setting of
/// the other qubits. States are real, [dimension, kLanes]. What a loop reads is `in` times `scale` [kLanes];
/// what it writes is not normalised, and `norm` [kLanes] gets its squared norm.
template <class T>
struct Neuron {
  const T* cos;        ///< c of each setting
  const T* sin;        ///< s likewise
  double* d_cos;       ///< cotangents of c, added to by the loops that run backward; else null
  double* d_sin;       ///< likewise
  const T* in;         ///< the state before
  const T* scale;      ///< of it
  std::size_t size;    ///< numbers of `in` a sample
  std::size_t stride;  ///< turn: amplitudes between the qubit's 0 and 1; open: amplitudes of the workspace
};

/// One instruction set's loops. They trust their input.
template <class T>
struct NeuronKernels {
  std::string_view name;  ///< "baseline", "avx2", "avx512"

  /// A neuron on a qubit of the workspace, whose table depends on each lane's input word: entry k of lane l
  /// is at row[l] + k, where k counts the amplitudes of the other workspace qubits.
  void (*turn)(const Neuron<T>& neuron, const std::int32_t* row, T* out, T* norm);
  /// g <- the cotangent of the scaled input from g times `g_scale`, that of what turn() wrote.
  void (*turn_backward)(const Neuron<T>& neuron, const std::int32_t* row, const T* g_scale, T* g);

  /// A neuron on the next in/out qubit, which is |0> before: out_(u, 0, b) = c in, out_(u, 1, b) = s in,
  /// where (u, b) are the in/out qubits before it and the workspace, and the table's entry.
  void (*open)(const Neuron<T>& neuron, T* out, T* norm);
  /// g_in <- the cotangent of the scaled input from g times `g_scale`, that of what open() wrote.
  void (*open_backward)(const Neuron<T>& neuron, const T* g_scale, const T* g, T* g_in);

  /// [[c, -s], [s, c]] on a qubit of a state [dimension, kLanes], the same for all samples.
  void (*rotate)(T c, T s, std::size_t dimension, std::size_t stride, T* state);
  /// The sum over amplitudes and lanes of g . J psi with J = [[0, -1], [1, 0]] on a qubit: with psi behind a
  /// rotation and g its cotangent, half of it is the derivative by the angle.
  double (*rotation_slope)(std::size_t dimension, std::size_t stride, const T* psi, const T* g);
  /// out <- in times scale, lane by lane. @param numbers a sample. out may be in.
  void (*scaled)(std::size_t numbers, const T* in, const T* scale, T* out);
};

/// The loops for the instruction set of kernels::kernel_table(), so that EBIT_SIMD rules both.
template <class T>
const NeuronKernels<T>& neuron_kernels();

/// The loops for the instruction set of that name, one of kernels::usable_kernel_tables(); else throws Error.
template <class T>
const NeuronKernels<T>& find_neuron_kernels(std::string_view name);

}  // namespace ebit::inline cell
