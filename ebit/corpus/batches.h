// Sequences of unequal length side by side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "ebit/corpus/vocabulary.h"

namespace ebit::inline corpus {

/// Sequences filled up with `<pad>` to the longest of them.
struct PaddedBatch {
  std::size_t batch = 0;              ///< B, rows
  std::size_t steps = 0;              ///< T, time steps
  std::vector<std::int64_t> ids;      ///< [B, T], Vocabulary::kPad behind each sequence's end
  std::vector<std::int64_t> lengths;  ///< [B] tokens before the padding
};

/// The sequences `rows`; with `bos` and `eos`, `<bos>` in front and `<eos>` behind each, counted in the
/// lengths.
PaddedBatch pad(std::span<const Ids> sequences, std::span<const std::size_t> rows, bool bos = false,
                bool eos = false);

/// How rows are put into batches.
struct BatchOptions {
  std::size_t batch = 32;   ///< rows of a batch, >= 1; the last may have fewer
  bool shuffle = true;      ///< rows and batches in random order
  bool bucket = true;       ///< sequences of similar length together, so that little is padding
  std::uint64_t seed = 1;   ///< of the order
  std::uint64_t epoch = 0;  ///< every epoch has an order of its own
};

/// Row numbers of batches; every row is in one of them. With `bucket`, rows are sorted by length within runs
/// of 50 batches of the random order, so that batches are alike in length and still change from epoch to
/// epoch; without `shuffle` rows stay in order (bucketed: by length). Throws Error for a batch of 0.
std::vector<std::vector<std::size_t>> make_batches(std::span<const std::size_t> lengths,
                                                   const BatchOptions& options);

/// The lengths of sequences.
std::vector<std::size_t> lengths_of(std::span<const Ids> sequences);

}  // namespace ebit::inline corpus
