#include "ebit/bench/race.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "ebit/base/error.h"

namespace ebit::bench {
namespace {

double seconds_of(const std::function<void()>& work, int times) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < times; ++i) work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Linear interpolation between sorted values, as numpy's quantile.
double quantile(const Seconds& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (at - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

}  // namespace

std::vector<Seconds> race(std::span<const std::function<void()>> sides, const RaceOptions& options) {
  require(options.repeat >= 1, "--repeat must be at least 1, not {}", options.repeat);
  require(options.min_seconds >= 0, "a repetition cannot last {} seconds", options.min_seconds);
  std::vector<int> times;
  for (const auto& side : sides) {
    const double cold = seconds_of(side, 1);
    // Long work is not worth a second warm-up run; short work is far slower the first time.
    const double warm = cold < options.min_seconds ? std::min(cold, seconds_of(side, 1)) : cold;
    const double wanted = std::ceil(options.min_seconds / std::max(warm, 1e-9));
    times.push_back(static_cast<int>(std::clamp(wanted, 1.0, 1e6)));
  }
  std::vector<Seconds> result(sides.size());
  for (int r = 0; r < options.repeat; ++r)
    for (std::size_t s = 0; s < sides.size(); ++s)
      result[s].push_back(seconds_of(sides[s], times[s]) / times[s]);
  return result;
}

double median(Seconds values) {
  require(!values.empty(), "there is no median of nothing");
  std::sort(values.begin(), values.end());
  return quantile(values, 0.5);
}

double spread(Seconds values) {
  const double middle = median(values);
  std::sort(values.begin(), values.end());
  return middle > 0 ? (quantile(values, 0.75) - quantile(values, 0.25)) / (2 * middle) : 0;
}

double paired_ratio(const Seconds& ours, const Seconds& theirs) {
  require(ours.size() == theirs.size(), "{} repetitions cannot be paired with {}", ours.size(),
          theirs.size());
  Seconds ratios;
  for (std::size_t i = 0; i < ours.size(); ++i) ratios.push_back(theirs[i] / ours[i]);
  return median(std::move(ratios));
}

}  // namespace ebit::bench
