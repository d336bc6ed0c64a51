// Backtests of panels.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "ebit/analysis/backtest/backtest_scores.h"
#include "ebit/base/atomic_file.h"
#include "ebit/base/testing/error_of.h"

namespace ebit::analysis {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

fs::path panel_folder(const std::string& name) {
  const fs::path folder = fs::path(EBIT_TEST_TMP) / "panel-backtests" / name;
  fs::remove_all(folder);
  return folder;
}

double sold(const std::string& shop, int day) {
  const double level = 10.0 * shop[0] - 600, size = shop[0] - 64;
  return level + size * (0.05 * day + 5 * std::sin(0.9 * day) + 0.7 * ((day * 37) % 11));
}

// Days of shops that begin on different days, line by line of the calendar, and whether there is a promotion.
std::string panel_file(const std::string& name, const std::vector<std::pair<std::string, int>>& shops,
                       double last = 0) {
  const fs::path path = fs::path(EBIT_TEST_TMP) / (name + ".csv");
  constexpr int kDays = 168;
  std::string text = "shop,date,promo,sales\n";
  for (int day = 0; day < kDays; ++day)
    for (const auto& [shop, days] : shops)
      if (day >= kDays - days)
        text += fmt::format("{},2024-{:02}-{:02},{},{}\n", shop, 1 + day / 28, 1 + day % 28, day % 3,
                            sold(shop, day) + (day + 14 >= kDays ? last : 0));
  write_file_atomically(path, text);
  return path.string();
}

BacktestSpec panel_spec(const std::string& file, std::vector<Setting> more = {}) {
  BacktestSpec spec;
  spec.settings = {{"data.file", file, "data"},
                   {"data.id", "shop", "--id"},
                   {"data.targets", "sales", "--target"},
                   {"data.time", "date", "--time"},
                   {"data.window", "7", "--window"},
                   {"data.horizon", "7", "--horizon"},
                   {"model.name", "poly-ridge", "--model"},
                   {"baselines.season", "7", "--season"},
                   {"baselines.which", "persistence,ets,linear", "--baselines"}};
  for (Setting& setting : more) {
    std::erase_if(spec.settings, [&](const Setting& own) { return own.name == setting.name; });
    if (!setting.value.empty()) spec.settings.push_back(std::move(setting));
  }
  spec.cuts = 3;
  return spec;
}

Backtest panel_tested(const BacktestSpec& spec, const std::string& name) {
  const BacktestOutcome outcome =
      run_backtest(spec, {.folder = panel_folder(name), .jobs = 1},
                   {.interrupted = [] { return false; }, .on_change = [](auto, auto) {}});
  EXPECT_TRUE(outcome.finished);
  return outcome.results;
}

double panel_score(const Backtest& test, std::size_t model, std::string_view metric, Among among = {}) {
  const auto all = backtest_metrics();
  const auto row = std::ranges::find(all, metric, &BacktestMetric::name);
  return scores_of(test, test.models[model], static_cast<std::size_t>(row - all.begin()), among)[0];
}

TEST(PanelBacktest, EachSeriesIsCutAtItsOwnEndAndScoredByItself) {
  const Backtest test =
      panel_tested(panel_spec(panel_file("shops", {{"A", 168}, {"B", 120}, {"C", 90}})), "shops");
  ASSERT_EQ(test.parts.size(), 3u);
  ASSERT_EQ(test.models.size(), 4u);
  const int days[] = {168, 120, 90};
  double mae = 0;
  for (std::size_t s = 0; s < 3; ++s) {
    const Backtest& part = test.parts[s];
    EXPECT_EQ(part.id, std::string(1, static_cast<char>('A' + s)));
    EXPECT_THAT(part.known, testing::ElementsAre(days[s] - 21, days[s] - 14, days[s] - 7));
    double own = 0;
    for (std::size_t c = 0; c < 3; ++c)
      for (int step = 0; step < 7; ++step) {
        const int day = 168 - 21 + 7 * static_cast<int>(c) + step;
        EXPECT_NEAR(part.truth[c][static_cast<std::size_t>(step)], sold(part.id, day), 1e-9);
        own += std::abs(sold(part.id, day) - sold(part.id, 168 - 22 + 7 * static_cast<int>(c))) / 21;
      }
    EXPECT_NEAR(panel_score(part, 1, "MAE"), own, 1e-9) << part.models[1].name;
    mae += own / 3;
    for (const std::size_t m :
         {0, 3})  // short series have those of all; what is fitted to one alone has its own
      EXPECT_FALSE(part.models[m].forecasts[0][0].lower.empty()) << m;
    EXPECT_EQ(part.models[1].forecasts[0][0].lower.empty(), s > 0);
  }
  EXPECT_NEAR(panel_score(test, 1, "MAE"), mae, 1e-9);
  double mase = 0;
  for (const Backtest& part : test.parts) mase += panel_score(part, 0, "MASE", {.cut = 1}) / 3;
  EXPECT_NEAR(panel_score(test, 0, "MASE", {.cut = 1}), mase, 1e-9);
  // Of the first series alone all models have intervals.
  for (const char* metric : {"pinball", "coverage", "width"})
    EXPECT_NEAR(panel_score(test, 0, metric), panel_score(test.parts[0], 0, metric), 1e-9) << metric;
  EXPECT_THAT(models_table(test).notes, testing::Contains(HasSubstr("coverage: over the 1 of 3 series")));
  const fs::path folder = fs::path(EBIT_TEST_TMP) / "panel-backtests" / "shops";
  const auto json = nlohmann::json::parse(read_file(folder / "backtest.json"));
  EXPECT_EQ(json["series"].size(), 3u);
  EXPECT_THAT(read_file(folder / "forecasts.csv"), HasSubstr("\nC,poly-ridge,1,3,7,2024-06-28,sales,"));
  EXPECT_THAT(read_file(folder / "scores.csv"), HasSubstr("\nB,ets,"));
  EXPECT_TRUE(fs::exists(folder / "plots" / "forecasts-3.svg"));
  EXPECT_EQ(by_series_table(test, "MASE", 2).rows.size(), 2u);
}

TEST(PanelBacktest, OfOneSeriesIsThatOfTheSeries) {
  const std::string file = panel_file("one", {{"A", 160}});
  for (const bool refit : {false, true}) {
    BacktestSpec panel = panel_spec(file), single = panel_spec(file, {{"data.id", "", "--id"}});
    panel.refit = single.refit = refit;
    const Backtest a = panel_tested(panel, "one-panel"), b = panel_tested(single, "one-single");
    ASSERT_EQ(a.parts.size(), 1u);
    EXPECT_TRUE(b.parts.empty());
    for (std::size_t m = 0; m < b.models.size(); ++m)
      for (std::size_t c = 0; c < 3; ++c) {
        EXPECT_EQ(a.parts[0].models[m].forecasts[0][c].values, b.models[m].forecasts[0][c].values)
            << b.models[m].name;
        EXPECT_EQ(a.parts[0].models[m].forecasts[0][c].upper, b.models[m].forecasts[0][c].upper)
            << b.models[m].name;
      }
  }
}

TEST(PanelBacktest, NothingBehindACutIsSeen) {
  const std::vector<std::pair<std::string, int>> shops = {{"A", 168}, {"B", 120}};
  for (const bool refit : {false, true}) {
    const std::vector<Setting> future = {{"data.future", "promo", "--future"}};
    BacktestSpec spec = panel_spec(panel_file("leak-panel", shops), future),
                 other = panel_spec(panel_file("leak-panel-changed", shops, 1e4), future);
    spec.refit = other.refit = refit;
    const Backtest a = panel_tested(spec, "leak"), b = panel_tested(other, "leak-changed");
    EXPECT_NE(a.parts[1].truth[1], b.parts[1].truth[1]);
    for (std::size_t s = 0; s < 2; ++s)
      for (std::size_t m = 0; m < a.models.size(); ++m)
        for (std::size_t c = 0; c < 2; ++c)  // what is changed begins at the second cut
          EXPECT_EQ(a.parts[s].models[m].forecasts[0][c].values, b.parts[s].models[m].forecasts[0][c].values)
              << s << a.models[m].name << c;
  }
}

TEST(PanelBacktest, AShortSeriesIsRefusedOrLeftOut) {
  const std::string file = panel_file("short", {{"A", 168}, {"B", 30}});
  EXPECT_THAT(error_of([&] { backtest_trainings(panel_spec(file)); }),
              testing::AllOf(HasSubstr("series 'B' has 30 rows"), HasSubstr("take fewer --cuts")));
  const Backtest test = panel_tested(panel_spec(file, {{"data.unusable", "drop", "--unusable"}}), "short");
  ASSERT_EQ(test.parts.size(), 1u);
  EXPECT_EQ(test.parts[0].id, "A");
  EXPECT_THAT(test.notes, testing::Contains(HasSubstr("not scored:")));
  // One that is no longer than what is left out.
  const Backtest shorter = panel_tested(
      panel_spec(panel_file("shorter", {{"A", 168}, {"B", 9}}), {{"data.unusable", "drop", "--unusable"}}),
      "shorter");
  ASSERT_EQ(shorter.parts.size(), 1u);
}

TEST(PanelBacktest, WhatIsInterpolatedKnowsNothingOfWhatComes) {
  const auto with_gap = [](const std::string& name, double last) {
    const std::string file = panel_file(name, {{"A", 168}, {"B", 120}}, last);
    std::string text = read_file(file);
    const std::size_t line = text.find("A,2024-06-14,");  // the last row before the second cut
    const std::size_t comma = text.find(',', line + 13);
    text.erase(comma + 1, text.find('\n', comma) - comma - 1);
    write_file_atomically(file, text);
    return panel_tested(panel_spec(file, {{"data.missing", "interpolate", "--missing"}}), name);
  };
  const Backtest a = with_gap("gap", 0), b = with_gap("gap-changed", 1e4);
  for (std::size_t m = 0; m < a.models.size(); ++m)
    EXPECT_EQ(a.parts[0].models[m].forecasts[0][1].values, b.parts[0].models[m].forecasts[0][1].values)
        << a.models[m].name;
}

TEST(PanelBacktest, OtherDataInTheSameFileAreRefused) {
  const std::string file = panel_file("edited", {{"A", 168}});
  const BacktestSpec spec = panel_spec(file);
  panel_tested(spec, "edited");
  panel_file("edited", {{"A", 168}}, 3);
  EXPECT_THAT(error_of([&] {
                run_backtest(spec,
                             {.folder = fs::path(EBIT_TEST_TMP) / "panel-backtests" / "edited", .jobs = 1},
                             {.interrupted = [] { return false; }, .on_change = [](auto, auto) {}});
              }),
              HasSubstr("holds a backtest of data that have changed since"));
}

TEST(PanelBacktest, ASeasonalDifferenceKnowsItsSeason) {
  const Backtest test = panel_tested(panel_spec(panel_file("seasonal", {{"A", 168}, {"B", 150}}),
                                                {{"data.transform", "seasonal-difference", "--transform"}}),
                                     "seasonal");
  EXPECT_LT(panel_score(test, 0, "MASE"), 3);
}

}  // namespace
}  // namespace ebit::analysis
