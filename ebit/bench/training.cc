#include "ebit/bench/training.h"

#include <algorithm>

#include "ebit/base/error.h"
#include "ebit/train/config_file.h"
#include "ebit/train/model_factory.h"
#include "ebit/train/prepare.h"

namespace ebit::bench {
namespace {

constexpr std::string_view kStep = "train.step";

}  // namespace

std::shared_ptr<nn::SequenceModel> TrainingProblem::model() const {
  return train::make_model(config, static_cast<int>(data.train.features),
                           static_cast<int>(data.train.outputs), config.train.seed);
}

TrainingProblem sine_problem(const std::string& preset, const TrainSettings& settings) {
  std::vector<train::Setting> all = {{"data.generator", "noisy-sine", "the benchmark"}};
  if (!preset.empty()) all.push_back({"model.preset", preset, "the benchmark"});
  for (const auto& [name, value] : settings) all.push_back({name, value, "the benchmark"});
  TrainingProblem problem{train::resolve_config({}, all), {}};
  problem.data = train::prepare_dataset(problem.config);
  return problem;
}

std::vector<std::string> step_choices() {
  for (const train::OptionRow& row : train::option_table()) {
    if (train::name_of(row) != kStep || row.choices == nullptr) continue;
    std::vector<std::string> names = row.choices();
    // "auto" is one of the others.
    std::erase_if(names, [](const std::string& name) { return name.empty() || name == "auto"; });
    return names;
  }
  return {""};
}

std::vector<double> train_losses(const TrainingProblem& problem, int epochs, const std::string& step) {
  train::Config config = problem.config;
  config.train.epochs = epochs;
  if (!step.empty()) train::apply_setting(config, {std::string(kStep), step, "the benchmark"});
  train::Trainer trainer(problem.model(), problem.data, config.train);
  const train::TrainOutcome outcome = trainer.run();
  require(outcome.end == train::End::kFinished, "the benchmark's training did not finish: {}",
          outcome.message);
  std::vector<double> losses;
  for (const train::EpochRecord& record : trainer.state().history) losses.push_back(record.train_loss);
  return losses;
}

}  // namespace ebit::bench
