#include "ebit/experiment/runs/forecast_path.h"

#include <algorithm>

#include "ebit/experiment/problems/forecast_scores.h"
#include "ebit/experiment/runs/known_ahead.h"

namespace ebit::experiment {
namespace {

constexpr std::uint64_t kForecastDraws = std::uint64_t{3} << 60;

// The window whose last row is `last`, as a batch of one.
fit::Examples window_of(const Scaled& scaled, std::size_t last, std::size_t steps) {
  fit::Examples examples{.samples = 1, .steps = steps, .features = scaled.features.size()};
  for (std::size_t row = last + 1 - steps; row <= last; ++row)
    for (std::size_t f = 0; f < scaled.features.size(); ++f)
      examples.x.push_back(scaled.features[f][row + scaled.shift[f]]);
  return examples;
}

// Where a step comes from: the last row of the window that answers it, and its place in the answer.
struct Origin {
  std::size_t last, place;
};

// Step k behind row `rows` - 1: as few steps ahead as the model can, within a horizon from what is known;
// then on from predictions, a horizon at a time.
Origin origin_of(const DatasetOptions& o, std::size_t rows, std::size_t k) {
  const std::size_t horizon = static_cast<std::size_t>(o.horizon), block = k / horizon * horizon;
  const std::size_t ahead = std::max(o.first(), k - block + 1);
  return {rows + k - ahead, ahead - o.first()};
}

// What the model says of the window that ends at row `last`; a stateful one goes through those before it.
std::vector<double> answer_at(const TrainedModel& trained, const Scaled& scaled, std::size_t last,
                              std::size_t window, std::uint64_t draw) {
  const Config& config = trained.job.config;
  fit::Model& model = *trained.model;
  model.reset_state();
  if (config.model.stateful) {
    for (std::size_t end = (last + 1) % window + window - 1; end < last; end += window) {
      fit::Examples before = window_of(scaled, end, window);
      before.goes_on = true;
      model.answer(before);
    }
  }
  model.seed_draws(config.train.seed, draw);
  fit::Examples examples = window_of(scaled, last, window);
  examples.goes_on = config.model.stateful;
  return model.answer(examples).numbers;
}

}  // namespace

Scaled scale_features(const Dataset& fitted, const Series& series, const Series& known) {
  Scaled scaled;
  for (std::size_t f = 0; f < fitted.feature_columns.size(); ++f) {
    const std::size_t column = fitted.feature_columns[f];
    const std::string& name = fitted.series.names[column];
    std::vector<double> values;
    const auto add = [&](const Series& from) {
      const std::size_t source = column_of(from, name);
      for (std::size_t row = 0; row < from.rows(); ++row)
        values.push_back(fitted.scalers[0][column].transform(from.at(row, source)));
    };
    add(series);
    if (fitted.ahead[f]) add(known);
    scaled.features.push_back(std::move(values));
    const auto& targets = fitted.target_columns;
    const auto target = std::find(targets.begin(), targets.end(), column);
    scaled.target_of.push_back(target == targets.end() ? -1 : target - targets.begin());
    scaled.shift.push_back(fitted.ahead[f] ? static_cast<std::size_t>(fitted.options.horizon) : 0);
  }
  return scaled;
}

Scaled first_rows(const Scaled& whole, std::size_t rows, std::size_t steps) {
  Scaled part = whole;
  for (std::size_t f = 0; f < part.features.size(); ++f)
    part.features[f].resize(part.shift[f] > 0 ? rows + steps : rows);
  return part;
}

Series first_rows(const Series& whole, std::size_t rows) {
  Series part;
  part.names = whole.names;
  part.values.assign(whole.values.begin(),
                     whole.values.begin() + static_cast<std::ptrdiff_t>(rows * whole.columns()));
  return part;
}

std::size_t whole_steps(const Dataset& fitted, std::size_t steps) {
  const std::size_t horizon =
      fitted.options.steps() > 1 ? static_cast<std::size_t>(fitted.options.horizon) : 1;
  const bool ahead = std::ranges::find(fitted.ahead, true) != fitted.ahead.end();
  return ahead ? (steps + horizon - 1) / horizon * horizon : steps;
}

Path run_model(const TrainedModel& trained, const Dataset& fitted, Scaled scaled, std::size_t rows,
               std::size_t steps) {
  const std::size_t targets = fitted.target_columns.size();
  const std::vector<double>& levels = trained.model->spec().head.quantiles;
  const std::size_t each = std::max<std::size_t>(1, levels.size()),
                    median = levels.empty() ? 0 : median_of(levels);
  Path path{.point = {}, .low = {}, .high = {}, .quantiles = !levels.empty()};
  std::vector<double> said;
  std::size_t answered = static_cast<std::size_t>(-1);
  for (std::size_t k = 0; k < steps; ++k) {
    const auto [last, place] = origin_of(fitted.options, rows, k);
    if (last != answered)
      said = answer_at(trained, scaled, answered = last, static_cast<std::size_t>(fitted.options.window),
                       kForecastDraws + k);
    for (auto* ends : {&path.point, &path.low, &path.high}) ends->emplace_back();
    for (std::size_t o = 0; o < targets; ++o) {
      const auto own = said.begin() + static_cast<std::ptrdiff_t>((place * targets + o) * each);
      std::vector<double> quantiles(own, own + static_cast<std::ptrdiff_t>(each));
      std::ranges::sort(quantiles);
      path.point.back().push_back(quantiles[median]);
      path.low.back().push_back(quantiles.front()), path.high.back().push_back(quantiles.back());
    }
    for (std::size_t f = 0; f < scaled.features.size(); ++f) {
      const std::ptrdiff_t o = scaled.target_of[f];
      if (o < 0) continue;
      // Target and feature are one column under one scaler, so the prediction is the next value as it is.
      scaled.features[f].push_back(path.point.back()[static_cast<std::size_t>(o)]);
    }
  }
  trained.model->reset_state();
  return path;
}

RestoredPath restored(const Dataset& fitted, const Series& series, const Path& path) {
  const std::size_t steps = path.point.size(), targets = fitted.target_columns.size();
  RestoredPath all;
  for (auto* values : {&all.point, &all.low, &all.high}) values->resize(steps * targets);
  for (std::size_t o = 0; o < targets; ++o) {
    const Scaler& scaler = fitted.target_scaler(0, o);
    // The series with what is predicted behind it, which later steps of a transform rest on.
    Series own;
    own.names = {series.names[fitted.target_columns[o]]};
    for (std::size_t row = 0; row < series.rows(); ++row)
      own.values.push_back(series.at(row, fitted.target_columns[o]));
    for (std::size_t k = 0; k < steps; ++k) {
      const auto value = [&](double scaled) {
        return fitted.transform.restored(own, 0, series.rows() + k, scaler.inverse(scaled));
      };
      all.low[k * targets + o] = value(path.low[k][o]), all.high[k * targets + o] = value(path.high[k][o]);
      all.point[k * targets + o] = value(path.point[k][o]);
      own.values.push_back(all.point[k * targets + o]);
    }
  }
  return all;
}

}  // namespace ebit::experiment
