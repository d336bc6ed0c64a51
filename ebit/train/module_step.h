// One optimizer step of any torch module by libtorch's autograd; what its loss is, a derived class says.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>

#include "ebit/train/optimizer.h"
#include "ebit/train/train_step.h"

namespace ebit::train {

/// A TrainStep on a torch graph: optimizer, clipping, and copies of weights and optimizer memory.
class ModuleStep : public TrainStep {
 public:
  /// `module` must outlive this. Throws Error, with `summary`, for a module without trainable parameters.
  ModuleStep(torch::nn::Module& module, const std::string& summary, const TrainOptions& options);

  void start_epoch(double lr) override;
  StepResult run(const Batch& batch, std::uint64_t draw) override;

  void keep_last() override;
  void keep_best() override { best_ = last_; }
  Tensors last() const override { return last_; }
  Tensors best() const override { return best_; }
  Tensors optimizer() const override { return memory_; }
  void load_optimizer(const Tensors& tensors, std::string_view where) override;

 protected:
  /// The mean loss of a batch, a scalar with its graph. @param draw as TrainStep::run().
  virtual torch::Tensor loss(const Batch& batch, std::uint64_t draw) = 0;
  /// What is minimised besides the last loss(), a scalar with its graph; undefined: nothing.
  virtual torch::Tensor penalty() { return {}; }
  /// StepResult::entropy of the last loss().
  virtual double entropy() { return std::numeric_limits<double>::quiet_NaN(); }
  /// Forgets the state that is carried from batch to batch, if any.
  virtual void forget() {}

  /// The dtype of the parameters.
  torch::Dtype dtype() const { return parameters_.front().second.scalar_type(); }
  const TrainOptions& options() const { return options_; }  ///< as given

 private:
  torch::nn::Module& module_;
  const TrainOptions options_;
  const OptimizerRow& row_;
  NamedParameters parameters_;
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
  Tensors last_, best_, memory_;
};

}  // namespace ebit::train
