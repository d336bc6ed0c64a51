#include "ebit/corpus/scores.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "ebit/base/error.h"

namespace ebit::inline corpus {

ClassScores class_scores(std::span<const std::int64_t> truth, std::span<const std::int64_t> prediction,
                         std::int64_t classes) {
  require(truth.size() == prediction.size() && !truth.empty(), "{} true classes and {} predicted ones",
          truth.size(), prediction.size());
  const auto c = static_cast<std::size_t>(std::max<std::int64_t>(classes, 0));
  ClassScores scores;
  scores.confusion.assign(c * c, 0);
  std::vector<std::int64_t> of_truth(c, 0), of_prediction(c, 0);
  std::int64_t right = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    for (const std::int64_t label : {truth[i], prediction[i]})
      require(label >= 0 && label < classes, "class {} is outside the {} classes", label, classes);
    const auto t = static_cast<std::size_t>(truth[i]), p = static_cast<std::size_t>(prediction[i]);
    ++scores.confusion[t * c + p];
    ++of_truth[t];
    ++of_prediction[p];
    right += t == p;
  }
  scores.accuracy = static_cast<double>(right) / static_cast<double>(truth.size());
  std::size_t occurring = 0;
  for (std::size_t k = 0; k < c; ++k) {
    const std::int64_t both = of_truth[k] + of_prediction[k];  // 2 tp + fp + fn
    scores.f1.push_back(both == 0 ? std::numeric_limits<double>::quiet_NaN()
                                  : 2.0 * static_cast<double>(scores.confusion[k * c + k]) /
                                        static_cast<double>(both));
    if (both == 0) continue;
    ++occurring;
    scores.macro_f1 += scores.f1.back();
  }
  scores.macro_f1 /= static_cast<double>(occurring);
  return scores;
}

double perplexity(double log_likelihood, std::size_t tokens) {
  require(tokens >= 1, "the perplexity of no tokens is not defined");
  return std::exp(-log_likelihood / static_cast<double>(tokens));
}

double bits_per_character(double log_likelihood, std::size_t characters) {
  require(characters >= 1, "the bits a character of no characters are not defined");
  return -log_likelihood / (std::numbers::ln2 * static_cast<double>(characters));
}

}  // namespace ebit::inline corpus
