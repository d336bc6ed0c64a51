// What calls of circuits from Python share: their angles, batches in tiles, and gradients.
#pragma once

#include <algorithm>
#include <cmath>

#include "bind.h"
#include "ebit/base/error.h"
#include "ebit/sim/circuit.h"
#include "ebit/sim/state.h"

namespace ebit::python {

/// Samples of a tile.
inline constexpr std::size_t kWide = kLanes<double>;

/// The angles of a call, checked.
struct Angles {
  std::size_t batch;                   ///< B
  std::span<const double> shared;      ///< [P]
  std::span<const double> per_sample;  ///< [B, Q]
};

/// Throws Error for other sizes and for numbers that are not finite.

inline Angles checked(const Circuit& circuit, const In<double>& shared, const In<double>& per_sample) {
  const auto p = static_cast<std::size_t>(circuit.shared_parameters());
  const auto q = static_cast<std::size_t>(circuit.per_sample_parameters());
  require(shared.size() == p, "the circuit has {} shared angles, and {} are given", p, shared.size());
  require(per_sample.ndim() == 2 && per_sample.shape(0) >= 1 && per_sample.shape(1) == q,
          "per-sample angles must be [batch, {}] with a batch of at least 1", q);
  for (const auto& [what, all] : {std::pair{"shared", numbers(shared)}, {"per-sample", numbers(per_sample)}})
    for (std::size_t i = 0; i < all.size(); ++i)
      require(std::isfinite(all[i]), "{} angle number {} is not finite", what, i);
  return {per_sample.shape(0), numbers(shared), numbers(per_sample)};
}

/// Angles of one tile as [Q, kLanes]; lanes past the batch hold zeros.
inline std::vector<double> lane_angles(const Angles& a, std::size_t tile) {
  const std::size_t q = a.per_sample.size() / a.batch;
  std::vector<double> lanes(std::max<std::size_t>(q, 1) * kWide, 0.0);
  for (std::size_t l = 0; l < kWide && tile * kWide + l < a.batch; ++l)
    for (std::size_t k = 0; k < q; ++k) lanes[k * kWide + l] = a.per_sample[(tile * kWide + l) * q + k];
  return lanes;
}

/// Calls visit(sample, lane) for the samples of a tile that are there.
template <class Visit>
void each_lane(std::size_t batch, std::size_t tile, Visit visit) {
  for (std::size_t l = 0; l < kWide && tile * kWide + l < batch; ++l) visit(tile * kWide + l, l);
}

/// The gradients of a call: [P], [B, Q].
struct Gradients {
  std::vector<double> shared, per_sample;    ///< [P], [B, Q]
  std::vector<std::vector<double>> of_tile;  ///< [tiles][P], summed in order

  Gradients(const Circuit& c, std::size_t batch)
      : shared(static_cast<std::size_t>(c.shared_parameters())),
        per_sample(batch * static_cast<std::size_t>(c.per_sample_parameters())),
        of_tile(tiles_of<double>(batch), std::vector<double>(shared.size())) {}

  void store(std::size_t batch, std::size_t tile, const std::vector<double>& lanes) {
    const std::size_t q = per_sample.size() / batch;
    each_lane(batch, tile, [&](std::size_t sample, std::size_t lane) {
      for (std::size_t k = 0; k < q; ++k) per_sample[sample * q + k] = lanes[k * kWide + lane];
    });
  }
  void sum() {
    for (const auto& tile : of_tile)
      for (std::size_t i = 0; i < shared.size(); ++i) shared[i] += tile[i];
  }
};

}  // namespace ebit::python
