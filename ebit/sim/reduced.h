// What a part of the register looks like on its own: outcome probabilities and density matrices.
#pragma once

#include <span>

#include "ebit/sim/state.h"

namespace ebit::inline sim {

/// |psi_i|^2 of every basis state and lane. @param out [2^wires, kLanes], written.
template <class T>
void probabilities(const Tile<T>& psi, T* out);

/// rho_jk = sum_rest psi_(j, rest) conj(psi_(k, rest)) of the wires in `keep`, the first the most significant
/// bit.
/// @param re, im [2^keep, 2^keep, kLanes], written. Throws Error for a wire that is not there or named twice.
template <class T>
void reduced_density(const Tile<T>& psi, std::span<const int> keep, T* re, T* im);

/// g += the cotangent of reduced_density. @param d_re, d_im [2^keep, 2^keep, kLanes], every entry on its own.
template <class T>
void reduced_density_backward(const Tile<T>& psi, std::span<const int> keep, const T* d_re, const T* d_im,
                              const Tile<T>& g);

}  // namespace ebit::inline sim
