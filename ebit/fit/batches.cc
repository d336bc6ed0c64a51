#include "ebit/fit/batches.h"

#include <algorithm>
#include <numeric>

#include "ebit/base/error.h"
#include "ebit/base/random.h"

namespace ebit::fit {
namespace {

// A name for the random numbers of shuffling, so that no other use of the seed draws the same ones.
constexpr std::uint64_t kShuffleStream = std::uint64_t{0x73687566} << 32;

constexpr int kPredictBatch = 256;

constexpr std::uint64_t kPredictDraws = std::uint64_t{1} << 62;

// Windows of each phase: i, i + phases, i + 2 phases, ... follow each other in time.
std::vector<Batch> phase_chains(const Windows& windows, int window, int stride) {
  require(window % stride == 0,
          "a stateful model needs windows that follow each other: window {} is not a multiple of stride {}",
          window, stride);
  const std::size_t phases = static_cast<std::size_t>(window / stride);
  std::vector<Batch> chains(std::min(phases, windows.count));
  for (std::size_t i = 0; i < windows.count; ++i) {
    require(i < phases ||
                windows.target_row[i] == windows.target_row[i - phases] + static_cast<std::size_t>(window),
            "a stateful model needs windows in order of time: use --split time");
    chains[i % phases].push_back(static_cast<std::int64_t>(i));
  }
  return chains;
}

}  // namespace

std::vector<Batch> epoch_batches(std::size_t count, int size, bool shuffle, std::uint64_t seed, int epoch) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (shuffle) order = Random(seed, kShuffleStream + static_cast<std::uint64_t>(epoch)).permutation(count);
  std::vector<Batch> batches;
  for (std::size_t begin = 0; begin < count; begin += static_cast<std::size_t>(size)) {
    const std::size_t end = std::min(count, begin + static_cast<std::size_t>(size));
    batches.emplace_back(order.begin() + static_cast<std::ptrdiff_t>(begin),
                         order.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return batches;
}

StreamBatches stream_batches(const Windows& windows, int window, int stride, int size, bool every_window) {
  // Long chains are cut into pieces to reach the wished number of streams; in evaluation each chain stays
  // whole, so that every window but the first of a phase has its past.
  std::vector<Batch> streams;
  const std::vector<Batch> chains = phase_chains(windows, window, stride);
  const std::size_t pieces = every_window
                                 ? 1
                                 : std::max<std::size_t>(1, static_cast<std::size_t>(size) /
                                                                std::max<std::size_t>(1, chains.size()));
  for (const Batch& chain : chains) {
    const std::size_t length = std::max<std::size_t>(1, chain.size() / pieces);
    for (std::size_t begin = 0; begin + length <= chain.size() && begin / length < pieces; begin += length) {
      const auto first = chain.begin() + static_cast<std::ptrdiff_t>(begin);
      streams.emplace_back(first, first + static_cast<std::ptrdiff_t>(length));
    }
  }
  StreamBatches result;
  if (streams.empty()) return result;
  const auto shorter = [](const Batch& a, const Batch& b) { return a.size() < b.size(); };
  const auto [shortest, longest] = std::minmax_element(streams.begin(), streams.end(), shorter);
  const std::size_t steps = every_window ? longest->size() : shortest->size();
  for (std::size_t step = 0; step < steps; ++step) {
    Batch batch;
    std::vector<bool> counted;
    for (const Batch& stream : streams) {
      counted.push_back(step < stream.size());
      batch.push_back(counted.back() ? stream[step] : stream.back());
    }
    result.batches.push_back(std::move(batch));
    result.counts.push_back(std::move(counted));
  }
  return result;
}

StreamBatches prediction_batches(const Windows& windows, bool stateful, int stride) {
  if (stateful) return stream_batches(windows, static_cast<int>(windows.steps), stride, 1, true);
  StreamBatches result{prediction_batches(windows.count), {}};
  for (const Batch& batch : result.batches) result.counts.emplace_back(batch.size(), true);
  return result;
}

std::vector<Batch> prediction_batches(std::size_t count) {
  return epoch_batches(count, kPredictBatch, false, 0, 0);
}

std::uint64_t prediction_draw(std::uint64_t part, std::size_t batch) {
  return kPredictDraws + (part << 32) + batch;
}

}  // namespace ebit::fit
