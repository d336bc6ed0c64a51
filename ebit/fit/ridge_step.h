// Training at once: the head of a model solved in closed form on features that stay as they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "ebit/fit/model.h"
#include "ebit/fit/ridge.h"

namespace ebit::fit {

/// A model whose answers, numbers or logits of a class, are a linear map, the head, of features that do not
/// depend on it.
class RidgeHead {
 public:
  virtual ~RidgeHead() = default;
  /// The model whose head this is.
  virtual Model& model() = 0;
  virtual std::size_t feature_count() const = 0;  ///< D
  /// The features of a batch, a row an answer, [B, D]; valid until the next call. A model that carries a
  /// state goes on with it. @param seed,draw name the random numbers of models that draw.
  virtual std::span<const double> features(const Examples& examples, std::uint64_t seed,
                                           std::uint64_t draw) = 0;
  /// Counts of leading features that are candidates of their own, such as those of a degree; {0}: all alone.
  virtual std::vector<std::size_t> leading() const { return {0}; }
  virtual void set_head(const RidgeChoice& choice) = 0;  ///< takes a head, and notes how it was chosen
};

/// A step that solves the head by ridge regression: run() takes the features of a batch in, and solve() ends
/// the epoch. The penalty, and how many of leading() features take part, are those with the smallest loss on
/// the validation part; without one, by generalised cross-validation on the training part. Classes are learnt
/// as numbers, 1 for the true one and 0 for all others, so that their logits order classes and are no
/// log-probabilities. `head` must outlive it. Throws Error for a penalty below 0 and a washout below 0.
/// @param seed of the random numbers of models that draw.
std::unique_ptr<TrainStep> make_ridge_step(RidgeHead& head, const RidgeOptions& options, std::uint64_t seed);

}  // namespace ebit::fit
