#include "ebit/analysis/suite/suite.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>

#include "ebit/analysis/suite/estimate.h"
#include "ebit/analysis/suite/run_suite.h"
#include "ebit/analysis/suite/suite_page.h"
#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/testing/error_of.h"
#include "ebit/cell/cells.h"
#include "ebit/experiment/model_specs.h"

namespace ebit::analysis {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kTiny = R"(name = "tiny"
seeds = 2
metric = "MSE"
scaled = true
[settings]
data.window = 3
train.epochs = 1
[quick]
seeds = 1
use_models = ["linear"]
[[data]]
name = "sine"
data.generator = "noisy-sine"
data.set = "points=60"
[[models]]
name = "linear"
[[models]]
name = "small"
model.name = "daskin-collapse"
published = {sine = 0.5}
[[models]]
name = "broken"
model.name = "daskin-collapse"
model.encoder = "basis"
)";

std::string with(const std::string& from, const std::string& to) {
  std::string text(kTiny);
  text.replace(text.find(from), from.size(), to);
  return error_of([&] { parse_suite(text, "tiny.toml", false); });
}

TEST(Suite, ReadsModelsDataAndSettings) {
  const Suite suite = parse_suite(kTiny, "tiny.toml", false);
  EXPECT_EQ(suite.seeds, 2);
  EXPECT_EQ(suite.models.size(), 3u);
  EXPECT_EQ(suite.models[1].published.at("sine"), 0.5);
  EXPECT_EQ(units_of(suite, "f").size(), 6u);
  EXPECT_EQ(units_of(suite, "f")[1].name, "sine/small/1");
  const Suite quick = parse_suite(kTiny, "tiny.toml", true);
  EXPECT_EQ(quick.seeds, 1);
  EXPECT_EQ(quick.models.size(), 1u);
}

TEST(Suite, SaysWhatIsWrongAndWhere) {
  EXPECT_THAT(with("train.epochs", "train.epoch"), HasSubstr("did you mean 'train.epochs'"));
  EXPECT_THAT(with("seeds = 2", "seedz = 2"), HasSubstr("seeds"));
  EXPECT_THAT(with("seeds = 2", "seeds = 0"), HasSubstr("at least 1"));
  EXPECT_THAT(with("{sine = 0.5}", "{sinus = 0.5}"), HasSubstr("sinus"));
  EXPECT_THAT(with("name = \"small\"", "name = \"linear\""), HasSubstr("there twice: linear"));
  EXPECT_THAT(with("name = \"small\"", "name = \"a/b\""), HasSubstr("name of a folder"));
  EXPECT_THAT(with("[\"linear\"]", "[\"linar\"]"), HasSubstr("no error"));
  EXPECT_THAT(error_of([] { find_suite("chenn", false); }), HasSubstr("did you mean 'chen'"));
  EXPECT_THAT(with("seeds = 2", "problem = \"forcast\""), HasSubstr("did you mean 'forecast'"));
  EXPECT_THAT(error_of([] { parse_suite(kTiny, "tiny.toml", false, "theirs"); }),
              HasSubstr("no protocol 'theirs'"));
}

// Told with file and line before anything is trained or written.
TEST(Suite, ABrokenEntryIsToldByItsLineBeforeAnythingIsTrained) {
  const fs::path folder = fs::path(EBIT_TEST_TMP) / "suite-broken";
  const auto told = [&](const std::string& from, const std::string& to) {
    fs::remove_all(folder);
    std::string text(kTiny);
    text.replace(text.find(from), from.size(), to);
    const std::string error = error_of([&] {
      run_suite(parse_suite(text, "tiny.toml", false), {.folder = folder, .jobs = 1},
                {.interrupted = [] { return false; }, .on_change = [](auto, auto) {}});
    });
    EXPECT_FALSE(fs::exists(folder)) << error;
    return error;
  };
  EXPECT_THAT(told("model.encoder = \"basis\"", "model.encoder = \"bases\""),
              AllOf(HasSubstr("tiny.toml:24"), HasSubstr("did you mean 'basis'")));
  EXPECT_THAT(told("model.encoder = \"basis\"", "model.hidden_size = 3"),
              AllOf(HasSubstr("tiny.toml:24"), HasSubstr("no effect")));
  EXPECT_THAT(told("data.set = \"points=60\"", "data.window = 0.5"), HasSubstr("tiny.toml:14"));
  EXPECT_THAT(told("data.generator = \"noisy-sine\"\ndata.set = \"points=60\"", "data.file = \"none.csv\""),
              AllOf(HasSubstr("tiny.toml:13"), HasSubstr("no file 'none.csv'")));
}

TEST(Suite, DataToBeHadElsewhereAreLeftOutWithANote) {
  std::string text(kTiny);
  const std::string more =
      "[[data]]\nname = \"mine\"\ndata.file = \"none.csv\"\nget = \"ask me\"\n[[models]]\n";
  text.replace(text.find("[[models]]\n"), 11, more);
  const Suite suite = parse_suite(text, "tiny.toml", false);
  EXPECT_EQ(suite.data.size(), 1u);
  ASSERT_EQ(suite.notes.size(), 1u);
  EXPECT_THAT(suite.notes[0], AllOf(HasSubstr("mine is left out"), HasSubstr("ask me")));
}

// Every setting of every suite that comes with ebit makes a model, in its small version and its protocols
// too.
TEST(Suite, ThoseThatComeWithEbitAreWhole) {
  for (const SuiteRow& row : suites()) {
    SCOPED_TRACE(row.name);
    for (const bool quick : {false, true}) {
      const Suite suite = find_suite(std::string(row.name), quick);
      EXPECT_EQ(suite.name, row.name);
      EXPECT_FALSE(suite.help.empty() || suite.source.empty() || suite.takes.empty());
      for (const Unit& unit : units_of(suite, "f"))
        if (unit.seed == 1 && (unit.data == 0 || unit.model == 0)) {
          EXPECT_NO_THROW(config_of(suite, unit, {})) << unit.name;
        }
    }
  }
  const Suite theirs = find_suite("fellner", false, "source");
  EXPECT_EQ(theirs.name, "fellner-source");
  EXPECT_EQ(theirs.data.size(), 27u);
  const Config config = config_of(theirs, units_of(theirs, "f")[0], {});
  EXPECT_EQ(config.data.dataset.split, "windows");
  EXPECT_EQ(config.data.dataset.scale_on, "leak-whole-series");
  EXPECT_EQ(config.train.plateau, 200);
}

// Each model takes each data set: with as many features as that has.
TEST(Suite, EveryModelFitsTheSeriesOfItsSuite) {
  for (const char* name : {"fellner", "chen"}) {
    const Suite suite = find_suite(name, false);
    std::map<std::string, std::unique_ptr<experiment::Problem>> problems;  // the first of each series
    std::set<std::string> seen;
    for (const Unit& unit : units_of(suite, "f")) {
      if (unit.seed != 1) continue;  // all seeds are alike
      Config config = config_of(suite, unit, {});
      const std::string series = config.data.file + config.data.generator;
      if (!seen.insert(series + " " + suite.models[unit.model].name).second) continue;
      SCOPED_TRACE(unit.name);
      auto& problem = problems[series];
      if (!problem) problem = experiment::make_problem(config);
      const fit::ModelSpec spec = fit::completed(experiment::spec_of(config, *problem));
      if (const auto* cell = std::get_if<CellOptions>(&spec.core)) {
        EXPECT_NO_THROW(make_cell<double>(*cell));
      }
    }
  }
}

// A disk that is full: what is finished stays, what is not is recorded or told, and the same call goes on.
TEST(Suite, AFullDiskLosesNothingThatIsFinished) {
  const fs::path folder = fs::path(EBIT_TEST_TMP) / "suite-full";
  fs::remove_all(folder);
  Suite suite = parse_suite(kTiny, "tiny.toml", false);
  suite.models.pop_back();
  const UnitsCallbacks callbacks{.interrupted = [] { return false; }, .on_change = [](auto, auto) {}};
  suite.seeds = 1;
  run_suite(suite, {.folder = folder, .jobs = 1}, callbacks);
  const std::string before = read_file(folder / "sine" / "small-1" / "metrics.json");
  suite.seeds = 2;
  // No file may grow beyond some bytes, as on a disk that has no more: in a process of its own.
  const auto full_disk = [&](rlim_t bytes) {
    const pid_t pid = fork();
    if (pid == 0) {
      signal(SIGXFSZ, SIG_IGN);
      const rlimit limit{bytes, bytes};
      setrlimit(RLIMIT_FSIZE, &limit);
      std::string error = "none";
      try {
        const SuiteOutcome outcome = run_suite(suite, {.folder = folder, .jobs = 1}, callbacks);
        if (outcome.results.done < outcome.results.units) error = "recorded";
      } catch (const Error& thrown) {
        error = thrown.what();
      }
      _exit(error == "none" ? 0 : 7);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  EXPECT_EQ(full_disk(600), 7) << "room for a line, not for a training";
  EXPECT_EQ(full_disk(0), 7) << "room for nothing";
  EXPECT_EQ(read_file(folder / "sine" / "small-1" / "metrics.json"), before);
  const SuiteOutcome again = run_suite(suite, {.folder = folder, .jobs = 1}, callbacks);
  EXPECT_EQ(again.results.done, 4u);
  EXPECT_EQ(read_file(folder / "sine" / "small-1" / "metrics.json"), before);
}

// The same command twice at once, as on two machines: every training is begun once, and both write the page.
TEST(Suite, TwoProcessesShareTheTrainings) {
  const fs::path folder = fs::path(EBIT_TEST_TMP) / "suite-shared";
  fs::remove_all(folder);
  Suite suite = parse_suite(kTiny, "tiny.toml", false);
  suite.models.pop_back(), suite.seeds = 8;
  const UnitsCallbacks callbacks{.interrupted = [] { return false; }, .on_change = [](auto, auto) {}};
  std::vector<pid_t> processes;
  for (int i = 0; i < 2; ++i) {
    const pid_t pid = fork();
    if (pid == 0) {
      try {
        run_suite(suite, {.folder = folder, .jobs = 2}, callbacks);
      } catch (const std::exception& error) {
        fprintf(stderr, "%s\n", error.what());
        _exit(1);
      }
      _exit(0);
    }
    processes.push_back(pid);
  }
  for (const pid_t pid : processes) {
    int status = 0;
    waitpid(pid, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  const std::vector<Unit> units = units_of(suite, folder);
  for (const Unit& unit : units) {
    const std::string log = read_file(unit.folder / "log.txt");
    const std::size_t begun = log.find("epochs 1 to");
    EXPECT_NE(begun, std::string::npos) << unit.name;
    EXPECT_EQ(log.find("epochs 1 to", begun + 1), std::string::npos) << unit.name << " was begun twice";
  }
  EXPECT_EQ(read_results(suite, units, folder).done, units.size());
}

// In a call of a library a worker sees no signal: it is waited for, but not for ever.
TEST(Suite, AWorkerThatDoesNotStopIsKilled) {
  const fs::path folder = fs::path(EBIT_TEST_TMP) / "suite-blocked";
  fs::remove_all(folder);
  Suite suite = parse_suite(kTiny, "tiny.toml", false);
  suite.models.pop_back();
  const pid_t self = getpid();
  const auto begin = std::chrono::steady_clock::now();
  const auto interrupted = [&] {
    for (; getpid() != self; pause()) signal(SIGTERM, SIG_IGN);  // the worker's, in its first training
    return std::chrono::steady_clock::now() - begin > std::chrono::seconds(1);
  };
  const SuiteOutcome outcome = run_suite(suite, {.folder = folder, .jobs = 1},
                                         {.interrupted = interrupted, .on_change = [](auto, auto) {}});
  EXPECT_FALSE(outcome.finished);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "no worker is left";
}

TEST(Suite, SaysHowLongItWillTake) {
  const fs::path folder = fs::path(EBIT_TEST_TMP) / "suite-time";
  fs::remove_all(folder);
  Suite suite = parse_suite(kTiny, "tiny.toml", false);
  suite.seeds = 6;
  std::vector<std::string> notes;
  int calls = 0;
  const SuiteOutcome stopped =
      run_suite(suite, {.folder = folder, .jobs = 1},
                {.interrupted = [&] { return !notes.empty(); },
                 .on_change = [&](auto, auto) { ++calls; },
                 .on_note = [&](const std::string& line) { notes.push_back(line); }});
  EXPECT_FALSE(stopped.finished);
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_THAT(notes[0], AllOf(HasSubstr("18 trainings: about"), HasSubstr("an estimate"),
                              HasSubstr("6 could not be timed")));
  // Twice the epochs take twice the time of what is trained step by step, but for what is not training.
  const auto seconds = [&](const char* epochs) {
    return estimate_time(suite, units_of(suite, folder), folder, {{"train.epochs", epochs, "test"}}).seconds;
  };
  EXPECT_NEAR(seconds("4000") - seconds("2000"), seconds("6000") - seconds("4000"), 1e-9);
  EXPECT_GT(seconds("4000"), seconds("2000"));
}

// Data of different problems and metrics on one page; a forecast without training is a row like any other.
TEST(Suite, MixesProblemsAndRowsWithoutTraining) {
  const fs::path folder = fs::path(EBIT_TEST_TMP) / "suite-mixed";
  fs::remove_all(folder);
  const Suite suite = parse_suite(R"(name = "mixed"
seeds = 1
[settings]
train.epochs = 1
[[data]]
name = "sine"
metric = "MAE"
data.generator = "noisy-sine"
data.set = "points=60"
[[data]]
name = "xor"
problem.name = "elman-xor"
problem.length = 6
metric = "epochs"
[[models]]
name = "qrnn"
model.qubits = 2
[[models]]
name = "persistence"
)",
                                  "mixed.toml", false);
  EXPECT_EQ(problem_of(suite, 1), "elman-xor");
  const std::string error = error_of([&] {
    run_suite(suite, {.folder = folder, .jobs = 1},
              {.interrupted = [] { return false; }, .on_change = [](auto, auto) {}});
  });
  EXPECT_THAT(error, HasSubstr("persistence"))
      << "it is for series alone, and told before anything is trained";
  Suite fits = suite;
  fits.models.pop_back();
  const SuiteOutcome outcome =
      run_suite(fits, {.folder = folder, .jobs = 1},
                {.interrupted = [] { return false; }, .on_change = [](auto, auto) {}});
  EXPECT_EQ(outcome.results.done, 2u);
  EXPECT_EQ(outcome.results.metrics[0].name, "MAE");
  EXPECT_THAT(outcome.results.cells[1][0].values, ElementsAre(1.0)) << "epochs";
  EXPECT_EQ(outcome.results.cells[1][0].solved, 0);
  Suite series = suite;
  series.data.pop_back();
  const SuiteOutcome more =
      run_suite(series, {.folder = fs::path(folder.string() + "-series"), .jobs = 1, .overwrite = true},
                {.interrupted = [] { return false; }, .on_change = [](auto, auto) {}});
  EXPECT_EQ(more.results.cells[0][1].parameters, 0);
  EXPECT_GT(more.results.cells[0][1].values.at(0), 0);
}

// Trained, stopped, gone on with: the same numbers; a model that cannot be made is one line in the table.
TEST(Suite, TrainsGoesOnAndKeepsWhatFailed) {
  const fs::path folder = fs::path(EBIT_TEST_TMP) / "suite-tiny";
  fs::remove_all(folder);
  const Suite suite = parse_suite(kTiny, "tiny.toml", false);
  const SuiteOptions options{.folder = folder, .jobs = 2};
  int calls = 0;
  const UnitsCallbacks callbacks{.interrupted = [] { return false; },
                                 .on_change = [&](auto, auto) { ++calls; }};
  const SuiteOutcome first = run_suite(suite, options, callbacks);
  EXPECT_TRUE(first.finished);
  EXPECT_GT(calls, 0);
  EXPECT_EQ(first.results.done, 4u);
  EXPECT_EQ(first.results.cells[0][1].values.size(), 2u);
  EXPECT_NE(first.results.cells[0][1].values[0], first.results.cells[0][1].values[1]) << "two seeds";
  EXPECT_EQ(first.results.cells[0][2].errors.size(), 2u);
  EXPECT_EQ(data_table(suite, first.results, 0).columns.at(4).name, "published");
  EXPECT_TRUE(fs::exists(folder / "report.html"));
  EXPECT_THAT(table_text(overview_table(suite, first.results)), HasSubstr("sine/broken: "));
  fs::remove_all(folder / "sine" / "small-2");
  const SuiteOutcome again = run_suite(suite, options, callbacks);
  EXPECT_EQ(again.results.cells[0][1].values, first.results.cells[0][1].values);
  EXPECT_THAT(error_of([&] {
                run_suite(suite,
                          {.settings = {{"train.epochs", "2", "--epochs"}}, .folder = folder, .jobs = 1},
                          callbacks);
              }),
              HasSubstr("holds a suite with other settings"));
}

}  // namespace
}  // namespace ebit::analysis
