#include "ebit/corpus/copying.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <set>

#include "ebit/corpus/testing/support.h"

namespace ebit::inline corpus {
namespace {

TEST(Copying, LayoutIsArjovskys) {
  const CopyingTask task{.delay = 3, .seed = 11};
  const CopyingBatch batch = copying_batch(task, CopyingPart::kTrain, 0, 4);
  ASSERT_EQ(batch.steps, 23u);
  for (std::size_t b = 0; b < 4; ++b) {
    const auto* x = batch.x.data() + b * batch.steps;
    const auto* y = batch.y.data() + b * batch.steps;
    for (std::size_t t = 0; t < batch.steps; ++t) {
      const bool data = t < 10, marker = t == 12, recalled = t >= 13;
      if (data) {
        EXPECT_LT(x[t], CopyingTask::kData) << t;
      } else {
        EXPECT_EQ(x[t], marker ? CopyingTask::kMarker : CopyingTask::kBlank) << t;
      }
      EXPECT_EQ(y[t], recalled ? x[t - 13] : CopyingTask::kBlank) << t;
    }
  }
}

TEST(Copying, TheBestWithoutMemory) {
  EXPECT_NEAR((CopyingTask{.delay = 100}.memoryless_loss()), 10 * std::log(8.0) / 120, 1e-15);
  EXPECT_NEAR((CopyingTask{.delay = 1000}.memoryless_loss()), 0.0203866, 1e-6);
}

TEST(Copying, ASequenceDependsOnItsNumberAlone) {
  const CopyingTask task{.delay = 5, .seed = 2};
  const CopyingBatch ten = copying_batch(task, CopyingPart::kTest, 0, 10);
  const CopyingBatch last = copying_batch(task, CopyingPart::kTest, 7, 3);
  EXPECT_TRUE(std::equal(last.x.begin(), last.x.end(), ten.x.begin() + 7 * 25));
  std::set<std::vector<std::int64_t>> distinct;
  for (const CopyingPart part : {CopyingPart::kTrain, CopyingPart::kValidation, CopyingPart::kTest}) {
    for (const std::uint64_t seed : {1, 2})
      distinct.insert(copying_batch({.delay = 5, .seed = seed}, part, 0, 2).x);
  }
  EXPECT_EQ(distinct.size(), 6u) << "parts and seeds differ";
}

TEST(Copying, SymbolsAreEquallyLikely) {
  const CopyingBatch batch = copying_batch({.delay = 1, .seed = 1}, CopyingPart::kTrain, 0, 4000);
  std::array<int, 8> counts{};
  for (std::size_t b = 0; b < 4000; ++b) {
    for (std::size_t k = 0; k < 10; ++k) ++counts[static_cast<std::size_t>(batch.x[b * batch.steps + k])];
  }
  // 5000 each; the standard deviation is 66.
  for (const int count : counts) EXPECT_NEAR(count, 5000, 330);
  EXPECT_THAT(error_of([] { copying_batch({.delay = 0}, CopyingPart::kTrain, 0, 1); }),
              testing::HasSubstr("1 or more"));
}

}  // namespace
}  // namespace ebit::inline corpus
