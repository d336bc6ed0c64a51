// Batches of states and density matrices as plain arrays: sizes, checks, and views of one sample.
#pragma once

#include <Eigen/Core>
#include <span>
#include <string_view>

#include "ebit/sim/gate.h"

namespace ebit::inline info {

/// Throws Error unless `given` is `wanted`; `what` names what is counted.
void require_numbers(std::size_t given, std::size_t wanted, std::string_view what);

/// Throws Error unless psi is [batch, d] finite numbers, each sample of norm 1 within 1e-3 (float32 rounding
/// and finite differences are let through, a forgotten normalisation is not).
void require_states(std::span<const Complex> psi, std::size_t d, std::size_t batch);

/// Throws Error unless rho is [batch, d, d] finite numbers, each sample of trace 1 within 1e-3.
void require_densities(std::span<const Complex> rho, std::size_t d, std::size_t batch);

/// Sample b of [batch, size].
template <class T>
std::span<T> sample(std::span<T> all, std::size_t b, std::size_t size) {
  return all.subspan(b * size, size);
}

/// The square matrix given row by row, [d, d].
Eigen::MatrixXcd matrix_of(std::span<const Complex> rows, std::size_t d);

/// rows += m, row by row.
void add_matrix(const Eigen::MatrixXcd& m, std::span<Complex> rows);

}  // namespace ebit::inline info
