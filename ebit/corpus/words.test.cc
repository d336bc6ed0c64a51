#include "ebit/corpus/words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "ebit/base/testing/error_of.h"

namespace ebit::inline corpus {
namespace {

std::vector<std::int64_t> rows_up_to(std::int64_t count) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(count));
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

TEST(WordTasks, RowsDoNotDependOnTheBatchTheyComeIn) {
  for (const WordTask& task : word_tasks()) {
    SCOPED_TRACE(task.name);
    const auto rows = rows_up_to(50);
    const WordBatch all = word_batch(task, 21, 3, 0, rows), other = word_batch(task, 21, 3, 1, rows);
    ASSERT_EQ(all.steps, 20u);
    for (const std::int64_t row : {0, 7, 49}) {
      const WordBatch one = word_batch(task, 21, 3, 0, std::span(&row, 1));
      const auto first = all.words.begin() + row * 20;
      EXPECT_EQ(one.words, std::vector<std::int64_t>(first, first + 20));
    }
    for (const std::int64_t word : all.words) EXPECT_LT(word, 1 << task.bits);
    for (const std::int64_t word : all.targets) EXPECT_LT(word, 1 << task.bits);
    EXPECT_EQ(all.words == other.words, task.name == "simple-seq");
    EXPECT_THAT(error_of([&] { word_batch(task, task.shortest - 1, 3, 0, rows); }),
                testing::HasSubstr("at least"));
  }
}

TEST(WordTasks, DnaAsksForTheMarkedBase) {
  const std::size_t length = 10;
  const WordBatch all = word_batch(find_word_task("dna"), length, 1, 0, rows_up_to(2000));
  std::vector<int> places(length), bases(4);
  for (std::size_t b = 0; b < all.batch; ++b) {
    const std::int64_t *const words = &all.words[b * 9], *const targets = &all.targets[b * 9];
    std::size_t marked = 0;
    int marks = 0;
    for (std::size_t t = 0; t < 9; ++t)
      if (words[t] >= 4) marked = t, ++marks;
    ASSERT_EQ(marks, 1);
    for (std::size_t t = 0; t < 9; ++t)  // target t + 1 stands at t
      EXPECT_EQ(targets[t], t + 1 < marked ? 0 : t + 1 == marked ? words[marked] : words[marked] - 4);
    ++places[marked], ++bases[static_cast<std::size_t>(targets[8])];
  }
  for (std::size_t t = 0; t < length; ++t)
    EXPECT_NEAR(places[t], t >= 1 && t < 5 ? 500 : 0, 100) << "marked at " << t;
  for (const int count : bases) EXPECT_NEAR(count, 500, 100);
}

TEST(WordTasks, ElmansSequencesFollowTheirRules) {
  const WordBatch digits = word_batch(find_word_task("elman-xor"), 10, 1, 0, rows_up_to(100));
  for (std::size_t b = 0; b < digits.batch; ++b)
    for (std::size_t t = 0; t < 9; ++t) {
      const std::int64_t* const words = &digits.words[b * 9];
      EXPECT_EQ(words[t] % 2, t % 3 < 2);
      if (t % 3 == 2) {
        EXPECT_EQ(words[t] / 2, (words[t - 1] / 2) ^ (words[t - 2] / 2));
      }
      EXPECT_EQ(digits.targets[b * 9 + t], t % 3 == 1 ? words[t] / 2 ^ words[t - 1] / 2 : 2);
    }
  const WordBatch letters = word_batch(find_word_task("elman-letters"), 20, 1, 0, rows_up_to(100));
  for (std::size_t b = 0; b < letters.batch; ++b)
    for (std::size_t t = 0; t + 1 < letters.steps; ++t) {
      const std::int64_t next = letters.words[b * 19 + t + 1];
      EXPECT_EQ(letters.targets[b * 19 + t], next >= 32 ? 0 : next);
      if (letters.words[b * 19 + t] == 0b101001) {
        EXPECT_EQ(next, 0b010011);
      }
    }
}

TEST(WordTasks, ImagesAreScaledAndCut) {
  // 20 x 20: a bright top half, a bright left half.
  ImageSequences images{.steps = 400, .features = 1, .x = {}, .labels = {0, 7, 1}};
  for (int n = 0; n < 3; ++n)
    for (int p = 0; p < 400; ++p) images.x.push_back(n == 0 ? p / 20 < 10 : n == 2 ? p % 20 < 10 : 1.0f);
  const ImageWords words = image_words(images, 0, 1);
  ASSERT_EQ(words.count(), 2u);
  EXPECT_EQ(words.labels, (std::vector<std::int64_t>{0, 1}));
  for (std::size_t t = 0; t < 100; ++t) {
    EXPECT_EQ(words.words[t], 2 * (t / 10 >= 5) + (t % 10 >= 5));
    EXPECT_EQ(words.words[100 + t], 2 * (t % 10 >= 5) + (t / 10 >= 5));
  }
  images.steps = 200;
  EXPECT_THAT(error_of([&] { image_words(images, 0, 1); }), testing::HasSubstr("not square"));
}

}  // namespace
}  // namespace ebit::inline corpus
