// The copying memory problem.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ebit::inline corpus {

/// The copying problem of Hochreiter and Schmidhuber (1997) in the layout of Arjovsky, Shah and Bengio
/// (arXiv:1511.06464v4, section 4.1). Of 10 symbols the numbers 0 to 7 are data, 8 is the blank, 9 the
/// marker.
///
///     position   0 .. 9    10 .. L+8    L+9      L+10 .. L+19
///     input      data      blank        marker   blank
///     output     blank     blank        blank    the data again
struct CopyingTask {
  std::size_t delay = 100;  ///< L, >= 1; sequences have L + 20 steps
  std::uint64_t seed = 1;   ///< of all sequences

  static constexpr std::int64_t kData = 8;        ///< data symbols
  static constexpr std::int64_t kBlank = 8;       ///< the blank's number
  static constexpr std::int64_t kMarker = 9;      ///< the marker's number
  static constexpr std::int64_t kSymbols = 10;    ///< inputs and outputs: [0, kSymbols)
  static constexpr std::size_t kRemembered = 10;  ///< K, symbols to be remembered

  std::size_t steps() const { return delay + 2 * kRemembered; }  ///< T = L + 20
  /// Mean cross-entropy a step, in nats, of the best model without memory: 10 ln 8 / (L + 20).
  double memoryless_loss() const;
};

/// The parts of the problem: streams of sequences that are independent of each other.
enum class CopyingPart : std::uint64_t { kTrain, kValidation, kTest };

/// Sequences of the copying problem.
struct CopyingBatch {
  std::size_t batch = 0;        ///< B, rows
  std::size_t steps = 0;        ///< T, time steps
  std::vector<std::int64_t> x;  ///< [B, T] inputs
  std::vector<std::int64_t> y;  ///< [B, T] outputs
};

/// The sequences [first, first + count) of a part's endless stream; each is a function of seed, part and its
/// number alone, whatever the batches. Throws Error for a delay of 0.
CopyingBatch copying_batch(const CopyingTask& task, CopyingPart part, std::uint64_t first, std::size_t count);

}  // namespace ebit::inline corpus
