#include "ebit/analysis/study/rank_tests.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <numeric>

#include <unsupported/Eigen/SpecialFunctions>

#include "ebit/analysis/study/statistics.h"
#include "ebit/base/error.h"
#include "ebit/base/random.h"

namespace ebit::analysis {
namespace {

constexpr int kSamples = 4000;  // of the bootstrap

double normal_density(double z) { return std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi); }
double normal_below(double z) { return std::erfc(-z / std::numbers::sqrt2) / 2; }

// P(range of `count` standard normal numbers > q) by Simpson's rule.
double range_above(double q, std::size_t count) {
  if (q <= 0) return 1;
  const double begin = -9, end = 9 + q;
  const int pieces = 2000;
  const double h = (end - begin) / pieces;
  double sum = 0;
  for (int i = 0; i <= pieces; ++i) {
    const double z = begin + h * i, n = static_cast<double>(count);
    // The greatest number is z, and all others lie within q below it.
    const double value = n * normal_density(z) * std::pow(normal_below(z) - normal_below(z - q), n - 1);
    sum += value * (i == 0 || i == pieces ? 1 : i % 2 == 1 ? 4 : 2);
  }
  return std::clamp(1 - sum * h / 3, 0.0, 1.0);
}

// Of a difference of mean ranks.
double rank_deviation(std::size_t models, std::size_t data) {
  const auto k = static_cast<double>(models);
  return std::sqrt(k * (k + 1) / (6 * static_cast<double>(data)));
}

}  // namespace

double wilcoxon_test(std::span<const double> differences) {
  std::vector<double> sizes;
  std::vector<bool> plus;
  for (const double d : differences) {
    require(!std::isnan(d), "a signed-rank test needs numbers");
    if (d != 0) sizes.push_back(std::abs(d)), plus.push_back(d > 0);
  }
  if (sizes.empty()) return 1;
  // Twice the ranks are whole, ties or not, so that their sums can be counted.
  std::vector<std::size_t> ranks;
  for (const double rank : mean_ranks_of(sizes))
    ranks.push_back(static_cast<std::size_t>(std::lround(2 * rank)));
  const std::size_t all = std::accumulate(ranks.begin(), ranks.end(), std::size_t{0});
  std::size_t up = 0;
  for (std::size_t i = 0; i < ranks.size(); ++i) up += plus[i] ? ranks[i] : 0;
  std::vector<double> share(all + 1, 0.0);  // of the choices of signs whose sum of positive ranks is this
  share[0] = 1;
  std::size_t reached = 0;
  for (const std::size_t rank : ranks) {
    reached += rank;
    for (std::size_t s = reached + 1; s-- > 0;) share[s] = (share[s] + (s >= rank ? share[s - rank] : 0)) / 2;
  }
  const std::size_t far = std::min(up, all - up);
  double p = 0;
  for (std::size_t s = 0; s <= all; ++s)
    if (s <= far || s >= all - far) p += share[s];
  return std::min(1.0, p);
}

std::vector<double> holm_corrected(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return p[i]; });
  std::vector<double> corrected(p.size());
  double least = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    least = std::max(least, std::min(1.0, p[order[i]] * static_cast<double>(p.size() - i)));
    corrected[order[i]] = least;
  }
  return corrected;
}

std::vector<double> mean_ranks_of(std::span<const double> values) {
  std::vector<double> ranks;
  for (const double v : values) {
    const auto below = std::ranges::count_if(values, [&](double other) { return other < v; });
    const auto equal = std::ranges::count(values, v);
    ranks.push_back(static_cast<double>(below) + static_cast<double>(equal + 1) / 2);
  }
  return ranks;
}

FriedmanTest friedman_test(const std::vector<std::vector<double>>& values) {
  require(!values.empty() && values[0].size() >= 2, "Friedman's test needs data, and two models");
  const std::size_t models = values[0].size();
  const auto k = static_cast<double>(models), n = static_cast<double>(values.size());
  FriedmanTest test{.mean_ranks = std::vector<double>(models, 0.0)};
  double ties = 0;  // sum of t^3 - t over the groups of equal values
  for (const std::vector<double>& row : values) {
    require(row.size() == models, "Friedman's test needs a value of every model on all data");
    const std::vector<double> ranks = mean_ranks_of(row);
    for (std::size_t m = 0; m < models; ++m) {
      const auto t = static_cast<double>(std::ranges::count(row, row[m]));
      test.mean_ranks[m] += ranks[m] / n, ties += t * t - 1;  // each of a group's t members adds its share
    }
  }
  double squares = 0;
  for (const double rank : test.mean_ranks) squares += std::pow(rank - (k + 1) / 2, 2);
  const double correction = 1 - ties / (n * (k * k * k - k));
  if (correction <= 1e-12) return {test.mean_ranks, std::nan(""), 1};
  test.statistic = 12 * n / (k * (k + 1)) * squares / correction;
  test.p = Eigen::numext::igammac((k - 1) / 2, test.statistic / 2);
  return test;
}

double nemenyi_p(double difference, std::size_t models, std::size_t data) {
  require(models >= 2 && data >= 1, "Nemenyi's test needs data, and two models");
  return range_above(std::abs(difference) / rank_deviation(models, data) * std::numbers::sqrt2, models);
}

double critical_difference(std::size_t models, std::size_t data, double level) {
  require(level > 0 && level < 1, "a level lies between 0 and 1, not at {}", level);
  double low = 0, high = 20 * rank_deviation(models, data);
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (nemenyi_p(middle, models, data) > level ? low : high) = middle;
  }
  return (low + high) / 2;
}

Interval median_interval(std::span<const double> values) {
  std::vector<double> finite;
  std::ranges::copy_if(values, std::back_inserter(finite), [](double v) { return std::isfinite(v); });
  if (finite.empty()) return {std::nan(""), std::nan("")};
  Random random(1);
  std::vector<double> medians, sample(finite.size());
  for (int i = 0; i < kSamples; ++i) {
    for (double& value : sample) value = finite[random.below(finite.size())];
    medians.push_back(quartiles_of(sample).median);
  }
  std::ranges::sort(medians);
  const auto at = [&](double share) {
    return medians[static_cast<std::size_t>(std::lround(share * (kSamples - 1)))];
  };
  return {at(0.025), at(0.975)};
}

}  // namespace ebit::analysis
