#include "ebit/cell/noisy/density_fold.h"

#include <algorithm>

#include "ebit/noise/density_tiles.h"

namespace ebit::inline cell {
namespace {

bool all_real(const Circuit& circuit) {
  return std::ranges::all_of(circuit.operations(), [&](const Operation& operation) {
    const Gate& row = gate(operation.gate);
    if (row.structure == Structure::kReal || row.structure == Structure::kFlip) return true;
    if (row.angles > 0) return false;
    const std::vector<Complex> matrix = operation_matrix(circuit, operation, {});
    return std::ranges::all_of(matrix, [](Complex z) { return z.imag() == 0; });
  });
}

// Calls real(j, jj) for j <= jj, then imaginary(j, jj) for j < jj: the numbers of a Hermitian matrix.
template <class Real, class Imaginary>
void each_number(std::size_t n, Real real, Imaginary imaginary) {
  for (std::size_t j = 0; j < n; ++j)
    for (std::size_t jj = j; jj < n; ++jj) real(j, jj);
  for (std::size_t j = 0; j < n; ++j)
    for (std::size_t jj = j + 1; jj < n; ++jj) imaginary(j, jj);
}

// The numbers of the Hermitian part of a matrix [n, n].
template <class T>
void hermitian_numbers(const T* re, const T* im, std::size_t n, T* numbers) {
  constexpr std::size_t kW = kLanes<T>;
  each_number(
      n,
      [&](std::size_t j, std::size_t jj) {
        const T *a = re + (j * n + jj) * kW, *b = re + (jj * n + j) * kW;
#pragma omp simd
        for (std::size_t l = 0; l < kW; ++l) numbers[l] = (a[l] + b[l]) / 2;
        numbers += kW;
      },
      [&](std::size_t j, std::size_t jj) {
        const T *a = im + (j * n + jj) * kW, *b = im + (jj * n + j) * kW;
#pragma omp simd
        for (std::size_t l = 0; l < kW; ++l) numbers[l] = (a[l] - b[l]) / 2;
        numbers += kW;
      });
}

// Its vector-Jacobian product, written.
template <class T>
void hermitian_numbers_backward(const T* d, std::size_t n, T* re, T* im) {
  constexpr std::size_t kW = kLanes<T>;
  each_number(
      n,
      [&](std::size_t j, std::size_t jj) {
        T *a = re + (j * n + jj) * kW, *b = re + (jj * n + j) * kW;
        if (j == jj) std::fill_n(im + (j * n + j) * kW, kW, T(0));
        for (std::size_t l = 0; l < kW; ++l) a[l] = b[l] = j == jj ? d[l] : d[l] / 2;
        d += kW;
      },
      [&](std::size_t j, std::size_t jj) {
        T *a = im + (j * n + jj) * kW, *b = im + (jj * n + j) * kW;
        for (std::size_t l = 0; l < kW; ++l) a[l] = d[l] / 2, b[l] = -d[l] / 2;
        d += kW;
      });
}

}  // namespace

template <class T>
DensityFold<T>::DensityFold(const Circuit& circuit, const Circuit& rest, std::span<const Observable> terms,
                            RegisterShape shape, bool coherences, Input input)
    : program_(circuit),
      rest_(rest),
      terms_(terms.begin(), terms.end()),
      shape_(shape),
      coherences_(coherences),
      real_(all_real(circuit) &&
            std::ranges::none_of(terms_, [](const Observable& o) { return o.y_count % 2; })),
      cotangent_(2 * circuit.wires(), kLanes<T>) {
  rest_.bind({});
  make_columns(input);
  make_rows(coherences);
  rows_ = rows_of_.size();
  stride_ = (rows_ + kLanes<T> - 1) / kLanes<T> * kLanes<T>;
  const auto first_imaginary =
      static_cast<std::size_t>(std::ranges::find(rows_of_, true, &Row::imaginary) - rows_of_.begin());
  if (real_) {
    blocks_ = {{0, first_imaginary, 0, real_columns_, 0}};
    if (first_imaginary < rows_)
      blocks_.push_back({first_imaginary, rows_ - first_imaginary, real_columns_, columns() - real_columns_,
                         first_imaginary * real_columns_});
  } else {
    blocks_ = {{0, rows_, 0, columns(), 0}};
  }
  matrix_.assign(columns() * stride_, T(0));
  for (std::size_t tile = 0; tile <= slot(rows_ - 1).tile; ++tile)
    operators_.emplace_back(2 * circuit.wires(), kLanes<T>);
}

template <class T>
void DensityFold<T>::make_columns(Input input) {
  const std::size_t d = dimension(), n = shape_.ancillas();
  const auto add = [&](bool imaginary, auto... at) {
    Column column{.imaginary = imaginary};
    // Entry and its mirror image: equal real parts, opposite imaginary ones.
    const auto take = [&](std::pair<std::size_t, std::size_t> e) {
      column.add(e.first * d + e.second, 1);
      if (e.first != e.second) column.add(e.second * d + e.first, imaginary ? -1 : 1);
    };
    (take(at), ...);
    columns_.push_back(column);
  };
  using Entry = std::pair<std::size_t, std::size_t>;
  if (input == Input::kAny) {
    each_number(
        d,
        [&](std::size_t r, std::size_t c) {
          add(false, Entry{r, c});
          ++real_columns_;
        },
        [&](std::size_t r, std::size_t c) {
          add(true, Entry{r, c});
        });
    return;
  }
  // s_i s_ii A: A stands at (i, ii) and at (ii, i).
  const auto of_pairs = [&](bool imaginary) {
    for (std::size_t i = 0; i < shape_.systems(); ++i)
      for (std::size_t ii = i; ii < shape_.systems(); ++ii)
        for (std::size_t j = 0; j < n; ++j)
          for (std::size_t jj = imaginary ? j + 1 : j; jj < n; ++jj) {
            const Entry own{i * n + j, ii * n + jj}, other{ii * n + j, i * n + jj};
            if (i == ii || j == jj)
              add(imaginary, own);
            else
              add(imaginary, own, other);
            if (!imaginary) ++real_columns_;
          }
  };
  of_pairs(false);
  of_pairs(true);
}

template <class T>
void DensityFold<T>::make_rows(bool coherences) {
  const std::size_t n = shape_.ancillas();
  for (const Observable& term : terms_) rows_of_.push_back({.term = &term, .imaginary = false});
  derived_ = terms_.size() + n - 1;
  for (std::size_t j = 0; j < n; ++j) rows_of_.push_back({.j = j, .jj = j});
  for (const bool imaginary : {false, true})
    for (std::size_t j = 0; coherences && j < n; ++j)
      for (std::size_t jj = j + 1; jj < n; ++jj)
        rows_of_.push_back({.j = j, .jj = jj, .imaginary = imaginary});
}

template <class T>
typename DensityFold<T>::Slot DensityFold<T>::slot(std::size_t row) const {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t number = row < derived_ ? row : row - 1, a_tile = real_ ? 2 * kW : kW;
  return {number / a_tile, number % kW, number % a_tile >= kW};
}

template <class T>
std::size_t DensityFold<T>::sums() const {
  return blocks_.back().sum + blocks_.back().rows * blocks_.back().columns;
}

// Observables of a tile behind the circuit: Pauli strings, and sums over the system's states i of the entries
// (i j, i jj). Those of the memory have gone back through `rest`.
template <class T>
void DensityFold<T>::start(std::size_t tile, const Tile<T>& g) const {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t n = shape_.ancillas(), d = dimension();
  std::fill_n(g.re, g.numbers(), T(0));
  std::fill_n(g.im, g.numbers(), T(0));
  for (std::size_t row = 0; row < rows_; ++row) {
    const Slot own = slot(row);
    const Row& what = rows_of_[row];
    if (row == derived_ || own.tile != tile || what.term) continue;
    T* const part = (real_ ? own.second : what.imaginary) ? g.im : g.re;
    for (std::size_t i = 0; i < shape_.systems(); ++i)
      part[((i * n + what.j) * d + i * n + what.jj) * kW + own.lane] = 1;
  }
  rest_.run_adjoint(g);
  for (std::size_t row = 0; row < terms_.size(); ++row) {
    const Slot own = slot(row);
    if (own.tile != tile) continue;
    alignas(kAlignment) T one[kW] = {};
    one[own.lane] = 1;
    density_expectations_backward<T>(own.second ? conjugated(g) : g, {&terms_[row], 1}, one);
  }
}

template <class T>
template <class Visit>
void DensityFold<T>::each_column(std::size_t row, const Tile<T>& g, Visit visit) const {
  const Slot own = slot(row);
  for (std::size_t c = 0; c < columns(); ++c) {
    const bool imaginary = columns_[c].imaginary;
    if (real_ && imaginary != rows_of_[row].imaginary) continue;
    visit(c, ((real_ ? own.second : imaginary) ? g.im : g.re) + own.lane);
  }
}

// The row that is not run: all of the ancilla's probabilities add up to the trace.
template <class T>
void DensityFold<T>::bind(std::span<const T> shared) {
  constexpr std::size_t kW = kLanes<T>;
  const auto angles = shared.first(static_cast<std::size_t>(program_.circuit().shared_parameters()));
  // A backward pass follows a forward pass with the same angles.
  if (evaluated_ && std::ranges::equal(angles, bound_)) return;
  bound_.assign(angles.begin(), angles.end());
  evaluated_ = true;
  program_.bind(angles);
  for (std::size_t tile = 0; tile < operators_.size(); ++tile) {
    start(tile, operators_[tile].tile(0));
    program_.run_adjoint(operators_[tile].tile(0));
  }
  for (std::size_t row = 0; row < rows_; ++row) {
    if (row == derived_) continue;
    each_column(row, operators_[slot(row).tile].tile(0), [&](std::size_t c, const T* entries) {
      const Column& column = columns_[c];
      T sum = 0;
      for (std::size_t k = 0; k < static_cast<std::size_t>(column.count); ++k)
        sum += static_cast<T>(column.sign[k]) * entries[column.entry[k] * kW];
      matrix_[c * stride_ + row] = sum;
    });
  }
  for (std::size_t c = 0; c < columns(); ++c) {
    T sum = 0;
    for (std::size_t k = 0; !columns_[c].imaginary && k < static_cast<std::size_t>(columns_[c].count); ++k)
      sum += columns_[c].entry[k] % (dimension() + 1) == 0 ? T(1) : T(0);
    for (std::size_t row = terms_.size(); row < derived_; ++row) sum -= matrix_[c * stride_ + row];
    matrix_[c * stride_ + derived_] = sum;
  }
}

template <class T>
double DensityFold<T>::sum_of(const double* sums, std::size_t row, std::size_t column) const {
  for (const Block& block : blocks_)
    if (row >= block.row && row < block.row + block.rows && column >= block.column &&
        column < block.column + block.columns)
      return sums[block.sum + (row - block.row) * block.columns + column - block.column];
  return 0;
}

template <class T>
void DensityFold<T>::add_gradient(const double* sums, double* d_shared) {
  constexpr std::size_t kW = kLanes<T>;
  kept_.resize(program_.kept_numbers());
  const Tile<T> q = cotangent_.tile(0);
  for (std::size_t tile = 0; tile < operators_.size(); ++tile) {
    const Tile<T> g = operators_[tile].tile(0);
    start(tile, g);
    program_.run_adjoint(g, kept_.data());
    std::fill_n(q.re, q.numbers(), T(0));
    std::fill_n(q.im, q.numbers(), T(0));
    for (std::size_t row = 0; row < rows_; ++row) {
      if (row == derived_ || slot(row).tile != tile) continue;
      const bool probability = row >= terms_.size() && row < derived_;
      each_column(row, q, [&](std::size_t c, T* entries) {
        const Column& column = columns_[c];
        double d = sum_of(sums, row, c);
        if (probability) d -= sum_of(sums, derived_, c);
        for (std::size_t k = 0; k < static_cast<std::size_t>(column.count); ++k)
          entries[column.entry[k] * kW] += static_cast<T>(column.sign[k] * d);
      });
    }
    program_.adjoint_backward(g, q, kept_.data(), {d_shared, nullptr});
  }
}

template <class T>
void DensityFold<T>::pack(const Tile<T>& rho, T* x) const {
  hermitian_numbers(rho.re, rho.im, dimension(), x);
}

template <class T>
void DensityFold<T>::unpack(const T* d_x, const Tile<T>& g) const {
  hermitian_numbers_backward(d_x, dimension(), g.re, g.im);
}

template <class T>
void DensityFold<T>::products(const T* s, const T* ancilla, T* scratch, T* x) const {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t n = shape_.ancillas(), reals = n * (n + 1) / 2;
  hermitian_numbers(ancilla, ancilla + n * n * kW, n, scratch);
  for (const auto& [first, count] : {std::pair{std::size_t{0}, reals}, std::pair{reals, n * n - reals}})
    for (std::size_t i = 0; i < shape_.systems(); ++i)
      for (std::size_t ii = i; ii < shape_.systems(); ++ii) {
        alignas(kAlignment) T weight[kW];
        for (std::size_t l = 0; l < kW; ++l) weight[l] = s[i * kW + l] * s[ii * kW + l];
        const T* own = scratch + first * kW;
        for (std::size_t k = 0; k < count; ++k, own += kW, x += kW)
#pragma omp simd
          for (std::size_t l = 0; l < kW; ++l) x[l] = weight[l] * own[l];
      }
}

template <class T>
void DensityFold<T>::products_backward(const T* s, const T* ancilla, const T* d_x, T* scratch, T* g_s,
                                       T* g_ancilla) const {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t n = shape_.ancillas(), reals = n * (n + 1) / 2;
  T* const d_numbers = scratch + n * n * kW;
  hermitian_numbers(ancilla, ancilla + n * n * kW, n, scratch);
  std::fill_n(d_numbers, n * n * kW, T(0));
  for (const auto& [first, count] : {std::pair{std::size_t{0}, reals}, std::pair{reals, n * n - reals}})
    for (std::size_t i = 0; i < shape_.systems(); ++i)
      for (std::size_t ii = i; ii < shape_.systems(); ++ii) {
        alignas(kAlignment) T weight[kW], d_weight[kW] = {};
        for (std::size_t l = 0; l < kW; ++l) weight[l] = s[i * kW + l] * s[ii * kW + l];
        const T* own = scratch + first * kW;
        T* d_own = d_numbers + first * kW;
        for (std::size_t k = 0; k < count; ++k, own += kW, d_own += kW, d_x += kW)
#pragma omp simd
          for (std::size_t l = 0; l < kW; ++l) {
            d_own[l] += weight[l] * d_x[l];
            d_weight[l] += own[l] * d_x[l];
          }
        for (std::size_t l = 0; l < kW; ++l) {
          g_s[i * kW + l] += d_weight[l] * s[ii * kW + l];
          g_s[ii * kW + l] += d_weight[l] * s[i * kW + l];
        }
      }
  hermitian_numbers_backward(d_numbers, n, g_ancilla, g_ancilla + n * n * kW);
}

template <class T>
void DensityFold<T>::apply(const T* x, T* values) const {
  std::fill_n(values, rows_ * kLanes<T>, T(0));
  for (const Block& b : blocks_)
    dense_kernels<T>().product({matrix_.data() + b.column * stride_ + b.row, b.rows, b.columns, 1, stride_},
                               x + b.column * kLanes<T>, values + b.row * kLanes<T>);
}

template <class T>
void DensityFold<T>::apply_backward(const T* d_values, T* d_x) const {
  std::fill_n(d_x, columns() * kLanes<T>, T(0));
  for (const Block& b : blocks_)
    dense_kernels<T>().product({matrix_.data() + b.column * stride_ + b.row, b.columns, b.rows, stride_, 1},
                               d_values + b.row * kLanes<T>, d_x + b.column * kLanes<T>);
}

template <class T>
void DensityFold<T>::memory(const T* values, T* ancilla) const {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t n = shape_.ancillas(), half = n * n * kW;
  for (std::size_t row = terms_.size(); row < rows_; ++row) {
    const Row& own = rows_of_[row];
    const T* const value = values + row * kW;
    if (!coherences_) {
      std::copy_n(value, kW, ancilla + own.j * kW);
      continue;
    }
    T* const part = ancilla + (own.imaginary ? half : 0);
    for (std::size_t l = 0; l < kW; ++l) {
      part[(own.j * n + own.jj) * kW + l] = value[l];
      part[(own.jj * n + own.j) * kW + l] = own.imaginary ? -value[l] : value[l];
      if (own.j == own.jj) ancilla[half + (own.j * n + own.j) * kW + l] = 0;
    }
  }
}

template <class T>
void DensityFold<T>::memory_backward(const T* d_ancilla, T* d_values) const {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t n = shape_.ancillas(), half = n * n * kW;
  for (std::size_t row = terms_.size(); row < rows_; ++row) {
    const Row& own = rows_of_[row];
    T* const d = d_values + row * kW;
    if (!coherences_) {
      std::copy_n(d_ancilla + own.j * kW, kW, d);
      continue;
    }
    const T* const part = d_ancilla + (own.imaginary ? half : 0);
    for (std::size_t l = 0; l < kW; ++l) {
      const T a = part[(own.j * n + own.jj) * kW + l], b = part[(own.jj * n + own.j) * kW + l];
      d[l] = own.j == own.jj ? a : own.imaginary ? a - b : a + b;
    }
  }
}

template <class T>
typename DensityFold<T>::Pairs DensityFold<T>::make_pairs() const {
  Pairs pairs;
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    pairs.x[b].resize(kMostPairs * blocks_[b].columns * kLanes<T>);
    pairs.d[b].resize(kMostPairs * blocks_[b].rows * kLanes<T>);
  }
  return pairs;
}

template <class T>
void DensityFold<T>::keep(Pairs& pairs, const T* x, const T* d_values, double* sums) const {
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    const std::size_t columns = blocks_[b].columns * kLanes<T>, rows = blocks_[b].rows * kLanes<T>;
    std::copy_n(x + blocks_[b].column * kLanes<T>, columns, pairs.x[b].data() + pairs.count * columns);
    std::copy_n(d_values + blocks_[b].row * kLanes<T>, rows, pairs.d[b].data() + pairs.count * rows);
  }
  if (++pairs.count == kMostPairs) flush(pairs, sums);
}

template <class T>
void DensityFold<T>::flush(Pairs& pairs, double* sums) const {
  for (std::size_t b = 0; b < blocks_.size(); ++b)
    dense_kernels<T>().outer(pairs.d[b].data(), blocks_[b].rows, pairs.x[b].data(), blocks_[b].columns,
                             pairs.count, sums + blocks_[b].sum);
  pairs.count = 0;
}

template class DensityFold<float>;
template class DensityFold<double>;

}  // namespace ebit::inline cell
