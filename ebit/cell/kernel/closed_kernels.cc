// Kernels with a formula, to compare the quantum ones with.
#include <algorithm>
#include <cmath>
#include <vector>

#include "ebit/cell/kernel/kernel.h"
#include "ebit/cell/kernel/kernel_options.h"

namespace ebit::inline cell {
namespace {

// The product of f_i = (1 + cos y_i cos r_i + sin y_i sin r_i) / 2. Derivatives come from the products in
// front of and behind each factor, so that a factor of 0 does no harm.
template <class T>
class CosineKernel final : public Kernel<T> {
 public:
  using typename Kernel<T>::Scratch;

  CosineKernel(std::size_t references, std::size_t numbers)
      : references_(references), numbers_(numbers), cosine_(references * numbers), sine_(cosine_) {}

  std::size_t kept_numbers() const override { return 0; }
  std::size_t sums() const override { return references_ * numbers_; }
  std::unique_ptr<Scratch> make_scratch() const override { return std::make_unique<Memory>(numbers_); }

  void bind(const T* references, T /*log_width*/) override {
    for (std::size_t k = 0; k < cosine_.size(); ++k)
      cosine_[k] = std::cos(references[k]), sine_[k] = std::sin(references[k]);
  }

  void forward(const T* y, T* k, T* /*kept*/, Scratch& scratch) const override {
    Memory& m = static_cast<Memory&>(scratch);
    m.enter(y);
    std::fill_n(k, references_ * kLanes<T>, T(1));
    for (std::size_t j = 0; j < references_; ++j)
      for (std::size_t i = 0; i < numbers_; ++i) {
        const T c = cosine_[j * numbers_ + i], s = sine_[j * numbers_ + i];
        for (std::size_t l = 0; l < kLanes<T>; ++l) {
          const std::size_t at = i * kLanes<T> + l;
          k[j * kLanes<T> + l] *= (1 + m.cosine[at] * c + m.sine[at] * s) / 2;
        }
      }
  }

  void backward(const T* y, const T* /*kept*/, T* d_k, T* d_y, double* d_sums,
                Scratch& scratch) const override {
    Memory& m = static_cast<Memory&>(scratch);
    m.enter(y);
    for (std::size_t j = 0; j < references_; ++j) {
      for (std::size_t l = 0; l < kLanes<T>; ++l) m.before[l] = d_k[j * kLanes<T> + l];
      for (std::size_t i = 0; i < numbers_; ++i) {
        const T c = cosine_[j * numbers_ + i], s = sine_[j * numbers_ + i];
        for (std::size_t l = 0; l < kLanes<T>; ++l) {
          const std::size_t at = i * kLanes<T> + l;
          m.factor[at] = (1 + m.cosine[at] * c + m.sine[at] * s) / 2;
          m.before[at + kLanes<T>] = m.before[at] * m.factor[at];
        }
      }
      T behind[kLanes<T>];
      std::fill_n(behind, kLanes<T>, T(1));
      for (std::size_t i = numbers_; i-- > 0;) {
        const T c = cosine_[j * numbers_ + i], s = sine_[j * numbers_ + i];
        double sum = 0;
        for (std::size_t l = 0; l < kLanes<T>; ++l) {
          const std::size_t at = i * kLanes<T> + l;
          const T d = m.before[at] * behind[l] * (m.cosine[at] * s - m.sine[at] * c) / 2;
          d_y[at] += d, sum -= static_cast<double>(d);
          behind[l] *= m.factor[at];
        }
        if (d_sums) d_sums[j * numbers_ + i] += sum;
      }
    }
  }

  void finish(const double* d_sums, double* d_references, double* /*d_log_width*/) override {
    for (std::size_t k = 0; d_references && k < sums(); ++k) d_references[k] += d_sums[k];
  }

 private:
  struct Memory final : Scratch {
    AlignedVector<T> cosine, sine, factor;  // [n]
    AlignedVector<T> before;                // [n + 1]
    explicit Memory(std::size_t numbers)
        : cosine(numbers * kLanes<T>), sine(cosine), factor(cosine), before((numbers + 1) * kLanes<T>) {}
    void enter(const T* y) {
      for (std::size_t k = 0; k < cosine.size(); ++k) cosine[k] = std::cos(y[k]), sine[k] = std::sin(y[k]);
    }
  };

  std::size_t references_, numbers_;
  std::vector<T> cosine_, sine_;  // [R, n] of the references
};

// exp(-d / (2 w^2)) with d = |y - r|^2, which is kept as the kernel itself.
template <class T>
class RbfKernel final : public Kernel<T> {
 public:
  using typename Kernel<T>::Scratch;

  RbfKernel(std::size_t references, std::size_t numbers)
      : references_(references), numbers_(numbers), centres_(references * numbers) {}

  std::size_t kept_numbers() const override { return references_; }
  std::size_t sums() const override { return references_ * numbers_ + 1; }
  std::unique_ptr<Scratch> make_scratch() const override { return std::make_unique<Scratch>(); }

  void bind(const T* references, T log_width) override {
    std::copy_n(references, centres_.size(), centres_.data());
    inverse_square_ = std::exp(-2 * log_width);
  }

  void forward(const T* y, T* k, T* kept, Scratch& /*scratch*/) const override {
    std::fill_n(k, references_ * kLanes<T>, T(0));
    for (std::size_t j = 0; j < references_; ++j) {
      T* const own = k + j * kLanes<T>;
      for (std::size_t i = 0; i < numbers_; ++i)
        for (std::size_t l = 0; l < kLanes<T>; ++l) {
          const T apart = y[i * kLanes<T> + l] - centres_[j * numbers_ + i];
          own[l] += apart * apart;
        }
      for (std::size_t l = 0; l < kLanes<T>; ++l) own[l] = std::exp(-own[l] * inverse_square_ / 2);
    }
    std::copy_n(k, references_ * kLanes<T>, kept);
  }

  void backward(const T* y, const T* kept, T* d_k, T* d_y, double* d_sums,
                Scratch& /*scratch*/) const override {
    double d_log_width = 0;
    for (std::size_t j = 0; j < references_; ++j)
      for (std::size_t i = 0; i < numbers_; ++i) {
        double sum = 0;
        for (std::size_t l = 0; l < kLanes<T>; ++l) {
          const T apart = y[i * kLanes<T> + l] - centres_[j * numbers_ + i];
          const T d = d_k[j * kLanes<T> + l] * kept[j * kLanes<T> + l] * apart * inverse_square_;
          d_y[i * kLanes<T> + l] -= d, sum += static_cast<double>(d);
          d_log_width += static_cast<double>(d * apart);
        }
        if (d_sums) d_sums[j * numbers_ + i] += sum;
      }
    if (d_sums) d_sums[references_ * numbers_] += d_log_width;
  }

  void finish(const double* d_sums, double* d_references, double* d_log_width) override {
    const std::size_t count = references_ * numbers_;
    for (std::size_t k = 0; d_references && k < count; ++k) d_references[k] += d_sums[k];
    if (d_log_width) *d_log_width += d_sums[count];
  }

 private:
  std::size_t references_, numbers_;
  std::vector<T> centres_;  // [R, n]
  T inverse_square_ = 1;    // 1 / w^2
};

}  // namespace

template <class T>
std::unique_ptr<Kernel<T>> make_cosine_kernel(const KernelOptions&, std::size_t references,
                                              std::size_t numbers) {
  return std::make_unique<CosineKernel<T>>(references, numbers);
}

template <class T>
std::unique_ptr<Kernel<T>> make_rbf_kernel(const KernelOptions&, std::size_t references,
                                           std::size_t numbers) {
  return std::make_unique<RbfKernel<T>>(references, numbers);
}

#define EBIT_INSTANTIATE(T)                                                                               \
  template std::unique_ptr<Kernel<T>> make_cosine_kernel(const KernelOptions&, std::size_t, std::size_t); \
  template std::unique_ptr<Kernel<T>> make_rbf_kernel(const KernelOptions&, std::size_t, std::size_t);
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
