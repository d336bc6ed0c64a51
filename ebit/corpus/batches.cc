#include "ebit/corpus/batches.h"

#include <algorithm>
#include <numeric>

#include "ebit/base/error.h"
#include "ebit/base/random.h"
#include "ebit/corpus/split.h"

namespace ebit::inline corpus {
namespace {

constexpr std::uint64_t kBatchStream = 0x6261746368000000;  // "batch", and the epoch
constexpr std::size_t kRun = 50;                            // batches of a run that is sorted by length

}  // namespace

PaddedBatch pad(std::span<const Ids> sequences, std::span<const std::size_t> rows, bool bos, bool eos) {
  PaddedBatch out;
  out.batch = rows.size();
  for (const std::size_t row : rows)
    out.lengths.push_back(static_cast<std::int64_t>(sequences[row].size() + (bos ? 1 : 0) + (eos ? 1 : 0)));
  if (!rows.empty()) out.steps = static_cast<std::size_t>(std::ranges::max(out.lengths));
  out.ids.assign(out.batch * out.steps, Vocabulary::kPad);
  for (std::size_t b = 0; b < rows.size(); ++b) {
    auto place = out.ids.begin() + static_cast<std::ptrdiff_t>(b * out.steps);
    if (bos) *place++ = Vocabulary::kBos;
    place = std::ranges::copy(sequences[rows[b]], place).out;
    if (eos) *place = Vocabulary::kEos;
  }
  return out;
}

std::vector<std::vector<std::size_t>> make_batches(std::span<const std::size_t> lengths,
                                                   const BatchOptions& options) {
  require(options.batch >= 1, "a batch has 1 row or more, not {}", options.batch);
  Random random(options.seed, kBatchStream + options.epoch);
  std::vector<std::size_t> order(lengths.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (options.shuffle) order = random.permutation(order.size());
  const std::size_t run = options.shuffle ? kRun * options.batch : order.size();
  for (std::size_t from = 0; options.bucket && from < order.size(); from += run) {
    const auto begin = order.begin() + static_cast<std::ptrdiff_t>(from);
    const auto end = order.begin() + static_cast<std::ptrdiff_t>(std::min(from + run, order.size()));
    std::stable_sort(begin, end, [&](std::size_t a, std::size_t b) { return lengths[a] < lengths[b]; });
  }
  std::vector<std::vector<std::size_t>> batches;
  for (std::size_t from = 0; from < order.size(); from += options.batch) {
    const std::size_t to = std::min(from + options.batch, order.size());
    batches.emplace_back(order.begin() + static_cast<std::ptrdiff_t>(from),
                         order.begin() + static_cast<std::ptrdiff_t>(to));
  }
  if (options.shuffle && options.bucket) batches = take_rows(batches, random.permutation(batches.size()));
  return batches;
}

std::vector<std::size_t> lengths_of(std::span<const Ids> sequences) {
  std::vector<std::size_t> lengths;
  for (const Ids& ids : sequences) lengths.push_back(ids.size());
  return lengths;
}

}  // namespace ebit::inline corpus
