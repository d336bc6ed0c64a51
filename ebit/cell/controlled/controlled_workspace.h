// Memory for the time steps of one tile of a controlled cell.
#pragma once

#include "ebit/cell/controlled/controlled_cell.h"

namespace ebit::inline cell {

/// Memory of a group of tiles, which are run one after the other; nothing that results depend on is carried
/// from one to the next but the sums at the end.
template <class T>
struct ControlledCell<T>::Workspace {
  StateBatch<T> psi;             ///< one tile: the memory
  StateBatch<T> g;               ///< its cotangent; forward: the states of sequences that have ended
  LaneMatrices<T> lanes;         ///< matrices of `angles`
  FeedForwardWorkspace<T> ffn;   ///< of the network
  AlignedVector<T> angles;       ///< [Q, kLanes] theta_t
  AlignedVector<T> d_angles;     ///< [Q, kLanes]
  AlignedVector<T> z;            ///< [K, kLanes] z_{t-1}, then z_t
  AlignedVector<T> read;         ///< [K, kLanes] what a step reads, or the cotangent of that
  AlignedVector<T> d_z;          ///< [K, kLanes]
  AlignedVector<T> d_row;        ///< [K, kLanes] a row of the caller's cotangents
  AlignedVector<T> probability;  ///< [outcomes, kLanes] of measurement "sampled"
  alignas(kAlignment) T uniform[kLanes<T>];  ///< in [0, 1), for its draw
  alignas(kAlignment) T inverse[kLanes<T>];  ///< one over the norm of the branch that it kept
  int outcome[kLanes<T>];                    ///< its outcomes
  double norm[kLanes<T>];                    ///< squared norm of the memory at the start
  std::size_t tile = 0;                      ///< which is run
  TileDraws draws{};                         ///< its random numbers
  LaneSteps<T> steps{{1, 0}, nullptr, 0};    ///< how long its sequences are
  std::vector<double> d_parameters;          ///< [those of the network] summed over the group's tiles
  std::vector<double> d_initial;             ///< [2, 2^n] cotangent of the initial state, likewise

  /// @param cell whose sizes are taken.
  explicit Workspace(const ControlledCell<T>& cell)
      : psi(cell.options_.qubits, kLanes<T>),
        g(cell.options_.qubits, kLanes<T>),
        ffn(cell.ffn_.workspace()),
        angles(cell.angles_ * kLanes<T>),
        d_angles(cell.angles_ * kLanes<T>),
        z(cell.outputs() * kLanes<T>),
        read(cell.outputs() * kLanes<T>),
        d_z(cell.outputs() * kLanes<T>),
        d_row(cell.outputs() * kLanes<T>),
        probability(cell.projection_ ? cell.projection_->outcomes() * kLanes<T> : 0),
        d_parameters(cell.ffn_.parameters()),
        d_initial(cell.preparation_ ? 2 * cell.dimension() : 0) {}
};

/// Copies the rows of a state's re and im between arrays [2, 2^n, kLanes] and tiles, whose halves may lie
/// apart.
template <class T>
void load_tile(const T* numbers, const Tile<T>& tile) {
  std::copy_n(numbers, tile.numbers(), tile.re);
  std::copy_n(numbers + tile.numbers(), tile.numbers(), tile.im);
}

/// The other way round.
template <class T>
void store_tile(const Tile<T>& tile, T* numbers) {
  std::copy_n(tile.re, tile.numbers(), numbers);
  std::copy_n(tile.im, tile.numbers(), numbers + tile.numbers());
}

}  // namespace ebit::inline cell
