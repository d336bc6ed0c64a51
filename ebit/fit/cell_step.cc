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

// A segment that is trained, and where its numbers are among those of all such.
struct Trained {
  const Segment* segment;
  std::size_t offset;
};

std::vector<Trained> trained_of(const std::vector<Segment>& segments, const Model& model) {
  std::vector<Trained> trained;
  std::size_t count = 0;
  for (const Segment& segment : segments) {
    if (segment.frozen) continue;
    trained.push_back({&segment, count});
    count += segment.size;
  }
  require(count > 0, "nothing of this model is left to train: {}; --head linear puts a trained map behind it",
          model.summary());
  return trained;
}

// Frozen numbers never come near the optimizer: it works on a copy of those that are trained, side by side.
template <class T>
class CellStep : public TrainStep {
 public:
  CellStep(CellModel<T>& model, const TrainOptions& options, FlatLoss<T> loss)
      : model_(model),
        options_(options),
        loss_(loss),
        trained_(trained_of(model.segments(), model)),
        gradient_(trained_.back().offset + trained_.back().segment->size),
        numbers_(gradient_.size()),
        sums_(model.numbers().size()),
        optimizer_(find_optimizer(options_.optimizer).flat, options_.optimizer_options, gradient_.size()) {}

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
    for (const auto& [segment, offset] : trained_)
      std::copy_n(sums_.data() + segment->offset, segment->size, gradient_.data() + offset);
    result.gradient_norm = std::sqrt(square_sum(gradient_.data(), gradient_.size()));
    if (!std::isfinite(result.gradient_norm)) return result;
    if (options_.clip > 0 && result.gradient_norm > options_.clip) {
      const T factor = static_cast<T>(options_.clip / result.gradient_norm);
      for (T& number : gradient_) number *= factor;
    }
    T* const all = model_.numbers().data();
    for (const auto& [segment, offset] : trained_)
      std::copy_n(all + segment->offset, segment->size, numbers_.data() + offset);
    optimizer_.step(gradient_.data(), numbers_.data());
    for (const auto& [segment, offset] : trained_)
      std::copy_n(numbers_.data() + offset, segment->size, all + segment->offset);
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
    for (const auto& [segment, offset] : trained_) {
      for (std::size_t f = 0; f < optimizer_.fields().size(); ++f)
        tensors[field_name(*segment, optimizer_.fields()[f])] =
            make_tensor(segment->shape, last_memory_.numbers.data() + f * gradient_.size() + offset);
      if (optimizer_.rule().counts)
        tensors[field_name(*segment, "step")] = make_tensor({}, &last_memory_.steps);
    }
    return tensors;
  }

  void load_optimizer(const Tensors& tensors, std::string_view where) override {
    FlatMemory<T> memory = {.steps = 0, .numbers = std::vector<T>(optimizer_.memory().numbers.size())};
    for (const auto& [segment, offset] : trained_) {
      for (std::size_t f = 0; f < optimizer_.fields().size(); ++f) {
        const auto found = tensors.find(field_name(*segment, optimizer_.fields()[f]));
        if (found == tensors.end()) continue;
        const auto& [name, stored] = *found;
        require_fitting_memory(stored.shape == segment->shape && stored.dtype == dtype_of<T>(), where, name);
        std::copy_n(numbers_of<T>(stored, name), segment->size,
                    memory.numbers.data() + f * gradient_.size() + offset);
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
    for (const auto& [segment, offset] : trained_) {
      const auto found = tensors.find(field_name(*segment, "step"));
      std::int64_t count = 0;
      if (found != tensors.end()) {
        const auto& [name, stored] = *found;
        require_fitting_memory(stored.shape.empty() && stored.dtype == Dtype::kI64, where, name);
        count = *numbers_of<std::int64_t>(stored, name);
      }
      least = std::min(least, count), most = std::max(most, count);
    }
    require(least == most,
            "'{}' counts {} optimizer steps for one parameter and {} for another: --step torch", where, least,
            most);
    return most;
  }

  CellModel<T>& model_;
  const TrainOptions options_;
  const FlatLoss<T> loss_;
  const std::vector<Trained> trained_;
  std::vector<T> gradient_, numbers_;  // of those that are trained
  std::vector<double> sums_;           // of all, before they are rounded to T
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
