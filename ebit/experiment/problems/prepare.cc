#include "ebit/experiment/problems/prepare.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/json_whole.h"
#include "ebit/base/listed.h"
#include "ebit/base/nearest.h"
#include "ebit/base/utf8.h"
#include "ebit/data/generator.h"
#include "ebit/data/included.h"
#include "ebit/data/load.h"
#include "ebit/data/panel.h"
#include "ebit/data/split.h"
#include "ebit/experiment/problems/check_inputs.h"
#include "ebit/experiment/runs/run_folder.h"

namespace ebit::experiment {
namespace {

using nlohmann::json;

std::vector<std::string> wanted_columns(const DatasetOptions& options) {
  std::vector<std::string> wanted = options.targets;
  for (const auto* columns : {&options.features, &options.future, &options.categories})
    for (const std::string& name : *columns)
      if (std::find(wanted.begin(), wanted.end(), name) == wanted.end()) wanted.push_back(name);
  return wanted;
}

// Columns given by number bear their names from here on.
void name_columns(std::vector<std::string>& columns, const std::vector<std::string>& wanted,
                  const Series& series) {
  for (std::string& column : columns) {
    const auto found = std::find(wanted.begin(), wanted.end(), column);
    column = series.names[static_cast<std::size_t>(found - wanted.begin())];
  }
}

// The column to predict, where nobody says. What the model is to see, or is known ahead, is none.
std::string find_target(Panel& panel, const DatasetOptions& options, const std::string& path) {
  const std::vector<std::string>& names = panel.series.front().names;
  std::vector<std::string> free;
  for (const std::string& name : names)
    if (std::ranges::none_of(
            std::array{&options.features, &options.future, &options.categories},
            [&](const auto* columns) { return std::ranges::find(*columns, name) != columns->end(); }))
      free.push_back(name);
  if (names.size() == 1) free = names;
  // As the files of long panels have it: unique_id, ds, y.
  if (!panel.id.empty() && free.size() > 1 && std::ranges::find(free, "y") != free.end()) {
    panel.warnings.push_back(fmt::format("{}: the column to predict is 'y'; --target takes another", path));
    return "y";
  }
  require(free.size() == 1, "say which column of '{}' to predict with --target: {}", path, listed(names));
  return free[0];
}

Panel load_file(Config& config) {
  DatasetOptions& options = config.data.dataset;
  const std::filesystem::path path = find_data(config.data.file);
  std::error_code ignored;
  const IncludedSet* included =
      std::filesystem::exists(config.data.file, ignored) ? nullptr : find_included(config.data.file);
  if (included == nullptr) {
    if (path != kStandardInput)
      config.data.file = std::filesystem::absolute(path).lexically_normal().string();
  } else {
    if (options.targets.empty()) options.targets = {std::string(included->target)};
    if (config.data.series.time.columns.empty())
      config.data.series.time.columns = {std::string(included->time)};
    if (config.baselines.season == 0) config.baselines.season = included->season;
  }
  const std::vector<std::string> wanted =
      options.targets.empty() ? std::vector<std::string>{} : wanted_columns(options);
  SeriesOptions reading = config.data.series;
  reading.texts = options.categories;
  Panel panel = load_panel(path, reading, wanted);
  const Series& series = panel.series.front();
  // Other files of the run, with new rows or what is known ahead, are read as this one.
  if (config.data.series.time.date_order.empty())
    config.data.series.time.date_order = date_order_for_others(series);
  config.data.series.time.columns = panel.found.time.columns;
  config.data.series.csv = panel.found.csv;
  if (!panel.id.empty()) config.data.series.id = panel.id;
  if (options.targets.empty()) {
    options.targets = {find_target(panel, options, path.string())};
    return panel;
  }
  for (auto* columns : {&options.features, &options.future, &options.categories, &options.targets})
    name_columns(*columns, wanted, series);
  return panel;
}

// A short series cannot spare a validation part for windows of this size. Where nobody asked for one, its
// rows go to the training part, so that the test part is the same with and without it.
void do_without_validation(const Config& config, DatasetOptions& o, Series& series) {
  const bool asked = config.given.contains("data.validation") || config.train.patience > 0;
  if (asked || o.validation <= 0 || o.split != "time" || o.boundary != "inside") return;
  if (o.window < 1 || o.horizon < 1 || o.train <= 0 || o.train + o.validation > 1) return;  // refused later
  std::array<std::size_t, 4> parts{};
  try {
    parts = parts_of(series, o);
  } catch (const Error&) {
    return;  // refused later, of a panel with its other series
  }
  const std::size_t has = parts[2] - parts[1];
  if (has >= static_cast<std::size_t>(o.window) + static_cast<std::size_t>(o.horizon)) return;
  const bool to_training = !o.test_from.empty() || !config.given.contains("data.train");
  series.warnings.push_back(fmt::format(
      "{}no validation part: its {} of {} rows cannot hold a window of {} with horizon {}; they are used "
      "for {}; set --validation, or a smaller --window",
      series.id.empty() ? "" : fmt::format("series '{}': ", shown(series.id)), has, series.rows(), o.window,
      o.horizon, to_training ? "training" : "testing"));
  if (to_training) o.train += o.validation;
  o.validation = 0;
}

}  // namespace

Panel load_panel(Config& config) {
  SeriesConfig& data = config.data;
  require(data.file.empty() || data.generator.empty(),
          "there are two sources of data, '{}' and --generator {}: give one", data.file, data.generator);
  if (data.file.empty() && data.generator.empty()) {
    std::string names;
    for (const IncludedSet& row : included_table())
      names += (names.empty() ? "" : ", ") + std::string(row.name);
    fail("there are no data: give a CSV file, an included data set ({}) or --generator NAME", names);
  }
  Panel panel;
  if (data.generator.empty())
    panel = load_file(config);
  else
    panel.series.push_back(generate_series(data.generator, data.set, data.generator_seed));
  if (data.dataset.targets.empty()) data.dataset.targets = {panel.series[0].names.at(0)};
  if (config.baselines.season == 0) config.baselines.season = 1;
  require(config.baselines.season >= 1, "--season must be 0 (unknown) or more, not {}",
          config.baselines.season);
  data.dataset.season = config.baselines.season;
  return panel;
}

Series load_data(Config& config) {
  require_one_series(config, "this command");
  Panel panel = load_panel(config);
  return std::move(panel.series.front());
}

std::string date_order_for_others(const Series& series) {
  return series.date_order == "dmy" || series.date_order == "mdy" ? series.date_order : std::string();
}

void use_other_data(Config& config, const std::string& data) {
  config.data.file = data;
  config.data.generator.clear();
  config.data.series.first_rows = config.data.series.without_last = 0;  // of the run's own file
  config.data.series.time.if_there = true;
}

Series load_other_data(Config& config, const std::string& data) {
  use_other_data(config, data);
  return load_data(config);
}

void require_one_series(const Config& config, std::string_view what) {
  require(
      config.data.series.id.empty(),
      "{} looks at one series, and --id {} makes many of the data: it has no panels; write a series of its "
      "own into a file",
      what, config.data.series.id);
}

Dataset prepare_dataset(Config& config) {
  Series series = load_data(config);
  do_without_validation(config, config.data.dataset, series);
  Dataset dataset = make_dataset(series, config.data.dataset);
  check_inputs(config, dataset);
  const std::string reach = reach_warning(config, dataset);
  if (!reach.empty()) dataset.series.warnings.push_back(reach);
  return dataset;
}

PreparedPanel prepare_panel(Config& config) {
  Panel panel = load_panel(config);
  require(!panel.id.empty(), "a panel needs a column that names its series: --id");
  // Shares differ: a series too short for a validation part does without.
  std::vector<DatasetOptions> options(panel.series.size(), config.data.dataset);
  for (std::size_t k = 0; k < options.size(); ++k) do_without_validation(config, options[k], panel.series[k]);
  PanelDatasets made = make_panel(panel, options, config.data.series.unusable);
  for (const Dataset& dataset : made.series) check_inputs(config, dataset);
  PreparedPanel prepared{
      .id = panel.id, .series = std::move(made.series), .notes = std::move(panel.warnings)};
  for (const std::string& why : made.left_out) prepared.notes.push_back("left out: " + why);
  std::vector<std::string> single;
  for (Dataset& dataset : prepared.series) {
    std::ranges::move(dataset.series.warnings, std::back_inserter(single));
    dataset.series.warnings.clear();
    if (std::string reach = reach_warning(config, dataset); !reach.empty())
      single.push_back(fmt::format("series '{}': {}", shown(dataset.series.id), reach));
  }
  std::ranges::move(some_notes(std::move(single)), std::back_inserter(prepared.notes));
  return prepared;
}

std::vector<std::string> some_notes(std::vector<std::string> notes) {
  constexpr std::size_t kMost = 6;
  if (notes.size() <= kMost + 1) return notes;
  const std::size_t more = notes.size() - kMost;
  notes.resize(kMost);
  notes.push_back(fmt::format("{} more notes on single series are left out here", more));
  return notes;
}

void require_run_data(const Config& config) {
  const std::filesystem::path file = config.data.file;
  std::error_code ignored;
  require(
      !file.is_absolute() || std::filesystem::exists(file, ignored),
      "the data of this run are gone: there is no '{}'; put it back, write where it is now into '{}' (file), "
      "or name other data: ebit evaluate RUN DATA, ebit forecast RUN --data DATA",
      file.string(), (std::filesystem::path(config.output.folder) / files::kConfig).string());
}

std::string fitted_text(const Dataset& dataset) {
  json scalers = json::array();
  for (const auto& part : dataset.scalers) {
    json row = json::array();
    for (const Scaler& s : part) row.push_back({{"name", s.name}, {"offset", s.offset}, {"scale", s.scale}});
    scalers.push_back(row);
  }
  json categories = json::array();
  for (const Category& c : dataset.categories) categories.push_back({{"name", c.name}, {"levels", c.levels}});
  return json{{"columns", dataset.series.names},
              {"target_columns", dataset.target_columns},
              {"feature_columns", dataset.feature_columns},
              {"window", dataset.options.window},
              {"horizon", dataset.options.horizon},
              {"first_step", dataset.options.first_step},
              {"ahead", dataset.ahead},
              {"calendar", dataset.options.calendar},
              {"future", dataset.options.future},
              {"stride", dataset.options.stride},
              {"fixed", dataset.options.fixed},
              {"categories", categories},
              {"transform", dataset.transform.lags()},
              {"scaler", dataset.options.scaler},
              {"scalers", scalers}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

Dataset fitted_dataset(const std::string& text, const std::string& where) {
  Dataset dataset;
  const auto damaged = [&] { fail("'{}' is damaged: it does not say how its data were scaled", where); };
  try {
    const json value = json::parse(text);
    value.at("columns").get_to(dataset.series.names);
    dataset.target_columns = whole_numbers<std::size_t>(value.at("target_columns"));
    dataset.feature_columns = whole_numbers<std::size_t>(value.at("feature_columns"));
    dataset.options.window = whole<int>(value.at("window"));
    dataset.options.horizon = whole<int>(value.at("horizon"));
    dataset.options.first_step = value.contains("first_step") ? whole<int>(value["first_step"]) : 0;
    dataset.options.stride = whole<int>(value.at("stride"));
    value.at("scaler").get_to(dataset.options.scaler);
    dataset.options.calendar = value.value("calendar", std::vector<std::string>());
    dataset.options.future = value.value("future", std::vector<std::string>());
    dataset.ahead = value.value("ahead", std::vector<bool>(dataset.feature_columns.size(), false));
    dataset.options.fixed = value.value("fixed", std::vector<std::string>());
    if (value.contains("transform"))
      dataset.transform = Transform::of_lags(whole_numbers<std::size_t>(value["transform"]));
    if (value.contains("categories"))
      for (const json& category : value["categories"]) {
        dataset.categories.push_back({category.at("name"), category.at("levels")});
        dataset.options.categories.push_back(dataset.categories.back().name);
      }
    for (const json& part : value.at("scalers")) {
      dataset.scalers.emplace_back();
      for (const json& s : part)
        dataset.scalers.back().push_back({s.at("name"), s.at("offset"), s.at("scale")});
    }
  } catch (const json::exception&) {
    damaged();
  } catch (const std::range_error&) {
    damaged();
  }
  const std::size_t columns = dataset.series.names.size();
  const auto inside = [&](std::size_t column) { return column < columns; };
  const bool sound = !dataset.scalers.empty() && !dataset.target_columns.empty() &&
                     !dataset.feature_columns.empty() &&
                     dataset.ahead.size() == dataset.feature_columns.size() &&
                     std::all_of(dataset.target_columns.begin(), dataset.target_columns.end(), inside) &&
                     std::all_of(dataset.feature_columns.begin(), dataset.feature_columns.end(), inside) &&
                     std::all_of(dataset.scalers.begin(), dataset.scalers.end(),
                                 [&](const auto& part) { return part.size() == columns; });
  require(sound && dataset.options.window >= 1 && dataset.options.horizon >= 1 &&
              dataset.options.stride >= 1 && dataset.options.first_step >= 0 &&
              dataset.options.first_step <= dataset.options.horizon,
          "'{}' is damaged: what it says of its data does not fit together", where);
  for (const std::size_t c : dataset.target_columns)
    dataset.options.targets.push_back(dataset.series.names[c]);
  for (const std::size_t c : dataset.feature_columns)
    dataset.options.features.push_back(dataset.series.names[c]);
  return dataset;
}

}  // namespace ebit::experiment
