// How the tiles of a batch are shared among threads so that sums do not depend on the number of threads.
#pragma once

#include <algorithm>
#include <cstddef>

namespace ebit::inline cell {

/// Tiles in groups. Gradients are summed tile by tile within a group and then group by group, always in this
/// order: the same numbers at any thread count, in memory that does not grow with the batch.
class TileGroups {
 public:
  explicit TileGroups(std::size_t tiles) : tiles_(tiles) {}  ///< of a batch of so many tiles

  std::size_t count() const { return std::min(tiles_, kMost); }                    ///< groups
  std::size_t first(std::size_t group) const { return group * tiles_ / count(); }  ///< its first tile
  std::size_t end(std::size_t group) const { return first(group + 1); }  ///< the tile behind its last

 private:
  static constexpr std::size_t kMost = 64;
  std::size_t tiles_;
};

}  // namespace ebit::inline cell
