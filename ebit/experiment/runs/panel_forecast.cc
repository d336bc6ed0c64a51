#include "ebit/experiment/runs/panel_forecast.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/base/utf8.h"
#include "ebit/data/load.h"
#include "ebit/experiment/problems/prepare.h"
#include "ebit/experiment/runs/panel_models.h"
#include "ebit/experiment/runs/run_folder.h"
#include "ebit/settings/noise_options.h"
#include "ebit/settings/resolve.h"

namespace ebit::experiment {
namespace {

namespace fs = std::filesystem;

// What is known ahead, for each series or for all.
class Future {
 public:
  // @param data what is forecast: its id column's name and the order of its dates are those of the file too.
  Future(const ForecastOptions& options, const Config& config, const Panel& data) {
    if (options.future.empty()) return;
    SeriesOptions reading = future_reading(config, data.series.at(0));
    reading.id = data.id;
    source_ = options.future;
    as_the_run_reads([&] {
      const CsvTable table = read_csv(options.future, reading.csv);
      const bool own = std::ranges::find(table.names, reading.id) != table.names.end();
      if (!own) {
        notes_.push_back(fmt::format("{} has no column '{}': its rows are taken for every series", source_,
                                     shown(reading.id)));
        reading.id.clear();
      }
      panel_ = panel_of(table, reading, config.data.dataset.future);
      return 0;
    });
    std::ranges::move(panel_.warnings, std::back_inserter(notes_));
    for (Series& series : panel_.series) std::ranges::move(series.warnings, std::back_inserter(notes_));
  }
  const Series& of(const std::string& id) const {
    static const Series none;
    if (panel_.series.empty()) return none;
    if (panel_.id.empty()) return panel_.series[0];
    const auto own = std::ranges::find(panel_.series, id, &Series::id);
    std::vector<std::string> known;
    for (const Series& series : panel_.series) known.push_back(series.id);
    require(own != panel_.series.end(), "{} has no rows of the series '{}' (column '{}'){}", source_,
            shown(id), shown(panel_.id), suggestion(id, known));
    return *own;
  }
  // Of series that the data do not have.
  std::vector<std::string> notes(const Panel& data) const {
    std::vector<std::string> notes = notes_;
    for (const Series& series : panel_.series)
      if (!panel_.id.empty() && std::ranges::find(data.series, series.id, &Series::id) == data.series.end())
        notes.push_back(fmt::format("not used: {} has rows of the series '{}', which the data do not have",
                                    source_, shown(series.id)));
    return notes;
  }

 private:
  Panel panel_;
  std::string source_;
  std::vector<std::string> notes_;
};

Panel load(Config config, const ForecastOptions& options) {
  if (options.data.empty()) return load_panel(config);
  use_other_data(config, options.data);
  if (!options.id.empty()) config.data.series.id = options.id;
  return load_panel(config);
}

void add_intervals(PanelForecast& forecast, PanelModels& models, const std::vector<Dataset>& datasets,
                   double level) {
  const std::size_t steps = forecast.series[0].forecast.times.size();
  const PanelIntervals intervals(models, datasets, steps, level);
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
  PanelModels models(config, folder);
  const std::string mitigation = mitigation_of(config);
  std::optional<PanelModels> raw;
  if (!mitigation.empty()) raw.emplace(with_settings(read_run_config(folder), raw_settings(changes)), folder);
  Panel panel = as_the_run_reads([&] { return load(config, options); });
  const Future future(options, config, panel);
  PanelForecast result{.id = panel.id, .series = {}, .notes = {}};
  std::vector<std::string> notes = future.notes(panel);
  for (Series& series : panel.series) {
    if (!models.know(series.id)) {
      const std::string why = fmt::format(
          "{}: the training did not have this series, so that nothing says how its values are scaled",
          series.source);
      require(config.data.series.unusable == "drop", "{}; train with it, or leave it out", why);
      notes.push_back("left out: " + why);
      continue;
    }
    std::ranges::move(series.warnings, std::back_inserter(notes));
    series.warnings.clear();
    const std::span<const TrainedModel> looking = models.looking_at(series.id);
    const int steps = steps_of(looking, options);
    Forecast own = forecast(looking, series, steps, future.of(series.id));
    std::ranges::move(own.notes, std::back_inserter(notes));
    own.notes.clear();
    if (raw) own.raw = forecast(raw->looking_at(series.id), series, steps, future.of(series.id)).values;
    result.series.push_back({std::move(series), std::move(own)});
  }
  result.notes = std::move(panel.warnings);
  require(!result.series.empty(), "there is none of the series that the run was trained on");
  if (std::string note = training_note(config, folder, models.looking_at(result.series[0].series.id)[0],
                                       options.data.empty());
      !note.empty())
    result.notes.push_back(std::move(note));
  if (raw) result.notes.push_back(mitigation_note(mitigation));
  std::ranges::move(some_notes(std::move(notes)), std::back_inserter(result.notes));
  const double level = options.interval.value_or(config.output.interval);
  if (level <= 0) return result;
  try {
    Config own = config;
    add_intervals(result, models, prepare_panel(own).series, level);
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
