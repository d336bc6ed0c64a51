#include "ebit/experiment/runs/entropy_track.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/cell/register/register_cell.h"
#include "ebit/experiment/runs/run.h"
#include "ebit/settings/resolve.h"

namespace ebit::experiment {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

fs::path fresh(const std::string& name) {
  const fs::path folder = fs::path(EBIT_TEST_TMP) / "tracks" / name;
  fs::remove_all(folder);
  return folder;
}

Config tracked(const fs::path& folder, const std::string& model = "register") {
  return resolve("forecast", std::nullopt,
                 {{"model.name", model, "test"},
                  {"data.generator", "noisy-sine", "test"},
                  {"data.window", "3", "test"},
                  {"train.epochs", "7", "test"},
                  {"baselines.which", "", "test"},
                  {"output.folder", folder.string(), "test"},
                  {"output.checkpoint_seconds", "0", "test"},
                  {"output.track_entropy", "3", "test"}});
}

std::vector<int> epochs_of(const fs::path& file) {
  std::vector<int> epochs;
  for (const EntropySample& sample : read_entropy_csv(file)) epochs.push_back(sample.epoch);
  return epochs;
}

TEST(EntropyTrack, FirstEveryThirdAndLastEpoch) {
  const fs::path folder = fresh("straight");
  Config config = tracked(folder);
  config.seeds = 2, config.baselines.which = {"daskin-collapse"};
  start_run(config, {});
  const std::vector<int> epochs = {0, 3, 6, 7};
  EXPECT_EQ(epochs_of(folder / files::kEntropy), epochs);
  EXPECT_EQ(epochs_of(folder / "seeds/2" / files::kEntropy), epochs);
  EXPECT_TRUE(fs::exists(folder / "baselines/daskin-collapse/seed-1" / files::kLosses));
  EXPECT_FALSE(fs::exists(folder / "baselines/daskin-collapse/seed-1" / files::kEntropy));
  const auto samples = read_entropy_csv(folder / files::kEntropy);
  EXPECT_EQ(samples[0].ancilla[0], samples[0].system[0]);
  EXPECT_NEAR(samples[0].ancilla[0], 0, 1e-9) << "a measured memory enters unentangled";
  EXPECT_GT(samples[0].en_made, 0.01);
  EXPECT_NE(samples[0].ancilla[1], samples[3].ancilla[1]) << "training changes it";
}

// The last row is that of the weights in the folder; a memory that is carried on sees one long sequence.
TEST(EntropyTrack, TheSampleIsTheTraceOfTheWeights) {
  for (const bool stateful : {false, true}) {
    SCOPED_TRACE(stateful);
    const fs::path folder = fresh("weights");
    Config config = tracked(folder);
    config.train.restore_best = false, config.model.stateful = stateful;
    const RunResult run = start_run(config, {});
    const Job job = jobs_of(run.config, folder)[0];
    const TrainedModel trained = load_trained(job, *run.problem, run.config);
    fit::Examples examples = run.problem->sequences(1, kTrackedSequences);
    ASSERT_GE(examples.samples, 3u);
    examples.x = trained.model->core_inputs(examples);
    if (stateful) examples.steps *= examples.samples, examples.samples = 1;
    const fit::ModelSpec& spec = trained.model->spec();
    EXPECT_EQ(entropy_csv({sample_entropy(7, std::get<CellOptions>(spec.core),
                                          fit::cell_parameters(spec, trained.model->weights()), examples,
                                          job.config.train.seed)}),
              entropy_csv({read_entropy_csv(folder / files::kEntropy).back()}));
  }
}

TEST(EntropyTrack, SamplingChangesNoLoss) {
  const fs::path with = fresh("with"), without = fresh("without");
  Config config = tracked(with);
  start_run(config, {});
  config.output.folder = without.string(), config.output.track_entropy = 0;
  start_run(config, {});
  EXPECT_EQ(read_file(with / files::kPredictions), read_file(without / files::kPredictions));
  EXPECT_FALSE(fs::exists(without / files::kEntropy));
}

TEST(EntropyTrack, SurvivesInterruptionAndMoreEpochsBitForBit) {
  const fs::path straight = fresh("at-once");
  Config config = tracked(straight);
  config.train.epochs = 10;
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
  const fs::path folder = fresh("classical");
  EXPECT_THROW(tracked(folder, "lstm"), Error);
  Config config = tracked(folder);
  config.output.track_entropy = -1;
  EXPECT_THROW(start_run(config, {}), Error);
  EXPECT_FALSE(fs::exists(folder));
}

TEST(EntropyTrack, DamagedFilesAreNamed) {
  const fs::path folder = fresh("damaged");
  fs::create_directories(folder);
  const fs::path file = folder / "entropy.csv";
  EXPECT_TRUE(read_entropy_csv(file).empty());
  write_file_atomically(file, "epoch,ancilla_before\n1,2\n");
  EXPECT_THROW(read_entropy_csv(file), Error);
}

TEST(EntropySample, StepsPastTheEndOfASequenceDoNotCount) {
  const RegisterOptions options;
  const std::vector<double> parameters(RegisterCell<double>(options).parameters(), 0.7);
  const fit::Examples one{.samples = 1, .steps = 2, .features = 1, .x = {0.3, 0.8}};
  fit::Examples padded = one;
  padded.steps = 4, padded.x = {0.3, 0.8, 0.5, 0.5}, padded.lengths = {2};
  EXPECT_EQ(entropy_csv({sample_entropy(1, options, parameters, padded, 1)}),
            entropy_csv({sample_entropy(1, options, parameters, one, 1)}));
}

TEST(EntropySample, RefusesOtherCellsAndSizes) {
  const fit::Examples one{.samples = 1, .steps = 2, .features = 1, .x = {0.3, 0.8}};
  try {
    sample_entropy(1, ControlledOptions{}, {}, one, 1);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("this cell is 'qrnn'"));
  }
  fit::Examples wide = one;
  wide.x.push_back(0.1);
  const RegisterOptions options;
  const std::vector<double> parameters(RegisterCell<double>(options).parameters(), 0.7);
  EXPECT_THROW(sample_entropy(1, options, parameters, wide, 1), Error);
}

TEST(TrainingFigure, IsTheMeanOverTheSeedsThatHaveTheEpoch) {
  const EntropySample low{.epoch = 0, .ancilla = {0, 1, 0}}, high{.epoch = 0, .ancilla = {0, 3, 0}},
      later{.epoch = 5, .ancilla = {0, 4, 0}};
  const Figure figure = training_figure({{low, later}, {high}}, false);
  EXPECT_EQ(figure.y_label, "ebits");
  EXPECT_EQ(figure.series[1].label, "after U_en");
  EXPECT_EQ(figure.series[1].x, (std::vector<double>{0, 5}));
  EXPECT_EQ(figure.series[1].y, (std::vector<double>{2, 4}));
  EXPECT_EQ(training_figure({{low}}, true).y_label, "bits");
}

}  // namespace
}  // namespace ebit::experiment
