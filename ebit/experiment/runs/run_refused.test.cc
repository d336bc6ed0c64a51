// Folders, data and settings that a run refuses, and what it says then.
#include "ebit/experiment/runs/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/testing/error_of.h"
#include "ebit/experiment/runs/testing/small_run.h"

namespace ebit::experiment {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::fresh;
using ::testing::HasSubstr;
using testing::small_config;

TEST(RunRefused, FoldersAreReplacedOnlyWhenAskedAndOnlyRuns) {
  const fs::path folder = fresh("guarded");
  Config config = small_config(folder);
  config.train.epochs = 1;
  config.baselines.which = {};
  start_run(config, {});
  EXPECT_THAT(error_of([&] { start_run(config, {}); }), HasSubstr("add --overwrite"));
  config.output.overwrite = true;
  EXPECT_EQ(error_of([&] { start_run(config, {}); }), "no error");
  std::ofstream(folder / "thesis.txt") << "years of work";
  EXPECT_THAT(error_of([&] { start_run(config, {}); }), HasSubstr("also holds 'thesis.txt'"));
  EXPECT_TRUE(fs::exists(folder / "thesis.txt"));
  EXPECT_TRUE(fs::exists(folder / files::kBest));

  const fs::path other = fresh("not-a-run");
  fs::create_directories(other);
  std::ofstream(other / "photo.jpg") << "x";
  config.output.folder = other.string();
  EXPECT_THAT(error_of([&] { start_run(config, {}); }), HasSubstr("is no run of ebit"));
  EXPECT_TRUE(fs::exists(other / "photo.jpg"));

  config.output.folder = (other / "photo.jpg").string();
  EXPECT_THAT(error_of([&] { start_run(config, {}); }), HasSubstr("a file of that name"));
  config.output.folder = (other / "photo.jpg" / "run").string();
  EXPECT_THAT(error_of([&] { start_run(config, {}); }), HasSubstr("cannot make the folder"));
  config.output.folder = "/proc/ebit-run";  // a file system that nobody can write
  EXPECT_THAT(error_of([&] { start_run(config, {}); }), HasSubstr("cannot make the folder '/proc/ebit-run'"));
  EXPECT_THAT(error_of([&] { read_run_config(other); }), HasSubstr("is no run of ebit"));
  EXPECT_THAT(error_of([&] { read_run_config(other / "absent"); }), HasSubstr("there is no folder"));
}

TEST(RunRefused, BadDataAndSettingsLeaveNoFolder) {
  const fs::path folder = fresh("never-made");
  const auto refusal = [&](auto edit) {
    Config config = small_config(folder);
    edit(config);
    const std::string message = error_of([&] { start_run(config, {}); });
    EXPECT_FALSE(fs::exists(folder)) << message;
    return message;
  };
  EXPECT_THAT(refusal([](Config& c) { c.data.dataset.targets = {"temp max"}; }), HasSubstr("temp, max"));
  EXPECT_THAT(refusal([](Config& c) { c.data.dataset.targets = {}; }), HasSubstr("--target"));
  EXPECT_THAT(refusal([](Config& c) { c.data.file = "absent.csv"; }), HasSubstr("absent.csv"));
  EXPECT_THAT(refusal([](Config& c) { c.data.file = ""; }), HasSubstr("there are no data"));
  EXPECT_THAT(refusal([](Config& c) { c.data.generator = "henon"; }), HasSubstr("two sources"));
  EXPECT_THAT(refusal([](Config& c) { c.data.dataset.window = 500; }), HasSubstr("window"));
  EXPECT_THAT(refusal([](Config& c) { c.data.dataset.window = -1; }), HasSubstr("window"));
  EXPECT_THAT(refusal([](Config& c) { c.train.epochs = 0; }), HasSubstr("--epochs"));
  EXPECT_THAT(refusal([](Config& c) { c.seeds = 0; }), HasSubstr("--seeds"));
  EXPECT_THAT(refusal([](Config& c) { c.model.reg.system = 60; }), HasSubstr("60"));
  EXPECT_THAT(refusal([](Config& c) { c.model.name = "persistence"; }),
              HasSubstr("persistence is not trained: compare a model with it"));
  EXPECT_THAT(refusal([](Config& c) { c.model.entropy.target = 1; }),
              HasSubstr("no effect without --entropy-weight"));
  EXPECT_THAT(refusal([](Config& c) { c.model.entropy = {.weight = 1, .target = 2.1}; }),
              HasSubstr("from 0 to 2,"));
}

TEST(RunRefused, ResumeRefusesWhatDoesNotBelongTogether) {
  const fs::path folder = fresh("mixed");
  Config config = small_config(folder);
  config.baselines.which = {};
  start_run(config, {});
  const std::string good = read_file(folder / files::kLast);

  write_file_atomically(folder / files::kLast, good.substr(0, good.size() / 2));
  EXPECT_THAT(error_of([&] { resume_run(folder, 9, {}); }),
              AllOf(HasSubstr("last.safetensors"), HasSubstr("truncated")));
  write_file_atomically(folder / files::kLast, "not a checkpoint at all");
  EXPECT_THAT(error_of([&] { resume_run(folder, 10, {}); }), HasSubstr("not a safetensors file"));
  write_file_atomically(folder / files::kLast, good);

  std::string text = read_file(folder / files::kConfig);
  const std::size_t place = text.find("n_ancilla = 2");
  ASSERT_NE(place, std::string::npos);
  write_file_atomically(folder / files::kConfig, text.replace(place, 13, "n_ancilla = 3"));
  EXPECT_THAT(error_of([&] { resume_run(folder, 0, {}); }), HasSubstr("is of another training"));
  write_file_atomically(folder / files::kConfig, "# ebit run: broken\n[problem]\n[train\n");
  EXPECT_THAT(error_of([&] { resume_run(folder, 0, {}); }), HasSubstr("config.toml:3: broken TOML"));
}

TEST(RunRefused, ASecondProcessOnTheFolderIsToldWhoHasIt) {
  const fs::path folder = fresh("shared");
  Config config = small_config(folder);
  config.baselines.which = {};
  RunCallbacks callbacks;
  std::string message;
  callbacks.on_epoch = [&](const Job&, const fit::EpochRecord& record, const fit::TrainProgress&) {
    if (record.epoch != 1) return;
    // Another process goes on with the run while this one trains.
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      const std::string own = error_of([&] { resume_run(folder, 0, {}); });
      _exit(write(pipe_ends[1], own.data(), own.size()) == static_cast<ssize_t>(own.size()) ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    char text[1000];
    const ssize_t size = read(pipe_ends[0], text, sizeof text);
    message.assign(text, static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    close(pipe_ends[0]), close(pipe_ends[1]);
  };
  EXPECT_FALSE(start_run(config, callbacks).interrupted);
  EXPECT_THAT(message, HasSubstr(fmt::format("in use by process {}", getpid())));
  EXPECT_EQ(error_of([&] { resume_run(folder, 0, {}); }), "no error") << "the lock is gone with the run";
}

TEST(RunRefused, AnEditedCorpusOfEqualSizeIsNoticed) {
  const fs::path folder = fresh("edited");
  Config config = small_config(folder);
  // A file of its own: tests run side by side.
  const std::string original = config.data.file;
  config.data.file = (fs::path(EBIT_TEST_TMP) / "edited.csv").string();
  write_file_atomically(config.data.file, read_file(original));
  config.baselines.which = {};
  RunCallbacks stop;
  int polls = 0;
  stop.interrupted = [&] { return ++polls == 20; };
  EXPECT_TRUE(start_run(config, stop).interrupted);
  const std::string text = read_file(config.data.file);
  std::string edited = text;
  edited.replace(edited.rfind(','), 2, ",2");
  write_file_atomically(config.data.file, edited);
  EXPECT_THAT(error_of([&] { resume_run(folder, 0, {}); }), HasSubstr("is of another training"));
  write_file_atomically(config.data.file, text);
  EXPECT_EQ(error_of([&] { resume_run(folder, 0, {}); }), "no error");
}

TEST(RunRefused, AFolderThatCannotBeWrittenToIsScoredAndLeftAsItIs) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  const fs::path folder = fresh("read-only");
  Config config = small_config(folder);
  config.baselines.which = {};
  start_run(config, {});
  const std::string metrics = read_file(folder / files::kMetrics);
  fs::permissions(folder, fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_EQ(error_of([&] { evaluate_run(folder, {}); }), "no error");
  fs::permissions(folder, fs::perms::owner_all);
  EXPECT_EQ(read_file(folder / files::kMetrics), metrics);
}

TEST(RunRefused, ARefusedResumeNamesWhatDiffersAndChangesNothing) {
  const fs::path folder = fresh("refused-resume");
  Config config = small_config(folder);
  config.baselines.which = {};
  start_run(config, {});
  std::string text = read_file(folder / files::kConfig);
  text.replace(text.find("n_ancilla = 2"), 13, "n_ancilla = 3");
  write_file_atomically(folder / files::kConfig, text);
  EXPECT_THAT(error_of([&] { resume_run(folder, 50, {}); }),
              AllOf(HasSubstr("is of another training"), HasSubstr("model.n_ancilla was 2 and is 3")));
  EXPECT_EQ(read_file(folder / files::kConfig), text);
}

TEST(RunRefused, FoldersOfAnEarlierVersionAreToldInOneLine) {
  const fs::path folder = fresh("old");
  fs::create_directories(folder);
  write_file_atomically(folder / files::kConfig,
                        "# ebit run: all its settings.\n\n[model]\nkind = \"register\"\n");
  EXPECT_THAT(error_of([&] { resume_run(folder, 0, {}); }), HasSubstr("of an earlier version of ebit"));
}

TEST(RunRefused, AConfigThatWasCutShortIsRefused) {
  const fs::path folder = fresh("cut");
  const RunResult run = start_run(small_config(folder), {});
  const std::string text = read_file(folder / files::kConfig);
  std::size_t refused = 0, lines = 0;
  for (std::size_t end = text.find('\n'); end + 1 < text.size(); end = text.find('\n', end + 1), ++lines) {
    write_file_atomically(folder / files::kConfig, text.substr(0, end + 1));
    refused += !error_of([&] { read_run_config(folder); }).empty();
  }
  EXPECT_GT(lines, 50u);
  EXPECT_EQ(refused, lines) << "but for the last line, no line may be missing";
  write_file_atomically(folder / files::kConfig, text.substr(0, text.rfind('\n', text.size() - 2) + 1));
  EXPECT_THAT(error_of([&] { evaluate_run(folder, {}); }), HasSubstr("it is cut short"));
  write_file_atomically(folder / files::kConfig, text);
  EXPECT_EQ(to_toml(read_run_config(folder)), to_toml(run.config));
}

}  // namespace
}  // namespace ebit::experiment
