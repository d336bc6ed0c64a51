// Series, columns and parts that make_dataset() refuses, and what it says then.
#include "ebit/data/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/testing/error_of.h"
#include "ebit/data/testing/ramp.h"

namespace ebit::inline data {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::plain;
using testing::ramp;

TEST(DatasetRefused, TheLeakingWaysMustBeNamed) {
  DatasetOptions o = plain(0.5, 0.25);
  o.scaler = "minmax";
  EXPECT_DOUBLE_EQ(make_dataset(ramp(100), o).test.y.back(), 99.0 / 49.0);
  o.scale_on = "leak-whole-series";
  EXPECT_DOUBLE_EQ(make_dataset(ramp(100), o).test.y.back(), 1.0);
  o.scale_on = "leak-each-part";
  const Dataset each = make_dataset(ramp(100), o);
  ASSERT_EQ(each.scalers.size(), 3u);
  EXPECT_DOUBLE_EQ(each.train.y.back(), 1.0);
  EXPECT_DOUBLE_EQ(each.validation.y.back(), 1.0);
  EXPECT_DOUBLE_EQ(each.test.y.back(), 1.0);
  EXPECT_DOUBLE_EQ(each.test.x(0).front(), 0.0);
  EXPECT_DOUBLE_EQ(unscaled(each, 2, each.test, each.test.y).back(), 99.0);
  o.validation = 0.0;
  EXPECT_EQ(make_dataset(ramp(100), o).scalers.size(), 3u) << "an empty part has a scaler too";
}

TEST(DatasetRefused, WrongColumnSuggestsTheNearest) {
  DatasetOptions o = plain();
  Series s = ramp(100);
  s.names = {"Temp", "Wind"};
  o.targets = {"Tmp"};
  EXPECT_THAT(error_of([&] { make_dataset(s, o); }),
              AllOf(HasSubstr("'Tmp'"), HasSubstr("did you mean 'Temp'?")));
  o.targets = {"Temp"};
  o.features = {"Wnd"};
  EXPECT_THAT(error_of([&] { make_dataset(s, o); }), HasSubstr("did you mean 'Wind'?"));
  o.targets = {};
  EXPECT_THAT(error_of([&] { make_dataset(s, o); }), HasSubstr("no target"));
}

TEST(DatasetRefused, ConstantTargetsAreRefusedUnderEveryScaler) {
  for (const auto& row : scaler_table()) {
    DatasetOptions o = plain();
    o.scaler = row.name;
    Series s = ramp(100);
    for (std::size_t r = 0; r < 80; ++r) s.values[r * 2] = 7.5;  // constant where it is trained on only
    EXPECT_THAT(error_of([&] { make_dataset(s, o); }),
                AllOf(HasSubstr("ramp: target 'a' is constant (always 7.5) on the training rows")));
    o.scale_on = "leak-whole-series";
    EXPECT_THAT(error_of([&] { make_dataset(s, o); }), HasSubstr("target 'a' is constant"));
  }
}

TEST(DatasetRefused, ConstantFeaturesAreNamed) {
  DatasetOptions o = plain();
  o.scaler = "minmax";
  o.features = {"a", "b"};
  Series s = ramp(100);
  for (std::size_t r = 0; r < 100; ++r) s.values[r * 2 + 1] = 2;
  EXPECT_THAT(error_of([&] { make_dataset(s, o); }), HasSubstr("column 'b', training rows: constant"));
  o.scaler = "none";
  EXPECT_EQ(make_dataset(s, o).train.features, 2u);
}

TEST(DatasetRefused, TooShortIsSaidWithNumbers) {
  EXPECT_THAT(
      error_of([] { make_dataset(ramp(8), plain()); }),
      AllOf(HasSubstr("the series has 8 rows"), HasSubstr("window of 10 with horizon 1 needs at least 11")));
  EXPECT_THAT(error_of([] { make_dataset(ramp(40), plain()); }),
              AllOf(HasSubstr("the test part has 8 of 40 rows"), HasSubstr("needs 11"),
                    HasSubstr("--boundary across")));
  EXPECT_THAT(error_of([] { make_dataset(ramp(12), plain(0.5)); }),
              HasSubstr("the training part has 6 of 12 rows"));
}

TEST(DatasetRefused, BadSizesSharesAndChoices) {
  const auto message = [](auto&& change) {
    DatasetOptions o = plain();
    change(o);
    return error_of([&] { make_dataset(ramp(100), o); });
  };
  EXPECT_THAT(message([](auto& o) { o.window = 0; }), HasSubstr("window is 0"));
  EXPECT_THAT(message([](auto& o) { o.window = -3; }), HasSubstr("window is -3"));
  EXPECT_THAT(message([](auto& o) { o.window = 2147483647; }), HasSubstr("needs at least 2147483648"));
  EXPECT_THAT(message([](auto& o) { o.horizon = 0; }), HasSubstr("horizon is 0"));
  EXPECT_THAT(message([](auto& o) { o.stride = -1; }), HasSubstr("stride is -1"));
  EXPECT_THAT(message([](auto& o) { o.train = 0; }), HasSubstr("training share is 0"));
  EXPECT_THAT(message([](auto& o) { o.train = 1.2; }), HasSubstr("training share is 1.2"));
  EXPECT_THAT(message([](auto& o) { o.train = NAN; }), HasSubstr("training share is nan"));
  EXPECT_THAT(message([](auto& o) { o.validation = -0.1; }), HasSubstr("validation share is -0.1"));
  EXPECT_THAT(message([](auto& o) { o.validation = 0.3; }), HasSubstr("more than 1"));
  EXPECT_THAT(message([](auto& o) { o.split = "randum"; }), HasSubstr("did you mean 'random'?"));
  EXPECT_THAT(message([](auto& o) { o.boundary = "insde"; }), HasSubstr("did you mean 'inside'?"));
  EXPECT_THAT(message([](auto& o) { o.scale_on = "leak"; }), HasSubstr("leak-each-part"));
  EXPECT_THAT(message([](auto& o) { o.scaler = "minimax"; }), HasSubstr("did you mean 'minmax'?"));
}

TEST(DatasetRefused, NanAndInfinityInAHandMadeSeriesAreNamed) {
  for (const double bad : {static_cast<double>(NAN), static_cast<double>(INFINITY)}) {
    Series s = ramp(100);
    s.values[2 * 41] = bad;
    EXPECT_THAT(error_of([&] { make_dataset(s, plain()); }), HasSubstr("row 42 (41), column 'a'"));
  }
  Series uneven = ramp(100);
  uneven.values.pop_back();
  EXPECT_THAT(error_of([&] { make_dataset(uneven, plain()); }), HasSubstr("do not make rows"));
  EXPECT_THAT(error_of([] { make_dataset(Series{}, plain()); }), HasSubstr("empty"));
}

}  // namespace
}  // namespace ebit::inline data
