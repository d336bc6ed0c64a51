// The memory of a tape: how its arrays lie in the caller's bytes, and bytes that serve call after call.
#pragma once

#include <cstddef>
#include <span>

#include "ebit/base/aligned.h"

namespace ebit::inline cell {

/// Lays arrays one behind the other, each on a kAlignment boundary.
class TapeLayout {
 public:
  /// Appends an array of `count` numbers. @returns its offset in bytes.
  template <class Number>
  std::size_t add(std::size_t count) {
    const std::size_t offset = bytes_;
    bytes_ += (count * sizeof(Number) + kAlignment - 1) / kAlignment * kAlignment;
    return offset;
  }
  std::size_t bytes() const { return bytes_; }  ///< of all arrays

 private:
  std::size_t bytes_ = 0;
};

/// Bytes for the tapes of one caller, used again by every pass.
class TapeMemory {
 public:
  /// `bytes` bytes on a kAlignment boundary, with the same content as long as no more are asked for. Throws
  /// Error, with what it would take, where they are more than before and than the free memory.
  std::span<std::byte> take(std::size_t bytes);

 private:
  AlignedVector<std::byte> bytes_;
};

}  // namespace ebit::inline cell
