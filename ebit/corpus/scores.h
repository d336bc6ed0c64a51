// How good classes and probabilities are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ebit::inline corpus {

/// Scores of predicted classes.
struct ClassScores {
  double accuracy = 0;                  ///< share of right predictions
  double macro_f1 = 0;                  ///< mean of f1 over the classes that occur in truth or prediction
  std::vector<double> f1;               ///< [C] 2 tp / (2 tp + fp + fn); NaN for a class that does not occur
  std::vector<std::int64_t> confusion;  ///< [C, C] counts by truth (row) and prediction (column)
};

/// Scores of N >= 1 predictions of C classes; the binary F1 of class 1 is f1[1]. Throws Error for spans of
/// different sizes, empty ones, and classes outside [0, C).
ClassScores class_scores(std::span<const std::int64_t> truth, std::span<const std::int64_t> prediction,
                         std::int64_t classes);

/// exp of the mean negative log-likelihood a token: `log_likelihood` is the sum over `tokens` >= 1, in nats.
double perplexity(double log_likelihood, std::size_t tokens);

/// Bits a character: the summed log-likelihood (nats) of a text over its characters, >= 1, whatever its
/// tokens.
double bits_per_character(double log_likelihood, std::size_t characters);

}  // namespace ebit::inline corpus
