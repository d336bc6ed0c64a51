// Which examples make up each batch of an epoch, and which windows each stream of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ebit/data/dataset.h"

namespace ebit::fit {

/// Positions of examples in their part, one batch.
using Batch = std::vector<std::int64_t>;

/// The batches of one epoch over `count` examples, all of `size` but the last: shuffled by (seed, epoch),
/// which alone decide the order, or in order of time.
std::vector<Batch> epoch_batches(std::size_t count, int size, bool shuffle, std::uint64_t seed, int epoch);

/// Batches for models that carry their hidden state on: place k of each batch continues place k of the batch
/// before, one window later in time. All batches have the same size.
struct StreamBatches {
  std::vector<Batch> batches;  ///< in order of time
  std::vector<std::vector<bool>>
      counts;  ///< per batch and place: false for filling, a window counted elsewhere
};

/// Cuts the windows of a part into parallel streams of windows that follow each other without gap or overlap.
/// @param size wished number of streams; at least window / stride are needed, one a phase of the overlap.
/// @param every_window true: the last batches are filled up, so that each window counts once (evaluation);
///        false: windows that do not fill a batch are left out (training).
/// Throws Error where the windows do not follow each other in time (random split, window not a multiple of
/// stride).
StreamBatches stream_batches(const Windows& windows, int window, int stride, int size, bool every_window);

/// The batches in which all windows of a part are predicted: in order of time, or as streams where the hidden
/// state carries on. Throws Error as stream_batches().
StreamBatches prediction_batches(const Windows& windows, bool stateful, int stride);

/// The batches in which `count` examples are predicted that carry no state: in order.
std::vector<Batch> prediction_batches(std::size_t count);

/// The part whose predictions are the validation of a training.
inline constexpr std::uint64_t kValidationPart = 1;
/// The part whose predictions are reported.
inline constexpr std::uint64_t kTestPart = 2;

/// The number of the draws that batch `batch` of `part` makes when it is predicted, far from those of
/// training steps.
std::uint64_t prediction_draw(std::uint64_t part, std::size_t batch);

}  // namespace ebit::fit
