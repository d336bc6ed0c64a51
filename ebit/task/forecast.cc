// forecast: the next value of a series, on the data of the other models.
#include <fmt/format.h>

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/data/baseline.h"
#include "ebit/data/metrics.h"
#include "ebit/report/figures.h"
#include "ebit/task/task.h"
#include "ebit/train/evaluate.h"
#include "ebit/train/predict.h"
#include "ebit/train/prepare.h"

namespace ebit::task {
namespace {

using torch::Tensor;

class Forecast : public Task {
 public:
  explicit Forecast(train::Config& config) : config_(config) {
    config.model.kind = "lstm";  // the values need not fit a quantum encoder
    dataset_ = train::prepare_dataset(config);
    require(dataset_.test.count > 0,
            "there are no test windows: leave a share with --train and --validation");
    train_ = train::to_tensors(dataset_.train, dtype_of(config.task));
    validation_ = train::to_tensors(dataset_.validation, dtype_of(config.task));
    test_ = train::to_tensors(dataset_.test, dtype_of(config.task));
  }

  std::string description() const override {
    return fmt::format("{}: {} training, {} validation, {} test windows of {} steps", dataset_.series.source,
                       dataset_.train.count, dataset_.validation.count, dataset_.test.count,
                       dataset_.options.window);
  }
  std::vector<std::string> notes() const override { return dataset_.series.warnings; }
  std::string loss_name() const override { return "mean squared error (scaled)"; }
  std::vector<TaskMetric> metrics() const override { return {{"RMSE", false}, {"MAE", false}, {"R2"}}; }

  std::vector<Reference> references() const override {
    return {{"persistence",
             values(dataset_.test, baseline_forecast("persistence", dataset_, dataset_.test, 1)), NAN}};
  }

  std::shared_ptr<nn::CoreModel> make_model(const nn::CoreChoice& core) const override {
    return std::make_shared<nn::SequenceClassifier>(
        core,
        nn::InputOptions{.vocabulary = 0,
                         .width = static_cast<int>(dataset_.feature_columns.size()),
                         .dropout = config_.task.dropout},
        static_cast<int>(dataset_.target_columns.size()), config_.task.pool);
  }

  std::vector<train::Batch> batches(int pass, std::uint64_t seed) const override {
    return train::epoch_batches(dataset_.train.count, config_.train.batch, true, seed, pass);
  }

  Tensor loss(nn::CoreModel& model, const train::Batch& batch) override {
    return torch::mse_loss(predict(model, train::gather(train_.x, batch)), train::gather(train_.y, batch));
  }

  bool validated() const override { return dataset_.validation.count > 0; }
  std::string_view share_flag() const override { return "--validation"; }
  train::Validation validate(nn::CoreModel& model) const override {
    const Tensor scaled = predict(model, validation_.x);
    return {torch::mse_loss(scaled, validation_.y).item<double>(),
            {values(dataset_.validation, in_units(1, scaled)).front()}};
  }

  TaskScores scores(nn::CoreModel& model, bool show) const override {
    const std::vector<double> predicted = in_units(2, predict(model, test_.x));
    TaskScores result{values(dataset_.test, predicted), {}};
    if (show) {
      PredictedSeries series{
          .name = dataset_.options.targets[0],
          .times = dataset_.series.times,
          .truth = {},
          .parts = {
              {.name = "test", .rows = dataset_.test.target_row, .predicted = {}, .low = {}, .high = {}}}};
      for (std::size_t row = 0; row < dataset_.series.rows(); ++row)
        series.truth.push_back(dataset_.series.at(row, dataset_.target_columns[0]));
      for (std::size_t i = 0; i < predicted.size(); i += dataset_.test.outputs)
        series.parts[0].predicted.push_back(predicted[i]);
      result.exhibits.push_back(
          {"predictions", "The test part.", prediction_figure(series, "Predictions and truth"), {}});
    }
    return result;
  }

 private:
  static Tensor predict(nn::CoreModel& model, const Tensor& x) {
    return static_cast<nn::SequenceClassifier&>(model).forward(x);
  }

  // Scaled predictions of a part (0: training, 1: validation, 2: test) in the data's units.
  std::vector<double> in_units(std::size_t part, const Tensor& scaled) const {
    const Tensor wide = scaled.to(torch::kFloat64).contiguous();
    std::vector<double> values(wide.data_ptr<double>(), wide.data_ptr<double>() + wide.numel());
    const std::size_t outputs = train::part_of(dataset_, part).outputs;
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = dataset_.target_scaler(part, i % outputs).inverse(values[i]);
    return values;
  }

  // In the data's units, the mean over the targets.
  std::vector<double> values(const Windows& windows, const std::vector<double>& predicted) const {
    const std::size_t outputs = windows.outputs;
    const std::vector<double> all = true_values(dataset_, windows);
    std::vector<double> means;
    for (const TaskMetric& m : metrics()) {
      double sum = 0;
      for (std::size_t o = 0; o < outputs; ++o) {
        std::vector<double> truth, said;
        for (std::size_t i = o; i < all.size(); i += outputs)
          truth.push_back(all[i]), said.push_back(predicted[i]);
        sum += metric(m.name, truth, said, NAN);
      }
      means.push_back(sum / static_cast<double>(outputs));
    }
    return means;
  }

  const train::Config& config_;
  Dataset dataset_;
  train::TensorPart train_, validation_, test_;
};

}  // namespace

std::unique_ptr<Task> make_forecast(train::Config& config) { return std::make_unique<Forecast>(config); }

}  // namespace ebit::task
