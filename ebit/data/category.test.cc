#include "ebit/data/category.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ebit/base/testing/error_of.h"
#include "ebit/data/dataset.h"
#include "ebit/data/load.h"

namespace ebit::inline data {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// 20 days; `sky` is sun, rain or, in one row, fog.
std::string weather(std::size_t fog, const std::string& blank = "sun") {
  std::string text = "day,y,sky,wind\n";
  for (std::size_t i = 0; i < 20; ++i)
    text += fmt::format("2024-01-{:02},{},{},{}\n", i + 1, i * i % 7,
                        i == fog     ? "fog"
                        : i % 3 == 0 ? "rain"
                        : i == 7     ? blank
                                     : "sun",
                        i % 5);
  return text;
}

Series load(const std::string& text, const std::string& missing = "error") {
  SeriesOptions options;
  options.texts = {"sky"};
  options.missing = missing;
  return series_of(parse_csv(text, {}, "t.csv"), options, std::vector<std::string>{"y", "sky", "wind"});
}

DatasetOptions options() {
  DatasetOptions o;
  o.targets = {"y"};
  o.categories = {"sky"};
  o.window = 2;
  o.train = 0.6, o.validation = 0.2;
  return o;
}

TEST(Category, TextsBecomeColumnsOfZeroAndOne) {
  const Series series = load(weather(4));
  const Dataset d = make_dataset(series, options());
  EXPECT_THAT(d.series.names, ElementsAre("y", "sky=fog", "sky=rain", "sky=sun"));
  EXPECT_THAT(d.feature_columns, ElementsAre(0, 1, 2, 3)) << "the target is still seen";
  for (std::size_t row = 0; row < 20; ++row) {
    const bool fog = row == 4, rain = !fog && row % 3 == 0;
    EXPECT_EQ(d.series.at(row, 1), fog);
    EXPECT_EQ(d.series.at(row, 2), rain);
    EXPECT_EQ(d.series.at(row, 3), !fog && !rain);
  }
  EXPECT_EQ(d.scalers[0][1].name, "none") << "0 and 1 stay as they are";
  for (const double value : {d.train.x(3)[1], d.train.x(3)[5]}) EXPECT_TRUE(value == 0 || value == 1);
}

TEST(Category, StandsBesideOtherFeaturesAndAheadWhereItIsKnown) {
  DatasetOptions o = options();
  o.features = {"sky", "wind"};
  const Dataset both = make_dataset(load(weather(4)), o);
  EXPECT_THAT(both.feature_columns.size(), 4u);
  EXPECT_EQ(both.series.names[both.feature_columns[0]], "wind");
  o = options();
  o.future = {"sky"};
  const Dataset ahead = make_dataset(load(weather(4)), o);
  EXPECT_THAT(ahead.ahead, ElementsAre(false, true, true, true));
  EXPECT_EQ(ahead.train.x(2)[1], 0) << "row 3";
  EXPECT_EQ(ahead.train.x(1)[6], 1) << "the last step of the window of rows 1 and 2 sees the rain of row 3";
}

TEST(Category, ATextThatTheTrainingPartHasNotIsToldByItsRow) {
  for (const std::size_t row : {13u, 18u})
    EXPECT_THAT(
        error_of([&] { make_dataset(load(weather(row)), options()); }),
        AllOf(HasSubstr(fmt::format("t.csv row {} (2024-01-{:02}), column 'sky': 'fog'", row + 1, row + 1)),
              HasSubstr("rain, sun")));
  const Dataset d = make_dataset(load(weather(99)), options());
  EXPECT_THAT(error_of([&] { windows_of(load(weather(2)), d); }), HasSubstr("row 3 (2024-01-03)"));
  EXPECT_EQ(windows_of(load(weather(99)), d).y.size(), 18u);
}

TEST(Category, OtherDataMayHaveFewerTextsThanTheTraining) {
  const Dataset d = make_dataset(load(weather(4)), options());
  const Series other = as_fitted(load(weather(99)), d);
  EXPECT_EQ(other.names, d.series.names);
  EXPECT_EQ(other.at(3, 2), 1) << "rain";
  EXPECT_EQ(other.at(4, 1), 0);
  EXPECT_EQ(other.at(4, 3), 1);
}

TEST(Category, AMissingTextIsAMissingValue) {
  EXPECT_THAT(error_of([] { load(weather(99, "?")); }),
              HasSubstr("line 9, column 'sky': the value is missing"));
  EXPECT_EQ(load(weather(99, "?"), "drop").rows(), 19u);
  const Series filled = load(weather(99, "?"), "interpolate");
  EXPECT_EQ(filled.texts.at("sky")[static_cast<std::size_t>(filled.at(7, 1))], "rain") << "as the row before";
  EXPECT_THAT(filled.warnings, testing::Contains(HasSubstr("1 missing text taken from the row before")));
}

TEST(Category, RefusesColumnsThatAreNone) {
  DatasetOptions o = options();
  o.targets = {"sky"};
  EXPECT_THAT(error_of([&] { make_dataset(load(weather(4)), o); }),
              HasSubstr("texts (--category) cannot be pre"));
  o = options();
  o.categories = {"wind"};
  EXPECT_THAT(error_of([&] { make_dataset(load(weather(4)), o); }), HasSubstr("'wind' was read as numbers"));
  SeriesOptions plain;
  EXPECT_THAT(error_of([&] {
                series_of(parse_csv(weather(4), {}, "t.csv"), plain, std::vector<std::string>{"y", "sky"});
              }),
              AllOf(HasSubstr("line 2, column 'sky': 'rain' is not a number"), HasSubstr("--category")));
}

TEST(Category, RowsOfOneTimeMayNotHaveTwoTexts) {
  const std::string twice = "day,y,sky\n2024-01-01,1,sun\n2024-01-01,1,rain\n2024-01-02,2,sun\n";
  SeriesOptions options;
  options.texts = {"sky"};
  const std::vector<std::string> wanted = {"y", "sky"};
  const auto read = [&](const std::string& policy) {
    options.duplicates = policy;
    return series_of(parse_csv(twice, {}, "t.csv"), options, wanted);
  };
  EXPECT_THAT(error_of([&] { read("error"); }),
              HasSubstr("lines 2 and 3 are both of 2024-01-01, with 'sky' 'sun'"));
  EXPECT_THAT(error_of([&] { read("mean"); }), HasSubstr("texts have no mean"));
  const Series last = read("last");
  EXPECT_EQ(last.texts.at("sky")[static_cast<std::size_t>(last.at(0, 1))], "rain");
}

}  // namespace
}  // namespace ebit::inline data
