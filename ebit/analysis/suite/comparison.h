// Which models of a suite can be told apart: on one data over seeds, and over all data.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "ebit/analysis/study/rank_tests.h"
#include "ebit/analysis/suite/results.h"

namespace ebit::analysis {

/// Two models are told apart where the p value, corrected for how many are compared, lies below this.
inline constexpr double kLevel = 0.05;

/// The models on one data.
struct DataComparison {
  std::vector<std::size_t> order;  ///< models, the best median first; those without results last
  /// [models] p of "it is as good as the best", the first in `order`: Wilcoxon's signed ranks of the
  /// differences seed by seed (of logarithms where all values are positive), by Holm for all models. Two
  /// models that have the same value with every seed are different, p = 0, where these values are. NaN for
  /// the best itself, and without results.
  std::vector<double> p;
  bool best_apart = false;  ///< every other model is told apart from the best
  std::size_t seeds = 0;    ///< pairs of the best with the one that shares the fewest seeds with it
  std::size_t needed = 0;   ///< seeds from which on so many models can be told apart at all
};

/// Compares all models on one data with the best one.
DataComparison compare_on(const SuiteResults& results, std::size_t data);

/// The models over all data, by the medians over seeds.
struct SuiteComparison {
  std::vector<std::size_t> models;  ///< those compared, the best mean rank first: with results on all `data`
  std::vector<std::size_t> data;    ///< those compared on
  std::vector<double> mean_ranks;   ///< [models] in that order; rank 1 is the best median on one data
  double friedman = 0;              ///< p of "all models are alike"
  bool by_pairs = false;            ///< by Wilcoxon and Holm; else by Nemenyi
  double difference = 0;            ///< of mean ranks that Nemenyi tells apart
  std::vector<std::vector<double>> p;  ///< [models][models] in that order, corrected; 1 on the diagonal
  /// First and last place in `models` of the longest stretches of which no two are told apart.
  std::vector<std::pair<std::size_t, std::size_t>> alike;
  bool best_apart = false;  ///< the first is told apart from every other
};

/// Compares the models on all data that have results. Where there are enough data that Wilcoxon's signed
/// ranks (of differences of logarithms where all medians are positive) with Holm's correction for all pairs
/// can tell a pair apart, they do; else, and where data have different metrics, Nemenyi's test behind
/// Friedman's. Nothing for fewer than two models.
std::optional<SuiteComparison> compare_over_data(const SuiteResults& results);

/// The critical-difference diagram: a dot a model at its mean rank, the best at the top, and a line at the
/// right for every stretch of models that are not told apart.
Figure difference_figure(const Suite& suite, const SuiteComparison& comparison);

/// What the diagram says, and by which test, in words.
std::string difference_text(const Suite& suite, const SuiteComparison& comparison);

}  // namespace ebit::analysis
