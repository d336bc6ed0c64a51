#include "ebit/cell/register/fold.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "ebit/base/error.h"
#include "ebit/base/parallel.h"

namespace ebit::inline cell {
namespace {

// Where column j of U lies among the tiles.
template <class T>
struct ColumnPlace {
  std::size_t tile, lane;
  bool imaginary;  // in the tile's imaginary part

  ColumnPlace(std::size_t j, bool packed) {
    const std::size_t width = kLanes<T> * (packed ? 2 : 1);
    tile = j / width, lane = j % kLanes<T>, imaginary = j % width >= kLanes<T>;
  }
};

template <class T>
void clear(const Tile<T>& tile) {
  std::fill_n(tile.re, tile.numbers(), T(0));
  std::fill_n(tile.im, tile.numbers(), T(0));
}

}  // namespace

bool keeps_states_real(const Circuit& circuit) {
  constexpr double kAngles[kMaxGateAngles] = {0.7, 1.9,
                                              -0.4};  // angles for which no entry vanishes by chance
  for (const Operation& operation : circuit.operations())
    for (const Complex& entry : operation_matrix(circuit, operation, kAngles))
      if (entry.imag() != 0) return false;
  return true;
}

template <class T>
Fold<T>::Fold(const Circuit& circuit)
    : real_(keeps_states_real(circuit)),
      wires_(circuit.wires()),
      dimension_(std::size_t{1} << circuit.wires()) {}

template <class T>
std::size_t Fold<T>::column_tiles() const {
  const std::size_t width = kLanes<T> * (real_ ? 2 : 1);
  return (dimension_ + width - 1) / width;
}

template <class T>
void Fold<T>::build(const Program<T>& program) {
  const std::size_t n = dimension_;
  if (!columns_) {
    require_memory(fmt::format("the matrix of a circuit of {} wires", wires_),
                   10 * std::ldexp(1.0, 2 * wires_), sizeof(T));
    columns_.emplace(wires_, column_tiles() * kLanes<T>);
    work_.emplace(wires_, 2 * column_tiles() * kLanes<T>);
    panels_.resize(4 * n * n);
  }
  for (std::size_t t = 0; t < columns_->tiles(); ++t) clear(columns_->tile(t));
  for (std::size_t j = 0; j < n; ++j) {
    const ColumnPlace<T> at(j, real_);
    const Tile<T> tile = columns_->tile(at.tile);
    (at.imaginary ? tile.im : tile.re)[j * kLanes<T> + at.lane] = 1;
  }
  parallel_for(columns_->tiles(), [&](std::size_t t) { program.run(columns_->tile(t)); });

  T* const u = panels_.data();
  T* const adjoint = u + 2 * n * n;
  const auto entry = [n](std::size_t i, std::size_t j) {
    return (i / kPanelRows * n + j) * 2 * kPanelRows + i % kPanelRows;
  };
  for (std::size_t j = 0; j < n; ++j) {
    const ColumnPlace<T> at(j, real_);
    const Tile<T> tile = columns_->tile(at.tile);
    const T* const column_re = (at.imaginary ? tile.im : tile.re) + at.lane;
    const T* const column_im = tile.im + at.lane;
    for (std::size_t i = 0; i < n; ++i) {
      const T re = column_re[i * kLanes<T>], im = real_ ? T(0) : column_im[i * kLanes<T>];
      u[entry(i, j)] = re, u[entry(i, j) + kPanelRows] = im;
      adjoint[entry(j, i)] = re, adjoint[entry(j, i) + kPanelRows] = -im;
    }
  }
}

template <class T>
void Fold<T>::backward(GradientMethod method, const Program<T>& program, const double* d_u,
                       double* d_shared) {
  const std::size_t n = dimension_, width = kLanes<T> * (real_ ? 2 : 1);
  const auto parameters = static_cast<std::size_t>(program.circuit().shared_parameters());
  sums_.assign(columns_->tiles() * parameters, 0.0);
  const auto body = [&](std::size_t t) {
    const Tile<T> psi = work_->tile(2 * t), g = work_->tile(2 * t + 1);
    const Tile<T> column = columns_->tile(t);
    std::copy_n(column.re, psi.numbers(), psi.re);
    std::copy_n(column.im, psi.numbers(), psi.im);
    clear(g);
    for (std::size_t j = t * width; j < std::min(n, (t + 1) * width); ++j) {
      const ColumnPlace<T> at(j, real_);
      T* const g_re = (at.imaginary ? g.im : g.re) + at.lane;
      for (std::size_t i = 0; i < n; ++i) {
        g_re[i * kLanes<T>] = static_cast<T>(d_u[i * n + j]);
        if (!real_) g.im[i * kLanes<T> + at.lane] = static_cast<T>(d_u[n * n + i * n + j]);
      }
    }
    circuit_backward<T>(method, program, nullptr, nullptr, psi, g, {sums_.data() + t * parameters, nullptr});
  };
  parallel_for(columns_->tiles(), std::ref(body));  // a reference: a copy would be allocated
  // Always in this order: the same numbers at any thread count.
  for (std::size_t t = 0; t < columns_->tiles(); ++t)
    for (std::size_t p = 0; p < parameters; ++p) d_shared[p] += sums_[t * parameters + p];
}

template class Fold<float>;
template class Fold<double>;

}  // namespace ebit::inline cell
