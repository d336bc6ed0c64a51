// A model of torch modules: every spec there is.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "ebit/fit/model.h"
#include "ebit/torch/sequence_layers.h"
#include "ebit/torch/translator.h"

namespace ebit::nn {

/// An input layer, a core and a head, or a translator, by libtorch's autograd. Starting values are torch's
/// own by the spec's seed, of the modules in that order.
class TorchModel : public fit::Model {
 public:
  explicit TorchModel(fit::ModelSpec spec);  ///< throws Error as fit::completed() and make_core()

  NumberCounts counts() const override;
  fit::Tensors weights() const override;
  void load(const fit::Tensors& weights, std::string_view where) override;
  void reset_state() override { carried_.clear(); }
  void seed_draws(std::uint64_t seed, std::uint64_t number) override;
  fit::Answers answer(const fit::Examples& examples) override;
  double mean_loss(std::string_view loss, std::span<const double> predictions,
                   std::span<const double> truth) const override;
  std::vector<double> core_inputs(const fit::Examples& examples) override;
  std::vector<double> input_gradient(const fit::Examples& examples) override;
  std::vector<fit::Translation> translate(const fit::Examples& examples,
                                          const fit::SearchOptions& options) override;
  std::unique_ptr<fit::TrainStep> make_step(const fit::TrainOptions& options) override;

  torch::nn::Module& module() { return *module_; }              ///< all of it
  const torch::nn::Module& module() const { return *module_; }  ///< likewise

  /// What the model says of a batch, [B, O] or of every step [B, T, O], in the mode that the module is in,
  /// with its graph. A stateful model goes on where examples.goes_on and keeps its state without its history.
  /// Throws Error for examples of other sizes than the model's.
  torch::Tensor forward(const fit::Examples& examples);

  /// The mean loss of what forward() said of the examples: numbers by the row `loss` of fit::losses(),
  /// classes by their cross-entropies.
  torch::Tensor loss(const torch::Tensor& answers, const fit::Examples& examples,
                     std::string_view loss) const;

  /// The memory's entropies in the last forward() at the steps that are there; undefined where they are not
  /// in the loss.
  torch::Tensor entropies() const;
  /// What is added to the loss for them, see EntropyLoss; undefined: nothing.
  torch::Tensor penalty() const;

 private:
  struct Nats {
    torch::Tensor sum;  // of the cross-entropies
    double terms;       // how many they are
    bool all;           // whether there is a label everywhere
  };

  void check(const fit::Examples& examples) const;
  torch::Tensor steps_of(const fit::Examples& examples) const;
  torch::Tensor answers_of(const torch::Tensor& inputs, const fit::Examples& examples);
  CoreState state_before(const fit::Examples& examples);
  bool cross_entropy_of_logits() const { return spec_.head.linear && spec_.head.loss == "cross-entropy"; }
  Nats nats(const torch::Tensor& answers, const fit::Examples& examples) const;
  torch::Dtype dtype() const;

  std::shared_ptr<SequenceModel> sequence_;  // null: a translator
  std::shared_ptr<Translator> translator_;
  std::shared_ptr<torch::nn::Module> module_;  // the one of both that is there
  CoreState carried_;                          // behind the last batch, where stateful; empty: none
  torch::Tensor lengths_;                      // of the last forward()
};

}  // namespace ebit::nn
