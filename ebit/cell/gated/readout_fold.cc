#include "ebit/cell/gated/readout_fold.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "ebit/base/parallel.h"

namespace ebit::inline cell {

template <class T>
ReadoutFold<T>::ReadoutFold(HeisenbergPlan plan, std::vector<std::size_t> measured,
                            const GateKernels<T>& kernels, const DenseKernels<T>& dense)
    : plan_(std::move(plan)), measured_(std::move(measured)), kernels_(kernels), dense_(dense) {
  for (const std::size_t count : measured_) {
    first_rows_.push_back(rows_);
    rows_ += count;
  }
  blocks_ = tiles_of<T>(rows_);
}

template <class T>
void ReadoutFold<T>::build(std::span<const T> parameters, std::span<const std::size_t> angles) {
  const std::size_t turns = plan_.turns.size(), circuits = measured_.size();
  angles_.assign(angles.begin(), angles.end());
  bool same = !bound_.empty();
  bound_.resize(turns * circuits);
  for (std::size_t t = 0; t < turns; ++t)
    for (std::size_t g = 0; g < circuits; ++g) {
      const HeisenbergPlan::Turn& turn = plan_.turns[t];
      T value = static_cast<T>(turn.angle.value);
      if (turn.angle.kind == Angle::Kind::kShared)
        value += static_cast<T>(turn.angle.scale) *
                 parameters[angles[g] + static_cast<std::size_t>(turn.angle.index)];
      value *= static_cast<T>(turn.factor);
      T& bound = bound_[t * circuits + g];
      same = same && bound == value;
      bound = value;
    }
  if (same) return;
  cosines_.assign(blocks_ * turns * kLanes<T>, T(1));
  sines_.assign(blocks_ * turns * kLanes<T>, T(0));
  for (std::size_t t = 0; t < turns; ++t)
    for (std::size_t g = 0; g < circuits; ++g) {
      const T value = bound_[t * circuits + g], cosine = std::cos(value), sine = std::sin(value);
      for (std::size_t r = first_rows_[g]; r < first_rows_[g] + measured_[g]; ++r) {
        const std::size_t at = (r / kLanes<T> * turns + t) * kLanes<T> + r % kLanes<T>;
        cosines_[at] = cosine, sines_[at] = sine;
      }
    }
  sweep();
  folded_.resize(blocks_ * products() * kLanes<T>);
  for (std::size_t b = 0; b < blocks_; ++b)
    for (std::size_t p = 0; p < products(); ++p) {
      const HeisenbergPlan::Source source = plan_.sources[p];
      const T* const from = unfolded_.data() + (b * plan_.rows + source.row) * kLanes<T>;
      T* const to = folded_.data() + (b * products() + p) * kLanes<T>;
      for (int l = 0; l < kLanes<T>; ++l) to[l] = static_cast<T>(source.sign) * from[l];
    }
}

// The coefficients of the angles in cosines_ and sines_.
template <class T>
void ReadoutFold<T>::sweep() {
  unfolded_.assign(blocks_ * plan_.rows * kLanes<T>, T(0));
  for (std::size_t g = 0; g < measured_.size(); ++g)
    for (std::size_t k = 0; k < measured_[g]; ++k) {
      const std::size_t r = first_rows_[g] + k;
      unfolded_[(r / kLanes<T> * plan_.rows + k) * kLanes<T> + r % kLanes<T>] = 1;
    }
  const std::size_t turns = plan_.turns.size();
  const auto body = [&](std::size_t b) {
    T* const c = unfolded_.data() + b * plan_.rows * kLanes<T>;
    for (std::size_t t = 0; t < turns; ++t) {
      const std::vector<CoefficientPair>& pairs = plan_.turns[t].pairs;
      const std::size_t at = (b * turns + t) * kLanes<T>;
      kernels_.rotate(pairs.data(), pairs.size(), cosines_.data() + at, sines_.data() + at, c);
    }
  };
  parallel_for(blocks_, std::ref(body));  // a reference: a copy would be allocated
  swept_ = true;
}

// Calls body(C transposed of these rows as a view, its first row counted from `first`) for each block.
template <class T>
template <class Body>
void ReadoutFold<T>::for_each_block(std::size_t first, std::size_t count, Body body) const {
  for (std::size_t r = first; r < first + count;) {
    const std::size_t lane = r % kLanes<T>, here = std::min(first + count - r, kLanes<T> - lane);
    const T* const data = folded_.data() + r / kLanes<T> * products() * kLanes<T> + lane;
    body(MatrixView<T>{data, here, products(), 1, kLanes<T>}, r - first);
    r += here;
  }
}

template <class T>
void ReadoutFold<T>::multiply(std::size_t first, std::size_t count, const T* p, T* z) const {
  for_each_block(first, count,
                 [&](const MatrixView<T>& c, std::size_t row) { dense_.product(c, p, z + row * kLanes<T>); });
}

template <class T>
void ReadoutFold<T>::multiply_transposed(std::size_t first, std::size_t count, const T* d_z, T* d_p) const {
  for_each_block(first, count, [&](const MatrixView<T>& c, std::size_t row) {
    dense_.product(c.transposed(), d_z + row * kLanes<T>, d_p);
  });
}

template <class T>
void ReadoutFold<T>::outer(std::size_t first, std::size_t count, const T* d_z, const T* p, T* scratch,
                           T* d_c) const {
  for_each_block(first, count, [&](const MatrixView<T>& c, std::size_t row) {
    kernels_.transpose(d_z + row * kLanes<T>, (first + row) % kLanes<T>, c.rows, scratch);
    dense_.product({p, products(), kLanes<T>, kLanes<T>, 1}, scratch,
                   d_c + (first + row) / kLanes<T> * products() * kLanes<T>);
  });
}

template <class T>
void ReadoutFold<T>::backward(std::span<const double* const> d_c, double* d_parameters) {
  if (!swept_) sweep();
  const std::size_t turns = plan_.turns.size();
  d_unfolded_.assign(unfolded_.size(), T(0));
  sums_.assign(blocks_ * turns * kLanes<T>, T(0));
  const auto body = [&](std::size_t b) {
    T* const c = unfolded_.data() + b * plan_.rows * kLanes<T>;
    T* const d = d_unfolded_.data() + b * plan_.rows * kLanes<T>;
    for (std::size_t p = 0; p < products(); ++p) {
      const HeisenbergPlan::Source source = plan_.sources[p];
      if (source.sign == 0) continue;
      const std::size_t from = (b * products() + p) * kLanes<T>;
      for (std::size_t l = 0; l < kLanes<T>; ++l) {
        double sum = 0;
        for (const double* part : d_c) sum += part[from + l];
        d[source.row * std::size_t{kLanes<T>} + l] = static_cast<T>(source.sign * sum);
      }
    }
    for (std::size_t t = turns; t-- > 0;) {
      const std::vector<CoefficientPair>& pairs = plan_.turns[t].pairs;
      const std::size_t at = (b * turns + t) * kLanes<T>;
      kernels_.rotate_back(pairs.data(), pairs.size(), cosines_.data() + at, sines_.data() + at, c, d,
                           sums_.data() + at);
    }
  };
  parallel_for(blocks_, std::ref(body));
  swept_ = false;  // undone
  for (std::size_t t = 0; t < turns; ++t) {
    const HeisenbergPlan::Turn& turn = plan_.turns[t];
    if (turn.angle.kind != Angle::Kind::kShared) continue;
    for (std::size_t g = 0; g < measured_.size(); ++g) {
      double sum = 0;
      for (std::size_t r = first_rows_[g]; r < first_rows_[g] + measured_[g]; ++r)
        sum += static_cast<double>(sums_[(r / kLanes<T> * turns + t) * kLanes<T> + r % kLanes<T>]);
      d_parameters[angles_[g] + static_cast<std::size_t>(turn.angle.index)] +=
          turn.factor * turn.angle.scale * sum;
    }
  }
}

template class ReadoutFold<float>;
template class ReadoutFold<double>;

}  // namespace ebit::inline cell
