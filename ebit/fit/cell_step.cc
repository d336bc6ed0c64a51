#include "ebit/fit/cell_step.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ebit/base/error.h"
#include "ebit/fit/norm.h"
#include "ebit/fit/optimizers.h"

namespace ebit::fit {
namespace {

template <class T>
double mean(std::span<const T> values) {
  double sum = 0;
  for (const T value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

std::string field_name(const Segment& segment, std::string_view field) {
  return fmt::format("{}.{}", segment.name, field);
}

template <class T>
class CellStep : public TrainStep {
 public:
  CellStep(CellModel<T>& model, const TrainOptions& options, FlatLoss<T> loss)
      : model_(model),
        options_(options),
        loss_(loss),
        gradient_(model.numbers().size()),
        sums_(model.numbers().size()),
        optimizer_(find_optimizer(options_.optimizer).flat, options_.optimizer_options,
                   model.numbers().size()) {}

  void start_epoch(double lr) override {
    model_.reset_state();
    optimizer_.set_learning_rate(lr);
  }

  StepResult run(const Examples& examples, std::uint64_t draw) override {
    const std::span<const T> predictions = model_.forward(
        examples, {.keep = true, .training = true, .draw_seed = options_.seed, .draw_number = draw});
    d_predictions_.resize(predictions.size());
    StepResult result{.loss = model_.loss(examples, loss_, d_predictions_.data())};
    if (!std::isfinite(result.loss)) return result;
    const std::span<const T> entropies = model_.entropies();
    if (!entropies.empty()) {
      result.entropy = mean(entropies);
      d_entropies_.resize(entropies.size());
      entropy_loss(model_.spec().entropy, entropies, d_entropies_.data());
    }
    std::fill(sums_.begin(), sums_.end(), 0.0);
    model_.backward(d_predictions_.data(), entropies.empty() ? nullptr : d_entropies_.data(), sums_.data());
    std::copy(sums_.begin(), sums_.end(), gradient_.begin());
    result.gradient_norm = std::sqrt(square_sum(gradient_.data(), gradient_.size()));
    if (!std::isfinite(result.gradient_norm)) return result;
    if (options_.clip > 0 && result.gradient_norm > options_.clip) {
      const T factor = static_cast<T>(options_.clip / result.gradient_norm);
      for (T& number : gradient_) number *= factor;
    }
    optimizer_.step(gradient_.data(), model_.numbers().data());
    return result;
  }

  void keep_last() override {
    last_.assign(model_.numbers().begin(), model_.numbers().end());
    last_memory_ = optimizer_.memory();
  }

  void keep_best() override { best_ = last_; }

  Tensors last() const override { return model_.named(last_); }
  Tensors best() const override { return model_.named(best_); }

  Tensors optimizer() const override {
    Tensors tensors;
    if (last_memory_.steps == 0) return tensors;
    for (const Segment& segment : model_.segments()) {
      for (std::size_t f = 0; f < optimizer_.fields().size(); ++f)
        tensors[field_name(segment, optimizer_.fields()[f])] =
            make_tensor(segment.shape, last_memory_.numbers.data() + f * gradient_.size() + segment.offset);
      if (optimizer_.rule().counts)
        tensors[field_name(segment, "step")] = make_tensor({}, &last_memory_.steps);
    }
    return tensors;
  }

  void load_optimizer(const Tensors& tensors, std::string_view where) override {
    FlatMemory<T> memory = {.steps = 0, .numbers = std::vector<T>(optimizer_.memory().numbers.size())};
    for (const Segment& segment : model_.segments()) {
      for (std::size_t f = 0; f < optimizer_.fields().size(); ++f) {
        const auto found = tensors.find(field_name(segment, optimizer_.fields()[f]));
        if (found == tensors.end()) continue;
        const auto& [name, stored] = *found;
        require_fitting_memory(stored.shape == segment.shape && stored.dtype == dtype_of<T>(), where, name);
        std::copy_n(numbers_of<T>(stored, name), segment.size,
                    memory.numbers.data() + f * gradient_.size() + segment.offset);
        memory.steps = 1;
      }
    }
    if (optimizer_.rule().counts) memory.steps = common_count(tensors, where);
    optimizer_.set_memory(std::move(memory));
  }

 private:
  // The number of steps taken, which is one for all parameters here.
  std::int64_t common_count(const Tensors& tensors, std::string_view where) const {
    std::int64_t least = std::numeric_limits<std::int64_t>::max(), most = 0;
    for (const Segment& segment : model_.segments()) {
      const auto found = tensors.find(field_name(segment, "step"));
      std::int64_t count = 0;
      if (found != tensors.end()) {
        const auto& [name, stored] = *found;
        require_fitting_memory(stored.shape.empty() && stored.dtype == Dtype::kI64, where, name);
        count = *numbers_of<std::int64_t>(stored, name);
      }
      least = std::min(least, count), most = std::max(most, count);
    }
    require(least == most || model_.segments().empty(),
            "'{}' counts {} optimizer steps for one parameter and {} for another: --step torch", where, least,
            most);
    return most;
  }

  CellModel<T>& model_;
  const TrainOptions options_;
  const FlatLoss<T> loss_;
  std::vector<T> gradient_;
  std::vector<double> sums_;  // of the gradient, before it is rounded to T
  FlatOptimizer<T> optimizer_;
  std::vector<T> d_predictions_, d_entropies_;
  std::vector<T> last_, best_;
  FlatMemory<T> last_memory_;
};

}  // namespace

template <class T>
std::unique_ptr<TrainStep> make_cell_step(CellModel<T>& model, const TrainOptions& options,
                                          FlatLoss<T> loss) {
  return std::make_unique<CellStep<T>>(model, options, loss);
}

template std::unique_ptr<TrainStep> make_cell_step(CellModel<double>&, const TrainOptions&, FlatLoss<double>);
template std::unique_ptr<TrainStep> make_cell_step(CellModel<float>&, const TrainOptions&, FlatLoss<float>);

}  // namespace ebit::fit
