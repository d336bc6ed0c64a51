#include "ebit/analysis/backtest/backtest.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <thread>

#include "ebit/analysis/backtest/backtest_scores.h"
#include "ebit/analysis/backtest/untrained.h"
#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/testing/error_of.h"
#include "ebit/data/metrics.h"
#include "ebit/data/smoothing.h"
#include "ebit/data/theta.h"

namespace ebit::analysis {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

fs::path fresh(const std::string& name) {
  const fs::path folder = fs::path(EBIT_TEST_TMP) / "backtests" / name;
  fs::remove_all(folder);
  return folder;
}

double value_at(int i) { return 20 + 0.05 * i + 5 * std::sin(0.9 * i) + 0.7 * ((i * 37) % 11); }

// 160 days of a weekly series, and a column that is known ahead.
std::string csv_file(const std::string& name, int rows = 160, double last = 0) {
  const fs::path path = fs::path(EBIT_TEST_TMP) / (name + ".csv");
  std::string text = "date,promo,sales\n";
  for (int i = 0; i < rows; ++i) {
    const int day = i % 28, month = i / 28;
    text += fmt::format("2024-{:02}-{:02},{},{}\n", 1 + month, 1 + day, i % 3,
                        value_at(i) + (i + 14 >= rows ? last : 0));
  }
  write_file_atomically(path, text);
  return path.string();
}

BacktestSpec spec_of(const std::string& file, std::vector<Setting> more = {}) {
  BacktestSpec spec;
  spec.settings = {{"data.file", file, "data"},
                   {"data.targets", "sales", "--target"},
                   {"data.time", "date", "--time"},
                   {"data.window", "7", "--window"},
                   {"data.horizon", "7", "--horizon"},
                   {"model.name", "poly-ridge", "--model"},
                   {"baselines.season", "7", "--season"},
                   {"baselines.which", "persistence,seasonal-naive,ets,theta,mean,linear", "--baselines"}};
  for (Setting& setting : more) {
    std::erase_if(spec.settings, [&](const Setting& own) { return own.name == setting.name; });
    spec.settings.push_back(std::move(setting));
  }
  spec.cuts = 3;
  return spec;
}

UnitsCallbacks quiet() {
  return {.interrupted = [] { return false; }, .on_change = [](auto, auto) {}};
}

Backtest tested(const BacktestSpec& spec, const std::string& name) {
  const BacktestOutcome outcome = run_backtest(spec, {.folder = fresh(name), .jobs = 1}, quiet());
  EXPECT_TRUE(outcome.finished);
  return outcome.results;
}

const BacktestModel& model_of(const Backtest& test, const std::string& name) {
  return *std::ranges::find(test.models, name, &BacktestModel::name);
}

double score(const Backtest& test, const std::string& model, std::string_view metric, Among among = {}) {
  const auto all = backtest_metrics();
  const auto row = std::ranges::find(all, metric, &BacktestMetric::name);
  return experiment::mean_spread(
             scores_of(test, model_of(test, model), static_cast<std::size_t>(row - all.begin()), among))
      .mean;
}

TEST(Backtest, ForecastsWithoutAModelAreTheirFormulas) {
  const Backtest test = tested(spec_of(csv_file("formulas")), "formulas");
  EXPECT_THAT(test.known, testing::ElementsAre(139, 146, 153));
  double sum = 0, squares = 0;
  for (int i = 7; i < 139; ++i)
    sum += std::abs(value_at(i) - value_at(i - 7)), squares += std::pow(value_at(i) - value_at(i - 7), 2);
  EXPECT_NEAR(test.naive_error[0], sum / 132, 1e-9);
  EXPECT_NEAR(test.naive_root[0], std::sqrt(squares / 132), 1e-9);
  double naive = 0, seasonal = 0;
  for (std::size_t c = 0; c < 3; ++c) {
    const int known = static_cast<int>(test.known[c]);
    for (int s = 0; s < 7; ++s) {
      const auto i = static_cast<std::size_t>(s);
      EXPECT_NEAR(test.truth[c][i], value_at(known + s), 1e-12);
      EXPECT_NEAR(model_of(test, "persistence").forecasts[0][c].values[i], value_at(known - 1), 1e-12);
      EXPECT_NEAR(model_of(test, "seasonal-naive").forecasts[0][c].values[i], value_at(known - 7 + s), 1e-12);
      naive += std::abs(value_at(known + s) - value_at(known - 1)) / 21;
      seasonal += std::pow(value_at(known + s) - value_at(known - 7 + s), 2) / 21;
    }
    // Fitted before the first cut, carried on to this one.
    std::vector<double> rows;
    for (int i = 0; i < 160; ++i) rows.push_back(value_at(i));
    const Smoothing ets = fit_smoothing(std::span(rows).first(139), 7);
    const Theta theta = fit_theta(std::span(rows).first(139), 7);
    for (std::size_t s = 0; s < 7; ++s) {
      EXPECT_NEAR(model_of(test, "ets").forecasts[0][c].values[s],
                  ets.forecasts(rows, s + 1)[test.known[c] + s], 1e-9);
      EXPECT_NEAR(model_of(test, "theta").forecasts[0][c].values[s],
                  theta.forecasts(rows, s + 1)[test.known[c] + s], 1e-9);
    }
  }
  EXPECT_NEAR(score(test, "persistence", "MAE"), naive, 1e-9);
  EXPECT_NEAR(score(test, "persistence", "MASE"), naive / test.naive_error[0], 1e-9);
  EXPECT_NEAR(score(test, "seasonal-naive", "RMSE"), std::sqrt(seasonal), 1e-9);
  EXPECT_NEAR(score(test, "seasonal-naive", "RMSSE"), std::sqrt(seasonal) / test.naive_root[0], 1e-9);
  // The whole is the mean of its steps, and of its cuts.
  for (const char* model : {"poly-ridge", "linear", "ets"}) {
    double steps = 0, cuts = 0;
    for (std::size_t s = 0; s < 7; ++s) steps += score(test, model, "MAE", {.step = s}) / 7;
    for (std::size_t c = 0; c < 3; ++c) cuts += score(test, model, "MAE", {.cut = c}) / 3;
    EXPECT_NEAR(steps, score(test, model, "MAE"), 1e-10);
    EXPECT_NEAR(cuts, score(test, model, "MAE"), 1e-10);
    EXPECT_GE(score(test, model, "coverage"), 0) << "there are intervals";
    EXPECT_GT(score(test, model, "width"), 0);
    EXPECT_GT(score(test, model, "pinball"), 0);
  }
}

TEST(Backtest, NothingBehindACutIsSeen) {
  for (const bool refit : {false, true})
    for (const char* horizon : {"7", "1..7"}) {
      BacktestSpec spec = spec_of(csv_file("leak"), {{"data.horizon", horizon, "--horizon"}}),
                   other =
                       spec_of(csv_file("leak-changed", 160, 1e4), {{"data.horizon", horizon, "--horizon"}});
      spec.refit = other.refit = refit;
      const Backtest a = tested(spec, "leak"), b = tested(other, "leak-changed");
      EXPECT_NE(a.truth[1], b.truth[1]);
      ASSERT_EQ(a.models.size(), 7u);
      for (std::size_t m = 0; m < a.models.size(); ++m)
        for (std::size_t c = 0; c < 2; ++c) {  // what is changed begins at the second cut
          const CutForecast &x = a.models[m].forecasts[0][c], &y = b.models[m].forecasts[0][c];
          EXPECT_EQ(x.values, y.values) << a.models[m].name << c;
          EXPECT_EQ(x.upper, y.upper) << a.models[m].name << c;
        }
    }
}

TEST(Backtest, RefittedModelsAreThoseOfTheirCut) {
  BacktestSpec spec = spec_of(csv_file("refit"), {{"baselines.which", "ets,linear", "--baselines"}});
  const Backtest once = tested(spec, "once");
  spec.refit = true;
  const Backtest anew = tested(spec, "anew");
  for (const char* name : {"poly-ridge", "ets", "linear"}) {
    EXPECT_EQ(model_of(once, name).forecasts[0][0].values, model_of(anew, name).forecasts[0][0].values)
        << name;
    EXPECT_NE(model_of(once, name).forecasts[0][2].values, model_of(anew, name).forecasts[0][2].values)
        << name;
  }
  // A backtest with the last cut alone, trained before it, is the last cut of the one that refits.
  spec.cuts = 1, spec.refit = false;
  const Backtest last = tested(spec, "last");
  EXPECT_EQ(last.models[0].forecasts[0][0].values, anew.models[0].forecasts[0][2].values);
  EXPECT_EQ(last.models[0].forecasts[0][0].upper, anew.models[0].forecasts[0][2].upper);
}

TEST(Backtest, WhatIsKnownAheadIsSeen) {
  BacktestSpec spec = spec_of(csv_file("ahead"), {{"data.future", "promo", "--future"},
                                                  {"data.calendar", "weekday", "--calendar"},
                                                  {"model.name", "linear", "--model"},
                                                  {"baselines.which", "persistence", "--baselines"}});
  const Backtest recursive = tested(spec, "ahead");
  spec = spec_of(csv_file("ahead"), {{"data.future", "promo", "--future"},
                                     {"data.horizon", "1..7", "--horizon"},
                                     {"model.name", "linear", "--model"},
                                     {"baselines.which", "persistence", "--baselines"}});
  const Backtest direct = tested(spec, "ahead-direct");
  EXPECT_EQ(direct.models[0].forecasts[0][2].values.size(), 7u);
  EXPECT_NE(direct.models[0].forecasts[0][2].values, recursive.models[0].forecasts[0][2].values);
  EXPECT_GT(direct.models[0].parameters, 7 * 14);
}

// Killed at many moments: what comes in the end is what comes without.
TEST(Backtest, GoesOnAfterAKill) {
  BacktestSpec spec = spec_of(csv_file("killed"), {{"model.name", "daskin-collapse", "--model"},
                                                   {"data.scaler", "minmax-half", "--scaler"},
                                                   {"train.epochs", "6", "--epochs"},
                                                   {"train.seeds", "2", "--seeds"},
                                                   {"baselines.which", "persistence,linear", "--baselines"}});
  spec.refit = true;
  const Backtest whole = tested(spec, "whole");
  EXPECT_EQ(whole.models[0].forecasts.size(), 2u);
  EXPECT_NE(whole.models[0].forecasts[0][0].values, whole.models[0].forecasts[1][0].values);
  const fs::path folder = fresh("killed");
  for (int kill = 0; kill < 6; ++kill) {
    const pid_t pid = fork();
    if (pid == 0) {
      setpgid(0, 0);
      run_backtest(spec, {.folder = folder, .jobs = 1}, quiet());
      _exit(0);
    }
    setpgid(pid, pid);
    std::this_thread::sleep_for(std::chrono::milliseconds(40 + 90 * kill));
    ::kill(-pid, SIGKILL);
    int status = 0;
    waitpid(pid, &status, 0);
  }
  const BacktestOutcome outcome = run_backtest(spec, {.folder = folder, .jobs = 1}, quiet());
  ASSERT_TRUE(outcome.finished);
  EXPECT_EQ(outcome.done, outcome.units);
  for (std::size_t m = 0; m < whole.models.size(); ++m)
    for (std::size_t k = 0; k < whole.models[m].forecasts.size(); ++k)
      for (std::size_t c = 0; c < 3; ++c) {
        EXPECT_EQ(outcome.results.models[m].forecasts[k][c].values, whole.models[m].forecasts[k][c].values);
        EXPECT_EQ(outcome.results.models[m].forecasts[k][c].lower, whole.models[m].forecasts[k][c].lower);
      }
  for (const char* file : {"backtest.json", "scores.csv", "forecasts.csv", "backtest.md", "report.html"})
    EXPECT_TRUE(fs::exists(folder / file)) << file;
  const auto json = nlohmann::json::parse(read_file(folder / "backtest.json"));
  EXPECT_EQ(json["cut"].size(), 3u);
  EXPECT_EQ(json["models"][0]["by_step"].size(), 7u);
}

// Trainings one by one, as a scheduler does them, and then the whole: nothing is trained twice.
TEST(Backtest, TrainingsAreDoneOneByOne) {
  BacktestSpec spec = spec_of(csv_file("units"));
  spec.refit = true;
  const fs::path folder = fresh("units");
  const BacktestOptions options{.folder = folder, .jobs = 1};
  const std::vector<BacktestTraining> trainings = backtest_trainings(spec);
  ASSERT_EQ(trainings.size(), 6u) << "two models at three cuts";
  EXPECT_THAT(error_of([&] { run_one_backtest_unit(spec, options, "cut-9/linear/1", {}); }),
              AllOf(HasSubstr("no training 'cut-9/linear/1'"), HasSubstr("cut-1/linear/1")));
  EXPECT_FALSE(fs::exists(folder));
  for (const BacktestTraining& training : trainings) run_one_backtest_unit(spec, options, training.name, {});
  const std::string log = read_file(folder / "cut-1" / "linear-1" / "log.txt");
  const BacktestOutcome outcome = run_backtest(spec, options, quiet());
  EXPECT_EQ(read_file(folder / "cut-1" / "linear-1" / "log.txt"), log);
  const Backtest whole = tested(spec, "units-whole");
  EXPECT_EQ(score(outcome.results, "poly-ridge", "MAE"), score(whole, "poly-ridge", "MAE"));
}

TEST(Backtest, TellsDegreesThatTheWindowIsTooWideFor) {
  BacktestSpec spec =
      spec_of(csv_file("degrees"), {{"data.window", "30", "t"}, {"baselines.which", "theta", "t"}});
  spec.cuts = 1;
  std::vector<std::string> notes;
  UnitsCallbacks callbacks = quiet();
  callbacks.on_note = [&](const std::string& note) { notes.push_back(note); };
  const BacktestOutcome outcome = run_backtest(spec, {.folder = fresh("degrees"), .jobs = 1}, callbacks);
  EXPECT_THAT(notes, ::testing::Contains(HasSubstr("poly-ridge: degree 3 is left out")));
  EXPECT_THAT(outcome.results.notes, ::testing::Contains(HasSubstr("degree 3 is left out")));
}

TEST(Backtest, RefusesInOneLine) {
  const std::string file = csv_file("refused");
  const auto refused = [&](BacktestSpec spec) {
    return error_of([&] { run_backtest(spec, {.folder = fresh("refused"), .jobs = 1}, quiet()); });
  };
  const auto with = [&](const std::string& name, const std::string& value, const std::string& where) {
    return refused(spec_of(file, {{name, value, where}}));
  };
  EXPECT_THAT(with("data.test_from", "2024-03-01", "--test-from"), HasSubstr("the cuts say"));
  EXPECT_THAT(with("train.seed", "3", "--seed"), HasSubstr("--seeds says how many"));
  EXPECT_THAT(with("data.horizon", "3..7", "--horizon"), HasSubstr("--horizon 1..7"));
  EXPECT_THAT(with("data.features", "sales,promo", "--features"), HasSubstr("--horizon 1..7"));
  BacktestSpec many = spec_of(file);
  many.cuts = 30;
  EXPECT_THAT(refused(many), HasSubstr("take fewer --cuts"));
  many.cuts = 0;
  EXPECT_THAT(refused(many), HasSubstr("--cuts must be at least 1"));
  const BacktestSpec good = spec_of(file);
  const fs::path folder = fresh("other-settings");
  run_backtest(good, {.folder = folder, .jobs = 1}, quiet());
  BacktestSpec other = good;
  other.apart = 3;
  EXPECT_THAT(error_of([&] { run_backtest(other, {.folder = folder, .jobs = 1}, quiet()); }),
              HasSubstr("holds a backtest with other settings"));
  EXPECT_TRUE(run_backtest(other, {.folder = folder, .jobs = 1, .overwrite = true}, quiet()).finished);
}

// A text that a training does not know is told with its row before anything is trained.
TEST(Backtest, KnowsTextsBeforeItTrains) {
  const fs::path path = fs::path(EBIT_TEST_TMP) / "texts.csv";
  const auto write = [&](int strange) {
    std::string text = "date,weather,sales\n";
    for (int i = 0; i < 160; ++i)
      text += fmt::format("2024-{:02}-{:02},{},{}\n", 1 + i / 28, 1 + i % 28,
                          i == strange ? "snow"
                          : i % 3 == 0 ? "sun"
                                       : "rain",
                          value_at(i));
    write_file_atomically(path, text);
  };
  const auto told = [&](const std::vector<Setting>& more, bool refit) {
    BacktestSpec spec = spec_of(path.string(), more);
    spec.refit = refit;
    const fs::path folder = fresh("texts");
    const std::string error = error_of([&] { run_backtest(spec, {.folder = folder, .jobs = 1}, quiet()); });
    EXPECT_EQ(fs::exists(folder), error == "no error") << "nothing is made where it is refused";
    return error;
  };
  const Setting category{"data.categories", "weather", "--category"};
  const Setting ahead{"data.future", "weather", "--future"};
  const Setting all{"data.horizon", "1..7", "--horizon"};
  write(158);
  EXPECT_THAT(told({category}, false), HasSubstr("need future values of 'weather'"));
  EXPECT_THAT(told({category, ahead}, false),
              AllOf(HasSubstr("cut-1: "), HasSubstr("row 159"), HasSubstr("'snow'")));
  EXPECT_THAT(told({category, ahead}, true), AllOf(HasSubstr("cut-3: "), HasSubstr("row 159")));
  EXPECT_EQ(told({category, all}, true), "no error") << "it is behind the last cut, and not known ahead";
  write(147);
  EXPECT_THAT(told({category, all}, true), AllOf(HasSubstr("cut-3: "), HasSubstr("row 148")));
}

}  // namespace
}  // namespace ebit::analysis
