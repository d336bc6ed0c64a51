// Runs of panels and of transformed targets, from training to forecast.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "ebit/base/random.h"
#include "ebit/base/testing/error_of.h"
#include "ebit/data/metrics.h"
#include "ebit/experiment/problems/panel_problem.h"
#include "ebit/experiment/runs/panel_forecast.h"
#include "ebit/experiment/runs/run.h"
#include "ebit/experiment/runs/testing/small_run.h"

namespace ebit::experiment {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::Contains;
using testing::fresh;
using ::testing::HasSubstr;

fs::path written(const std::string& name, const std::string& text) {
  const fs::path path = fs::path(EBIT_TEST_TMP) / name;
  write_file_atomically(path, text);
  return path;
}

// From 2024-01-01 on.
std::string day(int i) {
  int month = 1;
  for (const int days : {31, 29, 31, 30}) {
    if (i < days) break;
    i -= days, ++month;
  }
  return fmt::format("2024-{:02}-{:02}", month, i + 1);
}

// Sales of three shops, with promotions known ahead and a region.
std::string sales(int days, const std::vector<std::string>& shops = {"n1", "s1", "s2"}) {
  std::string text = "shop,ds,y,promo,region\n";
  for (int i = 0; i < days; ++i)
    for (const std::string& shop : shops) {
      const double size = shop == "n1" ? 10 : shop == "s1" ? 300 : 70;
      // Promotions of no pattern, or else the past would tell of them.
      const auto stream = static_cast<std::uint64_t>(shop[0] * 256 + shop[1]);
      const int promo = random_uniform(3, stream, static_cast<std::uint64_t>(i)) < 0.3;
      text += fmt::format("{},{},{},{},{}\n", shop, day(i), size * (2 + promo + 0.1 * (i * 13 % 7)), promo,
                          shop == "n1" ? "north" : "south");
    }
  return text;
}

Config config_for(const fs::path& folder, const fs::path& data, std::vector<Setting> more) {
  std::vector<Setting> settings = {{"model.name", "poly-ridge", "--model"},
                                   {"data.file", data.string(), "data"},
                                   {"data.window", "3", "--window"},
                                   {"baselines.which", "persistence", "--baselines"},
                                   {"output.folder", folder.string(), "-o"}};
  settings.insert(settings.end(), more.begin(), more.end());
  return resolve("forecast", std::nullopt, settings);
}

const std::vector<Setting> kPanel = {
    {"data.id", "shop", "--id"},          {"data.targets", "y", "--target"},
    {"data.future", "promo", "--future"}, {"data.categories", "region", "--category"},
    {"data.train", "0.6", "--train"},     {"data.validation", "0.2", "--validation"}};

TEST(PanelRun, IsScoredBySeriesAndForecastByThem) {
  const fs::path folder = fresh("panel"), data = written("sales.csv", sales(80));
  const RunResult run = start_run(config_for(folder, data, kPanel), {});
  const json metrics = json::parse(read_file(folder / files::kMetrics));
  EXPECT_EQ(metrics["problem"]["series"]["count"], 3);
  EXPECT_EQ(metrics["judged"]["metric"], "MASE");
  for (const json& model : metrics["models"]) {
    const json& test = model["seeds"][0]["parts"]["test"];
    double sum = 0;
    for (const char* shop : {"n1", "s1", "s2"})
      sum += test["by_series"][shop]["values"]["RMSE"].get<double>();
    EXPECT_NEAR(test["values"]["RMSE"].get<double>(), sum / 3, 1e-9);
  }
  EXPECT_LT(metrics["models"][0]["mean"]["test"]["MASE"], 0.6) << "promotions are seen ahead";
  const TextTable table = series_table(run.results, 2, 2);
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.columns[0].name, "shop");

  // Seen again it is the same.
  const std::string before = read_file(folder / files::kMetrics),
                    csv = read_file(folder / files::kPredictions);
  evaluate_run(folder, {});
  EXPECT_EQ(read_file(folder / files::kPredictions), csv);

  // What is known ahead, for all shops or for each.
  std::string all = "ds,promo\n", each = "shop,ds,promo\n";
  for (int i = 80; i < 85; ++i) {
    all += fmt::format("{},0\n", day(i));
    for (const char* shop : {"s2", "n1", "s1"})
      each += fmt::format("{},{},{}\n", shop, day(i), shop[0] == 's' ? 1 : 0);
  }
  ForecastOptions options{.steps = 5};
  EXPECT_THAT(error_of([&] { forecast_panel(folder, options); }), HasSubstr("--future FILE"));
  options.future = written("future-all.csv", all).string();
  const PanelForecast none = forecast_panel(folder, options);
  ASSERT_EQ(none.series.size(), 3u);
  options.future = written("future-each.csv", each).string();
  const PanelForecast some = forecast_panel(folder, options);
  for (std::size_t k = 0; k < 3; ++k) {
    const double size = none.series[k].series.id == "n1" ? 10 : none.series[k].series.id == "s1" ? 300 : 70;
    const double more = some.series[k].forecast.values[0] - none.series[k].forecast.values[0];
    EXPECT_NEAR(more / size, none.series[k].series.id == "n1" ? 0 : 1, 0.15) << k;
    EXPECT_EQ(none.series[k].forecast.level, 0.9);
    EXPECT_EQ(none.series[k].forecast.times[0], day(80));
  }
  const std::string text = forecast_csv(some);
  EXPECT_TRUE(text.starts_with("shop,time,y,y lower,y upper\nn1,2024-03-21,")) << text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 16);
  options.future = written("future-less.csv", "shop,ds,promo\nn1," + day(80) + ",0\n").string();
  options.steps = 1;
  EXPECT_THAT(error_of([&] { forecast_panel(folder, options); }),
              AllOf(HasSubstr("future-less.csv has no rows of the series 's1' (column 'shop')"),
                    HasSubstr("known: n1")));
}

TEST(PanelRun, IsScoredOnOtherData) {
  const fs::path folder = fresh("panel-other"), data = written("sales-other.csv", sales(80));
  const RunResult run = start_run(config_for(folder, data, kPanel), {});
  const Scores& own = run.results.models.at(0).seeds.at(0).scores;
  const fs::path same = written("sales-same.csv", sales(80));
  const RunResult other = score_on(folder, same.string(), {});
  ASSERT_EQ(other.results.models.size(), run.results.models.size());
  for (const ModelResult& model : other.results.models) {
    const Scores& scores = model.seeds.at(0).scores;
    ASSERT_TRUE(scores.parts[2]) << model.name;
    EXPECT_TRUE(std::isfinite(scores.parts[2]->values.at(metric_index("RMSE")))) << model.name;
    EXPECT_FALSE(scores.parts[0]) << model.name;
  }
  const Scores& scores = other.results.models[0].seeds[0].scores;
  ASSERT_GT(scores.predictions[2].size(), own.predictions[2].size()) << "all rows of each series";
  EXPECT_NEAR(scores.predictions[2].back(), own.predictions[2].back(), 1e-9);
}

// What a file of the time to come has that the run does not, and lacks that it needs.
TEST(PanelRun, TellsWhatIsOddInWhatIsKnownAhead) {
  const fs::path folder = fresh("panel-odd"), data = written("sales-odd.csv", sales(80));
  start_run(config_for(folder, data, kPanel), {});
  const auto noted = [&](const std::string& text) {
    const ForecastOptions options{.future = written("future-odd.csv", text).string(), .steps = 1};
    std::string all;
    for (const std::string& note : forecast_panel(folder, options).notes) all += note + "\n";
    return all;
  };
  const std::string rows = "n1," + day(80) + ",0\ns1," + day(80) + ",1\ns2," + day(80);
  const std::string plain = noted("shop,ds,promo\n" + rows + ",1\n");
  EXPECT_THAT(plain, HasSubstr("trained on the first 60 % of its run's rows, and chosen by the next 20 %"));
  for (const char* odd : {"not used", "every series", "nothing like it"})
    EXPECT_THAT(plain, ::testing::Not(HasSubstr(odd)));
  EXPECT_THAT(noted("shop,ds,promo\n" + rows + ",100\n"),
              AllOf(HasSubstr("series 's2': 'promo' of " + day(80) + " is 100, and 0 to 1"),
                    HasSubstr("nothing like it")));
  EXPECT_THAT(noted("shop,ds,promo\n" + rows + ",1\nx9," + day(80) + ",0\n"),
              HasSubstr("rows of the series 'x9'"));
  EXPECT_THAT(noted("ds,promo\n" + day(80) + ",0\n"),
              HasSubstr("no column 'shop': its rows are taken for every"));
  EXPECT_THAT(
      error_of([&] { noted("shop,ds,promo\n" + rows + ",\n"); }),
      AllOf(HasSubstr("--missing"), HasSubstr("a forecast reads files as its run did, so mend the file")));
}

// A series of a panel is forecast as the same model would forecast it alone.
TEST(PanelRun, ForecastsAreThoseOfTheModelOnTheSeriesAlone) {
  const fs::path folder = fresh("panel-alone"), data = written("sales-alone.csv", sales(60));
  std::vector<Setting> more = kPanel;
  more.erase(more.begin() + 2, more.begin() + 4);
  start_run(config_for(folder, data, more), {});
  const PanelForecast panel = forecast_panel(folder, {.steps = 4, .interval = 0.0});
  const PanelForecast one = forecast_panel(
      folder, {.data = written("sales-one.csv", sales(60, {"s2"})).string(), .steps = 4, .interval = 0.0});
  ASSERT_EQ(one.series.size(), 1u);
  EXPECT_EQ(one.series[0].forecast.values, panel.series[2].forecast.values);
  EXPECT_THAT(error_of([&] {
                forecast_panel(folder, {.data = written("sales-new.csv", sales(60, {"s2", "new"})).string()});
              }),
              AllOf(HasSubstr("series 'new': the training did not have this series")));
  EXPECT_THAT(error_of([&] { score_on(folder, (fs::path(EBIT_TEST_TMP) / "sales-new.csv").string(), {}); }),
              HasSubstr("series 'new'"));
  const RunResult scored = score_on(folder, data.string(), {});
  EXPECT_THAT(scored.results.notes, Contains(HasSubstr("rows that the run was trained on")));
  // The column may be called otherwise there.
  std::string renamed = sales(60, {"s1"});
  renamed.replace(0, 4, "item");
  const fs::path other = written("sales-item.csv", renamed);
  EXPECT_EQ(score_on(folder, other.string(), {}, {}, "item").results.series, std::vector<std::string>{"s1"});
  EXPECT_EQ(forecast_panel(folder, {.data = other.string(), .steps = 1, .id = "item"}).id, "item");
}

TEST(PanelRun, GoesOnBitForBit) {
  const auto run = [&](const std::string& name, int epochs) {
    const fs::path folder = fresh(name);
    std::vector<Setting> more = kPanel;
    more.erase(more.begin() + 2, more.begin() + 4);
    more.push_back({"train.epochs", std::to_string(epochs), "--epochs"});
    more.push_back({"model.stateful", "true", "--stateful"});
    more.push_back({"train.shuffle", "false", "--shuffle"});
    more.push_back({"data.scaler", "minmax-half", "--scaler"});
    Config config = config_for(folder, written("sales-resumed.csv", sales(60)), {});
    more.insert(more.begin(), {{"model.name", "daskin-collapse", "--model"},
                               {"data.file", config.data.file, "data"},
                               {"data.window", "3", "--window"},
                               {"output.folder", folder.string(), "-o"},
                               {"baselines.which", "none", "--baselines"}});
    start_run(resolve("forecast", std::nullopt, more), {});
    return folder;
  };
  const fs::path whole = run("panel-whole", 4), half = run("panel-half", 2);
  resume_run(half, 4, {});
  EXPECT_EQ(read_file(whole / files::kPredictions), read_file(half / files::kPredictions));
}

TEST(PanelRun, SeriesThatCannotBeUsedAreLeftOutOnDemand) {
  std::string text = sales(60);
  for (int i = 0; i < 4; ++i) text += fmt::format("late,{},{},0,north\n", day(i), i);
  const fs::path data = written("sales-late.csv", text);
  EXPECT_THAT(error_of([&] { start_run(config_for(fresh("panel-late"), data, kPanel), {}); }),
              AllOf(HasSubstr("series 'late'"), HasSubstr("--unusable drop")));
  std::vector<Setting> more = kPanel;
  more.push_back({"data.unusable", "drop", "--unusable"});
  more.erase(more.begin() + 2);
  const RunResult run = start_run(config_for(fresh("panel-late"), data, more), {});
  EXPECT_EQ(run.results.series.size(), 3u);
  EXPECT_THAT(run.results.notes, Contains(AllOf(HasSubstr("left out"), HasSubstr("series 'late'"))));
  const PanelForecast forecast =
      forecast_panel(fs::path(EBIT_TEST_TMP) / "runs" / "panel-late", {.steps = 2});
  EXPECT_EQ(forecast.series.size(), 3u);
  EXPECT_THAT(forecast.notes, Contains(HasSubstr("left out")));
}

// A random walk with drift: its changes are noise around the drift, and so is the forecast.
TEST(TransformedRun, ARandomWalkGoesOnWithItsDrift) {
  Random random(11);
  std::string text = "ds,y\n";
  double y = 100;
  for (int i = 0; i < 300; ++i) text += fmt::format("{},{}\n", i, y += 2 + 0.5 * random.normal());
  const fs::path folder = fresh("walk"), data = written("walk.csv", text);
  const RunResult run = start_run(config_for(folder, data,
                                             {{"data.transform", "difference", "--transform"},
                                              {"data.targets", "y", "--target"},
                                              {"model.degrees", "1", "--degrees"},
                                              {"baselines.which", "persistence,ets", "--baselines"}}),
                                  {});
  const auto& values = [&](std::size_t model) { return over_seeds(run.results.models[model], 2, 1).mean; };
  EXPECT_LT(values(0), 0.75) << "RMSE near the noise, in the data's units";
  EXPECT_GT(values(1), 1.8) << "persistence misses the drift, on the series as it is";
  EXPECT_TRUE(run.results.models[0].seeds[0].scores.parts[2]->interval);
  const auto interval = *run.results.models[0].seeds[0].scores.parts[2]->interval;
  EXPECT_GT(interval.coverage, 0.75);
  EXPECT_LT(interval.width, 3.0);
  const RunForecast forecast = forecast_run(folder, {.steps = 20});
  for (int k = 1; k <= 20; ++k)
    EXPECT_NEAR(forecast.forecast.values[static_cast<std::size_t>(k - 1)], y + 2 * k, 0.3 * k + 0.6) << k;
  EXPECT_GT(forecast.forecast.upper[9] - forecast.forecast.lower[9],
            1.5 * (forecast.forecast.upper[0] - forecast.forecast.lower[0]))
      << "errors of a walk grow";
}

// Growth by 3 % a row: the forecast grows on, and intervals stay above 0.
TEST(TransformedRun, ALogarithmKeepsGrowthAndIntervalsAboveZero) {
  Random random(12);
  std::string text = "ds,y\n";
  double log = 0;
  for (int i = 0; i < 250; ++i)
    text += fmt::format("{},{}\n", i, std::exp(log += 0.03 + 0.02 * random.normal()));
  const fs::path folder = fresh("growth"), data = written("growth.csv", text);
  std::vector<Setting> settings = {{"data.transform", "log,difference", "--transform"},
                                   {"data.targets", "y", "--target"},
                                   {"model.degrees", "1", "--degrees"}};
  const RunResult run = start_run(config_for(folder, data, settings), {});
  EXPECT_GT(run.results.models[0].seeds[0].scores.parts[2]->interval->coverage, 0.75);
  const RunForecast forecast = forecast_run(folder, {.steps = 10});
  for (int k = 1; k <= 10; ++k) {
    const auto i = static_cast<std::size_t>(k - 1);
    EXPECT_NEAR(std::log(forecast.forecast.values[i]), log + 0.03 * k, 0.01 * k + 0.03);
    const double above = forecast.forecast.upper[i] / forecast.forecast.values[i];
    EXPECT_NEAR(above, forecast.forecast.values[i] / forecast.forecast.lower[i], 1e-9) << "alike as factors";
    EXPECT_GT(forecast.forecast.lower[i], 0);
  }
  std::string bad = text;
  bad += "250,0\n";
  EXPECT_THAT(error_of([&] {
                start_run(config_for(fresh("growth-bad"), written("growth-bad.csv", bad), settings), {});
              }),
              AllOf(HasSubstr("row 251 (250), column 'y'"), HasSubstr("no logarithm")));
}

// Without a transform and with one, step 2 is step 1 of the series with step 1 appended.
TEST(TransformedRun, StepsFollowFromStepsForEveryTransform) {
  std::string text = "ds,y\n";
  std::vector<double> y;
  for (int i = 0; i < 150; ++i) {
    y.push_back(20 + 0.1 * i + 5 * std::sin(i * 1.57) + 0.3 * (i * 7 % 5));
    text += fmt::format("{},{}\n", i, y.back());
  }
  const fs::path data = written("steps.csv", text);
  for (const std::string transform :
       {"", "log", "difference", "seasonal-difference", "log,seasonal-difference,difference"})
    for (const std::string stateful : {"false", "true"}) {
      const fs::path folder = fresh("steps");
      std::vector<Setting> settings = {
          {"model.name", "esn", "--model"},           {"data.file", data.string(), "data"},
          {"data.window", "6", "--window"},           {"data.targets", "y", "--target"},
          {"baselines.which", "none", "--baselines"}, {"baselines.season", "4", "--season"},
          {"model.stateful", stateful, "--stateful"}, {"output.folder", folder.string(), "-o"}};
      if (!transform.empty()) settings.push_back({"data.transform", transform, "--transform"});
      start_run(resolve("forecast", std::nullopt, settings), {});
      const RunForecast two = forecast_run(folder, {.steps = 2, .interval = 0.0});
      const fs::path longer =
          written("steps-longer.csv", text + fmt::format("150,{}\n", two.forecast.values[0]));
      const RunForecast one = forecast_run(folder, {.data = longer.string(), .steps = 1, .interval = 0.0});
      EXPECT_NEAR(one.forecast.values[0], two.forecast.values[1], 1e-7) << transform << " " << stateful;
    }
}

}  // namespace
}  // namespace ebit::experiment
