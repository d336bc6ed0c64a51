#include "ebit/data/transform.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/random.h"
#include "ebit/base/testing/error_of.h"
#include "ebit/data/baseline.h"
#include "ebit/data/dataset.h"

namespace ebit::inline data {
namespace {

using testing::AllOf;
using testing::HasSubstr;

Series series_of_values(const std::vector<double>& values) {
  Series series;
  series.source = "t.csv";
  series.names = {"y"};
  for (const double value : values) {
    series.times.push_back(std::to_string(series.times.size()));
    series.values.push_back(value);
  }
  return series;
}

// A growing series with a season of 4, above 0.
Series growing(std::size_t rows) {
  Random random(5);
  std::vector<double> values;
  for (std::size_t t = 0; t < rows; ++t)
    values.push_back(
        std::exp(0.01 * static_cast<double>(t) + 0.3 * static_cast<double>(t % 4) + 0.05 * random.normal()));
  return series_of_values(values);
}

const std::vector<std::vector<std::string>> kChains = {
    {},
    {"log"},
    {"difference"},
    {"seasonal-difference"},
    {"log", "difference"},
    {"seasonal-difference", "difference"},
    {"difference", "seasonal-difference"},
    {"difference", "difference"},
    {"log", "seasonal-difference", "difference"},
};

TEST(Transform, IsUndoneByEveryWayBack) {
  const Series series = growing(60);
  for (const auto& names : kChains) {
    for (const int horizon : {1, 3}) {
      const Transform transform(names, horizon, 4);
      const std::vector<double> z = transform.column(series, 0);
      for (std::size_t row = 0; row < series.rows(); ++row) {
        if (row < transform.lost()) {
          EXPECT_TRUE(std::isnan(z[row]));
          continue;
        }
        EXPECT_NEAR(transform.at(series, 0, row, series.at(row, 0)), z[row], 1e-12);
        EXPECT_NEAR(transform.restored(series, 0, row, z[row]), series.at(row, 0), 1e-10);
      }
      // The last 20 rows from the first 40 and their z alone.
      Series first = series;
      first.values.resize(40), first.times.resize(40);
      const std::vector<double> back = transform.continued(first, 0, std::span(z).subspan(40));
      for (std::size_t k = 0; k < back.size(); ++k) EXPECT_NEAR(back[k], series.at(40 + k, 0), 1e-8) << k;
    }
  }
}

TEST(Transform, IsWhatTheFormulasSay) {
  const Series series = growing(30);
  const auto y = [&](std::size_t row) { return series.at(row, 0); };
  const auto z = [&](const std::vector<std::string>& names, int horizon, std::size_t row) {
    return Transform(names, horizon, 4).column(series, 0)[row];
  };
  EXPECT_NEAR(z({"log"}, 2, 9), std::log(y(9)), 1e-14);
  EXPECT_NEAR(z({"difference"}, 1, 9), y(9) - y(8), 1e-14);
  EXPECT_NEAR(z({"difference"}, 3, 9), y(9) - y(6), 1e-14) << "the last value known 3 rows before";
  EXPECT_NEAR(z({"seasonal-difference"}, 1, 9), y(9) - y(5), 1e-14);
  EXPECT_NEAR(z({"seasonal-difference"}, 5, 9), y(9) - y(1), 1e-14) << "the last season known 5 rows before";
  EXPECT_NEAR(z({"log", "difference"}, 1, 9), std::log(y(9) / y(8)), 1e-12);
  EXPECT_NEAR(z({"seasonal-difference", "difference"}, 1, 9), y(9) - y(5) - y(8) + y(4), 1e-12);
  EXPECT_EQ(Transform(std::vector<std::string>{"seasonal-difference", "difference"}, 1, 4).lost(), 5u);
}

TEST(Transform, EndsOfIntervalsLieWhereErrorsAreAlike) {
  const Transform log(std::vector<std::string>{"log", "difference"}, 1, 1), plain;
  EXPECT_NEAR(log.ends(10, std::log(2)).first, 5, 1e-12);
  EXPECT_NEAR(log.ends(10, std::log(2)).second, 20, 1e-12);
  EXPECT_NEAR(log.link(std::exp(2.0)), 2, 1e-12);
  EXPECT_EQ(plain.ends(10, 3), (std::pair{7.0, 13.0}));
  EXPECT_EQ(plain.link(5), 5);
}

TEST(Transform, RefusesWhatItCannotDo) {
  using Names = std::vector<std::string>;
  EXPECT_THAT(error_of([] { Transform(Names{"logg"}, 1, 1); }), HasSubstr("log"));
  EXPECT_THAT(error_of([] {
                Transform(Names{"difference", "log"}, 1, 1);
              }),
              HasSubstr("log must come first"));
  EXPECT_THAT(error_of([] { Transform(Names{"log", "log"}, 1, 1); }), HasSubstr("once"));
  EXPECT_THAT(error_of([] { Transform(Names{"seasonal-difference"}, 1, 1); }), HasSubstr("give --season"));
  const Transform log(Names{"log"}, 1, 1);
  for (const double bad : {0.0, -2.0})
    EXPECT_THAT(error_of([&] {
                  log.column(series_of_values({3, 2, bad, 1}), 0);
                }),
                AllOf(HasSubstr("t.csv row 3 (2), column 'y'"), HasSubstr("no logarithm")));
  EXPECT_THAT(error_of([] {
                Transform(Names{"difference"}, 3, 1).column(series_of_values({1, 2, 3}), 0);
              }),
              HasSubstr("too few"));
}

DatasetOptions options_with(std::vector<std::string> transform) {
  DatasetOptions o;
  o.targets = {"y"};
  o.window = 3;
  o.train = 0.6, o.validation = 0.2;
  o.transform = std::move(transform);
  o.season = 4;
  return o;
}

TEST(TransformedDataset, EachOfSeveralStepsComesBack) {
  const Series series = growing(90);
  for (const auto& names : kChains) {
    DatasetOptions o = options_with(names);
    o.first_step = 2, o.horizon = 4;
    const Dataset d = make_dataset(series, o);
    const std::vector<double> back = unscaled(d, 2, d.test, d.test.y), truth = true_values(d, d.test);
    ASSERT_EQ(back.size(), d.test.count * 3);
    for (std::size_t i = 0; i < back.size(); ++i) {
      EXPECT_NEAR(back[i], truth[i], 1e-9);
      EXPECT_NEAR(seen_value(d, 2, 0, d.test.row(i / 3, i % 3), truth[i]), d.test.y[i], 1e-9);
    }
  }
}

TEST(TransformedDataset, WindowsAreOfWhatIsBehindAndTargetsComeBack) {
  const Series series = growing(80);
  for (const auto& names : kChains) {
    for (const int horizon : {1, 2}) {
      DatasetOptions o = options_with(names);
      o.horizon = horizon;
      const Dataset d = make_dataset(series, o);
      const std::vector<double> z = d.transform.column(d.series, 0);
      std::size_t part = 0;
      for (const Windows* w : {&d.train, &d.validation, &d.test}) {
        const std::vector<double> back = unscaled(d, part, *w, w->y), truth = true_values(d, *w);
        for (std::size_t i = 0; i < w->count; ++i) {
          EXPECT_NEAR(back[i], truth[i], 1e-9);
          EXPECT_NEAR(seen_value(d, part, 0, w->target_row[i], truth[i]), w->y[i], 1e-9);
          const std::size_t last = w->target_row[i] - static_cast<std::size_t>(horizon);
          EXPECT_NEAR(w->x(i)[2], d.target_scaler(part, 0).transform(z[last]), 1e-12);
          EXPECT_GE(last, d.transform.lost() + 2) << "no window has a row that the transform takes";
        }
        ++part;
      }
      // Only the training part is fitted on.
      Series other = series;
      for (std::size_t row = 64; row < 80; ++row) other.values[row] *= 3;
      EXPECT_EQ(make_dataset(other, o).scalers[0][0].scale, d.scalers[0][0].scale);
      EXPECT_EQ(baseline_forecast("persistence", d, d.test, 1),
                baseline_forecast("persistence",
                                  make_dataset(series,
                                               [&] {
                                                 DatasetOptions same = options_with({});
                                                 same.horizon = horizon;
                                                 return same;
                                               }()),
                                  d.test, 1))
          << "baselines are of the series as it is";
      const Windows again = windows_of(series, d);
      EXPECT_EQ(again.target_row.front(), d.train.target_row.front());
      EXPECT_EQ(again.y.front(), d.train.y.front());
    }
  }
}

TEST(TransformedDataset, RandomWindowsComeBackToo) {
  DatasetOptions o = options_with({"log", "difference"});
  o.split = "random";
  const Dataset d = make_dataset(growing(80), o);
  const std::vector<double> back = unscaled(d, 2, d.test, d.test.y), truth = true_values(d, d.test);
  for (std::size_t i = 0; i < truth.size(); ++i) EXPECT_NEAR(back[i], truth[i], 1e-9);
}

TEST(TransformedDataset, SaysWhatItNeeds) {
  EXPECT_THAT(error_of([] { make_dataset(growing(9), options_with({"seasonal-difference"})); }),
              HasSubstr("--transform takes"));
  std::vector<double> ramp(60);
  for (std::size_t i = 0; i < ramp.size(); ++i) ramp[i] = static_cast<double>(i);
  EXPECT_THAT(error_of([&] { make_dataset(series_of_values(ramp), options_with({"difference"})); }),
              HasSubstr("constant (always 1) on the training rows behind --transform"));
}

}  // namespace
}  // namespace ebit::inline data
