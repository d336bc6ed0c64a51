#include "ebit/noise/density_program.h"

#include <algorithm>
#include <bit>

#include "ebit/base/error.h"
#include "ebit/noise/density_tiles.h"

namespace ebit::inline noise {
namespace {

const Circuit& that_fits(const Circuit& circuit) {
  require(circuit.wires() <= kMostDensityWires,
          "a density matrix can have at most {} wires, not {}: take trajectories", kMostDensityWires,
          circuit.wires());
  return circuit;
}

std::size_t bit_of(int wires, int wire) { return std::size_t{1} << (wires - 1 - wire); }

// Rows of the entries that a channel of two wires mixes, relative to a row whose bits there are all 0: [(r
// c)].
struct PairRows {
  std::size_t mask = 0;
  std::array<std::size_t, 16> at{};
};

PairRows rows_of_pair(int n, std::span<const int> on) {
  const std::size_t bits[4] = {bit_of(2 * n, on[0]), bit_of(2 * n, on[1]), bit_of(2 * n, n + on[0]),
                               bit_of(2 * n, n + on[1])};
  PairRows rows;
  for (std::size_t e = 0; e < 16; ++e)
    for (std::size_t k = 0; k < 4; ++k)
      if (e >> (3 - k) & 1) rows.at[e] += bits[k];
  for (const std::size_t bit : bits) rows.mask |= bit;
  return rows;
}

// rho -> (1 - lambda) rho + lambda (1/4 (x) Tr_w rho): its own adjoint.
template <class T>
void depolarize_pair(const Tile<T>& rho, const PairRows& rows, T lambda) {
  constexpr std::size_t kW = kLanes<T>, kDiagonal[4] = {0, 5, 10, 15};
  alignas(kAlignment) T sum[kW];
  for (T* const part : {rho.re, rho.im})
    for (std::size_t base = 0; base < rho.dimension(); ++base) {
      if (base & rows.mask) continue;
      T* const own = part + base * kW;
      for (std::size_t l = 0; l < kW; ++l)
        sum[l] = (own[rows.at[0] * kW + l] + own[rows.at[5] * kW + l] + own[rows.at[10] * kW + l] +
                  own[rows.at[15] * kW + l]) *
                 (lambda / 4);
      for (const std::size_t at : rows.at)
        for (std::size_t l = 0; l < kW; ++l) own[at * kW + l] *= 1 - lambda;
      for (const std::size_t e : kDiagonal)
        for (std::size_t l = 0; l < kW; ++l) own[rows.at[e] * kW + l] += sum[l];
    }
}

// Any real map of the 16 entries of two wires.
template <bool kAdjoint, class T>
void apply_pair_map(const Tile<T>& rho, const PairRows& rows, const T* map) {
  constexpr std::size_t kW = kLanes<T>;
  alignas(kAlignment) T before[16 * kW];
  for (T* const part : {rho.re, rho.im})
    for (std::size_t base = 0; base < rho.dimension(); ++base) {
      if (base & rows.mask) continue;
      T* const own = part + base * kW;
      for (std::size_t e = 0; e < 16; ++e) std::copy_n(own + rows.at[e] * kW, kW, before + e * kW);
      for (std::size_t e = 0; e < 16; ++e) {
        T* const out = own + rows.at[e] * kW;
        std::fill_n(out, kW, T(0));
        for (std::size_t f = 0; f < 16; ++f) {
          const T factor = kAdjoint ? map[f * 16 + e] : map[e * 16 + f];
          if (factor == 0) continue;
          for (std::size_t l = 0; l < kW; ++l) out[l] += factor * before[f * kW + l];
        }
      }
    }
}

}  // namespace

template <class T>
DensityProgram<T>::DensityProgram(const Circuit& circuit)
    : circuit_(that_fits(circuit)), program_(gates_of(circuit)) {
  const int n = wires();
  const Layout layout(2 * n);
  std::size_t step = 0, placed_index = 0;
  bool in_group = false;
  for_each_item(
      circuit_,
      [&](const Operation& operation) {
        const Gate& row = gate(operation.gate);
        std::array<int, kMaxGateWires> shifted = operation.wires;
        for (int& wire : shifted) wire += n;
        items_.push_back({.index = step++,
                          .row = kernels::place(row, operation.wires, layout),
                          .column = kernels::place(row, shifted, layout)});
        in_group = false;
      },
      [&](const PlacedChannel& placed) {
        Item item{.channel = true, .index = placed_index++, .map = maps_.size(), .opens = !in_group};
        const auto map = superoperator(channel(placed.channel), placed.values(), placed.count);
        for (const double entry : map) maps_.push_back(static_cast<T>(entry));
        maps_.resize(maps_.size() + map.size(), T(0));
        if (placed.count == 1) {
          const int row = placed.wires[0], column = n + row;
          const std::size_t x[] = {layout.x_mask(row), layout.x_mask(column)};
          const std::size_t z[] = {layout.z_mask(row), layout.z_mask(column)};
          item.pair = kernels::place(x, z);
        }
        if (!in_group) ++groups_;
        in_group = true;
        items_.push_back(item);
      });
}

template <class T>
template <bool kAdjoint>
void DensityProgram<T>::apply_channel(const Item& item, const Tile<T>& rho) const {
  const PlacedChannel& placed = circuit_.channels()[item.index];
  const T* const map = maps_.data() + item.map;
  if (placed.count == 1) {
    program_.kernel_table().apply[1][static_cast<int>(Structure::kReal)][false][kAdjoint](rho, item.pair, map,
                                                                                          map + 16);
    return;
  }
  const PairRows rows = rows_of_pair(wires(), placed.on());
  if (placed.channel == ChannelId::kDepolarizing)
    depolarize_pair(rho, rows, static_cast<T>(placed.parameters[0]));
  else
    apply_pair_map<kAdjoint>(rho, rows, map);
}

template <class T>
void DensityProgram<T>::run(const Tile<T>& rho, const LaneMatrices<T>* lanes, T* kept) const {
  const std::size_t numbers = rho.numbers();
  for (const Item& item : items_) {
    if (!item.channel) {
      const auto& step = program_.steps()[item.index];
      program_.template apply<false>(step, item.row, rho, lanes);
      program_.template apply<false>(step, item.column, conjugated(rho), lanes);
      continue;
    }
    if (item.opens && kept) {
      copy_tile(rho, kept_tile(kept, numbers, rho.wires));
      kept += 2 * numbers;
    }
    apply_channel<false>(item, rho);
  }
}

template <class T>
void DensityProgram<T>::backward(const Tile<T>& rho, const Tile<T>& g, const LaneMatrices<T>* lanes,
                                 const T* lane_angles, const T* kept, const ParameterGradient<T>& gradient,
                                 double* d_channels) const {
  const std::size_t numbers = rho.numbers();
  const T* group = kept + kept_numbers();
  bool group_open = false;
  for (std::size_t i = items_.size(); i-- > 0;) {
    const Item& item = items_[i];
    if (!item.channel) {
      gate_backward(item, rho, g, lanes, lane_angles, gradient);
      continue;
    }
    if (!group_open) group -= 2 * numbers, group_open = true;
    if (d_channels) d_channels[item.index] += strength_slope(i, g, group);
    apply_channel<true>(item, g);
    if (item.opens) {
      copy_tile(kept_tile(group, numbers, rho.wires), rho);
      group_open = false;
    }
  }
}

// The columns' gate was the last to act, so it is undone first.
template <class T>
void DensityProgram<T>::gate_backward(const Item& item, const Tile<T>& rho, const Tile<T>& g,
                                      const LaneMatrices<T>* lanes, const T* lane_angles,
                                      const ParameterGradient<T>& gradient) const {
  const auto& step = program_.steps()[item.index];
  const bool wanted = step.trained && (gradient.shared || gradient.per_sample);
  const auto overlap =
      program_.kernel_table().overlap[item.row.targets - 1][static_cast<int>(step.structure)];
  alignas(kAlignment) T re[16 * kLanes<T>] = {}, im[16 * kLanes<T>] = {};
  program_.template apply<true>(step, item.column, conjugated(rho), lanes);
  if (wanted) overlap(conjugated(rho), conjugated(g), item.column, re, im);
  program_.template apply<true>(step, item.column, conjugated(g), lanes);
  program_.template apply<true>(step, item.row, rho, lanes);
  if (wanted) overlap(rho, g, item.row, re, im);
  program_.template apply<true>(step, item.row, g, lanes);
  if (wanted) add_step_gradient(program_, step, lane_angles, re, im, gradient);
}

// Re <g, (dS/dstrength) rho> with rho as it was before the channel: run again from where its group begins.
template <class T>
double DensityProgram<T>::strength_slope(std::size_t item, const Tile<T>& g, const T* kept) const {
  const PlacedChannel& placed = circuit_.channels()[items_[item].index];
  const Channel& row = channel(placed.channel);
  if (row.strength < 0) return 0;
  StateBatch<T> scratch(g.wires, kLanes<T>);
  const Tile<T> rho = scratch.tile(0);
  copy_tile(kept_tile(kept, g.numbers(), g.wires), rho);
  std::size_t first = item;
  while (!items_[first].opens) --first;
  for (std::size_t i = first; i < item; ++i) apply_channel<false>(items_[i], rho);
  std::vector<T> slope;
  for (const double entry : superoperator_slope(row, placed.values(), placed.count, row.strength))
    slope.push_back(static_cast<T>(entry));
  if (placed.count == 1) {
    const std::vector<T> zeros(16, T(0));
    program_.kernel_table().apply[1][static_cast<int>(Structure::kReal)][false][false](
        rho, items_[item].pair, slope.data(), zeros.data());
  } else {
    apply_pair_map<false>(rho, rows_of_pair(wires(), placed.on()), slope.data());
  }
  double sum = 0;
  for (std::size_t i = 0; i < g.numbers(); ++i) sum += g.re[i] * rho.re[i] + g.im[i] * rho.im[i];
  return sum;
}

template <class T>
void clear_to_zero_state(const Tile<T>& rho) {
  std::fill_n(rho.re, rho.numbers(), T(0));
  std::fill_n(rho.im, rho.numbers(), T(0));
  std::fill_n(rho.re, kLanes<T>, T(1));
}

// Tr(P rho) = sum_j i^y (-1)^|j & z| rho(j, j ^ x), whose real part is taken.
template <class T>
void density_expectations(const Tile<T>& rho, std::span<const Observable> readout, T* values) {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t n = std::size_t{1} << (rho.wires / 2);
  for (std::size_t k = 0; k < readout.size(); ++k) {
    const Observable& o = readout[k];
    T* const value = values + k * kW;
    std::fill_n(value, kW, T(0));
    // Re(i^y rho): re, -im, -re, im for y = 0, 1, 2, 3.
    const T* const part = o.y_count % 2 ? rho.im : rho.re;
    const T turn = static_cast<T>(o.y_count % 4 == 1 || o.y_count % 4 == 2 ? -o.scale : o.scale);
    for (std::size_t j = 0; j < n; ++j) {
      const T sign = std::popcount(j & o.z_mask) % 2 ? -turn : turn;
      const T* const entry = part + (j * n + (j ^ o.x_mask)) * kW;
      const T* const diagonal = rho.re + (j * n + j) * kW;
      for (std::size_t l = 0; l < kW; ++l)
        value[l] += sign * entry[l] + static_cast<T>(o.offset) * diagonal[l];
    }
  }
}

template <class T>
void density_expectations_backward(const Tile<T>& g, std::span<const Observable> readout, const T* d_values) {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t n = std::size_t{1} << (g.wires / 2);
  for (std::size_t k = 0; k < readout.size(); ++k) {
    const Observable& o = readout[k];
    const T* const d = d_values + k * kW;
    T* const part = o.y_count % 2 ? g.im : g.re;
    const T turn = static_cast<T>(o.y_count % 4 == 1 || o.y_count % 4 == 2 ? -o.scale : o.scale);
    for (std::size_t j = 0; j < n; ++j) {
      const T sign = std::popcount(j & o.z_mask) % 2 ? -turn : turn;
      T* const entry = part + (j * n + (j ^ o.x_mask)) * kW;
      T* const diagonal = g.re + (j * n + j) * kW;
      for (std::size_t l = 0; l < kW; ++l) {
        entry[l] += sign * d[l];
        diagonal[l] += static_cast<T>(o.offset) * d[l];
      }
    }
  }
}

#define EBIT_INSTANTIATE(T)                                                                 \
  template class DensityProgram<T>;                                                         \
  template void DensityProgram<T>::apply_channel<false>(const Item&, const Tile<T>&) const; \
  template void DensityProgram<T>::apply_channel<true>(const Item&, const Tile<T>&) const;  \
  template void clear_to_zero_state<T>(const Tile<T>&);                                     \
  template void density_expectations<T>(const Tile<T>&, std::span<const Observable>, T*);   \
  template void density_expectations_backward<T>(const Tile<T>&, std::span<const Observable>, const T*);
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline noise
