// ebit forecast from the command line: files beside the run's own, and what is told of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <functional>

#include "ebit/base/atomic_file.h"
#include "ebit/cmd/test_support.h"

namespace ebit::cmd {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

std::string written(const std::string& name, const std::string& text) {
  const fs::path path = fs::path(folder("files")).parent_path() / name;
  fs::create_directories(path.parent_path());
  write_file_atomically(path, text);
  return path.string();
}

// Days of 2024, month first; 100 of them reach 04/09.
std::string american(int day) {
  constexpr int kDays[] = {31, 29, 31, 30, 31};
  int month = 0;
  while (day >= kDays[month]) day -= kDays[month++];
  return fmt::format("{:02}/{:02}/2024", month + 1, day + 1);
}

// Rows of a series with a planned column. @param front stands before each row.
std::string history(int rows, const std::function<std::string(int)>& front, double scale = 1) {
  std::string text;
  for (int i = 0; i < rows; ++i)
    text += fmt::format("{},{},{}\n", front(i), scale * (50 + 8 * std::sin(0.9 * i) + 3 * (i % 3)), i % 3);
  return text;
}

std::vector<std::string> training(const std::string& data, const std::string& place) {
  return {"train",       data,   "--target",   "y",      "--future", "promo",
          "--window",    "4",    "--model",    "linear", "--train",  "0.7",
          "--baselines", "none", "--no-plots", "-q",     "-o",       place};
}

TEST(ForecastCommand, PlannedFilesAreReadInTheOrderOfTheRunsDates) {
  const std::string data = written("us.csv", "date,y,promo\n" + history(100, american)), place = folder("us");
  const Outcome run = ebit(training(data, place));
  ASSERT_EQ(run.status, kOk) << run.error;
  EXPECT_THAT(read_file(place + "/config.toml"), HasSubstr("date_order = 'mdy'"));
  // By themselves the dates of this file, 04/10 to 04/12, would be days of October to December.
  std::string planned = "date,promo\n";
  for (int i = 100; i < 103; ++i) planned += fmt::format("{},{}\n", american(i), i % 3);
  const Outcome said =
      ebit({"forecast", place, "--steps", "3", "--no-plots", "--future", written("us-planned.csv", planned)});
  EXPECT_EQ(said.status, kOk) << said.error;
  EXPECT_THAT(said.out, HasSubstr("04/12/2024"));
  // So are new data.
  const std::string newer =
      written("us-newer.csv", "date,y,promo\n" + history(5, [](int i) { return american(100 + i); }));
  planned = fmt::format("date,promo\n{},1\n", american(105));
  const Outcome next = ebit({"forecast", place, "--steps", "1", "--no-plots", "--data", newer, "--future",
                             written("us-next.csv", planned)});
  EXPECT_EQ(next.status, kOk) << next.error;
  EXPECT_THAT(next.out, HasSubstr("04/15/2024"));
}

TEST(ForecastCommand, WhatIsGuessedInAPlannedFileIsTold) {
  const auto day = [](int i) { return fmt::format("2024-{:02}-{:02}", 1 + i / 28, 1 + i % 28); };
  const std::string data = written("plan.csv", "date,y,promo\n" + history(56, day)), place = folder("plan");
  ASSERT_EQ(ebit(training(data, place)).status, kOk);
  const auto forecast = [&](const std::string& planned) {
    return ebit(
        {"forecast", place, "--steps", "2", "--no-plots", "--future", written("planned.csv", planned)});
  };
  EXPECT_THAT(forecast("date,promo\n2024-02-29,0\n2024-03-01,1\n").out, Not(HasSubstr("planned.csv")));
  EXPECT_THAT(forecast("date,promo\n2024-03-01,1\n2024-02-29,0\n").out,
              HasSubstr("planned.csv line 3: 2024-02-29 comes after"));
  const Outcome title = forecast("# plan of March\n# by hand\ndate,promo\n2024-02-29,0\n2024-03-01,1\n");
  EXPECT_THAT(title.out, HasSubstr("planned.csv: ")) << title.error;
}

TEST(ForecastCommand, ChangedDataOfTheRunAreTold) {
  const auto day = [](int i) { return fmt::format("2024-{:02}-{:02}", 1 + i / 28, 1 + i % 28); };
  const std::string data = written("grown.csv", "date,y,promo\n" + history(56, day)), place = folder("grown");
  ASSERT_EQ(ebit(training(data, place)).status, kOk);
  const std::string planned = written("grown-planned.csv", "date,promo\n2024-02-29,0\n2024-03-02,1\n");
  const std::vector<std::string> forecast = {"forecast", place, "--no-plots", "--future", planned};
  const Outcome same = ebit(forecast);
  EXPECT_THAT(same.out, HasSubstr("trained on the first 70 %")) << same.error;
  EXPECT_THAT(same.out, Not(HasSubstr("have changed")));
  written("grown.csv", "date,y,promo\n" + history(56, day, 1000));
  EXPECT_THAT(ebit(forecast).out, HasSubstr("the run's data have changed since the training"));
  // Put back as they were, they are the same data.
  written("grown.csv", "date,y,promo\n" + history(56, day));
  EXPECT_THAT(ebit(forecast).out, Not(HasSubstr("have changed")));
}

TEST(ForecastCommand, APanelsColumnByNumberIsFoundByItsNameInPlannedFiles) {
  std::string text = "shop,date,y,promo\n", planned = "shop,date,promo\n";
  for (const char* shop : {"a", "b"}) {
    text += history(
        60, [&](int i) { return fmt::format("{},2024-{:02}-{:02}", shop, 1 + i / 28, 1 + i % 28); },
        *shop == 'a' ? 1 : 5);
    planned += fmt::format("{},2024-03-05,{}\n", shop, *shop == 'a' ? 0 : 2);
  }
  const std::string data = written("by-number.csv", text), plan = written("by-number-plan.csv", planned);
  std::vector<std::string> outs;
  for (const char* column : {"shop", "1"}) {
    std::vector<std::string> arguments = training(data, folder(std::string("id-") + column));
    arguments.insert(arguments.end(), {"--id", column});
    ASSERT_EQ(ebit(arguments).status, kOk) << ebit(arguments).error;
    const Outcome said = ebit({"forecast", arguments[17], "--steps", "1", "--no-plots", "--future", plan});
    EXPECT_EQ(said.status, kOk) << said.error;
    EXPECT_THAT(said.out, Not(HasSubstr("taken for every series")));
    outs.push_back(read_file(arguments[17] + "/forecast.csv"));
  }
  EXPECT_EQ(outs[0], outs[1]);
}

TEST(ForecastCommand, PlannedFilesAreReadAsTheRunsOwnWas) {
  const auto day = [](int i) { return fmt::format("2024-{:02}-{:02}", 1 + i / 28, 1 + i % 28); };
  const std::string data = written("as-own.csv", "date,y,promo\n" + history(56, day)),
                    place = folder("as-own");
  ASSERT_EQ(ebit(training(data, place)).status, kOk);
  const auto forecast = [&](const std::string& planned) {
    const Outcome said =
        ebit({"forecast", place, "--no-plots", "--future", written("as-own-plan.csv", planned)});
    EXPECT_EQ(said.status, kOk) << said.error;
    return read_file(place + "/forecast.csv");
  };
  const std::string own = forecast("date,promo\n2024-02-29,1\n2024-03-01,2\n");
  // Another column of dates stands in front.
  EXPECT_EQ(forecast("made,date,promo\n2024-02-28,2024-02-29,1\n2024-02-29,2024-03-01,2\n"), own);
  // What would be thousands where nothing were known.
  EXPECT_EQ(forecast("date,promo,price\n2024-02-29,1.000,1.125\n2024-03-01,2,3.375\n"), own);
  EXPECT_EQ(forecast("ds,promo\n2024-02-29,1\n2024-03-01,2\n"), own) << "found where it is called otherwise";
}

TEST(EvaluateCommand, DataThatWouldBeScaledOtherwiseAreRefused) {
  const auto day = [](int i) { return fmt::format("2024-{:02}-{:02}", 1 + i / 28, 1 + i % 28); };
  const std::string data = written("more.csv", "date,y,promo\n" + history(56, day)), place = folder("more");
  ASSERT_EQ(ebit(training(data, place)).status, kOk);
  const std::string before = read_file(place + "/metrics.json");
  written("more.csv", "date,y,promo\n" + history(84, day, 2));
  const Outcome refused = ebit({"evaluate", place});
  EXPECT_EQ(refused.status, kBadInput) << refused.out;
  EXPECT_THAT(refused.error,
              HasSubstr("have changed since the training, and with them how values are scaled"));
  EXPECT_EQ(read_file(place + "/metrics.json"), before);
  const Outcome other = ebit({"evaluate", place, data});
  EXPECT_EQ(other.status, kOk) << other.error;
  EXPECT_THAT(other.error, HasSubstr("which of the scored rows it was trained on is not known"));
}

TEST(EvaluateCommand, TellsWhatOtherDataLack) {
  const auto day = [](int i) { return fmt::format("2024-{:02}-{:02}", 1 + i / 28, 1 + i % 28); };
  const std::string data = written("seen.csv", "date,y,promo\n" + history(56, day)), place = folder("seen");
  ASSERT_EQ(ebit(training(data, place)).status, kOk);
  const std::string other =
      written("other.csv", "date,y,promo\n" + history(30, [&](int i) { return day(29 - i); }));
  const Outcome scored = ebit({"evaluate", place, other});
  EXPECT_EQ(scored.status, kOk) << scored.error;
  EXPECT_THAT(scored.error, HasSubstr("MASE is not defined")) << scored.out;
  EXPECT_THAT(scored.error, HasSubstr("other.csv line 3: 2024-02-01 comes after"));
}

}  // namespace
}  // namespace ebit::cmd
