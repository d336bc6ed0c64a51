// The ancilla's density matrix alone, and beside the system's state as one of all wires; each with its way
// back.
#pragma once

#include <cstddef>

#include "ebit/cell/register/hidden_update.h"

namespace ebit::inline cell {

// In all of these: A, the ancilla's density matrix, is [2, 4^n_a, kLanes], real parts in front of imaginary
// ones; rho is a tile of 2 (n_s + n_a) wires, [2^n, 2^n], where the system's index i is the slower one;
// cotangents are of real and imaginary parts.

/// A = |a><a|. @param a the ancilla's amplitudes.
template <class T>
void density_of_pure(RegisterShape shape, const Tile<T>& a, T* density);
/// Adds to @p g_a.
template <class T>
void density_of_pure_backward(RegisterShape shape, const Tile<T>& a, const T* g_density, const Tile<T>& g_a);

/// rho = |s><s| (x) A. @param s the system's amplitudes, real.
template <class T>
void join_density(RegisterShape shape, const T* s, const T* density, const Tile<T>& rho);
/// Adds to @p g_s [2^n_s, kLanes] and @p g_density.
template <class T>
void join_density_backward(RegisterShape shape, const T* s, const T* density, const Tile<T>& g_rho, T* g_s,
                           T* g_density);

/// A = the trace of rho over the system; written.
template <class T>
void trace_out_system(RegisterShape shape, const Tile<T>& rho, T* density);
/// Adds nothing: writes the entries of @p g_rho that the trace reads, and leaves the others.
template <class T>
void trace_out_system_backward(RegisterShape shape, const T* g_density, const Tile<T>& g_rho);

/// The diagonal of that trace: the probabilities of the ancilla's outcomes, [2^n_a, kLanes]; added to.
template <class T>
void add_ancilla_probabilities(RegisterShape shape, const Tile<T>& rho, T* probabilities);
/// Writes the entries of @p g_rho that the probabilities read, and leaves the others.
template <class T>
void ancilla_probabilities_backward(RegisterShape shape, const T* g_probabilities, const Tile<T>& g_rho);

}  // namespace ebit::inline cell
