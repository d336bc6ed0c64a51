// Quantum trajectories: a circuit with channels run on state vectors, a Kraus operator drawn at each channel.
#pragma once

#include <cstdint>
#include <vector>

#include "ebit/sim/program.h"

namespace ebit::inline noise {

/// Where the random numbers of a tile's trajectories come from: lane l reads stream `stream` + l of `seed`.
struct TrajectoryDraws {
  std::uint64_t seed = 0;      ///< of all trajectories
  std::uint64_t stream = 0;    ///< of lane 0
  std::uint64_t position = 0;  ///< where the next channel reads: moved on by run()
};

/// A circuit with channels, ready to run on tiles of state vectors, a trajectory a lane. The mean of a
/// trajectory's expectation values is that of the density matrix. Running is const and safe from several
/// threads, and draws depend on seed, stream and position alone.
template <class T>
class TrajectoryProgram {
 public:
  explicit TrajectoryProgram(const Circuit& circuit);               ///< of any number of wires
  TrajectoryProgram(const TrajectoryProgram&) = delete;             ///< its items look into its circuit
  TrajectoryProgram& operator=(const TrajectoryProgram&) = delete;  ///< likewise

  /// Evaluates every gate of shared angles; comes before the first run. @param shared [shared_parameters].
  void bind(std::span<const T> shared) { program_.bind(shared); }
  /// Evaluates those with per-sample angles, for one tile. @param angles [per_sample_parameters, kLanes].
  void bind_lanes(const T* angles, LaneMatrices<T>& lanes) const { program_.bind_every_step(angles, lanes); }

  /// psi <- one trajectory in every lane. @param lanes as bind_lanes() left it; null without per-sample
  /// angles.
  void run(const Tile<T>& psi, const LaneMatrices<T>* lanes, TrajectoryDraws& draws) const;

  const Circuit& circuit() const { return circuit_; }  ///< as given

 private:
  // One Kraus operator.
  struct Kraus {
    std::vector<Complex> matrix;  // of channels that mix: divided by the root of its probability
    double below = 0;             // of channels that mix: the probability of those before it and its own
    double weight[4] = {};  // of the others, K^+ K: entries 00, 11, and the real and imaginary part of 01
    bool identity = false;  // it changes nothing
  };
  struct Item {
    const PlacedChannel* channel = nullptr;  // null: a gate
    std::size_t step = 0;                    // of a gate
    kernels::Placement placement = {};       // of a channel
    bool mixes = false;
    std::vector<Kraus> kraus = {};
  };

  void draw(const Item& item, const Tile<T>& psi, TrajectoryDraws& draws) const;
  void choose(const Item& item, const Tile<T>& psi, const TrajectoryDraws& draws, int* chosen,
              T* scale) const;

  Circuit circuit_;
  Program<T> program_;  // of the gates alone
  std::vector<Item> items_;
};

}  // namespace ebit::inline noise
