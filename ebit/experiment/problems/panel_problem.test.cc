#include "ebit/experiment/problems/panel_problem.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <set>

#include "ebit/base/atomic_file.h"
#include "ebit/base/testing/error_of.h"
#include "ebit/data/conformal.h"
#include "ebit/data/metrics.h"
#include "ebit/experiment/model_specs.h"
#include "ebit/experiment/problems/panel_scores.h"
#include "ebit/experiment/runs/score.h"
#include "ebit/settings/resolve.h"

namespace ebit::experiment {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

// Three series of unlike size and length, rows in turns; "c" is short.
fs::path panel_file() {
  const fs::path path = fs::path(EBIT_TEST_TMP) / "panel.csv";
  std::string text = "unique_id,ds,y\n";
  for (int day = 0; day < 80; ++day) {
    const auto row = [&](const char* id, double y) {
      text += fmt::format("{},2024-{:02}-{:02},{}\n", id, 1 + day / 28, 1 + day % 28, y);
    };
    row("a", 5 + 3 * std::sin(0.4 * day) + 0.3 * (day * 7 % 5));
    row("b", 1000 + 400 * std::cos(0.5 * day) + 20 * (day * 11 % 7));
    if (day < 30) row("c", 0.01 * (day * 5 % 9) + 0.02 * (day % 3));
  }
  write_file_atomically(path, text);
  return path;
}

Config panel_config(std::vector<Setting> more = {}) {
  std::vector<Setting> settings = {{"model.name", "daskin-collapse", "--model"},
                                   {"data.file", panel_file().string(), "data"},
                                   {"data.id", "unique_id", "--id"},
                                   {"data.window", "4", "--window"},
                                   {"data.train", "0.6", "--train"},
                                   {"data.validation", "0.2", "--validation"},
                                   {"data.scaler", "minmax-half", "--scaler"},
                                   {"baselines.which", "persistence,seasonal-naive,ets", "--baselines"},
                                   {"baselines.season", "7", "--season"}};
  settings.insert(settings.end(), more.begin(), more.end());
  return resolve("forecast", std::nullopt, settings);
}

std::unique_ptr<fit::Model> model_for(const Config& config, const Problem& problem) {
  return fit::make_model(spec_of(config, problem), config.step);
}

TEST(PanelProblem, EveryTrainingWindowIsInOneBatchAndOfOneSeries) {
  Config config = panel_config();
  PanelProblem problem(config);
  ASSERT_EQ(problem.count(), 3u);
  std::set<std::int64_t> seen;
  for (const fit::Batch& batch : problem.batches(0, 1)) {
    const fit::Examples& examples = problem.examples(batch);
    EXPECT_FALSE(examples.goes_on);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      EXPECT_TRUE(seen.insert(batch[i]).second);
      auto window = static_cast<std::size_t>(batch[i]);
      std::size_t k = 0;
      while (window >= problem.series(k).windows(0).count) window -= problem.series(k++).windows(0).count;
      const Windows& own = problem.series(k).windows(0);
      for (std::size_t t = 0; t < 4; ++t) EXPECT_EQ(examples.x[i * 4 + t], own.x(window)[t]);
      EXPECT_EQ(examples.y[i], own.y[window]);
    }
  }
  std::size_t count = 0;
  for (std::size_t k = 0; k < 3; ++k) count += problem.series(k).windows(0).count;
  EXPECT_EQ(seen.size(), count);
}

TEST(PanelProblem, ACarriedStateBeginsAnewWithEachSeries) {
  Config config =
      panel_config({{"model.stateful", "true", "--stateful"}, {"train.shuffle", "false", "--shuffle"}});
  PanelProblem problem(config);
  std::size_t begun = 0, first = 0;
  for (const fit::Batch& batch : problem.batches(0, 1)) {
    begun += !problem.examples(batch).goes_on;
    std::set<std::size_t> series;
    for (const std::int64_t window : batch) {
      std::size_t k = 0, rest = static_cast<std::size_t>(window);
      while (rest >= problem.series(k).windows(0).count) rest -= problem.series(k++).windows(0).count;
      series.insert(k);
    }
    EXPECT_EQ(series.size(), 1u) << "a batch is of one series";
    if (first++ == 0) {
      EXPECT_FALSE(problem.examples(batch).goes_on);
    }
  }
  EXPECT_EQ(begun, 3u);
}

TEST(PanelProblem, ScoresAreThoseOfEachSeriesAloneAndTheirMeans) {
  for (const char* stateful : {"false", "true"}) {
    Config config =
        panel_config({{"model.stateful", stateful, "--stateful"}, {"train.shuffle", "false", "--shuffle"}});
    PanelProblem problem(config);
    const auto model = model_for(config, problem);
    const Scores all = problem.scores(*model, 1, false);
    ASSERT_EQ(all.parts[2]->by_series.size(), 3u);
    std::size_t place = 0;
    std::vector<double> sums(all.parts[2]->values.size(), 0.0);
    for (std::size_t k = 0; k < 3; ++k) {
      const Scores own = problem.series(k).judged(
          std::vector<std::vector<double>>{{},
                                           {},
                                           [&] {
                                             std::vector<double> scaled;
                                             const Windows& windows = problem.series(k).windows(2);
                                             for (std::size_t i = 0; i < windows.count; ++i)
                                               scaled.push_back(seen_value(problem.series(k).dataset(), 2, 0,
                                                                           windows.target_row[i],
                                                                           all.predictions[2][place + i]));
                                             return scaled;
                                           }()},
          {});
      Scores alone = problem.series(k).scores_before_test(*model, 1);
      EXPECT_EQ(alone.parts[1]->values, all.parts[1]->by_series[k].values) << k;
      for (std::size_t m = 0; m < sums.size(); ++m) {
        EXPECT_NEAR(own.parts[2]->values[m], all.parts[2]->by_series[k].values[m],
                    1e-9 * (1 + std::abs(own.parts[2]->values[m])));
        sums[m] += all.parts[2]->by_series[k].values[m];
      }
      place += problem.series(k).windows(2).count;
    }
    EXPECT_EQ(place, all.predictions[2].size());
    for (std::size_t m = 0; m < sums.size(); ++m) EXPECT_NEAR(all.parts[2]->values[m], sums[m] / 3, 1e-9);
    EXPECT_EQ(problem.metrics()[problem.judged_metric()].name, "MASE");
  }
}

TEST(PanelProblem, ReferencesAreOfEachSeries) {
  Config config = panel_config();
  PanelProblem problem(config);
  const std::vector<Reference> references = problem.references();
  ASSERT_EQ(references.size(), 3u);
  for (const Reference& reference : references) {
    ASSERT_TRUE(reference.scores.parts[2]);
    for (const SeriesScore& own : reference.scores.parts[2]->by_series) {
      const auto alone = problem.series(own.series).references();
      const auto same = std::ranges::find(alone, reference.name, &Reference::name);
      ASSERT_NE(same, alone.end());
      EXPECT_EQ(same->scores.parts[2]->values, own.values) << reference.name;
    }
  }
}

TEST(PanelProblem, ShortSeriesHaveTheIntervalsOfAll) {
  Config config = panel_config();  // "c" has 6 validation rows, too few for 90 % by itself
  PanelProblem problem(config);
  const auto model = model_for(config, problem);
  const Scores all = problem.scores(*model, 1, false);
  std::vector<double> half;  // of each series
  std::size_t test = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    ASSERT_LT(test, all.upper.size());
    half.push_back((all.upper[test] - all.lower[test]) / 2);
    test += problem.series(k).windows(2).count;
  }
  ASSERT_EQ(all.upper.size(), test);
  std::vector<double> pooled, own_b;
  std::size_t place = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    const Dataset& dataset = problem.series(k).dataset();
    const std::vector<double> truth = true_values(dataset, dataset.validation);
    for (std::size_t i = 0; i < truth.size(); ++i) {
      const double error = truth[i] - all.predictions[1][place + i];
      pooled.push_back(error * dataset.target_scaler(1, 0).scale);
      if (k == 1) own_b.push_back(error);
    }
    place += truth.size();
  }
  EXPECT_NEAR(half[1], conformal_half_width(own_b, 0.9), 1e-9) << "its own are enough";
  EXPECT_NEAR(half[2],
              conformal_half_width(pooled, 0.9) / problem.series(2).dataset().target_scaler(1, 0).scale,
              1e-9);
  EXPECT_THAT(problem.notes(), Contains(HasSubstr("intervals of 1 of 3 series rest on the errors of all")));
  EXPECT_TRUE(all.parts[2]->interval);
  EXPECT_TRUE(all.parts[2]->by_series[2].interval);
}

// Each series alone says what its part of the whole must be.
TEST(PanelProblem, PredictsSeveralStepsAndQuantilesOfEachSeries) {
  for (const bool quantiles : {false, true}) {
    std::vector<Setting> more = {{"data.horizon", "1..2", "--horizon"}, {"model.head", "linear", "--head"}};
    if (quantiles)
      more.insert(more.end(),
                  {{"train.loss", "quantile", "--loss"}, {"train.quantiles", "0.1,0.5,0.9", "--quantiles"}});
    Config config = panel_config(more);
    PanelProblem problem(config);
    const auto model = model_for(config, problem);
    const Scores all = problem.scores(*model, 1, false);
    ASSERT_EQ(all.parts[2]->by_step.size(), 2u);
    EXPECT_EQ(all.quantiles[2].size(), quantiles ? 3u : 0u);
    std::size_t place = 0, validated = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      const Scores alone = problem.series(k).scores(*model, 1, false);
      EXPECT_EQ(alone.parts[2]->values, all.parts[2]->by_series[k].values) << k;
      for (std::size_t i = 0; i < alone.predictions[2].size(); ++i) {
        EXPECT_EQ(all.predictions[2][place + i], alone.predictions[2][i]);
        if (quantiles) {
          EXPECT_EQ(all.quantiles[2][2][place + i], alone.quantiles[2][2][i]);
        }
        if (k == 1) {
          EXPECT_EQ(all.upper[place + i], alone.upper[i]) << "its own margins are enough";
        }
      }
      place += alone.predictions[2].size(), validated += alone.predictions[1].size();
    }
    EXPECT_EQ(all.predictions[2].size(), place);
    EXPECT_EQ(all.predictions[1].size(), validated);
    EXPECT_EQ(all.upper.size(), place);
    EXPECT_TRUE(std::ranges::none_of(all.upper, [](double end) { return std::isnan(end); }));
  }
}

TEST(PanelProblem, WhatMaseIsNotDefinedForIsLeftOutOfItsMeanAlone) {
  Scores one, two;
  const std::size_t mase = metric_index("MASE"), count = metric_table().size();
  std::vector<double> a(count, 2.0), b(count, 4.0);
  b[mase] = std::nan("");
  one.parts[2] = PartScores{.values = a, .scaled = a, .by_target = {}};
  two.parts[2] = PartScores{.values = b, .scaled = b, .by_target = {}};
  one.predictions[2] = {1, 2}, two.predictions[2] = {3};
  const std::vector<std::size_t> without = {1};
  const std::array<std::vector<std::size_t>, 3> counts{{{0, 0}, {0, 0}, {2, 1}}};
  const Scores all = join_scores({one, two}, counts, without);
  EXPECT_EQ(all.parts[2]->values[mase], 2);
  EXPECT_EQ(all.parts[2]->values[0], 3);
  EXPECT_THAT(all.predictions[2], ::testing::ElementsAre(1, 2, 3));
  EXPECT_FALSE(all.parts[1]);
  EXPECT_TRUE(std::isnan(join_scores({one, two}, counts, {}).parts[2]->values[mase]))
      << "what a model fails at is not left out";
}

TEST(PanelProblem, CsvBeginsWithTheIdAndTheHashKnowsIt) {
  Config config = panel_config();
  PanelProblem problem(config);
  const auto model = model_for(config, problem);
  const std::string csv = problem.predictions_csv(problem.scores(*model, 1, false));
  EXPECT_TRUE(
      csv.starts_with("unique_id,time,row,part,y truth,y prediction,y lower,y upper\na,2024-01-05,4,train,"))
      << csv.substr(0, 200);
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), static_cast<std::ptrdiff_t>(1 + [&] {
              std::size_t windows = 0;
              for (std::size_t part = 0; part < 3; ++part)
                for (std::size_t k = 0; k < 3; ++k) windows += problem.series(k).windows(part).count;
              return windows;
            }()));
  EXPECT_THAT(csv, HasSubstr("\nc,2024-01-05,4,train,"));
  std::string renamed = read_file(config.data.file);
  for (std::size_t at = 0; (at = renamed.find("\nc,", at)) != std::string::npos; ++at) renamed[at + 1] = 'd';
  const fs::path other = fs::path(EBIT_TEST_TMP) / "panel-d.csv";
  write_file_atomically(other, renamed);
  Config same = panel_config({{"data.file", other.string(), "data"}});
  EXPECT_NE(PanelProblem(same).data_hash(), problem.data_hash());
  EXPECT_EQ(fitted_series(problem.fitted(), "here").size(), 3u);
  EXPECT_THAT(error_of([] { fitted_series("{\"panel\": [{}]}", "x.safetensors"); }),
              HasSubstr("'x.safetensors' is damaged"));
}

TEST(PanelProblem, OneSeriesCommandsRefusePanels) {
  Config config = panel_config();
  PanelProblem problem(config);
  EXPECT_THAT(error_of([&] { require_forecast(problem, "reproduce"); }), HasSubstr("these data are a panel"));
}

}  // namespace
}  // namespace ebit::experiment
