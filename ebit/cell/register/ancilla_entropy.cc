#include "ebit/cell/register/ancilla_entropy.h"

#include <algorithm>

#include "ebit/info/entropy.h"

namespace ebit::inline cell {
namespace {

// p of one lane.
template <class T>
void gather(const AlignedVector<T>& weights, std::size_t lane, std::vector<double>& p) {
  for (std::size_t k = 0; k < p.size(); ++k) p[k] = weights[k * kLanes<T> + lane];
}

}  // namespace

template <class T>
EntropyScratch<T>::EntropyScratch(RegisterShape shape) {
  const std::size_t d = std::min(shape.systems(), shape.ancillas());
  values.assign(kLanes<T>, T(0)), d_values.assign(kLanes<T>, T(0));
  columns.assign(2 * shape.systems() * shape.ancillas() * kLanes<T>, T(0));
  rotation.assign(2 * d * d * kLanes<T>, T(0));
  weights.assign(d * kLanes<T>, T(0));
  p.assign(d, 0.0), slope.assign(d, 0.0);
}

template <class T>
AncillaEntropy<T>::AncillaEntropy(const Entropy& kind, RegisterShape shape)
    : kind_(kind),
      columns_(std::min(shape.systems(), shape.ancillas())),
      rows_(std::max(shape.systems(), shape.ancillas())),
      row_stride_(shape.ancillas() <= shape.systems() ? shape.ancillas() : 1),
      column_stride_(shape.ancillas() <= shape.systems() ? 1 : shape.ancillas()) {}

// Both registers have the same spectrum, so the smaller one's columns are made orthogonal.
template <class T>
void AncillaEntropy<T>::decompose(const Tile<T>& psi, EntropyScratch<T>& scratch, bool rotation) const {
  constexpr std::size_t kW = kLanes<T>;
  T* const re = scratch.columns.data();
  T* const im = re + columns_ * rows_ * kW;
  for (std::size_t k = 0; k < columns_; ++k)
    for (std::size_t r = 0; r < rows_; ++r) {
      const std::size_t from = (r * row_stride_ + k * column_stride_) * kW, to = (k * rows_ + r) * kW;
      std::copy_n(psi.re + from, kW, re + to);
      std::copy_n(psi.im + from, kW, im + to);
    }
  kernels_.orthogonalise(columns_, rows_, re, rotation ? scratch.rotation.data() : nullptr,
                         scratch.weights.data());
}

template <class T>
void AncillaEntropy<T>::value(const Tile<T>& psi, EntropyScratch<T>& scratch) const {
  decompose(psi, scratch, false);
  for (std::size_t l = 0; l < kLanes<T>; ++l) {
    gather<T>(scratch.weights, l, scratch.p);
    scratch.values[l] = static_cast<T>(kind_.value(scratch.p));
  }
}

// S = sum_k s(p_k), p_k the eigenvalues of M^+ M: dS/dM = 2 M s'(M^+ M) = 2 W s'(p) V^+.
template <class T>
void AncillaEntropy<T>::backward(const Tile<T>& psi, EntropyScratch<T>& scratch, const Tile<T>& g) const {
  decompose(psi, scratch, true);
  for (std::size_t l = 0; l < kLanes<T>; ++l) {
    gather<T>(scratch.weights, l, scratch.p);
    kind_.slope(scratch.p, scratch.slope.data());
    for (std::size_t k = 0; k < columns_; ++k)
      scratch.weights[k * kLanes<T> + l] = static_cast<T>(2 * scratch.slope[k]) * scratch.d_values[l];
  }
  kernels_.spread(columns_, rows_, scratch.columns.data(), scratch.rotation.data(), scratch.weights.data(), g,
                  row_stride_, column_stride_);
}

#define EBIT_INSTANTIATE(T)          \
  template struct EntropyScratch<T>; \
  template class AncillaEntropy<T>;
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
