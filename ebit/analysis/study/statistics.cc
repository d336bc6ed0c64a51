#include "ebit/analysis/study/statistics.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include "ebit/base/error.h"
#include "ebit/base/random.h"

namespace ebit::analysis {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kMostExact = 16;  // values whose 2^N signs are all tried

// The value that a share of the sorted values is below.
double quantile(const std::vector<double>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

// Ranks from 0; equal values have the mean of their ranks.
std::vector<double> ranks_of(std::span<const double> values) {
  std::vector<double> ranks;
  for (const double v : values) {
    const auto below = std::ranges::count_if(values, [&](double other) { return other < v; });
    const auto equal = std::ranges::count(values, v);
    ranks.push_back(static_cast<double>(below) + static_cast<double>(equal - 1) / 2);
  }
  return ranks;
}

}  // namespace

Quartiles quartiles_of(std::span<const double> values) {
  std::vector<double> sorted;
  std::ranges::copy_if(values, std::back_inserter(sorted), [](double v) { return std::isfinite(v); });
  if (sorted.empty()) return {kNan, kNan, kNan};
  std::ranges::sort(sorted);
  return {quantile(sorted, 0.5), quantile(sorted, 0.25), quantile(sorted, 0.75)};
}

FittedLine fit_line(std::span<const double> x, std::span<const double> y) {
  require(x.size() == y.size(), "a line needs as many x as y, not {} and {}", x.size(), y.size());
  std::vector<std::size_t> used;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (std::isfinite(x[i]) && std::isfinite(y[i])) used.push_back(i);
  FittedLine line{used.size(), kNan, kNan, kNan};
  if (used.size() < 2) return line;
  const auto count = static_cast<double>(used.size());
  double mean_x = 0, mean_y = 0, xx = 0, xy = 0;
  for (const std::size_t i : used) mean_x += x[i], mean_y += y[i];
  mean_x /= count, mean_y /= count;  // so that ranks, which are halves, have an exact mean
  for (const std::size_t i : used)
    xx += (x[i] - mean_x) * (x[i] - mean_x), xy += (x[i] - mean_x) * (y[i] - mean_y);
  if (xx == 0) return line;
  line.slope = xy / xx, line.intercept = mean_y - line.slope * mean_x;
  if (used.size() == 2) return line;
  double squares = 0;
  for (const std::size_t i : used) squares += std::pow(y[i] - line.intercept - line.slope * x[i], 2);
  line.slope_error = std::sqrt(squares / (count - 2) / xx);
  return line;
}

double rank_correlation(std::span<const double> x, std::span<const double> y) {
  const std::vector<double> a = ranks_of(x), b = ranks_of(y);
  const FittedLine forth = fit_line(a, b), back = fit_line(b, a);  // the product of both slopes is r^2
  return std::copysign(std::sqrt(std::abs(forth.slope * back.slope)), forth.slope);
}

double sign_flip_test(std::span<const double> differences) {
  if (differences.empty()) return kNan;
  const double sum = std::accumulate(differences.begin(), differences.end(), 0.0);
  double size = 0;
  for (const double d : differences) size += std::abs(d);
  const double limit = std::abs(sum) - 1e-12 * size;  // sums in another order differ by rounding
  const std::uint64_t choices = std::uint64_t{1} << std::min(differences.size(), kMostExact);
  Random random(1);
  std::uint64_t far = 0;
  for (std::uint64_t signs = 0; signs < choices; ++signs) {
    double flipped = 0;
    for (std::size_t i = 0; i < differences.size(); ++i) {
      const bool minus = differences.size() <= kMostExact ? ((signs >> i) & 1) != 0 : random.uniform() < 0.5;
      flipped += minus ? -differences[i] : differences[i];
    }
    far += std::abs(flipped) >= limit ? 1 : 0;
  }
  return static_cast<double>(far) / static_cast<double>(choices);
}

}  // namespace ebit::analysis
