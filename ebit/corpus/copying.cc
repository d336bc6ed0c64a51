#include "ebit/corpus/copying.h"

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/base/random.h"

namespace ebit::inline corpus {
namespace {

constexpr std::uint64_t kCopyingStream = 0x636F7079 << 2;  // "copy", and two bits for the part

}  // namespace

double CopyingTask::memoryless_loss() const {
  return static_cast<double>(kRemembered) * std::log(static_cast<double>(kData)) /
         static_cast<double>(steps());
}

CopyingBatch copying_batch(const CopyingTask& task, CopyingPart part, std::uint64_t first,
                           std::size_t count) {
  require(task.delay >= 1, "the delay of the copying task is 1 or more, not {}", task.delay);
  constexpr std::size_t kSymbols = CopyingTask::kRemembered;
  const std::size_t steps = task.steps();
  CopyingBatch batch{count, steps, std::vector<std::int64_t>(count * steps, CopyingTask::kBlank), {}};
  batch.y = batch.x;
  for (std::size_t b = 0; b < count; ++b) {
    std::int64_t* x = batch.x.data() + b * steps;
    std::int64_t* y = batch.y.data() + b * steps;
    Random random(task.seed, kCopyingStream | static_cast<std::uint64_t>(part), (first + b) * kSymbols);
    for (std::size_t k = 0; k < kSymbols; ++k) {
      const auto symbol = static_cast<std::int64_t>(random.below(CopyingTask::kData));
      x[k] = symbol;
      y[steps - kSymbols + k] = symbol;
    }
    x[steps - kSymbols - 1] = CopyingTask::kMarker;
  }
  return batch;
}

}  // namespace ebit::inline corpus
