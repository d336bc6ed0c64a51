#include "ebit/train/entropy_track.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/cell/memory_trace.h"
#include "ebit/train/run.h"

namespace ebit::train {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

fs::path fresh(const std::string& name) {
  const fs::path folder = fs::path(EBIT_TEST_TMP) / "tracks" / name;
  fs::remove_all(folder);
  return folder;
}

Config tracked(const fs::path& folder) {
  Config config;
  config.data.generator = "noisy-sine";
  config.data.dataset.window = 3;
  config.train.epochs = 7;
  config.baselines.which = {"rnn"};
  config.output.folder = folder.string();
  config.output.checkpoint_seconds = 0;
  config.output.track_entropy = 3;
  return config;
}

std::vector<int> epochs_of(const fs::path& file) {
  std::vector<int> epochs;
  for (const EntropySample& sample : read_entropy_csv(file)) epochs.push_back(sample.epoch);
  return epochs;
}

TEST(EntropyTrack, FirstEveryThirdAndLastEpoch) {
  const fs::path folder = fresh("straight");
  Config config = tracked(folder);
  config.seeds = 2;
  start_run(config, {});
  const std::vector<int> epochs = {0, 3, 6, 7};
  EXPECT_EQ(epochs_of(folder / files::kEntropy), epochs);
  EXPECT_EQ(epochs_of(folder / "seeds/2" / files::kEntropy), epochs);
  EXPECT_FALSE(fs::exists(folder / "baselines/rnn/seed-1" / files::kEntropy));
  const auto samples = read_entropy_csv(folder / files::kEntropy);
  EXPECT_EQ(samples[0].ancilla[0], samples[0].system[0]);
  EXPECT_NEAR(samples[0].ancilla[0], 0, 1e-9) << "a measured memory enters unentangled";
  EXPECT_GT(samples[0].en_made, 0.01);
  EXPECT_NE(samples[0].ancilla[1], samples[3].ancilla[1]) << "training changes it";
}

// The last row is that of the weights in the folder.
TEST(EntropyTrack, TheSampleIsTheTraceOfTheWeights) {
  const fs::path folder = fresh("weights");
  Config config = tracked(folder);
  config.train.restore_best = false, config.baselines.which = {};
  const RunResult run = start_run(config, {});
  const Job job = jobs_of(read_run_config(folder), folder)[0];
  const TrainedModel trained = load_trained(job);
  const MemoryModel memory = memory_model(*trained.model);
  const TracedWindows windows = traced_windows(run.dataset.validation, kTrackedWindows, job.config);
  EXPECT_EQ(entropy_csv({sample_entropy(7, memory, windows, job.config.train.seed)}),
            entropy_csv({read_entropy_csv(folder / files::kEntropy).back()}));
}

TEST(EntropyTrack, SamplingChangesNoLoss) {
  const fs::path with = fresh("with"), without = fresh("without");
  Config config = tracked(with);
  config.baselines.which = {};
  start_run(config, {});
  config.output.folder = without.string(), config.output.track_entropy = 0;
  start_run(config, {});
  EXPECT_EQ(read_file(with / files::kPredictions), read_file(without / files::kPredictions));
  EXPECT_FALSE(fs::exists(without / files::kEntropy));
}

TEST(EntropyTrack, SurvivesInterruptionAndMoreEpochsBitForBit) {
  const fs::path straight = fresh("at-once");
  Config config = tracked(straight);
  config.baselines.which = {}, config.train.epochs = 10;
  start_run(config, {});
  const std::string wanted = read_file(straight / files::kEntropy);
  EXPECT_EQ(epochs_of(straight / files::kEntropy), (std::vector<int>{0, 3, 6, 9, 10}));

  for (const int stop : {5, 40, 70, 95}) {
    SCOPED_TRACE(stop);
    const fs::path stopped = fresh("stopped");
    config.output.folder = stopped.string();
    RunCallbacks callbacks;
    int polls = 0;
    callbacks.interrupted = [&] { return ++polls == stop; };
    EXPECT_TRUE(start_run(config, callbacks).interrupted);
    resume_run(stopped, 0, {});
    EXPECT_EQ(read_file(stopped / files::kEntropy), wanted);
  }
  // Rows of epochs that the checkpoint does not have (the run was killed between the two files) are dropped.
  const fs::path longer = fresh("longer");
  config.output.folder = longer.string(), config.train.epochs = 7;
  start_run(config, {});
  EntropySample beyond{.epoch = 9};
  std::vector<EntropySample> samples = read_entropy_csv(longer / files::kEntropy);
  samples.push_back(beyond);
  write_file_atomically(longer / files::kEntropy, entropy_csv(samples));
  resume_run(longer, 10, {});
  EXPECT_EQ(read_file(longer / files::kEntropy), wanted);
}

TEST(EntropyTrack, RefusesWhatHasNoQuantumMemory) {
  Config config = tracked(fresh("classical"));
  config.model.kind = "lstm";
  try {
    start_run(config, {});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("'lstm' keeps none: choose --model register"));
  }
  EXPECT_FALSE(fs::exists(config.output.folder));
  config.model.kind = "register", config.output.track_entropy = -1;
  EXPECT_THROW(start_run(config, {}), Error);
}

TEST(EntropyTrack, DamagedFilesAreNamed) {
  const fs::path folder = fresh("damaged");
  fs::create_directories(folder);
  const fs::path file = folder / "entropy.csv";
  EXPECT_TRUE(read_entropy_csv(file).empty());
  write_file_atomically(file, "epoch,ancilla_before\n1,2\n");
  EXPECT_THROW(read_entropy_csv(file), Error);
}

TEST(TracedWindows, AreSpreadEvenlyOrFollowEachOther) {
  Windows windows;
  windows.count = 10, windows.steps = 4, windows.features = 1;
  for (int k = 0; k < 10; ++k)
    for (int t = 0; t < 4; ++t) windows.x.push_back(k + t);
  Config config;
  const TracedWindows spread = traced_windows(windows, 5, config);
  EXPECT_EQ(spread.samples, 5u);
  EXPECT_EQ(spread.count(), 5u);
  EXPECT_EQ(spread.x[4], 2) << "the second is window 2";
  EXPECT_EQ(traced_windows(windows, 0, config).count(), 10u);
  config.train.stateful = true;
  const TracedWindows stream = traced_windows(windows, 0, config);
  EXPECT_EQ(stream.samples, 1u);
  EXPECT_EQ(stream.count(), 3u);
  for (std::size_t i = 0; i < 12; ++i) EXPECT_EQ(stream.x[i], static_cast<double>(i)) << "rows without a gap";
}

}  // namespace
}  // namespace ebit::train
