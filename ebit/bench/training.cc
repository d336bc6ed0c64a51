#include "ebit/bench/training.h"

#include "ebit/base/error.h"
#include "ebit/experiment/model_specs.h"
#include "ebit/fit/trainer.h"
#include "ebit/settings/resolve.h"

namespace ebit::bench {
namespace {

Config sine_config(const std::string& model, const Pairs& options) {
  std::vector<Setting> all = {{"data.generator", "noisy-sine", "the benchmark"},
                              {"model.name", model, "the benchmark"}};
  for (const auto& [name, value] : options) all.push_back({name, value, "the benchmark"});
  return resolve("forecast", {}, all);
}

}  // namespace

SineTraining::SineTraining(const std::string& model, const Pairs& options)
    : config_(sine_config(model, options)),
      problem_(std::make_unique<experiment::ForecastProblem>(config_)) {}

fit::ModelSpec SineTraining::spec() const { return experiment::spec_of(config_, *problem_); }

std::vector<double> SineTraining::initial() const {
  const auto model = fit::make_model(spec());
  return fit::cell_parameters(model->spec(), model->weights());
}

std::vector<double> SineTraining::losses(int epochs, const std::string& step) const {
  fit::TrainOptions options = config_.train;
  options.epochs = epochs;
  fit::Training training{
      .model = fit::make_model(spec(), step), .step = nullptr, .batches = {}, .examples = {}};
  training.step = training.model->make_step(options);
  training.batches = [&](int epoch) { return problem_->batches(epoch, options.seed); };
  training.examples = [&](const fit::Batch& batch) -> const fit::Examples& {
    return problem_->examples(batch);
  };
  if (problem_->validated())
    training.validate = [&](fit::Model& model) { return problem_->validate(model, options.seed); };
  fit::Trainer trainer(std::move(training), options);
  const fit::TrainOutcome outcome = trainer.run();
  require(outcome.end == fit::End::kFinished, "the benchmark's training did not finish: {}", outcome.message);
  std::vector<double> losses;
  for (const fit::EpochRecord& record : trainer.progress().history) losses.push_back(record.train_loss);
  return losses;
}

std::vector<std::string> step_names() {
  std::vector<std::string> names;
  for (const fit::Backend& row : fit::backends()) names.emplace_back(row.name);
  return names;
}

}  // namespace ebit::bench
