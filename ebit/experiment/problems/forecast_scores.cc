#include "ebit/experiment/problems/forecast_scores.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ebit/data/baseline.h"
#include "ebit/data/conformal.h"
#include "ebit/data/metrics.h"
#include "ebit/fit/losses.h"

namespace ebit::experiment {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Every `stride`-th of some values, from `first` on.
std::vector<double> column(const std::vector<double>& values, std::size_t stride, std::size_t first) {
  std::vector<double> result;
  for (std::size_t i = first; i < values.size(); i += stride) result.push_back(values[i]);
  return result;
}

// Leaves the rows that a baseline has a forecast for; a model's NaN stays, for that is its answer.
void keep_forecast(std::vector<double>& truth, std::vector<double>& said) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < said.size(); ++i)
    if (!std::isnan(said[i])) truth[kept] = truth[i], said[kept++] = said[i];
  truth.resize(kept), said.resize(kept);
}

std::vector<double> mean_over(const std::vector<std::vector<double>>& targets) {
  std::vector<double> mean(targets.at(0).size(), 0.0);
  for (const std::vector<double>& values : targets)
    for (std::size_t m = 0; m < mean.size(); ++m) mean[m] += values[m] / static_cast<double>(targets.size());
  return mean;
}

std::vector<double> metrics_of(const std::vector<double>& y, const std::vector<double>& p, double naive) {
  return y.empty() ? std::vector<double>(metric_table().size(), kNaN) : all_metrics(y, p, naive);
}

// Numbers of target o as the model sees them; a number a row: those of column(values, stride, first + o).
std::vector<double> seen(const ScoredPart& part, std::vector<double> values, std::size_t o,
                         std::size_t stride, std::size_t first) {
  const Windows& windows = part.windows;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t place = first + i * stride;
    const std::size_t row = windows.row(place / windows.outputs, place % windows.outputs / part.naive.size());
    values[i] = seen_value(part.dataset, part.scalers, o, row, values[i]);
  }
  return values;
}

// Scores over the numbers of one step, the `first`-th of every `stride` on, or over all of them.
PartScores scores_over(const ScoredPart& part, const std::vector<double>& truth,
                       const std::vector<double>& predictions, bool partial, std::size_t stride,
                       std::size_t first) {
  PartScores scores;
  std::vector<std::vector<double>> scaled;
  // Behind a logarithm a naive error has no scale there.
  const bool straight = part.dataset.transform.link(1) == 1;
  for (std::size_t o = 0; o < part.naive.size(); ++o) {
    std::vector<double> y = column(truth, stride, first + o), p = column(predictions, stride, first + o);
    std::vector<double> z = seen(part, y, o, stride, first), q = seen(part, p, o, stride, first);
    if (partial) keep_forecast(y, p), keep_forecast(z, q);
    scores.by_target.push_back(metrics_of(y, p, part.naive[o]));
    const double scale = std::abs(part.dataset.target_scaler(part.scalers, o).scale);
    scaled.push_back(metrics_of(z, q, straight ? part.naive[o] * scale : kNaN));
  }
  scores.values = mean_over(scores.by_target), scores.scaled = mean_over(scaled);
  if (part.naive.size() == 1) scores.by_target.clear();
  return scores;
}

// Of the columns [first, first + count) of every `columns` on the test part; rows without a prediction do not
// count.
IntervalScore judged(const Scores& scores, const std::vector<double>& truth, std::size_t columns,
                     std::size_t first, std::size_t count) {
  IntervalScore score{.level = scores.level};
  for (std::size_t c = first; c < first + count; ++c) {
    double covered = 0.0, width = 0.0, rows = 0.0;
    for (std::size_t i = c; i < truth.size(); i += columns) {
      if (std::isnan(scores.predictions[2][i])) continue;
      covered += truth[i] >= scores.lower[i] && truth[i] <= scores.upper[i];
      width += scores.upper[i] - scores.lower[i], rows += 1.0;
    }
    score.coverage += covered / (rows * static_cast<double>(count));
    score.width += width / (rows * static_cast<double>(count));
  }
  return score;
}

}  // namespace

PartScores score_part(const ScoredPart& part, const std::vector<double>& predictions, bool partial) {
  const std::vector<double> truth = true_values(part.dataset, part.windows);
  const std::size_t targets = part.naive.size(), steps = part.windows.ahead;
  PartScores scores = scores_over(part, truth, predictions, partial, targets, 0);
  for (std::size_t s = 0; s < steps && steps > 1; ++s)
    scores.by_step.push_back(
        {.step = part.dataset.options.first() + s,
         .values = scores_over(part, truth, predictions, partial, steps * targets, s * targets).values});
  return scores;
}

QuantileArrays quantile_arrays(const std::vector<double>& predictions, std::size_t levels) {
  const std::size_t places = predictions.size() / levels;
  QuantileArrays arrays{.of_level = std::vector<std::vector<double>>(levels, std::vector<double>(places))};
  std::vector<double> own(levels);
  for (std::size_t i = 0; i < places; ++i) {
    std::copy_n(predictions.begin() + static_cast<std::ptrdiff_t>(i * levels), levels, own.begin());
    if (!std::ranges::is_sorted(own)) {
      std::ranges::sort(own);
      arrays.crossed += 1.0 / static_cast<double>(places);
    }
    for (std::size_t q = 0; q < levels; ++q) arrays.of_level[q][i] = own[q];
  }
  return arrays;
}

QuantileScore score_quantiles(std::span<const double> levels,
                              const std::vector<std::vector<double>>& quantiles,
                              const std::vector<double>& truth, double crossed) {
  QuantileScore score{
      .levels = {levels.begin(), levels.end()}, .below = {}, .pinball = 0, .crossed = crossed};
  const auto& pinball = fit::find_loss(fit::kQuantileLoss).wide;
  for (std::size_t q = 0; q < levels.size(); ++q) {
    double below = 0.0;
    for (std::size_t i = 0; i < truth.size(); ++i) below += truth[i] < quantiles[q][i];
    score.below.push_back(below / static_cast<double>(truth.size()));
    score.pinball += pinball(truth.size(), quantiles[q].data(), truth.data(), nullptr, levels.subspan(q, 1)) /
                     static_cast<double>(levels.size());
  }
  return score;
}

std::size_t median_of(std::span<const double> levels) {
  return static_cast<std::size_t>(std::ranges::find(levels, 0.5) - levels.begin());
}

std::vector<std::vector<double>> interval_errors(const Scores& scores, const Dataset& dataset) {
  const std::size_t columns = dataset.options.steps() * dataset.target_columns.size();
  const std::vector<double> truth = true_values(dataset, dataset.validation);
  const Transform& transform = dataset.transform;
  std::vector<std::vector<double>> errors;
  for (std::size_t c = 0; c < columns; ++c) {
    std::vector<double> y = column(truth, columns, c);
    if (scores.quantiles[1].empty()) {
      std::vector<double> said = column(scores.predictions[1], columns, c);
      keep_forecast(y, said);
      for (std::size_t i = 0; i < y.size(); ++i) y[i] = transform.link(y[i]) - transform.link(said[i]);
    } else {
      const std::vector<double> low = column(scores.quantiles[1].front(), columns, c),
                                high = column(scores.quantiles[1].back(), columns, c);
      for (std::size_t i = 0; i < y.size(); ++i) {
        const double z = transform.link(y[i]);
        y[i] = std::max(transform.link(low[i]) - z, z - transform.link(high[i]));
      }
    }
    errors.push_back(std::move(y));
  }
  return errors;
}

double interval_margin(std::vector<double> errors, double level, bool quantiles) {
  return (quantiles ? conformal_margin : conformal_half_width)(std::move(errors), level);
}

void give_intervals(Scores& scores, const Dataset& dataset, double level, std::span<const double> margins) {
  if (scores.predictions[2].empty()) return;
  const std::size_t targets = dataset.target_columns.size(), columns = margins.size();
  const bool own = !scores.quantiles[2].empty();
  const Transform& transform = dataset.transform;
  scores.level = level;
  const std::vector<double>& low = own ? scores.quantiles[2].front() : scores.predictions[2];
  const std::vector<double>& high = own ? scores.quantiles[2].back() : scores.predictions[2];
  for (std::size_t i = 0; i < low.size(); ++i) {
    // A margin below 0 must not turn the ends around.
    const double half = (transform.link(high[i]) - transform.link(low[i])) / 2;
    const double margin = margins[i % columns] < -half ? -half : margins[i % columns];
    scores.lower.push_back(transform.ends(low[i], margin).first);
    scores.upper.push_back(transform.ends(high[i], margin).second);
  }
  if (!scores.parts[2]) return;
  const std::vector<double> truth = true_values(dataset, dataset.test);
  scores.parts[2]->interval = judged(scores, truth, columns, 0, columns);
  for (std::size_t s = 0; s < scores.parts[2]->by_step.size(); ++s)
    scores.parts[2]->by_step[s].interval = judged(scores, truth, columns, s * targets, targets);
}

void add_intervals(Scores& scores, const Dataset& dataset, double level, std::span<const double> levels) {
  std::vector<double> margins;
  if (level > 0 && !scores.predictions[1].empty())
    for (std::vector<double>& errors : interval_errors(scores, dataset))
      margins.push_back(interval_margin(std::move(errors), level, !levels.empty()));
  if (margins.empty() || std::ranges::any_of(margins, [](double m) { return std::isnan(m); })) {
    if (levels.empty()) return;
    margins.assign(dataset.options.steps() * dataset.target_columns.size(), 0.0);
    level = levels.back() - levels.front();
  }
  give_intervals(scores, dataset, level, margins);
}

}  // namespace ebit::experiment
