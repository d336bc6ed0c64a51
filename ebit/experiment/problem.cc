#include "ebit/experiment/problem.h"

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

std::unique_ptr<Problem> make_problem(Config& config) {
  const ProblemRow& row = find_problem(config.problem.name);
  for (const auto& maker : kMakers)
    if (maker.set == row.set) return maker.make(config);
  fail("the problem {} has no data", row.name);
}

}  // namespace ebit::experiment
