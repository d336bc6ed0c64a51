// ebit forecast: what comes after the end of the series.
#include <fmt/format.h>

#include <cmath>

#include <nlohmann/json.hpp>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/output.h"
#include "ebit/cmd/settings_flags.h"
#include "ebit/cmd/torch_program.h"
#include "ebit/data/included.h"
#include "ebit/experiment/runs/panel_forecast.h"
#include "ebit/experiment/runs/run_folder.h"
#include "ebit/report/text_table.h"

namespace ebit::cmd {
namespace {

struct ForecastFlags {
  std::string folder;
  experiment::ForecastOptions forecast;
  bool json = false, plot = true;
  Settings noise = std::make_shared<std::vector<Setting>>();
};

TextTable forecast_table(const experiment::Forecast& forecast) {
  TextTable table;
  table.columns = {{"time", false}};
  const std::size_t outputs = forecast.targets.size();
  for (const std::string& target : forecast.targets) {
    table.columns.push_back({target});
    if (!forecast.raw.empty()) table.columns.push_back({"raw"});
    if (forecast.level > 0) table.columns.insert(table.columns.end(), {{"lower"}, {"upper"}});
    if (forecast.seeds > 1) table.columns.insert(table.columns.end(), {{"least"}, {"greatest"}});
  }
  for (std::size_t k = 0; k < forecast.times.size(); ++k) {
    std::vector<std::string> row = {forecast.times[k]};
    for (std::size_t i = k * outputs; i < (k + 1) * outputs; ++i) {
      row.push_back(table_number(forecast.values[i]));
      if (!forecast.raw.empty()) row.push_back(table_number(forecast.raw[i]));
      if (forecast.level > 0)
        for (const double end : {forecast.lower[i], forecast.upper[i]}) row.push_back(table_number(end));
      if (forecast.seeds < 2) continue;
      row.push_back(table_number(forecast.least[i]));
      row.push_back(table_number(forecast.greatest[i]));
    }
    table.rows.push_back(std::move(row));
  }
  if (forecast.level > 0)
    table.notes.push_back(
        fmt::format("lower, upper: the {:g} % prediction interval, from {}", 100 * forecast.level,
                    forecast.quantiles ? "the predicted quantiles" : "the errors on the validation part"));
  if (forecast.seeds > 1)
    table.notes.push_back(fmt::format("least, greatest: of the {} seeds, no interval", forecast.seeds));
  if (forecast.direct < forecast.times.size()) {
    table.notes.push_back(
        fmt::format("from step {} on predictions are fed back as known values", forecast.direct + 1));
  }
  table.notes.insert(table.notes.end(), forecast.notes.begin(), forecast.notes.end());
  return table;
}

// What is undefined is null.
nlohmann::ordered_json number(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

nlohmann::ordered_json forecast_json(const experiment::Forecast& forecast) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  const std::size_t outputs = forecast.targets.size();
  for (std::size_t k = 0; k < forecast.times.size(); ++k) {
    nlohmann::ordered_json row = {{"time", forecast.times[k]}, {"direct", k < forecast.direct}};
    for (std::size_t o = 0; o < outputs; ++o) {
      const std::size_t i = k * outputs + o;
      row["values"][forecast.targets[o]] = forecast.values[i];
      if (!forecast.raw.empty()) row["raw"][forecast.targets[o]] = forecast.raw[i];
      row["least"][forecast.targets[o]] = forecast.least[i];
      row["greatest"][forecast.targets[o]] = forecast.greatest[i];
      if (forecast.level <= 0) continue;
      row["lower"][forecast.targets[o]] = number(forecast.lower[i]);
      row["upper"][forecast.targets[o]] = number(forecast.upper[i]);
    }
    rows.push_back(std::move(row));
  }
  nlohmann::ordered_json value = {{"seeds", forecast.seeds}, {"forecast", rows}};
  if (forecast.level > 0) value["level"] = forecast.level;
  if (!forecast.notes.empty()) value["notes"] = forecast.notes;
  return value;
}

// The rows of all series, each with its name first; no more than a terminal has use for.
TextTable panel_table(const experiment::PanelForecast& panel) {
  constexpr std::size_t kMost = 100;
  TextTable table;
  std::size_t rows = 0;
  for (const experiment::RunForecast& run : panel.series) {
    TextTable own = forecast_table(run.forecast);
    if (own.columns.size() + 1 > table.columns.size()) {
      table.columns = own.columns;
      table.columns.insert(table.columns.begin(), {panel.id, false});
      table.notes = own.notes;
    }
    rows += own.rows.size();
    for (std::vector<std::string>& row : own.rows) {
      if (table.rows.size() >= kMost) break;
      row.insert(row.begin(), run.series.id);
      table.rows.push_back(std::move(row));
    }
  }
  if (rows > table.rows.size())
    table.notes.push_back(fmt::format("{} more rows are in the file", rows - table.rows.size()));
  table.notes.insert(table.notes.end(), panel.notes.begin(), panel.notes.end());
  return table;
}

std::string written_text(const std::filesystem::path& folder, bool plot) {
  return fmt::format("\nwritten to {}{}\n", (folder / experiment::files::kForecast).string(),
                     plot ? fmt::format(" and {}; ebit report {} puts it on the page",
                                        (folder / "plots").string(), folder.string())
                          : "");
}

int run_panel(const ForecastFlags& options) {
  const std::filesystem::path folder = options.folder;
  experiment::PanelForecast panel = experiment::forecast_panel(folder, options.forecast, *options.noise);
  if (options.json) {
    nlohmann::ordered_json value = {{"id", panel.id}, {"series", nlohmann::ordered_json::array()}};
    for (const experiment::RunForecast& run : panel.series) {
      nlohmann::ordered_json own = {{"id", run.series.id}};
      own.update(forecast_json(run.forecast));
      value["series"].push_back(std::move(own));
    }
    if (!panel.notes.empty()) value["notes"] = panel.notes;
    print_json(value);
  } else {
    print(table_text(panel_table(panel)));
  }
  write_file_atomically(folder / experiment::files::kForecast, experiment::forecast_csv(panel));
  if (options.plot) experiment::plot_forecast(folder, panel);
  if (!options.json) print(written_text(folder, options.plot));
  return kOk;
}

int run(const ForecastFlags& options) {
  require_run_backends(options.folder);
  const std::filesystem::path folder = options.folder;
  if (experiment::is_panel_run(folder)) return run_panel(options);
  require(options.forecast.id.empty(), "--id has no effect: the run '{}' is of one series", options.folder);
  const experiment::RunForecast run = experiment::forecast_run(folder, options.forecast, *options.noise);
  for (const std::string& note : run.series.warnings) tell(note + "\n");
  // The numbers first: the folder may be one that cannot be written to.
  if (options.json)
    print_json(forecast_json(run.forecast));
  else
    print(table_text(forecast_table(run.forecast)));
  write_file_atomically(folder / experiment::files::kForecast, experiment::forecast_csv(run.forecast));
  if (options.plot) experiment::plot_forecast(folder, run);
  if (!options.json) print(written_text(folder, options.plot));
  return kOk;
}

}  // namespace

Action setup_forecast(Parser& parser) {
  auto options = std::make_shared<ForecastFlags>();
  parser.add_option("run", options->folder, "Folder of the run").required().type_name("RUN");
  parser.add_option("--steps,--horizon", options->forecast.steps,
                    "Rows to forecast after the last one; left out: as many as the model predicts at once");
  parser
      .add_option("--data", options->forecast.data,
                  "Other data to go on from, read and scaled as the run's own")
      .offers(names_of(included_table()))
      .type_name("FILE|NAME");
  parser
      .add_option("--id", options->forecast.id,
                  "Of a panel: the column that names the series in --data; default: as in the run")
      .type_name("COLUMN");
  parser
      .add_option("--future", options->forecast.future,
                  "What is known ahead: the run's --future columns beside the times of the steps")
      .type_name("FILE");
  parser.add_option(
      "--interval", options->forecast.interval,
      "Share of true values that prediction intervals aim to cover, 0: none; left out: the run's");
  add_noise_flags(parser, options->noise);
  add_plots_flag(
      parser, [options](bool on) { options->plot = on; }, "Draw plots/forecast.png and .svg");
  parser.add_flag("--json", options->json, "Print the forecast as JSON");
  return [options] { return run(*options); };
}

}  // namespace ebit::cmd
