#include "ebit/train/trainer.h"

#include <chrono>
#include <cmath>
#include <utility>

#include "ebit/base/error.h"
#include "ebit/nn/safetensors_module.h"
#include "ebit/train/loss.h"

namespace ebit::train {
namespace {

using torch::Tensor;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kPredictBatch = 256;

// Draws of predictions are numbered far from those of training steps.
constexpr std::uint64_t kPredictDraws = std::uint64_t{1} << 62;

constexpr std::pair<End, std::string_view> kEnds[] = {{End::kRunning, "running"},
                                                      {End::kFinished, "finished"},
                                                      {End::kEarlyStop, "early-stop"},
                                                      {End::kInterrupted, "interrupted"},
                                                      {End::kDiverged, "diverged"}};

void check(const TrainOptions& o, const Dataset& data) {
  require(o.epochs >= 1, "--epochs must be at least 1, not {}", o.epochs);
  require(o.batch >= 1, "--batch must be at least 1, not {}", o.batch);
  require(o.optimizer_options.lr > 0 && std::isfinite(o.optimizer_options.lr), "--lr must be above 0, not {}",
          o.optimizer_options.lr);
  require(o.optimizer_options.weight_decay >= 0, "--weight-decay must be 0 or more, not {}",
          o.optimizer_options.weight_decay);
  require(o.optimizer_options.momentum >= 0, "--momentum must be 0 or more, not {}",
          o.optimizer_options.momentum);
  for (const auto& [flag, value] : {std::pair{"--beta1", o.optimizer_options.beta1},
                                    {"--beta2", o.optimizer_options.beta2},
                                    {"--alpha", o.optimizer_options.alpha}}) {
    require(value >= 0 && value < 1, "{} must be in [0, 1), not {}", flag, value);
  }
  require(o.optimizer_options.epsilon > 0, "--optimizer-epsilon must be above 0, not {}",
          o.optimizer_options.epsilon);
  require(o.clip >= 0, "--clip must be 0 (no clipping) or more, not {}", o.clip);
  require(o.patience >= 0, "--patience must be 0 (never stop early) or more, not {}", o.patience);
  require(o.schedule.step >= 1, "--schedule-step must be at least 1, not {}", o.schedule.step);
  require(o.schedule.gamma > 0 && o.schedule.gamma <= 1, "--schedule-gamma must be in (0, 1], not {}",
          o.schedule.gamma);
  require(o.patience == 0 || data.validation.count > 0,
          "--patience needs validation windows and there are none: give a share with --validation");
  require(data.train.count > 0, "there is no training window");
  schedule_row(o.schedule.name), optimizer_row(o.optimizer), loss_row(o.loss);
}

torch::Dtype dtype_of(const nn::SequenceModel& model) {
  const auto parameters = model.parameters();
  return parameters.empty() ? torch::kFloat64 : parameters.front().scalar_type();
}

Tensor gather(const Tensor& tensor, const Batch& batch) {
  return tensor.index_select(0, torch::tensor(batch, torch::kInt64));
}

double gradient_norm(const NamedParameters& parameters) {
  double sum = 0.0;
  for (const auto& [name, parameter] : parameters) {
    if (parameter.grad().defined()) sum += parameter.grad().square().sum().item<double>();
  }
  return std::sqrt(sum);
}

double mean_loss(const Tensor& prediction, const Windows& windows, const std::string& loss) {
  return loss_row(loss).value(prediction, to_tensors(windows, torch::kFloat64).y).item<double>();
}

}  // namespace

std::string_view name_of(End end) {
  for (const auto& [value, name] : kEnds) {
    if (value == end) return name;
  }
  return "";
}

TensorPart to_tensors(const Windows& windows, torch::Dtype dtype) {
  const auto size = [](std::size_t n) { return static_cast<std::int64_t>(n); };
  const auto copy = [&](const std::vector<double>& values, std::vector<std::int64_t> shape) {
    Tensor tensor = torch::empty(shape, torch::kFloat64);
    std::copy(values.begin(), values.end(), tensor.data_ptr<double>());
    return tensor.to(dtype);
  };
  return {copy(windows.x, {size(windows.count), size(windows.steps), size(windows.features)}),
          copy(windows.y, {size(windows.count), size(windows.outputs)})};
}

Trainer::Trainer(std::shared_ptr<nn::SequenceModel> model, const Dataset& data, TrainOptions options)
    : model_(std::move(model)), data_(data), options_(std::move(options)) {
  check(options_, data_);
  train_ = to_tensors(data_.train, dtype_of(*model_));
  std::vector<Tensor> trainable;
  for (const auto& item : model_->named_parameters()) {
    if (!item.value().requires_grad()) continue;
    parameters_.emplace_back(item.key(), item.value());
    trainable.push_back(item.value());
  }
  require(!trainable.empty(), "the model has no trainable parameter: {}", model_->summary());
  optimizer_ = optimizer_row(options_.optimizer).make(std::move(trainable), options_.optimizer_options);
  if (options_.stateful) {
    stream_batches(data_.train, data_.options.window, data_.options.stride, options_.batch, false);
  }
  remember_model();
}

TrainOutcome Trainer::run(const TrainCallbacks& callbacks) {
  for (int epoch = static_cast<int>(state_.history.size()); epoch < options_.epochs; ++epoch) {
    if (state_.end == End::kEarlyStop) break;
    const TrainOutcome outcome = run_epoch(epoch, callbacks);
    if (outcome.end != End::kRunning) return stop(outcome.end, outcome.message);
    if (callbacks.on_epoch) callbacks.on_epoch(state_.history.back());
  }
  return stop(state_.end == End::kEarlyStop ? End::kEarlyStop : End::kFinished);
}

void Trainer::restore(TrainState state, std::string_view where) {
  nn::restore_state(*model_, state.model, where);
  optimizer_row(options_.optimizer).load(*optimizer_, parameters_, state.optimizer, where, "");
  torch::Generator generator = at::detail::getDefaultCPUGenerator();
  try {
    generator.set_state(state.random);
  } catch (const c10::Error&) {
    fail("'{}' is damaged: it holds no state of torch's random numbers", where);
  }
  state_ = std::move(state);
  if (static_cast<int>(state_.history.size()) < options_.epochs && state_.end != End::kEarlyStop) {
    state_.end = End::kRunning;
  }
}

// One pass over the training windows. Leaves state_ as it was unless the epoch is completed.
TrainOutcome Trainer::run_epoch(int epoch, const TrainCallbacks& callbacks) {
  const Clock::time_point start = Clock::now();
  const std::vector<Batch> batches =
      options_.stateful
          ? stream_batches(data_.train, data_.options.window, data_.options.stride, options_.batch, false)
                .batches
          : epoch_batches(data_.train.count, options_.batch, options_.shuffle, options_.seed, epoch);
  EpochRecord record{.epoch = epoch + 1, .lr = options_.optimizer_options.lr * state_.schedule.factor};
  set_learning_rate(*optimizer_, record.lr);
  model_->train();
  model_->reset_state();
  double loss_sum = 0.0, norm_sum = 0.0;
  std::size_t windows = 0;
  const auto diverged = [&](std::string_view what, double value, const std::string& batch) {
    return TrainOutcome{End::kDiverged,
                        fmt::format("{} became {} in epoch {}{}; try a smaller --lr or --clip 1", what, value,
                                    epoch + 1, batch)};
  };
  for (std::size_t b = 0; b < batches.size(); ++b) {
    if (callbacks.interrupted && callbacks.interrupted()) return {End::kInterrupted, {}};
    if (callbacks.on_batch) callbacks.on_batch(epoch + 1, b, batches.size());
    model_->seed_draws(options_.seed, static_cast<std::uint64_t>(epoch) * batches.size() + b);
    const double loss = step(gather(train_.x, batches[b]), gather(train_.y, batches[b]), norm_sum);
    if (!std::isfinite(loss)) return diverged("the training loss", loss, fmt::format(", batch {}", b + 1));
    loss_sum += loss * static_cast<double>(batches[b].size());
    windows += batches[b].size();
  }
  record.train_loss = loss_sum / static_cast<double>(windows);
  record.gradient_norm = norm_sum / static_cast<double>(batches.size());
  if (data_.validation.count > 0) {
    const Tensor prediction = predict(*model_, data_.validation, train_.x.scalar_type(), options_.stateful,
                                      data_.options.stride, options_.seed, 1);
    record.validation_loss = mean_loss(prediction, data_.validation, options_.loss);
    if (!std::isfinite(record.validation_loss))
      return diverged("the validation loss", record.validation_loss, "");
  }
  record.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  finish_epoch(record);
  return {End::kRunning, {}};
}

double Trainer::step(const Tensor& x, const Tensor& y, double& norm_sum) {
  optimizer_->zero_grad();
  const Tensor prediction = model_->forward(x);
  TORCH_CHECK(prediction.sizes() == y.sizes(), "the model gave ", prediction.sizes(), " for targets of ",
              y.sizes());
  const Tensor loss = loss_row(options_.loss).value(prediction, y);
  const double value = loss.item<double>();
  if (!std::isfinite(value)) return value;
  loss.backward();
  const double norm = gradient_norm(parameters_);
  // A gradient that is not finite would spoil the weights although the loss still was a number.
  if (!std::isfinite(norm)) return std::numeric_limits<double>::quiet_NaN();
  norm_sum += norm;
  if (options_.clip > 0 && norm > options_.clip) {
    const torch::NoGradGuard no_grad;
    for (auto& [name, parameter] : parameters_) {
      if (parameter.grad().defined()) parameter.mutable_grad().mul_(options_.clip / norm);
    }
  }
  optimizer_->step();
  return value;
}

void Trainer::finish_epoch(EpochRecord record) {
  const bool validated = data_.validation.count > 0;
  const double monitored = validated ? record.validation_loss : record.train_loss;
  // Without a validation part nothing says which epoch generalises best, so the last one counts.
  record.improved = !validated || record.validation_loss < state_.best_loss;
  state_.history.push_back(record);
  schedule_row(options_.schedule.name)
      .advance(options_.schedule, record.epoch, options_.epochs, monitored, state_.schedule);
  remember_model();
  if (record.improved) {
    state_.best = state_.model;
    state_.best_epoch = record.epoch;
    if (validated) state_.best_loss = record.validation_loss;
  }
  const bool waited = options_.patience > 0 && record.epoch - state_.best_epoch >= options_.patience;
  if (waited && record.epoch >= options_.min_epochs) state_.end = End::kEarlyStop;
}

TrainOutcome Trainer::stop(End end, std::string message) {
  state_.end = end;
  const bool use_best = options_.restore_best && !state_.best.empty();
  nn::restore_state(*model_, use_best ? state_.best : state_.model, "this training");
  model_->reset_state();
  return {end, std::move(message)};
}

// Deep copies: training on must not change what was the best epoch.
void Trainer::remember_model() {
  state_.model = nn::copy_state(*model_);
  state_.optimizer = optimizer_row(options_.optimizer).save(*optimizer_, parameters_, "");
  state_.random = at::detail::getDefaultCPUGenerator().get_state().clone();
}

Tensor predict(nn::SequenceModel& model, const Windows& windows, torch::Dtype dtype, bool stateful,
               int stride, std::uint64_t seed, std::uint64_t part) {
  const torch::NoGradGuard no_grad;
  const bool was_training = model.is_training();
  const TensorPart tensors = to_tensors(windows, dtype);
  Tensor result =
      torch::zeros({static_cast<std::int64_t>(windows.count), static_cast<std::int64_t>(windows.outputs)},
                   torch::kFloat64);
  model.eval();
  model.reset_state();
  StreamBatches batches;
  if (stateful) {
    batches = stream_batches(windows, static_cast<int>(windows.steps), stride, 1, true);
  } else {
    batches.batches = epoch_batches(windows.count, kPredictBatch, false, 0, 0);
  }
  for (std::size_t b = 0; b < batches.batches.size(); ++b) {
    const Batch& batch = batches.batches[b];
    model.seed_draws(seed, kPredictDraws + (part << 32) + b);
    const Tensor y = model.forward(gather(tensors.x, batch)).to(torch::kFloat64);
    Batch rows, places;
    for (std::size_t k = 0; k < batch.size(); ++k) {
      if (stateful && !batches.counts[b][k]) continue;
      rows.push_back(batch[k]);
      places.push_back(static_cast<std::int64_t>(k));
    }
    result.index_copy_(0, torch::tensor(rows, torch::kInt64), gather(y, places));
  }
  model.reset_state();
  model.train(was_training);
  return result;
}

}  // namespace ebit::train
