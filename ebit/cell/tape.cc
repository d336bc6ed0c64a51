#include "ebit/cell/tape.h"

#include "ebit/sim/state.h"

namespace ebit::inline cell {

std::span<std::byte> TapeMemory::take(std::size_t bytes) {
  if (bytes > bytes_.size()) {
    require_memory("what a batch keeps for its gradient", static_cast<double>(bytes), 1);
    bytes_ = {};  // what it holds is not needed any more, and would be copied
    bytes_.resize(bytes);
  }
  return {bytes_.data(), bytes};
}

}  // namespace ebit::inline cell
