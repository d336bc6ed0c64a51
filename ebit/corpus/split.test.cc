#include "ebit/corpus/split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "ebit/corpus/testing/support.h"

namespace ebit::inline corpus {
namespace {

using testing::HasSubstr;

std::vector<std::size_t> all(const Parts& parts) {
  std::vector<std::size_t> rows = parts.train;
  rows.insert(rows.end(), parts.validation.begin(), parts.validation.end());
  rows.insert(rows.end(), parts.test.begin(), parts.test.end());
  return rows;
}

TEST(Split, EveryRowIsInOnePart) {
  const Parts parts = split_rows(1000, {.validation = 0.1, .test = 0.2, .seed = 3});
  EXPECT_EQ(parts.validation.size(), 100u);
  EXPECT_EQ(parts.test.size(), 200u);
  auto rows = all(parts);
  std::ranges::sort(rows);
  std::vector<std::size_t> expected(1000);
  std::iota(expected.begin(), expected.end(), std::size_t{0});
  EXPECT_EQ(rows, expected);
}

TEST(Split, SeedsDecide) {
  const SplitOptions one{.seed = 1}, two{.seed = 2};
  EXPECT_EQ(split_rows(100, one).train, split_rows(100, one).train);
  EXPECT_NE(split_rows(100, one).train, split_rows(100, two).train);
  EXPECT_FALSE(std::ranges::is_sorted(split_rows(100, one).train));
}

TEST(Split, EqualKeysStayTogether) {
  std::vector<std::string> keys;
  for (int i = 0; i < 600; ++i) keys.push_back(std::to_string(i * i % 97));
  const Parts parts = split_rows(600, {.validation = 0.2, .test = 0.2, .seed = 5}, keys);
  std::vector<std::set<std::string>> seen;
  for (const auto* part : {&parts.train, &parts.validation, &parts.test}) {
    seen.emplace_back();
    for (const std::size_t row : *part) seen.back().insert(keys[row]);
  }
  for (const auto& key : seen[0]) EXPECT_FALSE(seen[1].contains(key) || seen[2].contains(key)) << key;
  for (const auto& key : seen[1]) EXPECT_FALSE(seen[2].contains(key)) << key;
  EXPECT_EQ(all(parts).size(), 600u);
}

TEST(Split, ClassesKeepTheirShares) {
  std::vector<std::int64_t> strata(500);
  for (std::size_t i = 0; i < strata.size(); ++i) strata[i] = i % 10 == 0 ? 1 : 0;
  const Parts parts = split_rows(500, {.validation = 0.2, .test = 0.2, .seed = 1}, {}, strata);
  const auto ones = [&](const std::vector<std::size_t>& rows) {
    return std::ranges::count_if(rows, [&](std::size_t row) { return strata[row] == 1; });
  };
  EXPECT_EQ(ones(parts.train), 30);
  EXPECT_EQ(ones(parts.validation), 10);
  EXPECT_EQ(ones(parts.test), 10);
}

TEST(Split, LimitCutsTheTrainingPartAlone) {
  const SplitOptions whole{.seed = 4}, cut{.seed = 4, .limit = 7};
  const Parts few = split_rows(100, cut), many = split_rows(100, whole);
  ASSERT_EQ(few.train.size(), 7u);
  EXPECT_TRUE(std::ranges::equal(few.train, std::span(many.train).first(7)));
  EXPECT_EQ(few.test, many.test);
}

TEST(Split, BadSharesAndTooFewRowsAreRefused) {
  EXPECT_THAT(error_of([] { split_rows(10, {.validation = 0.5, .test = 0.5}); }), HasSubstr("less than 1"));
  EXPECT_THAT(error_of([] { split_rows(10, {.validation = -0.1}); }), HasSubstr("0 or more"));
  EXPECT_THAT(error_of([] { split_rows(3, {}); }), HasSubstr("3 rows are too few"));
}

}  // namespace
}  // namespace ebit::inline corpus
