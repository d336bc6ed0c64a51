// ebit forecast: what comes after the end of the series.
#include <fmt/format.h>

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
  std::string folder, data;
  int steps = 1;
  bool json = false, plot = true;
  Settings noise = std::make_shared<std::vector<Setting>>();
};

TextTable forecast_table(const experiment::Forecast& forecast) {
  TextTable table;
  table.columns = {{"time", false}};
  const std::size_t outputs = forecast.targets.size();
  for (const std::string& target : forecast.targets) {
    table.columns.push_back({target});
    if (forecast.seeds > 1) table.columns.insert(table.columns.end(), {{"least"}, {"greatest"}});
  }
  for (std::size_t k = 0; k < forecast.times.size(); ++k) {
    std::vector<std::string> row = {forecast.times[k]};
    for (std::size_t i = k * outputs; i < (k + 1) * outputs; ++i) {
      row.push_back(table_number(forecast.values[i]));
      if (forecast.seeds < 2) continue;
      row.push_back(table_number(forecast.low[i]));
      row.push_back(table_number(forecast.high[i]));
    }
    table.rows.push_back(std::move(row));
  }
  if (forecast.direct < forecast.times.size()) {
    table.notes.push_back(
        fmt::format("from step {} on predictions are fed back as known values", forecast.direct + 1));
  }
  return table;
}

nlohmann::ordered_json forecast_json(const experiment::Forecast& forecast) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  const std::size_t outputs = forecast.targets.size();
  for (std::size_t k = 0; k < forecast.times.size(); ++k) {
    nlohmann::ordered_json row = {{"time", forecast.times[k]}, {"direct", k < forecast.direct}};
    for (std::size_t o = 0; o < outputs; ++o) {
      const std::size_t i = k * outputs + o;
      row["values"][forecast.targets[o]] = forecast.values[i];
      row["low"][forecast.targets[o]] = forecast.low[i];
      row["high"][forecast.targets[o]] = forecast.high[i];
    }
    rows.push_back(std::move(row));
  }
  return {{"seeds", forecast.seeds}, {"forecast", rows}};
}

int run(const Options& options) {
  require_run_backends(options.folder);
  const std::filesystem::path folder = options.folder;
  const experiment::RunForecast run =
      experiment::forecast_run(folder, options.data, options.steps, *options.noise);
  write_file_atomically(folder / experiment::files::kForecast, experiment::forecast_csv(run.forecast));
  if (options.plot) experiment::plot_forecast(folder, run);
  if (options.json) {
    print_json(forecast_json(run.forecast));
    return kOk;
  }
  print(table_text(forecast_table(run.forecast)));
  print(fmt::format("\nwritten to {}\n", (folder / experiment::files::kForecast).string()));
  return kOk;
}

}  // namespace

Action setup_forecast(Parser& parser) {
  auto options = std::make_shared<Options>();
  parser.add_option("run", options->folder, "Folder of the run").required().type_name("RUN");
  parser.add_option("--steps", options->steps, "Rows to forecast after the last one");
  parser.add_option("--data", options->data, "Other data to go on from, read and scaled as the run's own")
      .type_name("FILE|NAME");
  add_noise_flags(parser, options->noise);
  parser.add_flag("--plot,!--no-plot", options->plot, "Draw plots/forecast.png and .svg (default)");
  parser.add_flag("--json", options->json, "Print the forecast as JSON");
  return [options] { return run(*options); };
}

}  // namespace ebit::cmd
