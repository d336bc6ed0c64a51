#include "ebit/experiment/runs/training_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "ebit/experiment/runs/show_exhibit.h"
#include "ebit/report/figures.h"

namespace ebit::experiment {
namespace {

// What is drawn of a seed, a value an epoch.
using ValuesOf = std::function<std::vector<double>(const SeedResult& seed)>;

bool validated(const SeedResult& seed) {
  return std::ranges::any_of(seed.history, [](const auto& r) { return !std::isnan(r.validation_loss); });
}

bool validated(const Results& results) {
  return std::ranges::any_of(results.models.at(0).seeds, [](const SeedResult& s) { return validated(s); });
}

std::vector<double> field_of(const SeedResult& seed, double fit::EpochRecord::*field) {
  std::vector<double> values;
  for (const fit::EpochRecord& record : seed.history) values.push_back(record.*field);
  return values;
}

// Where there is no validation part, the losses of training stand for it.
std::vector<double> judged_losses(const SeedResult& seed) {
  return field_of(seed, validated(seed) ? &fit::EpochRecord::validation_loss : &fit::EpochRecord::train_loss);
}

// The mean of the seeds after each epoch, of those that went on so long, and a band from the least to the
// greatest.
struct SeedCurve {
  PlotSeries mean, band;
};

SeedCurve curve_of(const ModelResult& model, const ValuesOf& values_of) {
  SeedCurve curve;
  std::vector<std::vector<double>> seeds;
  for (const SeedResult& seed : model.seeds) seeds.push_back(values_of(seed));
  std::size_t epochs = 0;
  for (const std::vector<double>& values : seeds) epochs = std::max(epochs, values.size());
  for (std::size_t e = 0; e < epochs; ++e) {
    double sum = 0, low = INFINITY, high = -INFINITY;
    int count = 0;
    for (const std::vector<double>& values : seeds) {
      if (e >= values.size() || std::isnan(values[e])) continue;
      sum += values[e], low = std::min(low, values[e]), high = std::max(high, values[e]), ++count;
    }
    if (count == 0) continue;  // such as an epoch without a validation
    curve.mean.x.push_back(static_cast<double>(e + 1)), curve.mean.y.push_back(sum / count);
    curve.band.low.push_back(low), curve.band.high.push_back(high);
  }
  curve.band.x = curve.mean.x;
  return curve;
}

// A line for every model that was trained; the run's own in a band of its seeds.
Figure over_epochs(const Results& results, std::string title, std::string y_label,
                   const ValuesOf& values_of) {
  constexpr PlotColor kColors[] = {PlotColor::kBlue,   PlotColor::kVermillion, PlotColor::kGreen,
                                   PlotColor::kOrange, PlotColor::kPurple,     PlotColor::kSky};
  const std::size_t seeds = results.models.at(0).seeds.size();
  Figure figure;
  figure.title = seeds > 1 ? fmt::format("{}, mean of {} seeds", title, seeds) : std::move(title);
  figure.x_label = "epoch", figure.y_label = std::move(y_label);
  std::size_t lines = 0;
  for (const ModelResult& model : results.models) {
    SeedCurve curve = curve_of(model, values_of);
    if (curve.mean.y.empty()) continue;
    const PlotColor color = kColors[lines++ % std::size(kColors)];
    if (model.role == Role::kModel && seeds > 1) {
      curve.band.label = model.name + ", every seed";
      curve.band.style = PlotStyle::kBand, curve.band.color = color;
      figure.series.push_back(std::move(curve.band));
    }
    curve.mean.label = model.name, curve.mean.color = color;
    curve.mean.style = model.role == Role::kModel ? PlotStyle::kLinePoints : PlotStyle::kLine;
    figure.series.push_back(std::move(curve.mean));
  }
  return figure;
}

// With the levels that need no training.
Figure losses_of_all(const Results& results) {
  Figure figure =
      over_epochs(results, "Loss of the models",
                  (validated(results) ? "validation: " : "training: ") + results.loss_name, judged_losses);
  double least = INFINITY, most = -INFINITY;
  std::size_t epochs = 2;  // a level is a line even where there is one epoch alone
  for (const PlotSeries& line : figure.series) {
    for (const auto* values : {&line.y, &line.low, &line.high})
      for (const double loss : *values) least = std::min(least, loss), most = std::max(most, loss);
    epochs = std::max(epochs, line.x.size());
  }
  for (const ModelResult& model : results.models) {
    if (model.role != Role::kReference || !std::isfinite(model.reference_loss)) continue;
    figure.series.push_back({.label = model.name,
                             .style = PlotStyle::kDashes,
                             .x = {1.0, static_cast<double>(epochs)},
                             .y = {model.reference_loss, model.reference_loss},
                             .color = PlotColor::kGrey});
    least = std::min(least, model.reference_loss), most = std::max(most, model.reference_loss);
  }
  figure.log_y = least > 0 && most > 10 * least;
  return figure;
}

// What is solved in closed form, or was trained for one epoch, has no course that a line could show.
bool has_course(const ModelResult& model) {
  return std::ranges::any_of(model.seeds, [](const SeedResult& seed) { return seed.history.size() > 1; });
}

// Whether there is anything beside the run's model to draw losses of.
bool has_others(const Results& results) {
  return std::ranges::any_of(results.models, [](const ModelResult& model) {
    return model.role == Role::kBaseline ||
           (model.role == Role::kReference && std::isfinite(model.reference_loss));
  });
}

std::vector<LossHistory> histories_of(const ModelResult& model) {
  std::vector<LossHistory> histories;
  for (const SeedResult& seed : model.seeds) {
    if (seed.history.empty()) continue;
    LossHistory history{.train = field_of(seed, &fit::EpochRecord::train_loss)};
    if (validated(seed)) {
      history.validation = field_of(seed, &fit::EpochRecord::validation_loss);
      for (std::size_t e = 0; e < seed.history.size(); ++e)
        if (seed.history[e].improved) history.best_epoch = e;
    }
    histories.push_back(std::move(history));
  }
  return histories;
}

}  // namespace

std::vector<Exhibit> loss_exhibits(const Results& results) {
  std::vector<Exhibit> exhibits;
  const std::vector<LossHistory> histories = histories_of(results.models.at(0));
  if (histories.empty() || std::ranges::none_of(results.models, has_course)) return exhibits;
  if (has_course(results.models.at(0)))
    exhibits.push_back(exhibit_of(
        "loss", loss_figure(histories, "Loss", results.loss_name),
        results.targets.empty() ? "Mean loss of each epoch." : "Mean loss of each epoch in scaled units."));
  if (has_others(results))
    exhibits.push_back(exhibit_of("losses", losses_of_all(results),
                                  fmt::format("After each epoch: {}.", results.loss_name)));
  for (std::size_t m = 0; m < results.validation_metrics.size(); ++m) {
    const std::string& name = results.validation_metrics[m];
    const Figure curves = over_epochs(results, "On the validation part", name, [&](const SeedResult& seed) {
      std::vector<double> values;
      for (const fit::EpochRecord& record : seed.history)
        if (m < record.metrics.size()) values.push_back(record.metrics[m]);
      return values;
    });
    if (curves.series.empty()) continue;  // there is no validation part
    std::string file = "validation-" + name;
    std::ranges::replace(file, ' ', '-');
    exhibits.push_back(
        exhibit_of(file, curves, fmt::format("After each epoch: {} of the validation part.", name)));
  }
  return exhibits;
}

Figure step_figure(const Results& results, std::size_t part) {
  Figure figure;
  figure.title = fmt::format("By step, {} part", kPartNames[part]);
  figure.x_label = "steps ahead", figure.y_label = results.metrics[results.judged_metric].name;
  figure.y_low = 0;
  for (const ModelResult& model : results.models) {
    PlotSeries line{.label = model.name,
                    .style = model.role == Role::kModel       ? PlotStyle::kLinePoints
                             : model.role == Role::kReference ? PlotStyle::kDashes
                                                              : PlotStyle::kLine};
    double seeds = 0;
    for (const SeedResult& seed : model.seeds) {
      const auto& scores = seed.scores.parts[part];
      if (!scores || scores->by_step.empty()) continue;
      line.x.resize(scores->by_step.size()), line.y.resize(scores->by_step.size()), seeds += 1;
      for (std::size_t s = 0; s < line.y.size(); ++s)
        line.x[s] = static_cast<double>(scores->by_step[s].step),
        line.y[s] += scores->by_step[s].values[results.judged_metric];
    }
    for (double& y : line.y) y /= seeds;
    if (!line.y.empty()) figure.series.push_back(std::move(line));
  }
  return figure;
}

std::vector<Exhibit> entropy_exhibits(const Results& results, const ModelConfig& model) {
  std::vector<LossHistory> entropies;
  for (const SeedResult& seed : results.models.at(0).seeds) {
    std::vector<double> values = field_of(seed, &fit::EpochRecord::entropy);
    if (std::ranges::any_of(values, [](double value) { return !std::isnan(value); }))
      entropies.push_back({.train = std::move(values)});
  }
  if (entropies.empty()) return {};
  Figure figure = loss_figure(entropies, "Entropy of the ancilla", model.entropy_kind + " entropy");
  figure.log_y = false, figure.y_low = 0;
  if (model.entropy.target) figure.levels.push_back({*model.entropy.target});
  return {
      exhibit_of("entropy-in-loss", figure, "Mean over sequences and steps. A level line is the target.")};
}

}  // namespace ebit::experiment
