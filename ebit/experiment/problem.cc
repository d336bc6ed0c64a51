#include "ebit/experiment/problem.h"

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/settings/problems.h"

namespace ebit::experiment {
namespace {

// What reads the data of the problems that share a set of options.
constexpr struct {
  ProblemSet set;
  std::unique_ptr<Problem> (*make)(Config& config);
} kMakers[] = {
    {kForecast, make_forecast},   {kCopying, make_copying},         {kImages, make_images},
    {kSentiment, make_sentiment}, {kLanguage, make_language_model}, {kTranslate, make_translate},
    {kWords, make_words},         {kWordImages, make_word_images},  {kPauli, make_pauli},
};

}  // namespace

Scores Problem::scores_before_test(fit::Model& model, std::uint64_t seed) const {
  if (!validated()) return {};
  const std::vector<std::string> names = validation_metrics();
  const fit::Validation found = validate(model, seed);
  PartScores part;
  for (const MetricName& metric : metrics()) {
    part.values.push_back(std::nan(""));
    for (std::size_t m = 0; m < names.size(); ++m)
      if (names[m] == metric.name) part.values.back() = found.metrics.at(m);
  }
  Scores scores;
  scores.parts[1] = std::move(part);
  return scores;
}

std::unique_ptr<Problem> make_problem(Config& config) {
  const ProblemRow& row = find_problem(config.problem.name);
  for (const auto& maker : kMakers)
    if (maker.set == row.set) return maker.make(config);
  fail("the problem {} has no data", row.name);
}

}  // namespace ebit::experiment
