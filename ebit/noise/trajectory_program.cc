#include "ebit/noise/trajectory_program.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/random.h"

namespace ebit::inline noise {
namespace {

bool is_identity(const std::vector<Complex>& matrix) {
  const std::size_t n = matrix.size() == 4 ? 2 : 4;
  for (std::size_t e = 0; e < matrix.size(); ++e)
    if (std::abs(matrix[e] - (e % (n + 1) == 0 ? 1.0 : 0.0)) > 1e-15) return false;
  return true;
}

// The density matrix of one wire: rho00, rho11, Re rho01 and Im rho01, [4, kLanes].
template <class T>
void wire_density(const Tile<T>& psi, std::size_t bit, T* density) {
  constexpr std::size_t kW = kLanes<T>;
  std::fill_n(density, 4 * kW, T(0));
  for (std::size_t i = 0; i < psi.dimension(); ++i) {
    if (i & bit) continue;
    const T *ar = psi.re + i * kW, *ai = psi.im + i * kW, *br = ar + bit * kW, *bi = ai + bit * kW;
#pragma omp simd
    for (std::size_t l = 0; l < kW; ++l) {
      density[l] += ar[l] * ar[l] + ai[l] * ai[l];
      density[kW + l] += br[l] * br[l] + bi[l] * bi[l];
      density[2 * kW + l] += ar[l] * br[l] + ai[l] * bi[l];
      density[3 * kW + l] += ai[l] * br[l] - ar[l] * bi[l];
    }
  }
}

}  // namespace

template <class T>
TrajectoryProgram<T>::TrajectoryProgram(const Circuit& circuit)
    : circuit_(circuit), program_(gates_of(circuit)) {
  const Layout layout(circuit_.wires());
  std::size_t step = 0;
  for_each_item(
      circuit_, [&](const Operation&) { items_.push_back({.step = step++}); },
      [&](const PlacedChannel& placed) {
        const Channel& row = channel(placed.channel);
        Item item{.channel = &placed, .mixes = row.mixes};
        std::size_t x[kMaxChannelWires], z[kMaxChannelWires];
        const auto on = placed.on();
        for (std::size_t k = 0; k < on.size(); ++k) x[k] = layout.x_mask(on[k]), z[k] = layout.z_mask(on[k]);
        item.placement = kernels::place(std::span(x, on.size()), std::span(z, on.size()));
        double below = 0;
        for (auto& matrix : row.kraus(placed.values(), placed.count)) {
          Kraus kraus;
          if (row.mixes) {
            const std::size_t n = std::size_t{1} << placed.count;
            double probability = 0;
            for (std::size_t i = 0; i < n; ++i) probability += std::norm(matrix[i * n]);
            for (Complex& entry : matrix) entry /= std::sqrt(probability);
            kraus.below = below += probability;
            kraus.identity = is_identity(matrix);
          } else {
            kraus.weight[0] = std::norm(matrix[0]) + std::norm(matrix[2]);
            kraus.weight[1] = std::norm(matrix[1]) + std::norm(matrix[3]);
            const Complex mixed = std::conj(matrix[0]) * matrix[1] + std::conj(matrix[2]) * matrix[3];
            kraus.weight[2] = mixed.real(), kraus.weight[3] = mixed.imag();
          }
          kraus.matrix = std::move(matrix);
          item.kraus.push_back(std::move(kraus));
        }
        items_.push_back(std::move(item));
      });
}

template <class T>
void TrajectoryProgram<T>::run(const Tile<T>& psi, const LaneMatrices<T>* lanes,
                               TrajectoryDraws& draws) const {
  for (const Item& item : items_) {
    if (item.channel)
      draw(item, psi, draws);
    else
      program_.template apply<false>(program_.steps()[item.step], psi, lanes);
  }
}

// Which Kraus operator each lane takes, and by what it is multiplied so that the state stays normalised.
template <class T>
void TrajectoryProgram<T>::choose(const Item& item, const Tile<T>& psi, const TrajectoryDraws& draws,
                                  int* chosen, T* scale) const {
  constexpr std::size_t kW = kLanes<T>;
  const int last = static_cast<int>(item.kraus.size()) - 1;
  alignas(kAlignment) T density[4 * kW];
  if (!item.mixes) wire_density(psi, std::size_t{1} << (psi.wires - 1 - item.channel->wires[0]), density);
  for (std::size_t l = 0; l < kW; ++l) {
    const double u = random_uniform(draws.seed, draws.stream + l, draws.position);
    scale[l] = 1;
    if (item.mixes) {
      int k = 0;
      while (k < last && u >= item.kraus[static_cast<std::size_t>(k)].below) ++k;
      chosen[l] = k;
      continue;
    }
    const double norm = density[l] + density[kW + l];
    double below = 0, own = 0, best = -1;
    int k = -1, likeliest = 0;
    for (int j = 0; j <= last && k < 0; ++j) {
      const auto& w = item.kraus[static_cast<std::size_t>(j)].weight;
      // Tr(K^+ K rho): the entry 01 of K^+ K meets rho10 and the other way round.
      own = w[0] * density[l] + w[1] * density[kW + l] +
            2 * (w[2] * density[2 * kW + l] + w[3] * density[3 * kW + l]);
      if (own > best) best = own, likeliest = j;
      below += own;
      if (u * norm < below && own > 0) k = j;
    }
    // Rounding may leave u above all of them.
    if (k < 0) k = likeliest, own = best;
    chosen[l] = k;
    scale[l] = static_cast<T>(std::sqrt(norm / own));
  }
}

template <class T>
void TrajectoryProgram<T>::draw(const Item& item, const Tile<T>& psi, TrajectoryDraws& draws) const {
  constexpr std::size_t kW = kLanes<T>;
  int chosen[kW];
  T scale[kW];
  choose(item, psi, draws, chosen, scale);
  ++draws.position;
  bool changes = false;
  for (std::size_t l = 0; l < kW; ++l) changes |= !item.kraus[static_cast<std::size_t>(chosen[l])].identity;
  if (!changes) return;
  const std::size_t entries = std::size_t{1} << (2 * item.channel->count);
  alignas(kAlignment) T matrix[2 * 16 * kW];
  for (std::size_t l = 0; l < kW; ++l) {
    const auto& own = item.kraus[static_cast<std::size_t>(chosen[l])].matrix;
    for (std::size_t e = 0; e < entries; ++e) {
      matrix[e * kW + l] = scale[l] * static_cast<T>(own[e].real());
      matrix[(entries + e) * kW + l] = scale[l] * static_cast<T>(own[e].imag());
    }
  }
  program_.kernel_table().apply[item.channel->count - 1][static_cast<int>(Structure::kGeneral)][true][false](
      psi, item.placement, matrix, matrix + entries * kW);
}

template class TrajectoryProgram<float>;
template class TrajectoryProgram<double>;

}  // namespace ebit::inline noise
