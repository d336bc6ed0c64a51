#include "ebit/info/batch.h"

#include <cmath>

#include "ebit/base/error.h"

namespace ebit::inline info {
namespace {

constexpr double kNormTolerance = 1e-3;

void require_finite(std::span<const Complex> numbers, std::size_t b, std::string_view what) {
  for (const Complex z : numbers)
    require(std::isfinite(z.real()) && std::isfinite(z.imag()), "{} {} holds a number that is not finite",
            what, b);
}

}  // namespace

void require_numbers(std::size_t given, std::size_t wanted, std::string_view what) {
  require(given == wanted, "{} {} are needed, not {}", wanted, what, given);
}

void require_states(std::span<const Complex> psi, std::size_t d, std::size_t batch) {
  require_numbers(psi.size(), batch * d, "amplitudes");
  for (std::size_t b = 0; b < batch; ++b) {
    const auto one = sample(psi, b, d);
    require_finite(one, b, "state");
    double norm = 0;
    for (const Complex z : one) norm += std::norm(z);
    require(std::abs(norm - 1) <= kNormTolerance, "state {} is not normalised: its norm squared is {}", b,
            norm);
  }
}

void require_densities(std::span<const Complex> rho, std::size_t d, std::size_t batch) {
  require_numbers(rho.size(), batch * d * d, "matrix entries");
  for (std::size_t b = 0; b < batch; ++b) {
    const auto one = sample(rho, b, d * d);
    require_finite(one, b, "density matrix");
    double trace = 0;
    for (std::size_t i = 0; i < d; ++i) trace += one[i * d + i].real();
    require(std::abs(trace - 1) <= kNormTolerance, "density matrix {} is not normalised: its trace is {}", b,
            trace);
  }
}

Eigen::MatrixXcd matrix_of(std::span<const Complex> rows, std::size_t d) {
  using RowMajor = Eigen::Matrix<Complex, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return Eigen::Map<const RowMajor>(rows.data(), static_cast<Eigen::Index>(d), static_cast<Eigen::Index>(d));
}

void add_matrix(const Eigen::MatrixXcd& m, std::span<Complex> rows) {
  const auto d = static_cast<std::size_t>(m.cols());
  for (std::size_t i = 0; i < static_cast<std::size_t>(m.rows()); ++i)
    for (std::size_t j = 0; j < d; ++j)
      rows[i * d + j] += m(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j));
}

}  // namespace ebit::inline info
