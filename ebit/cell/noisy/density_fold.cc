#include "ebit/cell/noisy/density_fold.h"

#include <algorithm>

namespace ebit::inline cell {
namespace {

// Calls visit(n, entry, mirrored entry) for the numbers of a Hermitian matrix: on the diagonal both are the
// same and there is one number; else there are n and n + 1.
template <class Visit>
void each_entry(std::size_t dimension, Visit visit) {
  std::size_t n = 0;
  for (std::size_t r = 0; r < dimension; ++r)
    for (std::size_t c = r; c < dimension; ++c) {
      visit(n, r * dimension + c, c * dimension + r);
      n += c == r ? 1 : 2;
    }
}

}  // namespace

template <class T>
DensityFold<T>::DensityFold(const Circuit& circuit, const Circuit& rest, std::span<const Observable> terms,
                            RegisterShape shape, bool coherences)
    : program_(circuit),
      rest_(rest),
      terms_(terms.begin(), terms.end()),
      shape_(shape),
      coherences_(coherences),
      rows_(terms.size() + (coherences ? shape.ancillas() * shape.ancillas() : shape.ancillas())),
      columns_(std::size_t{1} << (2 * circuit.wires())),
      stride_((rows_ + kLanes<T> - 1) / kLanes<T> * kLanes<T>),
      operators_(2 * circuit.wires(), rows_),
      cotangent_(2 * circuit.wires(), kLanes<T>) {
  matrix_.resize(columns_ * stride_);
  rest_.bind({});
}

// Observables of a tile behind the circuit, a row a lane: Pauli strings, then sums over the system's states i
// of the entries (i j, i jj). Those of the memory have gone back through `rest`.
template <class T>
void DensityFold<T>::start(std::size_t tile, const Tile<T>& g) const {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t n = shape_.ancillas(), d = dimension(), first = tile * kW;
  const auto clear = [&] {
    std::fill_n(g.re, g.numbers(), T(0));
    std::fill_n(g.im, g.numbers(), T(0));
  };
  clear();
  std::size_t row = terms_.size();
  const auto add = [&](std::size_t j, std::size_t jj, bool imaginary) {
    if (row >= first && row < first + kW)
      for (std::size_t i = 0; i < shape_.systems(); ++i)
        (imaginary ? g.im : g.re)[((i * n + j) * d + i * n + jj) * kW + row - first] = 1;
    ++row;
  };
  for (std::size_t j = 0; j < n; ++j)
    for (std::size_t jj = j; jj < (coherences_ ? n : j + 1); ++jj) {
      add(j, jj, false);
      if (jj > j) add(j, jj, true);
    }
  rest_.run_adjoint(g);
  for (std::size_t l = 0; l < kW && first + l < terms_.size(); ++l) {
    alignas(kAlignment) T one[kW] = {};
    one[l] = 1;
    density_expectations_backward<T>(g, {&terms_[first + l], 1}, one);
  }
}

template <class T>
void DensityFold<T>::bind(std::span<const T> shared) {
  constexpr std::size_t kW = kLanes<T>;
  program_.bind(shared.first(static_cast<std::size_t>(program_.circuit().shared_parameters())));
  for (std::size_t tile = 0; tile < operators_.tiles(); ++tile) {
    const Tile<T> g = operators_.tile(tile);
    start(tile, g);
    program_.run_adjoint(g);
    T* const column = matrix_.data() + tile * kW;
    each_entry(dimension(), [&](std::size_t k, std::size_t entry, std::size_t mirrored) {
      for (std::size_t l = 0; l < kW; ++l) {
        const T re = g.re[entry * kW + l], im = g.im[entry * kW + l];
        if (entry == mirrored) {
          column[k * stride_ + l] = re;
          continue;
        }
        column[k * stride_ + l] = re + g.re[mirrored * kW + l];
        column[(k + 1) * stride_ + l] = im - g.im[mirrored * kW + l];
      }
    });
  }
}

template <class T>
void DensityFold<T>::add_gradient(const double* d_matrix, double* d_shared) {
  constexpr std::size_t kW = kLanes<T>;
  kept_.resize(program_.kept_numbers());
  const Tile<T> q = cotangent_.tile(0);
  for (std::size_t tile = 0; tile < operators_.tiles(); ++tile) {
    const Tile<T> g = operators_.tile(tile);
    start(tile, g);
    program_.run_adjoint(g, kept_.data());
    std::fill_n(q.re, q.numbers(), T(0));
    std::fill_n(q.im, q.numbers(), T(0));
    each_entry(dimension(), [&](std::size_t k, std::size_t entry, std::size_t mirrored) {
      for (std::size_t l = 0; l < kW && tile * kW + l < rows_; ++l) {
        const double* const own = d_matrix + (tile * kW + l) * columns_ + k;
        q.re[entry * kW + l] = q.re[mirrored * kW + l] = static_cast<T>(own[0]);
        if (entry == mirrored) continue;
        q.im[entry * kW + l] = static_cast<T>(own[1]);
        q.im[mirrored * kW + l] = static_cast<T>(-own[1]);
      }
    });
    program_.adjoint_backward(g, q, kept_.data(), {d_shared, nullptr});
  }
}

template <class T>
void DensityFold<T>::pack(const Tile<T>& rho, T* x) const {
  constexpr std::size_t kW = kLanes<T>;
  each_entry(dimension(), [&](std::size_t k, std::size_t entry, std::size_t mirrored) {
    T* const out = x + k * kW;
    const T *ar = rho.re + entry * kW, *ai = rho.im + entry * kW, *br = rho.re + mirrored * kW,
            *bi = rho.im + mirrored * kW;
#pragma omp simd
    for (std::size_t l = 0; l < kW; ++l) out[l] = (ar[l] + br[l]) / 2;
    if (entry == mirrored) return;
#pragma omp simd
    for (std::size_t l = 0; l < kW; ++l) out[kW + l] = (ai[l] - bi[l]) / 2;
  });
}

template <class T>
void DensityFold<T>::unpack(const T* d_x, const Tile<T>& g) const {
  constexpr std::size_t kW = kLanes<T>;
  each_entry(dimension(), [&](std::size_t k, std::size_t entry, std::size_t mirrored) {
    const T* const d = d_x + k * kW;
    const bool diagonal = entry == mirrored;
    for (std::size_t l = 0; l < kW; ++l) {
      const T re = diagonal ? d[l] : d[l] / 2, im = diagonal ? T(0) : d[kW + l] / 2;
      g.re[entry * kW + l] = re, g.im[entry * kW + l] = im;
      g.re[mirrored * kW + l] = re, g.im[mirrored * kW + l] = -im;
    }
  });
}

template <class T>
void DensityFold<T>::product(const T* x, T* values) const {
  std::fill_n(values, rows_ * kLanes<T>, T(0));
  dense_kernels<T>().product({matrix_.data(), rows_, columns_, 1, stride_}, x, values);
}

template <class T>
void DensityFold<T>::product_backward(const T* d_values, T* d_x) const {
  std::fill_n(d_x, columns_ * kLanes<T>, T(0));
  dense_kernels<T>().product({matrix_.data(), columns_, rows_, stride_, 1}, d_values, d_x);
}

template <class T>
void DensityFold<T>::memory(const T* values, T* ancilla) const {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t n = shape_.ancillas(), half = n * n * kW;
  const T* own = values + terms_.size() * kW;
  if (!coherences_) {
    std::copy_n(own, n * kW, ancilla);
    return;
  }
  each_entry(n, [&](std::size_t k, std::size_t entry, std::size_t mirrored) {
    for (std::size_t l = 0; l < kW; ++l) {
      const T im = entry == mirrored ? T(0) : own[(k + 1) * kW + l];
      ancilla[entry * kW + l] = ancilla[mirrored * kW + l] = own[k * kW + l];
      ancilla[half + entry * kW + l] = im, ancilla[half + mirrored * kW + l] = -im;
    }
  });
}

template <class T>
void DensityFold<T>::memory_backward(const T* d_ancilla, T* d_values) const {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t n = shape_.ancillas(), half = n * n * kW;
  T* const own = d_values + terms_.size() * kW;
  if (!coherences_) {
    std::copy_n(d_ancilla, n * kW, own);
    return;
  }
  each_entry(n, [&](std::size_t k, std::size_t entry, std::size_t mirrored) {
    for (std::size_t l = 0; l < kW; ++l) {
      own[k * kW + l] = d_ancilla[entry * kW + l];
      if (entry == mirrored) continue;
      own[k * kW + l] += d_ancilla[mirrored * kW + l];
      own[(k + 1) * kW + l] = d_ancilla[half + entry * kW + l] - d_ancilla[half + mirrored * kW + l];
    }
  });
}

std::pair<Circuit, Circuit> split_behind_samples(const Circuit& circuit) {
  std::size_t first = 0, number = 0;  // of the gates behind the last angle of a sample
  for (const Operation& operation : circuit.operations()) {
    ++number;
    for (int k = 0; k < gate(operation.gate).angles; ++k)
      if (operation.angles[static_cast<std::size_t>(k)].kind == Angle::Kind::kPerSample) first = number;
  }
  std::pair<Circuit, Circuit> parts{Circuit(circuit.wires()), Circuit(circuit.wires())};
  number = 0;
  for_each_item(
      circuit,
      [&](const Operation& operation) {
        Circuit& part = number++ < first ? parts.first : parts.second;
        const Gate& row = gate(operation.gate);
        const std::span<const int> wires(operation.wires.data(), static_cast<std::size_t>(row.wires));
        if (operation.matrix >= 0)
          part.add_matrix(wires, circuit.matrices()[static_cast<std::size_t>(operation.matrix)]);
        else
          part.add(row, wires, {operation.angles.data(), static_cast<std::size_t>(row.angles)});
      },
      [&](const PlacedChannel& placed) {
        Circuit& part = number < first ? parts.first : parts.second;
        part.add_channel(channel(placed.channel), placed.on(), placed.values());
      });
  return parts;
}

template class DensityFold<float>;
template class DensityFold<double>;

}  // namespace ebit::inline cell
