#include "ebit/fit/ridge_step.h"

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/fit/losses.h"

namespace ebit::fit {
namespace {

class RidgeStep : public TrainStep {
 public:
  RidgeStep(RidgeHead& head, const RidgeOptions& options, std::uint64_t seed)
      : head_(head), options_(options), seed_(seed) {
    require(!options.penalty || (*options.penalty >= 0 && std::isfinite(*options.penalty)),
            "--ridge must be 0 or above, not {}", options.penalty.value_or(0));
    require(options.washout >= 0, "--washout must be 0 or more, not {}", options.washout);
  }

  bool solves() const override { return true; }

  void start_epoch(double) override {
    head_.model().reset_state();
    solver_.emplace(head_.feature_count(), static_cast<std::size_t>(head_.model().spec().head.outputs));
    steps_ = 0;
  }

  StepResult run(const Examples& examples, std::uint64_t draw) override {
    const std::span<const double> features = head_.features(examples, seed_, draw);
    const std::vector<double>& y = targets(examples);
    require(y.size() == examples.samples * solver_->outputs(), "{} numbers do not fit {} answers", y.size(),
            examples.samples * solver_->outputs());
    steps_ += examples.steps;
    if (!head_.model().spec().stateful || steps_ > static_cast<std::size_t>(options_.washout))
      solver_->add(examples.samples, features.data(), y.data());
    return {.loss = 0, .gradient_norm = 0};
  }

  double solve(const std::function<double()>& validation) override {
    require(solver_->rows() > 0, "a washout of {} steps leaves nothing of {} to learn from", options_.washout,
            steps_);
    const std::vector<std::size_t> leading = head_.leading();
    RidgeJudge judge;
    if (validation)
      judge = [&](const RidgeChoice& candidate) {
        head_.set_head(candidate);
        return validation();
      };
    const double fixed[] = {options_.penalty.value_or(0)};
    const RidgeChoice best = choose_ridge(
        *solver_, options_.penalty ? std::span<const double>(fixed) : ridge_penalties(), leading, judge);
    head_.set_head(best);
    const double error = solver_->mean_square_error(best.map);
    solver_.reset();
    return error;
  }

  void keep_last() override { last_ = head_.model().weights(); }
  void keep_best() override { best_ = last_; }
  Tensors last() const override { return last_; }
  Tensors best() const override { return best_; }
  Tensors optimizer() const override { return {}; }
  void load_optimizer(const Tensors& tensors, std::string_view where) override {
    require(tensors.empty(), "'{}' is of a model trained step by step, and this one is solved at once",
            where);
  }

 private:
  // [B, O] what is learnt: the numbers, or of classes 1 for the true one and 0 for all others.
  const std::vector<double>& targets(const Examples& examples) {
    if (head_.model().spec().head.answer == Answer::kNumbers) return examples.y;
    const std::size_t classes = solver_->outputs();
    one_hot_.assign(examples.labels.size() * classes, 0.0);
    for (std::size_t b = 0; b < examples.labels.size(); ++b) {
      const std::int64_t label = examples.labels[b];
      require(label >= 0 && label < static_cast<std::int64_t>(classes), "label {} is none of {} classes",
              label, classes);
      one_hot_[b * classes + static_cast<std::size_t>(label)] = 1;
    }
    return one_hot_;
  }

  RidgeHead& head_;
  const RidgeOptions options_;
  const std::uint64_t seed_;
  std::optional<RidgeSolver> solver_;  // of the epoch that runs
  std::size_t steps_ = 0;              // since it began
  std::vector<double> one_hot_;
  Tensors last_, best_;
};

}  // namespace

std::unique_ptr<TrainStep> make_ridge_step(RidgeHead& head, const RidgeOptions& options, std::uint64_t seed) {
  return std::make_unique<RidgeStep>(head, options, seed);
}

}  // namespace ebit::fit
