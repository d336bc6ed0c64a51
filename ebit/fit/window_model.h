// Linear and polynomial regression on the flattened window, solved in closed form.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/fit/model.h"
#include "ebit/fit/monomials.h"
#include "ebit/fit/ridge_step.h"

namespace ebit::fit {

/// y = W phi(v) + b of the flattened window v [T F]: phi are the monomials of v up to a degree, 1 for
/// `linear`. W and b are solved by ridge regression in float64, see RidgeStep; the degree is one of
/// ClassicalOptions::degrees.
///
/// Weights: "head.weight" [O, M], the monomials of the greatest degree that is a candidate in the order of
/// Monomials, "head.bias" [O], "head.degree" and "head.ridge" [1], the degree and the penalty that were
/// chosen; beyond the degree weights are 0. They start as 0, of the greatest degree.
class WindowModel : public Model, private RidgeHead {
 public:
  explicit WindowModel(ModelSpec spec);  ///< throws Error as completed() does

  NumberCounts counts() const override;
  Tensors weights() const override;
  void load(const Tensors& weights, std::string_view where) override;
  void reset_state() override {}
  void seed_draws(std::uint64_t, std::uint64_t) override {}
  Answers answer(const Examples& examples) override;
  double mean_loss(std::string_view loss, std::span<const double> predictions,
                   std::span<const double> truth) const override;
  std::vector<double> input_gradient(const Examples& examples) override;
  std::unique_ptr<TrainStep> make_step(const TrainOptions& options) override;

 protected:
  std::string remark() const override;

 private:
  Model& model() override { return *this; }
  std::size_t feature_count() const override { return monomials_.size(); }
  std::span<const double> features(const Examples& examples, std::uint64_t, std::uint64_t) override;
  std::vector<std::size_t> leading() const override;
  void set_head(const RidgeChoice& choice) override;

  const ClassicalOptions& options() const { return std::get<ClassicalOptions>(spec_.core); }
  std::size_t window() const { return monomials_.inputs(); }
  std::size_t outputs() const { return static_cast<std::size_t>(spec_.head.outputs); }
  std::size_t size_of(int degree) const;

  Monomials monomials_;
  std::vector<double> head_;      // W [O, M], then b [O]
  std::vector<double> features_;  // of a batch, [B, M]
  double degree_, ridge_ = 0;
  bool solved_ = false;
};

/// Why a model of `spec`, whose core is solved in closed form, cannot be a WindowModel, in a few words;
/// empty: it can.
std::string window_obstacle(const ModelSpec& spec);

}  // namespace ebit::fit
