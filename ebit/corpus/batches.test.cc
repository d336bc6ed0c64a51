#include "ebit/corpus/batches.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "ebit/corpus/testing/support.h"

namespace ebit::inline corpus {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Pad, FillsToTheLongest) {
  const std::vector<Ids> sequences{{5, 6, 7}, {8}, {9, 10}};
  const std::vector<std::size_t> rows{1, 2};
  const PaddedBatch plain = pad(sequences, rows);
  EXPECT_EQ(plain.steps, 2u);
  EXPECT_THAT(plain.ids, ElementsAre(8, 0, 9, 10));
  EXPECT_THAT(plain.lengths, ElementsAre(1, 2));
  const PaddedBatch marked = pad(sequences, rows, true, true);
  EXPECT_THAT(marked.ids, ElementsAre(2, 8, 3, 0, 2, 9, 10, 3));
  EXPECT_THAT(marked.lengths, ElementsAre(3, 4));
  EXPECT_EQ(pad(sequences, {}).ids.size(), 0u);
}

std::vector<std::size_t> some_lengths() {
  std::vector<std::size_t> lengths;
  for (std::size_t i = 0; i < 1003; ++i) lengths.push_back(1 + i * i % 37);
  return lengths;
}

std::size_t padding(const std::vector<std::vector<std::size_t>>& batches,
                    const std::vector<std::size_t>& lengths) {
  std::size_t sum = 0;
  for (const auto& batch : batches) {
    std::size_t most = 0, tokens = 0;
    for (const std::size_t row : batch) most = std::max(most, lengths[row]), tokens += lengths[row];
    sum += most * batch.size() - tokens;
  }
  return sum;
}

TEST(Batches, EveryRowIsInOneBatch) {
  const auto lengths = some_lengths();
  for (const bool shuffle : {false, true}) {
    for (const bool bucket : {false, true}) {
      const auto batches = make_batches(lengths, {.batch = 10, .shuffle = shuffle, .bucket = bucket});
      EXPECT_EQ(batches.size(), 101u);
      std::set<std::size_t> rows;
      for (const auto& batch : batches) rows.insert(batch.begin(), batch.end());
      EXPECT_EQ(rows.size(), lengths.size());
    }
  }
  EXPECT_THAT(
      make_batches(std::vector<std::size_t>{3, 1, 2}, {.batch = 2, .shuffle = false, .bucket = false}),
      ElementsAre(ElementsAre(0, 1), ElementsAre(2)));
  EXPECT_THAT(error_of([&] { make_batches(lengths, {.batch = 0}); }), HasSubstr("1 row or more"));
}

TEST(Batches, BucketsSavePaddingAndChangeFromEpochToEpoch) {
  const auto lengths = some_lengths();
  const auto one = make_batches(lengths, {.batch = 10, .epoch = 1}),
             two = make_batches(lengths, {.batch = 10, .epoch = 2});
  EXPECT_EQ(one, make_batches(lengths, {.batch = 10, .epoch = 1}));
  EXPECT_NE(one, two);
  EXPECT_LT(padding(one, lengths),
            padding(make_batches(lengths, {.batch = 10, .bucket = false}), lengths) / 5);
  EXPECT_THAT(lengths_of(std::vector<Ids>{{1, 2}, {}}), ElementsAre(2, 0));
}

}  // namespace
}  // namespace ebit::inline corpus
