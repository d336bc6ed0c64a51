#include "ebit/experiment/problems/panel_scores.h"

#include <algorithm>
#include <cmath>

#include "ebit/data/metrics.h"

namespace ebit::experiment {
namespace {

// Means of lists of one length. Of place `skip` those of `without` are left out.
class Mean {
 public:
  void add(const std::vector<double>& values, bool without_mase) {
    sums_.resize(values.size(), 0.0), counts_.resize(values.size(), 0.0);
    for (std::size_t m = 0; m < values.size(); ++m) {
      if (without_mase && m == metric_index("MASE")) continue;
      sums_[m] += values[m], counts_[m] += 1;
    }
  }
  std::vector<double> values() const {
    std::vector<double> means;
    for (std::size_t m = 0; m < sums_.size(); ++m)
      means.push_back(sums_[m] / counts_[m]);  // 0 / 0: undefined
    return means;
  }

 private:
  std::vector<double> sums_, counts_;
};

PartScores join_part(const std::vector<Scores>& each, std::size_t part,
                     std::span<const std::size_t> without_mase) {
  PartScores all;
  Mean values, scaled;
  std::vector<Mean> by_target;
  std::vector<Mean> by_step;
  IntervalScore interval;
  QuantileScore quantiles;
  Mean below;
  double intervals = 0, quantiled = 0;
  for (std::size_t k = 0; k < each.size(); ++k) {
    const std::optional<PartScores>& own = each[k].parts[part];
    if (!own) continue;
    const bool without = std::ranges::find(without_mase, k) != without_mase.end();
    values.add(own->values, without), scaled.add(own->scaled, without);
    by_target.resize(own->by_target.size());
    for (std::size_t o = 0; o < by_target.size(); ++o) by_target[o].add(own->by_target[o], without);
    by_step.resize(own->by_step.size()), all.by_step.resize(own->by_step.size());
    for (std::size_t s = 0; s < by_step.size(); ++s) {
      by_step[s].add(own->by_step[s].values, without);
      all.by_step[s].step = own->by_step[s].step;
    }
    if (own->quantiles) {
      quantiles.levels = own->quantiles->levels, quantiled += 1;
      below.add(own->quantiles->below, false);
      quantiles.pinball += own->quantiles->pinball, quantiles.crossed += own->quantiles->crossed;
    }
    all.by_series.push_back({k, own->values, own->interval});
    if (!own->interval) continue;
    interval.level = own->interval->level, intervals += 1;
    interval.coverage += own->interval->coverage, interval.width += own->interval->width;
  }
  all.values = values.values(), all.scaled = scaled.values();
  for (const Mean& mean : by_target) all.by_target.push_back(mean.values());
  for (std::size_t s = 0; s < by_step.size(); ++s) all.by_step[s].values = by_step[s].values();
  if (quantiled > 0) {
    quantiles.below = below.values(), quantiles.pinball /= quantiled, quantiles.crossed /= quantiled;
    all.quantiles = quantiles;
  }
  interval.coverage /= intervals, interval.width /= intervals;
  if (intervals > 0) all.interval = interval;
  return all;
}

}  // namespace

std::vector<double> slice(const std::vector<double>& values, std::size_t begin, std::size_t end) {
  return {values.begin() + static_cast<std::ptrdiff_t>(begin),
          values.begin() + static_cast<std::ptrdiff_t>(end)};
}

Scores join_scores(std::vector<Scores> each, const std::array<std::vector<std::size_t>, 3>& counts,
                   std::span<const std::size_t> without_mase) {
  Scores all;
  // A series without such numbers has NaN in their place.
  const auto append = [&](std::vector<double>& to, std::vector<double>& own, std::size_t count) {
    own.resize(count, std::nan(""));
    to.insert(to.end(), own.begin(), own.end());
  };
  std::size_t levels = 0;
  for (const Scores& own : each)
    for (const auto& quantiles : own.quantiles) levels = std::max(levels, quantiles.size());
  for (std::size_t part = 0; part < kPartNames.size(); ++part) {
    if (std::ranges::none_of(each, [&](const Scores& own) { return own.parts[part].has_value(); })) continue;
    all.parts[part] = join_part(each, part, without_mase);
    all.quantiles[part].resize(levels);
    for (std::size_t k = 0; k < each.size(); ++k) {
      append(all.predictions[part], each[k].predictions[part], counts[part][k]);
      each[k].quantiles[part].resize(levels);
      for (std::size_t q = 0; q < levels; ++q)
        append(all.quantiles[part][q], each[k].quantiles[part][q], counts[part][k]);
    }
  }
  if (std::ranges::any_of(each, [](const Scores& own) { return !own.lower.empty(); }))
    for (std::size_t k = 0; k < each.size(); ++k) {
      if (!each[k].lower.empty()) all.level = each[k].level;
      append(all.lower, each[k].lower, counts[2][k]), append(all.upper, each[k].upper, counts[2][k]);
    }
  return all;
}

}  // namespace ebit::experiment
