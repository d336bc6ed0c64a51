// Entropies of density matrices, and of either part of a pure state, with derivatives.
#pragma once

#include <span>
#include <string_view>

#include "ebit/info/cut.h"

namespace ebit::inline info {

/// Names a row of the table of entropies.
enum class EntropyId {
  kVonNeumann,  ///< -sum p log2 p, in bits
  kRenyi2,      ///< -log2 sum p^2, in bits
  kLinear,      ///< 1 - sum p^2, without a unit
};

/// An entropy: a function of a density matrix' eigenvalues p.
struct Entropy {
  EntropyId id;                                ///< its place in entropies()
  std::string_view name;                       ///< as users write it
  std::string_view help;                       ///< the formula
  double (*value)(std::span<const double> p);  ///< the entropy of the eigenvalues, each >= 0, their sum 1
  /// Writes the derivative in each eigenvalue. Below kLeastEigenvalue it is what it is there, so that it
  /// stays finite: the von Neumann entropy has an infinite slope at 0.
  void (*slope)(std::span<const double> p, double* out);
};

/// Eigenvalues below this are rounding; see Entropy::slope.
inline constexpr double kLeastEigenvalue = 1e-16;

/// All entropies, in the order of EntropyId.
std::span<const Entropy> entropies();

/// The row of `id`.
const Entropy& entropy(EntropyId id);

/// The row called `name`. Throws Error with the nearest name where there is none.
const Entropy& entropy(std::string_view name);

/// The largest value for a system of dimension d: of d equal eigenvalues.
double largest_entropy(const Entropy& kind, std::size_t d);

/// The entropy of part A (which is that of part B) of pure states: with kVonNeumann the entanglement in
/// ebits.
/// @param psi [B, dimension], normalised. @param out [B], written. Throws Error for wrong sizes, numbers that
/// are not finite and a norm that differs from 1 by more than 1e-3.
void pure_entropy(const Entropy& kind, const Cut& cut, std::span<const Complex> psi, std::span<double> out);

/// Adds to d_psi [B, dimension] the cotangent of pure_entropy() for d_out [B]. No eigenvalue needs care: a
/// zero one contributes p log p -> 0, equal ones share their slope.
void pure_entropy_backward(const Entropy& kind, const Cut& cut, std::span<const Complex> psi,
                           std::span<const double> d_out, std::span<Complex> d_psi);

/// The entropy of density matrices. @param rho [B, d, d] row by row, Hermitian with trace 1; only its
/// Hermitian part counts. @param out [B], written. Throws Error as pure_entropy() does (the trace instead of
/// the norm).
void density_entropy(const Entropy& kind, std::size_t d, std::span<const Complex> rho, std::span<double> out);

/// Adds to d_rho [B, d, d] the cotangent of density_entropy() for d_out [B], every entry on its own: for the
/// von Neumann entropy d_out (-log2 rho - 1/ln 2), where log2 of an eigenvalue below kLeastEigenvalue is
/// taken there.
void density_entropy_backward(const Entropy& kind, std::size_t d, std::span<const Complex> rho,
                              std::span<const double> d_out, std::span<Complex> d_rho);

/// The entropy of part A of one normalised pure state given as its matrix of amplitudes, for inner loops.
/// @param m [d_a, d_b]. @param gradient where not null, written: the cotangent of m, [d_a, d_b].
double matrix_entropy(const Entropy& kind, const Eigen::MatrixXcd& m, Eigen::MatrixXcd* gradient = nullptr);

}  // namespace ebit::inline info
