#include "ebit/analysis/inspect/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <vector>

namespace ebit::analysis {
namespace {

double mean(std::span<const double> v) {
  return std::accumulate(v.begin(), v.end(), 0.0) / static_cast<double>(v.size());
}

double mean_square(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum / static_cast<double>(a.size());
}

double deviation(std::span<const double> v) {
  const std::vector<double> middle(v.size(), mean(v));
  return std::sqrt(mean_square(v, middle));
}

// Pearson's; 0 where one side is constant to rounding.
double correlation(std::span<const double> a, std::span<const double> b) {
  constexpr double kRounding = 1e-12;
  const double mean_a = mean(a), mean_b = mean(b), spread_a = deviation(a), spread_b = deviation(b);
  if (spread_a <= kRounding * std::abs(mean_a) || spread_b <= kRounding * std::abs(mean_b)) return 0;
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - mean_a) * (b[i] - mean_b);
  return sum / static_cast<double>(a.size()) / spread_a / spread_b;
}

}  // namespace

std::optional<Finding> stuck_outcome(std::span<const int> outcomes) {
  if (outcomes.empty()) return {};
  std::map<int, std::size_t> counts;
  for (const int outcome : outcomes) ++counts[outcome];
  const auto most = std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; });
  const double share = static_cast<double>(most->second) / static_cast<double>(outcomes.size());
  if (share <= kStuckShare) return {};
  return Finding{
      "stuck-outcome", share, kStuckShare,
      fmt::format("the hidden state is stuck on one outcome: {} is kept in {:.1f} % of the steps. A "
                  "measurement that always ends the same way records nothing; try --hidden sample "
                  "or density, other angles (--init-low, --init-high, --seed) or another scaler",
                  most->first, 100 * share)};
}

std::optional<Finding> prediction_lag(std::span<const double> truth, std::span<const double> prediction,
                                      std::span<const double> last_known) {
  if (truth.size() < 3) return {};
  const double to_last = mean_square(prediction, last_known), to_truth = mean_square(prediction, truth);
  const double with_last = correlation(prediction, last_known), with_truth = correlation(prediction, truth);
  if (to_last >= to_truth || with_last <= with_truth) return {};
  return Finding{
      "prediction-lag", to_last / to_truth, 1,
      fmt::format("predictions lag: they are nearer to the last known value (MSE {:.4g}, correlation "
                  "{:.3f}) than to the truth (MSE {:.4g}, correlation {:.3f}); repeating the last "
                  "value has MSE {:.4g}. Much of what looks like skill is a copy: train on "
                  "differences, on a longer horizon (--horizon), or for longer",
                  to_last, with_last, to_truth, with_truth, mean_square(last_known, truth))};
}

std::optional<Finding> vanishing_gradient(double first, double last, const Advice& advice) {
  if (last <= 0) return {};
  const double share = first / last;
  if (share >= kVanishedShare) return {};
  return Finding{
      "vanishing-gradient", share, kVanishedShare,
      fmt::format("the gradient vanishes on the way back: in the first step's input it is {:.2g} of "
                  "that in the last one's. What lies so far back cannot be learned; {}",
                  share, advice.vanishing)};
}

std::optional<Finding> flat_start(std::span<const double> norms, const Advice& advice) {
  constexpr std::size_t kFirst = 3;
  if (norms.empty()) return {};
  const double norm = mean(norms.first(std::min(kFirst, norms.size())));
  if (norm >= kFlatNorm) return {};
  return Finding{"flat-start", norm, kFlatNorm,
                 fmt::format("the training began on a plateau: its first gradients have norm {:.2g}. {}",
                             norm, advice.flat)};
}

std::optional<Finding> saturated_readouts(std::span<const double> readouts, const Advice& advice) {
  if (readouts.empty()) return {};
  const auto beyond = std::ranges::count_if(readouts, [](double z) { return std::abs(z) > kSaturatedSize; });
  const double share = static_cast<double>(beyond) / static_cast<double>(readouts.size());
  if (share <= kSaturatedShare) return {};
  return Finding{"saturated-readouts", share, kSaturatedShare,
                 fmt::format("readouts are saturated: {:.1f} % are beyond {} of a range of [-1, 1], where no "
                             "angle moves them. {}",
                             100 * share, kSaturatedSize, advice.saturated)};
}

std::optional<Finding> unused_memory(std::span<const double> prediction, std::span<const double> exchanged,
                                     const std::string& noun, const Advice& advice) {
  const double spread = prediction.empty() ? 0.0 : deviation(prediction);
  if (prediction.size() < 2 || spread <= 0) return {};
  const double share = std::sqrt(mean_square(prediction, exchanged)) / spread;
  if (share >= kUnusedShare) return {};
  return Finding{"unused-memory", share, kUnusedShare,
                 fmt::format("the memory is not used: with the past of other {} predictions change by {:.2g} "
                             "% of their spread. The last step decides alone; {}",
                             noun, 100 * share, advice.unused)};
}

}  // namespace ebit::analysis
