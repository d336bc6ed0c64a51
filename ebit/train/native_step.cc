#include "ebit/train/native_step.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <typeinfo>

#include "ebit/base/error.h"
#include "ebit/nn/register_model.h"
#include "ebit/nn/safetensors_module.h"
#include "ebit/train/flat_model.h"
#include "ebit/train/flat_optimizer.h"
#include "ebit/train/loss.h"
#include "ebit/train/norm.h"
#include "ebit/train/predict.h"

namespace ebit::train {
namespace {

using torch::Tensor;

// A part of the data in the model's precision.
template <class T>
struct FlatPart {
  explicit FlatPart(const Windows& windows)
      : steps(windows.steps),
        width(windows.steps * windows.features),
        outputs(windows.outputs),
        x(windows.x.begin(), windows.x.end()),
        y(windows.y.begin(), windows.y.end()) {}

  std::size_t steps, width, outputs;  // T, T F, O
  std::vector<T> x, y;                // [B, T, F], [B, O]
};

// The windows of one batch side by side; the buffers grow to the largest batch.
template <class T>
struct FlatBatch {
  void gather(const FlatPart<T>& part, const Batch& batch) {
    x.resize(batch.size() * part.width), y.resize(batch.size() * part.outputs);
    for (std::size_t k = 0; k < batch.size(); ++k) {
      const std::size_t window = static_cast<std::size_t>(batch[k]);
      std::copy_n(part.x.data() + window * part.width, part.width, x.data() + k * part.width);
      std::copy_n(part.y.data() + window * part.outputs, part.outputs, y.data() + k * part.outputs);
    }
    prediction.resize(y.size()), d_prediction.resize(y.size());
  }

  std::vector<T> x, y, prediction, d_prediction;
  std::vector<T> d_entropy;  // [B, T]
};

template <class T>
double mean(std::span<const T> values) {
  double sum = 0;
  for (const T value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

template <class T>
class NativeStep : public TrainStep {
 public:
  explicit NativeStep(const StepInput& input)
      : module_(dynamic_cast<nn::RegisterModelImpl&>(input.model)),
        data_(input.data),
        options_(input.options),
        loss_(loss_row(options_.loss)),
        model_(module_.rnn->options(), module_.head ? data_.train.outputs : 0, module_.options().stateful()),
        train_(data_.train),
        validation_(data_.validation),
        validation_batches_(prediction_batches(data_.validation, options_.stateful, data_.options.stride)),
        parameters_(model_.parameters()),
        gradient_(model_.parameters()),
        sums_(model_.parameters()),
        optimizer_(*optimizer_row(options_.optimizer).flat, options_.optimizer_options, model_.parameters()) {
    auto named = module_.named_parameters();
    for (const Segment& segment : model_.segments()) tensors_.push_back(named[segment.name]);
    load_parameters();
  }

  void start_epoch(double lr) override {
    module_.train();
    model_.reset_state();
    load_parameters();
    optimizer_.set_learning_rate(lr);
  }

  StepResult run(const Batch& batch, std::uint64_t draw) override {
    batch_.gather(train_, batch);
    model_.forward(parameters_, input_of(batch_, train_, batch.size(), draw), batch_.prediction.data(), true);
    StepResult result{
        .loss = loss(batch_.y.size(), batch_.prediction.data(), batch_.y.data(), batch_.d_prediction.data())};
    if (!std::isfinite(result.loss)) return result;
    std::fill(sums_.begin(), sums_.end(), 0.0);
    const std::span<const T> entropies = model_.entropies();
    if (!entropies.empty()) {
      result.entropy = mean(entropies);
      batch_.d_entropy.resize(entropies.size());
      entropy_loss(module_.options().entropy_loss(), entropies, batch_.d_entropy.data());
    }
    model_.backward(parameters_, batch_.d_prediction.data(), sums_.data(),
                    entropies.empty() ? nullptr : batch_.d_entropy.data());
    std::copy(sums_.begin(), sums_.end(), gradient_.begin());
    result.gradient_norm = std::sqrt(square_sum(gradient_.data(), gradient_.size()));
    if (!std::isfinite(result.gradient_norm)) return result;
    if (options_.clip > 0 && result.gradient_norm > options_.clip) {
      const T factor = static_cast<T>(options_.clip / result.gradient_norm);
      for (T& number : gradient_) number *= factor;
    }
    optimizer_.step(gradient_.data(), parameters_.data());
    return result;
  }

  Validation validate() override {
    const std::size_t outputs = validation_.outputs;
    prediction_.resize(data_.validation.y.size());
    model_.reset_state();
    for (std::size_t b = 0; b < validation_batches_.batches.size(); ++b) {
      const Batch& batch = validation_batches_.batches[b];
      validation_batch_.gather(validation_, batch);
      model_.forward(
          parameters_,
          input_of(validation_batch_, validation_, batch.size(), prediction_draw(kValidationPart, b)),
          validation_batch_.prediction.data(), false);
      for (std::size_t k = 0; k < batch.size(); ++k) {
        if (validation_batches_.counts[b][k])
          std::copy_n(validation_batch_.prediction.data() + k * outputs, outputs,
                      prediction_.data() + static_cast<std::size_t>(batch[k]) * outputs);
      }
    }
    model_.reset_state();
    return {loss_.wide(prediction_.size(), prediction_.data(), data_.validation.y.data(), nullptr)};
  }

  void keep_last() override {
    for (std::size_t s = 0; s < tensors_.size(); ++s) {
      const Segment& segment = model_.segments()[s];
      std::copy_n(parameters_.data() + segment.offset, segment.size, tensors_[s].data_ptr<T>());
    }
    last_ = parameters_;
    last_memory_ = optimizer_.memory();
  }

  void keep_best() override { best_ = last_; }

  Tensors last() const override { return state_with(last_); }
  Tensors best() const override { return state_with(best_); }

  Tensors optimizer() const override {
    Tensors tensors;
    if (last_memory_.steps == 0) return tensors;
    for (const Segment& segment : model_.segments()) {
      for (std::size_t f = 0; f < optimizer_.fields().size(); ++f)
        tensors[field_name(segment, optimizer_.fields()[f])] =
            tensor_of(segment, last_memory_.numbers.data() + f * parameters_.size());
      if (optimizer_.rule().counts)
        tensors[field_name(segment, "step")] = torch::tensor(last_memory_.steps, torch::kInt64);
    }
    return tensors;
  }

  void load_optimizer(const Tensors& tensors, std::string_view where) override {
    FlatMemory<T> memory = {.steps = 0, .numbers = std::vector<T>(optimizer_.memory().numbers.size())};
    for (const Segment& segment : model_.segments()) {
      for (std::size_t f = 0; f < optimizer_.fields().size(); ++f) {
        const auto found = tensors.find(field_name(segment, optimizer_.fields()[f]));
        if (found == tensors.end()) continue;
        const Tensor& stored = found->second;
        require_fitting_memory(stored.sizes() == segment.shape && stored.scalar_type() == kType, where,
                               found->first);
        const Tensor values = stored.contiguous();
        std::copy_n(values.template data_ptr<T>(), segment.size,
                    memory.numbers.data() + f * parameters_.size() + segment.offset);
        memory.steps = std::max<std::int64_t>(memory.steps, 1);
      }
    }
    if (optimizer_.rule().counts) memory.steps = common_count(tensors, where);
    optimizer_.set_memory(std::move(memory));
  }

 private:
  static constexpr torch::ScalarType kType = c10::CppTypeToScalarType<T>::value;

  SequenceInput<T> input_of(const FlatBatch<T>& batch, const FlatPart<T>& part, std::size_t samples,
                            std::uint64_t draw) const {
    return {samples, part.steps, batch.x.data(), nullptr, options_.seed, draw};
  }

  double loss(std::size_t count, const T* prediction, const T* truth, T* d_prediction) const {
    if constexpr (std::is_same_v<T, double>)
      return loss_.wide(count, prediction, truth, d_prediction);
    else
      return loss_.narrow(count, prediction, truth, d_prediction);
  }

  void load_parameters() {
    for (std::size_t s = 0; s < tensors_.size(); ++s) {
      const Segment& segment = model_.segments()[s];
      std::copy_n(tensors_[s].data_ptr<T>(), segment.size, parameters_.data() + segment.offset);
    }
  }

  static std::string field_name(const Segment& segment, std::string_view field) {
    return fmt::format("{}.{}", segment.name, field);
  }

  // One segment of a flat array over all parameters as a tensor of its own.
  static Tensor tensor_of(const Segment& segment, const T* all) {
    Tensor tensor = torch::empty(segment.shape, kType);
    std::copy_n(all + segment.offset, segment.size, tensor.data_ptr<T>());
    return tensor;
  }

  Tensors state_with(const std::vector<T>& parameters) const {
    Tensors state = nn::copy_state(module_);  // with buffers that a user may have added
    for (const Segment& segment : model_.segments())
      state[segment.name] = tensor_of(segment, parameters.data());
    return state;
  }

  // The number of steps taken, which is one for all parameters here.
  std::int64_t common_count(const Tensors& tensors, std::string_view where) const {
    std::int64_t least = std::numeric_limits<std::int64_t>::max(), most = 0;
    for (const Segment& segment : model_.segments()) {
      const auto found = tensors.find(field_name(segment, "step"));
      if (found != tensors.end())
        require_fitting_memory(found->second.dim() == 0 && found->second.scalar_type() == torch::kInt64,
                               where, found->first);
      const std::int64_t count = found == tensors.end() ? 0 : found->second.template item<std::int64_t>();
      least = std::min(least, count), most = std::max(most, count);
    }
    require(least == most,
            "'{}' counts {} optimizer steps for one parameter and {} for another: --step torch", where, least,
            most);
    return most;
  }

  nn::RegisterModelImpl& module_;
  const Dataset& data_;
  const TrainOptions options_;
  const LossRow& loss_;
  FlatModel<T> model_;
  FlatPart<T> train_, validation_;
  StreamBatches validation_batches_;
  std::vector<Tensor> tensors_;  // the module's own, one a segment
  std::vector<T> parameters_, gradient_;
  std::vector<double> sums_;  // of the gradient, before it is rounded to T
  FlatOptimizer<T> optimizer_;
  FlatBatch<T> batch_, validation_batch_;
  std::vector<double> prediction_;  // of all validation windows
  std::vector<T> last_, best_;
  FlatMemory<T> last_memory_;
};

}  // namespace

std::string native_obstacle(const StepInput& input) {
  const auto& model = input.model;
  const auto* cell = dynamic_cast<const nn::RegisterModelImpl*>(&model);
  // A class derived from it may compute something else.
  if (cell == nullptr || typeid(model) != typeid(nn::RegisterModelImpl))
    return fmt::format("only register cells are trained natively, and this is '{}'", model.summary());
  const auto parameters = model.named_parameters();
  if (parameters.is_empty()) return "it has no parameter";
  const auto type = parameters.front().value().scalar_type();
  if (type != torch::kFloat64 && type != torch::kFloat32)
    return fmt::format("its parameters are {}", torch::toString(type));
  for (const auto& item : parameters) {
    const Tensor& parameter = item.value();
    if (!parameter.requires_grad()) return fmt::format("its parameter '{}' is frozen", item.key());
    if (!parameter.device().is_cpu() || !parameter.is_contiguous() || parameter.scalar_type() != type)
      return fmt::format("its parameter '{}' is not a plain array like the others", item.key());
  }
  const Windows& windows = input.data.train;
  const auto features = static_cast<std::size_t>(cell->rnn->options().features);
  const auto outputs = static_cast<std::size_t>(cell->options().outputs());
  if (features != windows.features || outputs != windows.outputs)
    return fmt::format("it maps {} features to {} targets, and the data have {} and {}", features, outputs,
                       windows.features, windows.outputs);
  return {};
}

std::unique_ptr<TrainStep> make_native_step(const StepInput& input) {
  if (input.model.parameters().front().scalar_type() == torch::kFloat64)
    return std::make_unique<NativeStep<double>>(input);
  return std::make_unique<NativeStep<float>>(input);
}

}  // namespace ebit::train
