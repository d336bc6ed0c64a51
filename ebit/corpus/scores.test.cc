#include "ebit/corpus/scores.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/corpus/testing/support.h"

namespace ebit::inline corpus {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Classes = std::vector<std::int64_t>;

TEST(Scores, ByHand) {
  const ClassScores s = class_scores(Classes{0, 0, 1, 1, 1, 2}, Classes{0, 1, 1, 1, 0, 2}, 4);
  EXPECT_DOUBLE_EQ(s.accuracy, 4.0 / 6);
  EXPECT_THAT(s.confusion, ElementsAre(1, 1, 0, 0, 1, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0));
  EXPECT_DOUBLE_EQ(s.f1[0], 0.5);
  EXPECT_DOUBLE_EQ(s.f1[1], 2.0 / 3);
  EXPECT_DOUBLE_EQ(s.f1[2], 1.0);
  EXPECT_TRUE(std::isnan(s.f1[3]));
  EXPECT_DOUBLE_EQ(s.macro_f1, (0.5 + 2.0 / 3 + 1) / 3);
}

TEST(Scores, ForeignInputIsRefused) {
  EXPECT_THAT(error_of([] {
                class_scores(Classes{0}, Classes{0, 1}, 2);
              }),
              HasSubstr("1 true classes and 2"));
  EXPECT_THAT(error_of([] { class_scores(Classes{}, Classes{}, 2); }), HasSubstr("0 true classes"));
  EXPECT_THAT(error_of([] { class_scores(Classes{2}, Classes{0}, 2); }), HasSubstr("class 2 is outside"));
}

TEST(Scores, LikelihoodOfAUniformModel) {
  EXPECT_NEAR(perplexity(-50 * std::log(27.0), 50), 27, 1e-12);
  EXPECT_NEAR(bits_per_character(-50 * std::log(8.0), 100), 1.5, 1e-12);
  EXPECT_THAT(error_of([] { perplexity(0, 0); }), HasSubstr("not defined"));
  EXPECT_THAT(error_of([] { bits_per_character(0, 0); }), HasSubstr("not defined"));
}

}  // namespace
}  // namespace ebit::inline corpus
