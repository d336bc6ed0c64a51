#include "ebit/data/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "ebit/base/testing/error_of.h"
#include "ebit/data/generator.h"
#include "ebit/data/testing/ramp.h"

namespace ebit::inline data {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::plain;
using testing::ramp;

TEST(Dataset, ThePapersHundredPointsGive70And10Windows) {
  // Daskin 2025, module files: 100 points, split at 80, windows of 10 inside each part.
  DatasetOptions o = plain();
  o.targets = {"value"};
  const Dataset d = make_dataset(generate_series("noisy-sine"), o);
  EXPECT_EQ(d.train.count, 70u);
  EXPECT_EQ(d.validation.count, 0u);
  EXPECT_EQ(d.test.count, 10u);
  EXPECT_EQ(d.test.target_row.front(), 90u);
  EXPECT_THAT(d.part_begin, ElementsAre(0, 80, 80, 100));
}

TEST(Dataset, WindowsHoldTheRowsBeforeTheirTarget) {
  DatasetOptions o = plain(0.6, 0.2);
  o.window = 3;
  o.horizon = 2;
  const Dataset d = make_dataset(ramp(50), o);
  EXPECT_EQ(d.train.count, 30u - 4);
  EXPECT_EQ(d.validation.count, 10u - 4);
  EXPECT_EQ(d.test.count, 10u - 4);
  for (const Windows* part : {&d.train, &d.validation, &d.test}) {
    ASSERT_EQ(part->all_x().size(), part->count * 3);
    for (std::size_t i = 0; i < part->count; ++i) {
      const double target = static_cast<double>(part->target_row[i]);
      EXPECT_EQ(part->y[i], target);
      EXPECT_EQ(part->x(i)[2], target - 2) << "the last row of the window is `horizon` before the target";
      EXPECT_EQ(part->x(i)[0], target - 4);
    }
  }
  EXPECT_EQ(d.validation.x(0)[0], 30) << "no window reaches over the boundary";
  EXPECT_EQ(d.test.x(0)[0], 40);
}

TEST(Dataset, AcrossPredictsEveryRowOfALaterPart) {
  DatasetOptions o = plain(0.6, 0.2);
  o.window = 4;
  o.boundary = "across";
  const Dataset d = make_dataset(ramp(50), o);
  EXPECT_EQ(d.train.count, 26u);
  EXPECT_EQ(d.validation.count, 10u);
  EXPECT_EQ(d.validation.target_row.front(), 30u);
  EXPECT_EQ(d.test.count, 10u);
  EXPECT_EQ(d.test.target_row.front(), 40u);
  EXPECT_EQ(d.test.x(0)[0], 36);
}

// Fellner et al. 2025: N = 1000 - l - k windows, divided at int(0.6 N) and int(0.8 N), in order.
TEST(Dataset, WindowsAreDividedByNumber) {
  for (const int window : {4, 8, 16})
    for (const int horizon : {1, 4, 25, 140}) {
      DatasetOptions o = plain(0.6, 0.2);
      o.window = window, o.horizon = horizon, o.split = "windows";
      const Dataset d = make_dataset(ramp(1000), o);
      const auto n = static_cast<std::size_t>(1000 - window - horizon);
      EXPECT_EQ(d.train.count, n * 6 / 10);
      EXPECT_EQ(d.train.count + d.validation.count, n * 8 / 10);
      EXPECT_EQ(d.train.count + d.validation.count + d.test.count, n);
      for (std::size_t i = 0; i < d.validation.count; ++i)
        EXPECT_EQ(d.validation.x(i)[0], static_cast<double>(d.train.count + i));
      EXPECT_EQ(d.test.target_row.back(), 998u) << "the last window is left out";
      EXPECT_EQ(d.test.y.back(), 998);
    }
}

TEST(Dataset, StrideLeavesOutWindows) {
  DatasetOptions o = plain();
  o.window = 3;
  o.stride = 5;
  const Dataset d = make_dataset(ramp(50), o);
  EXPECT_THAT(d.train.target_row, ElementsAre(3, 8, 13, 18, 23, 28, 33, 38));
  EXPECT_THAT(d.test.target_row, ElementsAre(43, 48));
}

TEST(Dataset, SeveralTargetsAndFeatures) {
  DatasetOptions o = plain();
  o.window = 2;
  o.targets = {"b", "a"};
  o.features = {"a"};
  const Dataset d = make_dataset(ramp(20), o);
  EXPECT_THAT(d.series.names, ElementsAre("b", "a"));
  EXPECT_EQ(d.train.outputs, 2u);
  EXPECT_EQ(d.train.features, 1u);
  EXPECT_EQ(d.train.x(0)[0], 0);
  EXPECT_EQ(d.train.y[0], 1002);
  EXPECT_EQ(d.train.y[1], 2);
  o.features = {};
  EXPECT_EQ(make_dataset(ramp(20), o).train.features, 2u) << "without features the targets are fed";
}

TEST(Dataset, ColumnsMayBeAskedForAsTheFileWasAsked) {
  Series s = ramp(20);
  s.aliases = {{"3", 1}, {"2", 0}};
  DatasetOptions o = plain();
  o.window = 2;
  o.targets = {"3"};
  o.features = {"2", "b"};
  const Dataset d = make_dataset(s, o);
  EXPECT_THAT(d.options.targets, ElementsAre("b"));
  EXPECT_THAT(d.options.features, ElementsAre("a", "b"));
  EXPECT_THAT(d.series.names, ElementsAre("b", "a"));
  EXPECT_EQ(d.train.y[0], 1002);
}

TEST(Dataset, ScalersAreFittedOnTrainingRowsOnly) {
  for (const auto& row : scaler_table()) {
    for (const char* boundary : {"inside", "across"}) {
      DatasetOptions o = plain(0.6, 0.2);
      o.scaler = row.name;
      o.boundary = boundary;
      Series series = ramp(100);
      const Dataset before = make_dataset(series, o);
      for (std::size_t r = 60; r < 100; ++r) series.values[r * 2] = 1e6 * std::sin(static_cast<double>(r));
      const Dataset after = make_dataset(series, o);
      ASSERT_EQ(before.scalers.size(), 1u);
      EXPECT_EQ(before.scalers[0][0].offset, after.scalers[0][0].offset) << row.name;
      EXPECT_EQ(before.scalers[0][0].scale, after.scalers[0][0].scale) << row.name;
      EXPECT_EQ(before.train.all_x(), after.train.all_x());
      EXPECT_EQ(before.train.y, after.train.y);
      EXPECT_NE(before.test.y, after.test.y);
    }
  }
}

TEST(Dataset, RandomSplitDrawsWindowsBySeed) {
  DatasetOptions o = plain(0.7, 0.1);
  o.split = "random";
  o.seed = 5;
  const Dataset d = make_dataset(ramp(110), o);
  EXPECT_EQ(d.train.count, 70u);
  EXPECT_EQ(d.validation.count, 10u);
  EXPECT_EQ(d.test.count, 20u);
  std::set<std::size_t> targets;
  for (const Windows* part : {&d.train, &d.validation, &d.test}) {
    EXPECT_TRUE(std::is_sorted(part->target_row.begin(), part->target_row.end()));
    targets.insert(part->target_row.begin(), part->target_row.end());
  }
  EXPECT_EQ(targets.size(), 100u) << "every window is in one part only";
  EXPECT_EQ(*targets.begin(), 10u);
  EXPECT_EQ(make_dataset(ramp(110), o).test.target_row, d.test.target_row);
  o.seed = 6;
  EXPECT_NE(make_dataset(ramp(110), o).test.target_row, d.test.target_row);
}

TEST(Dataset, RandomSplitFitsOnTheRowsThatTrainingWindowsTouch) {
  DatasetOptions o = plain(0.5, 0.0);
  o.split = "random";
  o.scaler = "minmax";
  o.window = 1;
  o.stride = 2;  // windows of rows (0, 1), (2, 3), ... share no row
  Series series = ramp(40);
  const Dataset before = make_dataset(series, o);
  for (const std::size_t row : before.test.target_row) series.values[row * 2] = 1e6;
  const Dataset after = make_dataset(series, o);
  EXPECT_EQ(before.scalers[0][0].scale, after.scalers[0][0].scale);
  EXPECT_EQ(before.train.all_x(), after.train.all_x());
}

TEST(Dataset, SharesThatRoundingSpoilsStillGiveWholeParts) {
  EXPECT_EQ(make_dataset(ramp(100), plain(0.29)).part_begin[1], 29u);
  EXPECT_EQ(make_dataset(ramp(300), plain(0.7, 0.1)).part_begin[2], 240u);
  EXPECT_EQ(make_dataset(ramp(100), plain(1.0)).test.count, 0u);
}

TEST(Dataset, WindowsOfAnotherSeriesUseTheTrainingScaler) {
  DatasetOptions o = plain();
  o.scaler = "minmax";
  const Dataset d = make_dataset(ramp(100), o);
  Series other = ramp(12);
  std::swap(other.names[0], other.names[1]);  // "a" is the second column there
  const Windows w = windows_of(other, d);
  EXPECT_EQ(w.count, 2u);
  EXPECT_DOUBLE_EQ(w.y[0], d.scalers[0][0].transform(1010));
  EXPECT_THAT(error_of([&] { windows_of(ramp(10), d); }), HasSubstr("10 rows"));
}

TEST(Dataset, EachRowIsKeptOnceHoweverTheWindowsOverlap) {
  for (const char* split : {"time", "random"}) {
    for (const auto& scale_on : scale_on_table()) {
      for (const int stride : {1, 3, 12}) {
        DatasetOptions o = plain(0.6, 0.2);
        o.targets = {"b"}, o.features = {"a", "b"};
        o.window = 5, o.stride = stride;
        o.split = split, o.scale_on = scale_on.name, o.scaler = "minmax", o.boundary = "across";
        const Dataset d = make_dataset(ramp(200), o);
        for (std::size_t p = 0; p < 3; ++p) {
          const Windows& w = p == 0 ? d.train : p == 1 ? d.validation : d.test;
          EXPECT_LE(w.rows.size(), 200u * 2);
          const std::vector<double> flat = w.all_x();
          const auto& scalers = d.scalers[d.scalers.size() == 1 ? 0 : p];
          ASSERT_EQ(flat.size(), w.count * 5 * 2);
          for (std::size_t i = 0; i < w.count; ++i) {
            std::vector<float> copied(10);
            w.copy(i, copied.data());
            for (std::size_t k = 0; k < 10; ++k) {
              const std::size_t row = w.target_row[i] - 5 + k / 2, column = d.feature_columns[k % 2];
              EXPECT_EQ(flat[i * 10 + k], scalers[column].transform(d.series.at(row, column)));
              EXPECT_EQ(w.x(i)[k], flat[i * 10 + k]);
              EXPECT_EQ(copied[k], static_cast<float>(flat[i * 10 + k]));
            }
          }
        }
      }
    }
  }
}

TEST(Dataset, WindowsSideBySideSayHowMuchMemoryTheyTake) {
  DatasetOptions o = plain(1.0);
  o.window = 500000;
  const Dataset d = make_dataset(ramp(1000000), o);
  EXPECT_EQ(d.train.count, 500000u);
  EXPECT_EQ(d.train.rows.size(), 999999u);
  EXPECT_EQ(d.train.x(499999).back(), 999998);
  EXPECT_THAT(error_of([&] { d.train.all_x(); }), AllOf(HasSubstr("500000 windows of 500000 rows"),
                                                        HasSubstr("1.82 TiB"), HasSubstr("larger stride")));
}

TEST(Dataset, WindowsOfFlatArraysShareNoRow) {
  const Windows w = separate_windows(2, 1, 1, {1, 2, 2, 3, 3, 4}, {3, 4, 5});
  EXPECT_EQ(w.count, 3u);
  EXPECT_THAT(w.x(1), ElementsAre(2, 3));
  EXPECT_THAT(w.all_x(), ElementsAre(1, 2, 2, 3, 3, 4));
  EXPECT_THAT(error_of([] { separate_windows(2, 1, 1, {1, 2, 3}, {1}); }), HasSubstr("3 and 1 numbers"));
  EXPECT_THAT(error_of([] { separate_windows(2, 1, 1, {1, 2}, {1, 2}); }), HasSubstr("do not make windows"));
}

TEST(Dataset, EveryChoiceHasAHelpAndWorks) {
  for (const auto& split : split_table()) {
    for (const auto& boundary : boundary_table()) {
      for (const auto& scale_on : scale_on_table()) {
        EXPECT_FALSE(split.help.empty() || boundary.help.empty() || scale_on.help.empty());
        DatasetOptions o = plain(0.6, 0.2);
        o.split = split.name, o.boundary = boundary.name, o.scale_on = scale_on.name, o.scaler = "standard";
        const Dataset d = make_dataset(ramp(100), o);
        for (std::size_t p = 0; p < 3; ++p) {
          const Windows& w = p == 0 ? d.train : p == 1 ? d.validation : d.test;
          const auto y = unscaled(d, p, w, w.y);
          ASSERT_FALSE(y.empty());
          for (std::size_t i = 0; i < w.count; ++i)
            EXPECT_NEAR(y[i], static_cast<double>(w.target_row[i]), 1e-10);
        }
      }
    }
  }
}

TEST(Dataset, TimesMayBeWrittenMonthFirst) {
  Series iso = ramp(60), mdy = iso;
  mdy.date_order = "mdy";
  for (std::size_t i = 0; i < 60; ++i) {
    const std::size_t month = 1 + i / 31, day = 1 + i % 31;
    iso.times[i] = fmt::format("2024-{:02}-{:02}", month, day);
    mdy.times[i] = fmt::format("{:02}/{:02}/2024", month, day);
  }
  DatasetOptions o = plain();
  o.calendar = {"month", "day-of-month"};
  o.test_from = "2024-02-04";
  const Dataset a = make_dataset(iso, o), b = make_dataset(mdy, o);
  EXPECT_EQ(a.series.values, b.series.values);
  EXPECT_EQ(a.part_begin, b.part_begin);
  EXPECT_EQ(b.part_begin[2], 34u);
}

TEST(Dataset, SeveralStepsAheadAreThoseOfEachStepSideBySide) {
  DatasetOptions o = plain(0.6, 0.2);
  o.targets = {"a", "b"};
  o.window = 3, o.horizon = 4, o.first_step = 2, o.stride = 2;
  const Dataset all = make_dataset(ramp(60), o);
  EXPECT_EQ(all.options.steps(), 3u);
  o.first_step = 0;
  const Dataset last = make_dataset(ramp(60), o);
  for (const auto part : {&Dataset::train, &Dataset::validation, &Dataset::test}) {
    const Windows &w = all.*part, &one = last.*part;
    ASSERT_EQ(w.count, one.count) << "a window is where its last step is";
    ASSERT_EQ(w.outputs, 6u);
    EXPECT_EQ(w.target_row, one.target_row);
    for (std::size_t i = 0; i < w.count; ++i) {
      EXPECT_EQ(w.x(i)[4], static_cast<double>(w.row(i, 0)) - 2) << "two rows before the first step";
      for (std::size_t s = 0; s < 3; ++s) {
        EXPECT_EQ(w.row(i, s), w.target_row[i] + s - 2);
        for (std::size_t c = 0; c < 2; ++c)
          EXPECT_EQ(w.y[(i * 3 + s) * 2 + c], static_cast<double>(w.row(i, s)) + (c > 0 ? 1000 : 0));
      }
    }
  }
}

// What is known ahead is seen by the last steps of the window, all of what is predicted.
TEST(Dataset, SeveralStepsAheadSeeWhatIsKnownOfAllOfThem) {
  DatasetOptions o = plain(0.6, 0.2);
  o.window = 4, o.horizon = 3, o.first_step = 1, o.future = {"b"};
  const Dataset d = make_dataset(ramp(60), o);
  for (std::size_t i = 0; i < d.test.count; ++i)
    for (std::size_t s = 0; s < 3; ++s)
      EXPECT_EQ(d.test.x(i)[(1 + s) * 2 + 1], 1000 + static_cast<double>(d.test.row(i, s)));
  // Across a boundary too, no step of a part's windows lies in the part before.
  o.boundary = "across";
  const Dataset across = make_dataset(ramp(60), o);
  EXPECT_EQ(across.validation.row(0, 0), across.part_begin[1]);
  EXPECT_EQ(across.test.row(0, 0), across.part_begin[2]);
  o.window = 2;
  EXPECT_THAT(error_of([&] { make_dataset(ramp(60), o); }), HasSubstr("take --window 3 or more"));
  o.first_step = 4;
  EXPECT_THAT(error_of([&] { make_dataset(ramp(60), o); }), HasSubstr("not above the last"));
}

}  // namespace
}  // namespace ebit::inline data
