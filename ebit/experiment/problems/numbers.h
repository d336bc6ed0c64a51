// What problems share: hashes of data, batches of sequences, padded tokens.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "ebit/corpus/batches.h"
#include "ebit/fit/batches.h"
#include "ebit/fit/examples.h"

namespace ebit::experiment {

/// FNV-1a over 64-bit words, byte by byte: short, and the same on every machine.
class DataHash {
 public:
  /// Takes in a whole number.
  void add(std::uint64_t value) {
    for (int byte = 0; byte < 8; ++byte) hash_ = (hash_ ^ ((value >> (8 * byte)) & 0xff)) * 0x100000001b3u;
  }
  /// Takes in numbers and their count.
  template <class T>
  void add(const std::vector<T>& values) {
    add(values.size());
    for (const T& value : values) {
      if constexpr (std::is_floating_point_v<T>)
        add(std::bit_cast<std::uint64_t>(static_cast<double>(value)));
      else
        add(static_cast<std::uint64_t>(value));
    }
  }
  /// Takes in lists of numbers.
  template <class T>
  void add(const std::vector<std::vector<T>>& lists) {
    add(lists.size());
    for (const auto& list : lists) add(list);
  }
  /// Takes in a text.
  void add(std::string_view text) {
    add(text.size());
    for (const char c : text) add(static_cast<std::uint64_t>(static_cast<unsigned char>(c)));
  }
  std::uint64_t value() const { return hash_; }  ///< of all that was taken in

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325u;
};

/// The sequences `rows` as tokens with their lengths, padded; the other fields are left alone.
inline void fill_tokens(std::span<const Ids> sequences, const fit::Batch& rows, fit::Examples& examples) {
  const std::vector<std::size_t> places(rows.begin(), rows.end());
  PaddedBatch batch = pad(sequences, places, false, false);
  examples.samples = batch.batch, examples.steps = batch.steps, examples.features = 0;
  examples.tokens = std::move(batch.ids), examples.lengths = std::move(batch.lengths);
}

/// Batches of sequences of similar length in the order of (seed, pass); `pass` below 0: in a fixed order.
inline std::vector<fit::Batch> bucketed(std::span<const Ids> sequences, int size, std::uint64_t seed,
                                        int pass) {
  std::vector<fit::Batch> batches;
  for (const auto& rows :
       make_batches(lengths_of(sequences), {.batch = static_cast<std::size_t>(size),
                                           .shuffle = pass >= 0,
                                           .bucket = true,
                                           .seed = seed,
                                           .epoch = static_cast<std::uint64_t>(std::max(pass, 0))}))
    batches.emplace_back(rows.begin(), rows.end());
  return batches;
}

/// At most `most` of `count` places, evenly spread (0: all).
inline fit::Batch spread_over(std::size_t count, std::size_t most) {
  const std::size_t chosen = most == 0 ? count : std::min(most, count);
  fit::Batch places;
  for (std::size_t k = 0; k < chosen; ++k) places.push_back(static_cast<std::int64_t>(k * count / chosen));
  return places;
}

}  // namespace ebit::experiment
