// Between the vectors of corpora and tensors.
#pragma once

#include <torch/torch.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "ebit/corpus/batches.h"
#include "ebit/train/batches.h"

namespace ebit::task {

/// A copy of numbers as int64 of these sizes.
inline torch::Tensor ids_tensor(std::span<const std::int64_t> ids, std::vector<std::int64_t> sizes) {
  return torch::tensor(torch::ArrayRef<std::int64_t>(ids.data(), ids.size()), torch::kInt64).view(sizes);
}

/// Padded sequences as tensors.
struct PaddedTensors {
  torch::Tensor ids;      ///< int64 [B, T]
  torch::Tensor lengths;  ///< int64 [B]
};

/// The sequences `rows`, see ebit::pad().
inline PaddedTensors padded(std::span<const Ids> sequences, const train::Batch& rows, bool bos = false,
                            bool eos = false) {
  const std::vector<std::size_t> places(rows.begin(), rows.end());
  const PaddedBatch batch = pad(sequences, places, bos, eos);
  const auto size = static_cast<std::int64_t>(batch.batch);
  return {ids_tensor(batch.ids, {size, static_cast<std::int64_t>(batch.steps)}),
          ids_tensor(batch.lengths, {size})};
}

/// Batches of sequences of similar length in the order of (seed, pass); `pass` below 0: in a fixed order.
inline std::vector<train::Batch> bucketed(std::span<const Ids> sequences, int size, std::uint64_t seed,
                                          int pass) {
  std::vector<train::Batch> batches;
  for (const auto& rows :
       make_batches(lengths_of(sequences), {.batch = static_cast<std::size_t>(size),
                                           .shuffle = pass >= 0,
                                           .bucket = true,
                                           .seed = seed,
                                           .epoch = static_cast<std::uint64_t>(std::max(pass, 0))}))
    batches.emplace_back(rows.begin(), rows.end());
  return batches;
}

}  // namespace ebit::task
