// ebit forecast: what comes after the end of the series.
#include <fmt/format.h>

#include <cmath>

#include <nlohmann/json.hpp>

#include "ebit/base/atomic_file.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/output.h"
#include "ebit/cmd/settings_flags.h"
#include "ebit/cmd/torch_program.h"
#include "ebit/experiment/runs/forecast.h"
#include "ebit/experiment/runs/run_folder.h"
#include "ebit/report/text_table.h"

namespace ebit::cmd {
namespace {

struct Options {
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
    if (forecast.level > 0) table.columns.insert(table.columns.end(), {{"lower"}, {"upper"}});
    if (forecast.seeds > 1) table.columns.insert(table.columns.end(), {{"least"}, {"greatest"}});
  }
  for (std::size_t k = 0; k < forecast.times.size(); ++k) {
    std::vector<std::string> row = {forecast.times[k]};
    for (std::size_t i = k * outputs; i < (k + 1) * outputs; ++i) {
      row.push_back(table_number(forecast.values[i]));
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

int run(const Options& options) {
  require_run_backends(options.folder);
  const std::filesystem::path folder = options.folder;
  const experiment::RunForecast run = experiment::forecast_run(folder, options.forecast, *options.noise);
  for (const std::string& note : run.series.warnings) tell(note + "\n");
  // The numbers first: the folder may be one that cannot be written to.
  if (options.json)
    print_json(forecast_json(run.forecast));
  else
    print(table_text(forecast_table(run.forecast)));
  write_file_atomically(folder / experiment::files::kForecast, experiment::forecast_csv(run.forecast));
  if (options.plot) experiment::plot_forecast(folder, run);
  if (!options.json)
    print(fmt::format("\nwritten to {}\n", (folder / experiment::files::kForecast).string()));
  return kOk;
}

}  // namespace

Action setup_forecast(Parser& parser) {
  auto options = std::make_shared<Options>();
  parser.add_option("run", options->folder, "Folder of the run").required().type_name("RUN");
  parser.add_option("--steps", options->forecast.steps,
                    "Rows to forecast after the last one; default: as many as the model predicts at once");
  parser
      .add_option("--data", options->forecast.data,
                  "Other data to go on from, read and scaled as the run's own")
      .type_name("FILE|NAME");
  parser
      .add_option("--future", options->forecast.future,
                  "What is known ahead: the run's --future columns beside the times of the steps")
      .type_name("FILE");
  parser.add_option(
      "--interval", options->forecast.interval,
      "Share of true values that prediction intervals aim to cover, 0: none; default: the run's");
  add_noise_flags(parser, options->noise);
  parser.add_flag("--plot,!--no-plot", options->plot, "Draw plots/forecast.png and .svg (default)");
  parser.add_flag("--json", options->json, "Print the forecast as JSON");
  return [options] { return run(*options); };
}

}  // namespace ebit::cmd
