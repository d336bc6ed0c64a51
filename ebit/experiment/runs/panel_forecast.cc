#include "ebit/experiment/runs/panel_forecast.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include "ebit/base/error.h"
#include "ebit/base/utf8.h"
#include "ebit/data/conformal.h"
#include "ebit/data/load.h"
#include "ebit/experiment/problems/forecast_scores.h"
#include "ebit/experiment/problems/panel_problem.h"
#include "ebit/experiment/problems/prepare.h"
#include "ebit/experiment/runs/run_folder.h"

namespace ebit::experiment {
namespace {

namespace fs = std::filesystem;

// How the series of one training were fitted, by name.
using Fitted = std::map<std::string, std::string>;

// What is known ahead, for each series or for all.
class Future {
 public:
  Future(const ForecastOptions& options, const Config& config) {
    if (options.future.empty()) return;
    SeriesOptions reading = config.data.series;
    reading.first_rows = 0;  // of the run's own file
    for (const std::string& name : config.data.dataset.categories)
      if (std::ranges::find(config.data.dataset.future, name) != config.data.dataset.future.end())
        reading.texts.push_back(name);
    const CsvTable table = read_csv(options.future, reading.csv);
    if (std::ranges::find(table.names, reading.id) == table.names.end()) reading.id.clear();
    panel_ = panel_of(table, reading, config.data.dataset.future);
  }
  const Series& of(const std::string& id) const {
    static const Series none;
    if (panel_.series.empty()) return none;
    if (panel_.id.empty()) return panel_.series[0];
    const auto own = std::ranges::find(panel_.series, id, &Series::id);
    require(own != panel_.series.end(), "--future has no rows of the series '{}'", shown(id));
    return *own;
  }

 private:
  Panel panel_;
};

Panel load(Config config, const ForecastOptions& options) {
  if (options.data.empty()) return load_panel(config);
  use_other_data(config, options.data);
  if (!options.id.empty()) config.data.series.id = options.id;
  return load_panel(config);
}

// The trainings see the series `id`.
void look_at(std::vector<TrainedModel>& models, const std::vector<Fitted>& fitted, const std::string& id) {
  for (std::size_t m = 0; m < models.size(); ++m) models[m].metadata["data"] = fitted[m].at(id);
}

// The errors of a series: of each training, [S, O] lists.
using Errors = std::vector<std::vector<std::vector<double>>>;

class PanelIntervals {
 public:
  PanelIntervals(std::vector<TrainedModel>& models, const std::vector<Fitted>& fitted,
                 const std::vector<Dataset>& datasets, std::size_t steps, double level)
      : level_(level) {
    // So many forecasts are made for the errors of all series, and of each one enough for its own intervals.
    constexpr std::size_t kMost = 5000;
    const std::size_t places = std::clamp<std::size_t>(kMost / datasets.size(), 20, 100);
    for (const Dataset& dataset : datasets) {
      const std::string& id = dataset.series.id;
      if (!fitted[0].contains(id) || dataset.part_begin[2] == dataset.part_begin[1]) continue;
      look_at(models, fitted, id);
      Errors& own = errors_[id];
      pooled_.resize(models.size());
      for (std::size_t m = 0; m < models.size(); ++m) {
        own.push_back(forecast_errors(models[m], dataset, steps, places));
        pooled_[m].resize(own[m].size());
        for (std::size_t i = 0; i < own[m].size(); ++i)
          for (const double error : own[m][i])
            pooled_[m][i].push_back(error * scale(dataset, i % dataset.target_columns.size()));
      }
    }
  }

  // True where some steps rest on the errors of all series.
  bool give(Forecast& forecast, const Dataset& dataset) const {
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
  bool none() const { return pooled_.empty(); }

 private:
  static double scale(const Dataset& dataset, std::size_t output) {
    return std::abs(dataset.target_scaler(0, output).scale);
  }
  double level_;
  std::map<std::string, Errors> errors_;
  Errors pooled_;  // scaled, of all series
};

void add_intervals(PanelForecast& forecast, std::vector<TrainedModel>& models,
                   const std::vector<Fitted>& fitted, const std::vector<Dataset>& datasets, double level) {
  const std::size_t steps = forecast.series[0].forecast.times.size();
  const PanelIntervals intervals(models, fitted, datasets, steps, level);
  if (intervals.none()) {
    forecast.notes.push_back("no prediction intervals: no series has a validation part");
    return;
  }
  std::vector<std::string> shared;
  std::size_t none = 0;
  for (RunForecast& run : forecast.series) {
    const auto own = std::ranges::find(datasets, run.series.id, [](const Dataset& d) { return d.series.id; });
    if (own == datasets.end()) continue;
    if (intervals.give(run.forecast, *own)) shared.push_back(run.series.id);
    none += run.forecast.level <= 0 ||
            std::ranges::any_of(run.forecast.upper, [](double v) { return std::isnan(v); });
  }
  if (!shared.empty())
    forecast.notes.push_back(
        fmt::format("intervals of {} of {} series, the first '{}', rest in some steps on the errors of all "
                    "series, in scaled "
                    "units: their own validation parts are too short",
                    shared.size(), forecast.series.size(), shown(shared[0])));
  if (none > 0)
    forecast.notes.push_back(fmt::format(
        "{} of {} series have no interval in some steps: the validation parts of all together are "
        "too short",
        none, forecast.series.size()));
}

}  // namespace

bool is_panel_run(const fs::path& folder) { return !read_run_config(folder).data.series.id.empty(); }

PanelForecast forecast_panel(const fs::path& folder, const ForecastOptions& options,
                             const std::vector<Setting>& changes) {
  const Config config = forecast_config(folder, options, changes);
  require(!config.data.series.id.empty(), "'{}' is a run of one series", folder.string());
  require(options.id.empty() || !options.data.empty(), "--id is of other data: give them with --data");
  if (options.data.empty()) require_run_data(config);
  std::vector<TrainedModel> models = forecasting_models(config, folder);
  std::vector<Fitted> fitted;
  for (const TrainedModel& trained : models) {
    const auto all = fitted_series(trained.metadata.at("data"), folder.string());
    fitted.emplace_back(all.begin(), all.end());
  }
  Panel panel = load(config, options);
  const Future future(options, config);
  PanelForecast result{.id = panel.id, .series = {}, .notes = {}};
  std::vector<std::string> notes;
  for (Series& series : panel.series) {
    if (!fitted[0].contains(series.id)) {
      const std::string why = fmt::format(
          "{}: the training did not have this series, so that nothing says how its values are scaled",
          series.source);
      require(config.data.series.unusable == "drop", "{}; train with it, or leave it out", why);
      notes.push_back("left out: " + why);
      continue;
    }
    std::ranges::move(series.warnings, std::back_inserter(notes));
    series.warnings.clear();
    look_at(models, fitted, series.id);
    Forecast own = forecast(models, series, steps_of(models, options), future.of(series.id));
    result.series.push_back({std::move(series), std::move(own)});
  }
  result.notes = std::move(panel.warnings);
  std::ranges::move(some_notes(std::move(notes)), std::back_inserter(result.notes));
  require(!result.series.empty(), "there is none of the series that the run was trained on");
  const double level = options.interval.value_or(config.output.interval);
  if (level <= 0) return result;
  try {
    Config own = config;
    add_intervals(result, models, fitted, prepare_panel(own).series, level);
  } catch (const Error& error) {
    result.notes.push_back(
        fmt::format("no prediction intervals, which take the run's own data: {}", error.what()));
  }
  return result;
}

std::string forecast_csv(const PanelForecast& forecast) {
  // All series have the columns of one that has intervals.
  Forecast widest = forecast.series.at(0).forecast;
  for (const RunForecast& run : forecast.series) widest.level = std::max(widest.level, run.forecast.level);
  std::string text = csv_cell(forecast.id) + "," + forecast_heading(widest);
  for (const RunForecast& run : forecast.series) {
    Forecast own = run.forecast;
    if (widest.level > 0 && own.level <= 0) {
      own.level = widest.level;
      own.lower.assign(own.values.size(), std::nan("")), own.upper = own.lower;
    }
    text += forecast_rows(own, run.series.id);
  }
  return text;
}

void plot_forecast(const fs::path& folder, const PanelForecast& forecast) {
  constexpr std::size_t kMost = 6;
  for (std::size_t k = 0; k < std::min(kMost, forecast.series.size()); ++k)
    plot_forecast(folder, forecast.series[k], fmt::format("-{}", k + 1));
}

}  // namespace ebit::experiment
