// Random states and derivative checks for the tests of this layer.
#pragma once

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "ebit/base/random.h"
#include "ebit/info/unitary.h"
#include "ebit/sim/gate.h"
#include "ebit/sim/random_circuit.h"

namespace ebit::inline info {

/// A random normalised state of dimension d.
inline std::vector<Complex> random_state(std::size_t d, Random& random) {
  std::vector<Complex> psi(d);
  double norm = 0;
  for (Complex& z : psi) {
    const double re = random.normal();
    z = {re, random.normal()};
    norm += std::norm(z);
  }
  for (Complex& z : psi) z /= std::sqrt(norm);
  return psi;
}

/// The entries of a matrix, row by row.
inline std::vector<Complex> row_by_row(const Eigen::MatrixXcd& m) {
  std::vector<Complex> out;
  for (Eigen::Index i = 0; i < m.rows(); ++i)
    for (Eigen::Index j = 0; j < m.cols(); ++j) out.push_back(m(i, j));
  return out;
}

/// A random density matrix of that rank, [d, d] row by row.
inline std::vector<Complex> random_density(std::size_t d, std::size_t rank, Random& random) {
  const std::vector<Complex> psi = random_state(d * rank, random);
  const Eigen::Map<const Eigen::MatrixXcd> m(psi.data(), static_cast<Eigen::Index>(d),
                                             static_cast<Eigen::Index>(rank));
  return row_by_row(m * m.adjoint());
}

/// A random unitary on d_a x d_b.
inline BipartiteUnitary random_bipartite(int d_a, int d_b, Random& random) {
  const std::vector<Complex> entries = random_unitary(d_a * d_b, random);
  Eigen::MatrixXcd m(d_a * d_b, d_a * d_b);
  for (Eigen::Index i = 0; i < m.rows(); ++i)
    for (Eigen::Index j = 0; j < m.cols(); ++j) m(i, j) = entries[static_cast<std::size_t>(i * m.cols() + j)];
  return make_unitary(d_a, d_b, m, "random");
}

/// Expects (cotangent - start) to be the derivative of value() at x in every real and imaginary part, by
/// central differences.
template <class Value>
void expect_cotangent(Value value, const std::vector<Complex>& x, const std::vector<Complex>& cotangent,
                      Complex start, double tolerance, std::string_view what) {
  constexpr double kStep = 1e-5;
  for (std::size_t i = 0; i < x.size(); ++i)
    for (const Complex direction : {Complex(1, 0), Complex(0, 1)}) {
      std::vector<Complex> more = x, less = x;
      more[i] += kStep * direction;
      less[i] -= kStep * direction;
      const double finite = (value(more) - value(less)) / (2 * kStep);
      EXPECT_NEAR((std::conj(cotangent[i] - start) * direction).real(), finite, tolerance)
          << what << ", entry " << i;
    }
}

}  // namespace ebit::inline info
