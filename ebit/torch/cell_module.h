// Any cell as a libtorch module, for networks and training loops of one's own.
#pragma once

#include <torch/nn/pimpl.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "ebit/cell/cells.h"
#include "ebit/torch/sequence_core.h"

namespace ebit::nn {

/// Runs sequences through a cell, whatever its family.
///
/// Every number is a parameter, named as the cell's segments: "theta_en", "ffn.0.weight" (in nested modules);
/// those of frozen segments require no gradient. Starting values are those of Cell::initialise() by torch's
/// generator. Autograd sees one node a batch; it keeps the cell's tape, and none where no gradient is wanted.
/// train() and eval() rule dropout. Parameters, inputs and outputs are float64 (as made) or float32 (after
/// to()), on the CPU.
class CellModuleImpl : public SequenceCore {
 public:
  /// Throws Error as make_cell().
  explicit CellModuleImpl(CellOptions options);

  /// Draws all starting values anew, from torch's generator.
  void reset_parameters();
  /// One line: sizes and choices.
  void pretty_print(std::ostream& stream) const override;

  std::int64_t inputs() const override { return static_cast<std::int64_t>(wide_->inputs()); }
  std::int64_t features() const override { return static_cast<std::int64_t>(wide_->outputs()); }
  bool every_step() const override { return wide_->every_step(); }
  torch::Tensor entropy() const override { return entropy_; }
  void seed_draws(std::uint64_t seed, std::uint64_t number) override {
    draw_seed_ = seed, draw_number_ = number;
  }

  const CellOptions& options() const { return options_; }                  ///< as given
  std::span<const Segment> segments() const { return wide_->segments(); }  ///< of its parameters, in order
  /// S: the state is one tensor [B, S].
  std::int64_t state_numbers() const { return static_cast<std::int64_t>(wide_->state_numbers()); }

 protected:
  CoreOutput run(const torch::Tensor& x, const torch::Tensor& lengths, const CoreState& state) override;

 private:
  CellOptions options_;
  std::shared_ptr<Cell<double>> wide_;
  std::shared_ptr<Cell<float>> narrow_;    // made when first used
  std::vector<torch::Tensor> parameters_;  // in the order of the segments
  std::uint64_t draw_seed_ = 0, draw_number_ = 0;
  torch::Tensor entropy_;
};
TORCH_MODULE(CellModule);

}  // namespace ebit::nn
