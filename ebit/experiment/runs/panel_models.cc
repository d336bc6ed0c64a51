#include "ebit/experiment/runs/panel_models.h"

#include <algorithm>
#include <cmath>

#include "ebit/data/conformal.h"
#include "ebit/experiment/problems/forecast_scores.h"
#include "ebit/experiment/problems/panel_problem.h"

namespace ebit::experiment {
namespace {

double scale(const Dataset& dataset, std::size_t output) {
  return std::abs(dataset.target_scaler(0, output).scale);
}

}  // namespace

PanelModels::PanelModels(const Config& config, const std::filesystem::path& folder)
    : models_(forecasting_models(config, folder)) {
  for (const TrainedModel& trained : models_) {
    const auto all = fitted_series(trained.metadata.at("data"), folder.string());
    fitted_.emplace_back(all.begin(), all.end());
  }
}

std::span<const TrainedModel> PanelModels::looking_at(const std::string& id) {
  for (std::size_t m = 0; m < models_.size(); ++m) models_[m].metadata["data"] = fitted_[m].at(id);
  return models_;
}

PanelIntervals::PanelIntervals(PanelModels& models, const std::vector<Dataset>& datasets, std::size_t steps,
                               double level)
    : level_(level) {
  // So many forecasts are made for the errors of all series, and of each one enough for its own intervals.
  constexpr std::size_t kMost = 5000;
  const std::size_t places = std::clamp<std::size_t>(kMost / datasets.size(), 20, 100);
  for (const Dataset& dataset : datasets) {
    const std::string& id = dataset.series.id;
    if (!models.know(id) || dataset.part_begin[2] == dataset.part_begin[1]) continue;
    const std::span<const TrainedModel> looking = models.looking_at(id);
    Errors& own = errors_[id];
    pooled_.resize(looking.size());
    for (std::size_t m = 0; m < looking.size(); ++m) {
      own.push_back(forecast_errors(looking[m], dataset, steps, places));
      pooled_[m].resize(own[m].size());
      for (std::size_t i = 0; i < own[m].size(); ++i)
        for (const double error : own[m][i])
          pooled_[m][i].push_back(error * scale(dataset, i % dataset.target_columns.size()));
    }
  }
}

bool PanelIntervals::give(Forecast& forecast, const Dataset& dataset) const {
  const auto own = errors_.find(dataset.series.id);
  const std::size_t outputs = forecast.targets.size();
  std::vector<double> halves;
  bool shared = false;
  for (std::size_t i = 0; i < forecast.values.size(); ++i) {
    double half = 0;
    for (std::size_t m = 0; m < pooled_.size(); ++m) {
      const bool enough = own != errors_.end() && own->second[m][i].size() >= fewest_errors(level_);
      const double width =
          enough ? interval_margin(own->second[m][i], level_, forecast.quantiles)
                 : interval_margin(pooled_[m][i], level_, forecast.quantiles) / scale(dataset, i % outputs);
      shared = shared || (!enough && !std::isnan(width));
      half += width / static_cast<double>(pooled_.size());
    }
    halves.push_back(half);
  }
  if (std::ranges::all_of(halves, [](double half) { return std::isnan(half); })) return shared;
  add_intervals(forecast,
                Margins{.level = level_, .values = halves, .transform = dataset.transform, .notes = {}});
  return shared;
}

}  // namespace ebit::experiment
