// Form "free": a unitary for each setting, e^(iH) with any Hermitian H, and the first qubit is measured.
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <complex>

#include "ebit/base/linear_algebra.h"
#include "ebit/cell/measured/measured_form.h"

namespace ebit::inline cell {
namespace {

using Matrix = Eigen::MatrixXcd;

// The derivative of e^(i x) between two eigenvalues: its slope where they are one.
std::complex<double> divided_difference(double a, double b) {
  const double half = (a - b) / 2;
  const double sinc = std::abs(half) < 1e-8 ? 1.0 : std::sin(half) / half;
  return std::complex<double>(0, sinc) * std::polar(1.0, (a + b) / 2);
}

// H of setting s is Hermitian: H_ij = G_ij + i G_ji for i < j, H_ii = G_ii.
template <class T>
class FreeForm final : public MeasuredForm<T> {
  static constexpr std::size_t kW = kLanes<T>;

 public:
  explicit FreeForm(const MeasuredOptions& o)
      : dimension_(std::size_t{1} << o.qubits()), settings_(static_cast<std::size_t>(o.inputs - 1)) {
    const auto d = static_cast<std::int64_t>(dimension_);
    add_segment(segments_, "generators", {static_cast<std::int64_t>(settings_), d, d},
                {.low = o.init_low, .high = o.init_high}, SegmentKind::kQuantum);
    vectors_.resize(settings_), values_.resize(settings_);
    unitaries_.resize(2 * settings_ * entries());
    for (auto& vectors : vectors_) vectors.resize(d, d);
  }

  const std::vector<Segment>& segments() const override { return segments_; }
  std::size_t matrix_numbers() const override { return 2 * entries(); }
  std::size_t settings() const override { return 1; }
  std::size_t sums() const override { return 2 * settings_ * entries(); }

  void bind(const T* parameters) override {
    const auto d = static_cast<Eigen::Index>(dimension_);
    Matrix h(d, d);
    for (std::size_t s = 0; s < settings_; ++s) {
      const T* const own = parameters + s * entries();
      const auto number = [&](Eigen::Index i, Eigen::Index j) {
        return static_cast<double>(own[static_cast<std::size_t>(i * d + j)]);
      };
      for (Eigen::Index i = 0; i < d; ++i) {
        h(i, i) = number(i, i);
        for (Eigen::Index j = i + 1; j < d; ++j) {
          h(i, j) = {number(i, j), number(j, i)};
          h(j, i) = std::conj(h(i, j));
        }
      }
      HermitianSpectrum spectrum = hermitian_spectrum(h);
      vectors_[s] = std::move(spectrum.vectors), values_[s] = std::move(spectrum.values);
      Matrix turned = vectors_[s];
      for (Eigen::Index k = 0; k < d; ++k) turned.col(k) *= std::polar(1.0, values_[s][k]);
      const Matrix u = product_adjoint(turned, vectors_[s]);
      for (std::size_t e = 0; e < entries(); ++e) {
        const auto value =
            u(static_cast<Eigen::Index>(e / dimension_), static_cast<Eigen::Index>(e % dimension_));
        unitaries_[(2 * s) * entries() + e] = static_cast<T>(value.real());
        unitaries_[(2 * s + 1) * entries() + e] = static_cast<T>(value.imag());
      }
    }
  }

  void load(const T* x, Measurement<T>& m) const override {
    for (std::size_t l = 0; l < kW; ++l) {
      std::size_t s = 0;
      while (s + 1 < settings_ && x[s * kW + l] == 0) ++s;
      m.setting[l] = static_cast<int>(s);
      for (std::size_t e = 0; e < 2 * entries(); ++e)
        m.matrices[e * kW + l] = unitaries_[2 * s * entries() + e];
    }
    const std::size_t half = dimension_ / 2 * kW;
    std::fill_n(m.cosine.begin(), half, T(1)),
        std::fill_n(m.cosine.begin() + static_cast<std::ptrdiff_t>(half), half, T(0));
    std::fill_n(m.sine.begin(), half, T(0)),
        std::fill_n(m.sine.begin() + static_cast<std::ptrdiff_t>(half), half, T(1));
    std::ranges::fill(m.re, T(1)), std::ranges::fill(m.im, T(0));
  }

  void turn(const Tile<T>& psi, bool back, Measurement<T>& m) const override {
    const std::size_t n = dimension_ * kW;
    T *const re = m.scratch.data(), *const im = re + n;
    std::copy_n(psi.re, n, re), std::copy_n(psi.im, n, im);
    for (std::size_t i = 0; i < dimension_; ++i) {
      T sum_re[kW] = {}, sum_im[kW] = {};
      for (std::size_t j = 0; j < dimension_; ++j) {
        const T* const u = m.matrices.data() + (back ? j * dimension_ + i : i * dimension_ + j) * kW;
        const T* const v = u + entries() * kW;
        const T sign = back ? T(-1) : T(1);
#pragma omp simd
        for (std::size_t l = 0; l < kW; ++l) {
          const T a = re[j * kW + l], b = im[j * kW + l];
          sum_re[l] += u[l] * a - sign * v[l] * b;
          sum_im[l] += u[l] * b + sign * v[l] * a;
        }
      }
      std::copy_n(sum_re, kW, psi.re + i * kW), std::copy_n(sum_im, kW, psi.im + i * kW);
    }
  }

  // The gradient by U: g before^+ of the turn, kept g_after^+ of the turn back.
  void turn_backward(const typename MeasuredForm<T>::Turned& s, Measurement<T>& m) const override {
    for (std::size_t l = 0; l < kW; ++l) {
      if (s.weight[l] == 0) continue;
      double* const re = m.sums + 2 * static_cast<std::size_t>(m.setting[l]) * entries();
      double* const im = re + entries();
      const auto at = [&](const Tile<T>& tile, std::size_t i) {
        return std::complex<double>(static_cast<double>(tile.re[i * kW + l]),
                                    static_cast<double>(tile.im[i * kW + l]));
      };
      for (std::size_t i = 0; i < dimension_; ++i)
        for (std::size_t j = 0; j < dimension_; ++j) {
          const std::complex<double> value =
              at(s.g, i) * std::conj(at(s.before, j)) + at(s.kept, i) * std::conj(at(s.g_after, j));
          re[i * dimension_ + j] += value.real(), im[i * dimension_ + j] += value.imag();
        }
    }
  }

  void factors_backward(Measurement<T>&) const override {}  // they are constants

  void add_gradient(const double* sums, double* d_parameters) const override {
    const auto d = static_cast<Eigen::Index>(dimension_);
    Matrix g(d, d);
    for (std::size_t s = 0; s < settings_; ++s) {
      for (std::size_t e = 0; e < entries(); ++e)
        g(static_cast<Eigen::Index>(e / dimension_), static_cast<Eigen::Index>(e % dimension_)) = {
            sums[2 * s * entries() + e], sums[(2 * s + 1) * entries() + e]};
      const Matrix& q = vectors_[s];
      Matrix c = product(adjoint_product(q, g), q);
      for (Eigen::Index i = 0; i < d; ++i)
        for (Eigen::Index j = 0; j < d; ++j)
          c(i, j) *= std::conj(divided_difference(values_[s][i], values_[s][j]));
      const Matrix e = product_adjoint(product(q, c), q);
      double* const own = d_parameters + s * entries();
      for (Eigen::Index i = 0; i < d; ++i) {
        own[i * d + i] += e(i, i).real();
        for (Eigen::Index j = i + 1; j < d; ++j) {
          own[i * d + j] += e(i, j).real() + e(j, i).real();
          own[j * d + i] += e(i, j).imag() - e(j, i).imag();
        }
      }
    }
  }

 private:
  std::size_t entries() const { return dimension_ * dimension_; }

  std::size_t dimension_, settings_;
  std::vector<Segment> segments_;
  std::vector<Matrix> vectors_;          // [S] of H
  std::vector<Eigen::VectorXd> values_;  // [S] likewise
  std::vector<T> unitaries_;             // [S, 2 (re, im), 2^n, 2^n]
};

}  // namespace

template <class T>
std::unique_ptr<MeasuredForm<T>> make_free_form(const MeasuredOptions& options) {
  return std::make_unique<FreeForm<T>>(options);
}

template <class T>
std::unique_ptr<MeasuredForm<T>> make_form(const MeasuredOptions& options) {
  return options.form == "shared" ? make_shared_form<T>(options) : make_free_form<T>(options);
}

template std::unique_ptr<MeasuredForm<float>> make_free_form(const MeasuredOptions&);
template std::unique_ptr<MeasuredForm<double>> make_free_form(const MeasuredOptions&);
template std::unique_ptr<MeasuredForm<float>> make_form(const MeasuredOptions&);
template std::unique_ptr<MeasuredForm<double>> make_form(const MeasuredOptions&);

}  // namespace ebit::inline cell
