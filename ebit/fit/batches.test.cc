#include "ebit/fit/batches.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "ebit/fit/test_support.h"

namespace ebit::fit {
namespace {

using ::testing::HasSubstr;

TEST(Batches, OrderIsAFunctionOfSeedAndEpoch) {
  const auto first = epoch_batches(23, 5, true, 3, 1);
  EXPECT_EQ(first, epoch_batches(23, 5, true, 3, 1));
  EXPECT_NE(first, epoch_batches(23, 5, true, 3, 2));
  EXPECT_NE(first, epoch_batches(23, 5, true, 4, 1));
  std::set<std::int64_t> seen;
  for (const Batch& batch : first) seen.insert(batch.begin(), batch.end());
  EXPECT_EQ(seen.size(), 23u);
  EXPECT_EQ(first.back().size(), 3u);
}

TEST(Batches, StreamsFollowEachOther) {
  for (const bool every : {false, true}) {
    const Dataset data = wave_data(0.2, 4, 2);
    const StreamBatches streams = stream_batches(data.train, 4, 2, 6, every);
    std::multiset<std::int64_t> counted;
    for (std::size_t b = 0; b < streams.batches.size(); ++b) {
      ASSERT_EQ(streams.batches[b].size(), streams.batches[0].size());
      for (std::size_t k = 0; k < streams.batches[b].size(); ++k) {
        if (!streams.counts[b][k]) continue;
        counted.insert(streams.batches[b][k]);
        if (b == 0) continue;
        EXPECT_EQ(data.train.target_row[static_cast<std::size_t>(streams.batches[b][k])],
                  data.train.target_row[static_cast<std::size_t>(streams.batches[b - 1][k])] + 4);
      }
    }
    for (const std::int64_t window : counted) EXPECT_EQ(counted.count(window), 1u);
    if (every) {
      EXPECT_EQ(counted.size(), data.train.count);
    }
  }
  EXPECT_THAT(error_of([] { stream_batches(wave_data(0.2, 5, 2).train, 5, 2, 4, true); }),
              HasSubstr("not a multiple of stride"));
}

TEST(WindowsExamples, AreTheWindowsThatABatchNames) {
  const Dataset data = wave_data(0.2, 4, 2, 2);
  Examples examples;
  for (const Batch& batch : {Batch{3, 0, 5}, Batch{1}}) {
    fill(data.train, batch, examples);
    EXPECT_EQ(examples.samples, batch.size());
    EXPECT_EQ(examples.steps, 4u);
    EXPECT_EQ(examples.features, 2u);
    ASSERT_EQ(examples.x.size(), batch.size() * 8);
    ASSERT_EQ(examples.y.size(), batch.size() * 2);
    for (std::size_t k = 0; k < batch.size(); ++k) {
      const std::size_t row = data.train.target_row[static_cast<std::size_t>(batch[k])];
      for (std::size_t f = 0; f < 2; ++f) {
        const Scaler& scaler = data.target_scaler(0, f);
        EXPECT_EQ(examples.y[k * 2 + f], scaler.transform(data.series.values[row * 2 + f]));
        for (std::size_t t = 0; t < 4; ++t)
          EXPECT_EQ(examples.x[(k * 4 + t) * 2 + f],
                    scaler.transform(data.series.values[(row - 4 + t) * 2 + f]));
      }
    }
  }
}

TEST(WindowsExamples, PredictionsAreThoseOfEachWindowAlone) {
  const Dataset data = wave_data();
  const auto model = make_model(register_spec());
  const std::vector<double> all = predict(*model, data.train, false, 1, 1, 0);
  ASSERT_EQ(all.size(), data.train.count);
  Examples one;
  for (const std::int64_t i : {0, 7, 30}) {
    fill(data.train, {i}, one);
    EXPECT_NEAR(model->answer(one).numbers[0], all[static_cast<std::size_t>(i)], 1e-13);
  }
  const Dataset wide = wave_data(0.2, 5, 1, 2);
  EXPECT_THAT(error_of([&] { predict(*model, wide.train, false, 1, 1, 0); }),
              HasSubstr("predicts 1 targets, and the data have 2"));
}

}  // namespace
}  // namespace ebit::fit
