#include "ebit/data/dataset.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/base/memory.h"
#include "ebit/base/nearest.h"
#include "ebit/base/utf8.h"
#include "ebit/data/calendar.h"
#include "ebit/data/split.h"

namespace ebit::inline data {
namespace {

constexpr std::array<Choice, 3> kScaleOns{{
    {"train", "scalers fitted on the training rows only"},
    {"leak-whole-series", "scalers fitted on all rows: knows the range of the test part"},
    {"leak-each-part",
     "every part scaled by itself, as in the extended code: knows the range of the test part"},
}};

void check_options(const DatasetOptions& o) {
  require(o.window >= 1, "window is {}; it must be 1 or more", o.window);
  require(o.horizon >= 1, "horizon is {}; it must be 1 or more", o.horizon);
  require(o.first_step >= 0 && o.first_step <= o.horizon,
          "the steps ahead are {} to {}; the first must be 1 or more and not above the last", o.first_step,
          o.horizon);
  require(o.first_step == 0 || (o.future.empty() && o.calendar.empty()) ||
              o.window >= static_cast<int>(o.steps()),
          "what is known ahead (--future, --calendar) is seen at the steps of the window, and a window of {} "
          "does "
          "not reach over {} steps: take --window {} or more",
          o.window, o.steps(), o.steps());
  require(o.stride >= 1, "stride is {}; it must be 1 or more", o.stride);
  require(o.train > 0 && o.train <= 1, "the training share is {}; it must lie above 0 and not above 1",
          o.train);
  require(o.validation >= 0 && o.validation < 1,
          "the validation share is {}; it must be 0 or more and below 1", o.validation);
  require(o.train + o.validation <= 1 + 1e-9,
          "the shares of training ({}) and validation ({}) add up to more than 1", o.train, o.validation);
  find_row(split_table(), "unknown split", o.split);
  find_row(boundary_table(), "unknown boundary", o.boundary);
  find_row(kScaleOns, "unknown scale_on", o.scale_on);
  scaler_row(o.scaler);
  require(!o.targets.empty(), "no target column is given");
  require(o.test_from.empty() || o.split == "time", "--test-from needs --split time");
}

std::size_t column_of(const Series& series, const std::string& name) {
  const auto found = std::find(series.names.begin(), series.names.end(), name);
  if (found != series.names.end()) return static_cast<std::size_t>(found - series.names.begin());
  const auto alias = series.aliases.find(name);
  if (alias == series.aliases.end()) {
    fail("{}: no column '{}'{}", series.source, shown(name), suggestion(name, series.names));
  }
  return alias->second;
}

void check_series(const Series& series) {
  require(series.rows() > 0, "{}: the series is empty", series.source);
  require(series.values.size() == series.rows() * series.columns() && series.times.size() == series.rows(),
          "{}: {} values and {} times do not make rows of {} columns", series.source, series.values.size(),
          series.times.size(), series.columns());
}

// The columns used: targets first, then the features that are no targets.
Series pick_columns(const Series& series, const std::vector<std::string>& names) {
  Series picked;
  picked.source = series.source;
  picked.times = series.times;
  picked.warnings = series.warnings;
  picked.decimal = series.decimal, picked.thousands = series.thousands;
  picked.date_order = series.date_order, picked.id = series.id, picked.texts = series.texts;
  std::vector<std::size_t> from;
  for (const auto& name : names) {
    if (std::find(picked.names.begin(), picked.names.end(), name) != picked.names.end()) continue;
    from.push_back(column_of(series, name));
    picked.names.push_back(name);
  }
  picked.values.reserve(series.rows() * from.size());
  for (std::size_t row = 0; row < series.rows(); ++row) {
    for (const std::size_t column : from) {
      const double value = series.at(row, column);
      require(std::isfinite(value), "{}: row {} ({}), column '{}': the value {} is not a finite number",
              series.source, row + 1, shown(series.times[row]), shown(series.names[column]), value);
      picked.values.push_back(value);
    }
  }
  return picked;
}

std::vector<double> values_at(const Series& series, std::size_t column,
                              const std::vector<std::size_t>& rows) {
  std::vector<double> values;
  values.reserve(rows.size());
  for (const std::size_t row : rows) values.push_back(series.at(row, column));
  return values;
}

// Columns that are made here, and need no scaler.
std::vector<std::string> made_columns(const Dataset& dataset) {
  std::vector<std::string> names = category_columns(dataset.categories);
  for (std::string& name : calendar_columns(dataset.options.calendar)) names.push_back(std::move(name));
  return names;
}

// `series` is as the model sees it.
void fit_scalers(Dataset& dataset, const Series& series, const Starts& starts, const Shared& shared) {
  const std::size_t sets = dataset.options.scale_on == "leak-each-part" ? 3 : 1;
  const std::vector<std::string> made = made_columns(dataset);
  std::vector<std::size_t> all(series.rows() - dataset.transform.lost());
  std::iota(all.begin(), all.end(), dataset.transform.lost());
  for (std::size_t p = 0; p < sets; ++p) {
    const bool whole = dataset.options.scale_on == "leak-whole-series";
    const auto rows = whole ? all : rows_of(dataset, starts, p);
    if (rows.empty()) {  // a part of share 0: nothing will be scaled by it
      dataset.scalers.push_back(dataset.scalers[0]);
      continue;
    }
    const std::string_view where = whole ? "all" : kDataParts[p];
    dataset.scalers.emplace_back();
    for (std::size_t c = 0; c < series.columns(); ++c) {
      const std::string what =
          fmt::format("{}: column '{}', {} rows", series.source, shown(series.names[c]), where);
      if (const auto own = shared.scalers.find(series.names[c]); own != shared.scalers.end()) {
        dataset.scalers[p].push_back(own->second);
        continue;
      }
      // Sines and cosines are in [-1, 1] as they are, and texts are 0 and 1.
      const bool plain = std::ranges::find(made, series.names[c]) != made.end();
      dataset.scalers[p].push_back(fit_scaler(plain ? "none" : std::string_view(dataset.options.scaler),
                                              values_at(series, c, rows), what));
    }
  }
}

void check_targets_vary(const Dataset& dataset, const Series& seen, const Starts& starts) {
  const auto rows = rows_of(dataset, starts, 0);
  for (const std::size_t column : dataset.target_columns) {
    const auto values = values_at(seen, column, rows);
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    require(*low < *high,
            "{}: target '{}' is constant (always {}) on the training rows{}: there is nothing to learn",
            dataset.series.source, shown(dataset.series.names[column]), *low,
            dataset.transform.empty() ? "" : " behind --transform");
  }
}

Windows cut(const Series& series, const std::vector<std::size_t>& starts, const DatasetOptions& o,
            const std::vector<std::size_t>& features, const std::vector<bool>& ahead,
            const std::vector<std::size_t>& targets, const std::vector<Scaler>& scalers) {
  Windows windows{.count = starts.size(),
                  .steps = static_cast<std::size_t>(o.window),
                  .features = features.size(),
                  .outputs = o.steps() * targets.size(),
                  .rows = {},
                  .first_row = {},
                  .y = {},
                  .target_row = {},
                  .ahead = o.steps()};
  if (starts.empty()) return windows;
  const std::size_t begin = starts.front(), end = starts.back() + windows.steps;
  windows.rows.reserve((end - begin) * windows.features);
  for (std::size_t row = begin; row < end; ++row) {
    for (std::size_t f = 0; f < features.size(); ++f) {
      const std::size_t from = ahead[f] ? row + static_cast<std::size_t>(o.horizon) : row;
      windows.rows.push_back(scalers[features[f]].transform(series.at(from, features[f])));
    }
  }
  windows.y.reserve(windows.count * windows.outputs);
  for (const std::size_t start : starts) {
    windows.first_row.push_back(start - begin);
    windows.target_row.push_back(start + reach(o));
    for (std::size_t s = 0; s < windows.ahead; ++s)
      for (const std::size_t c : targets)
        windows.y.push_back(scalers[c].transform(series.at(windows.row(windows.first_row.size() - 1, s), c)));
  }
  return windows;
}

// Names that were given by number are names here.
void check_columns(const DatasetOptions& o) {
  for (const auto* columns : {&o.targets, &o.features, &o.future, &o.categories})
    for (auto name = columns->begin(); name != columns->end(); ++name)
      require(std::find(columns->begin(), name, *name) == name, "column '{}' is given twice", shown(*name));
  for (const std::string& name : o.future)
    require(std::find(o.targets.begin(), o.targets.end(), name) == o.targets.end(),
            "column '{}' is a target, so that it cannot be known ahead (--future)", shown(name));
  for (const std::string& name : o.categories)
    require(std::find(o.targets.begin(), o.targets.end(), name) == o.targets.end(),
            "column '{}' is a target, and texts (--category) cannot be predicted", shown(name));
}

// Targets, features, texts, and what is known ahead.
std::vector<std::string> used_columns(const DatasetOptions& o) {
  std::vector<std::string> names = o.targets;
  for (const auto* columns : {&o.features, &o.future, &o.categories})
    names.insert(names.end(), columns->begin(), columns->end());
  return names;
}

bool is_in(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

// What the model sees, and which of it is known ahead.
void choose_features(Dataset& dataset) {
  const DatasetOptions& o = dataset.options;
  std::vector<std::string> seen, known;
  for (const std::string& name : o.features)
    if (!is_in(o.categories, name)) seen.push_back(name);
  if (o.features.empty()) seen = o.targets;
  for (const Category& category : dataset.categories) {
    const bool ahead = is_in(o.future, category.name) || is_in(o.fixed, category.name);
    for (std::string& name : category_columns({&category, 1}))
      (ahead ? known : seen).push_back(std::move(name));
  }
  for (const std::string& name : o.future)
    if (!is_in(o.categories, name)) known.push_back(name);
  for (std::string& name : calendar_columns(o.calendar)) known.push_back(std::move(name));
  for (const auto* names : {&seen, &known})
    for (const std::string& name : *names) {
      const std::size_t column = column_of(dataset.series, name);
      if (std::ranges::find(dataset.feature_columns, column) == dataset.feature_columns.end())
        dataset.feature_columns.push_back(column);
    }
  for (const std::size_t column : dataset.feature_columns) {
    const std::string& name = dataset.series.names[column];
    dataset.ahead.push_back(is_in(known, name) || is_in(o.fixed, name));
  }
}

// `series` with the targets behind the transform of `dataset`.
Series transformed(const Series& series, const Dataset& dataset) {
  Series seen = series;
  if (dataset.transform.empty()) return seen;
  for (const std::size_t c : dataset.target_columns) {
    const std::vector<double> z = dataset.transform.column(series, c);
    for (std::size_t row = 0; row < z.size(); ++row) seen.values[row * seen.columns() + c] = z[row];
  }
  return seen;
}

}  // namespace

std::span<const Choice> scale_on_table() { return kScaleOns; }

std::vector<double> Windows::all_x() const {
  const double bytes = static_cast<double>(count) * static_cast<double>(steps) *
                       static_cast<double>(features) * static_cast<double>(sizeof(double));
  require(bytes < available_memory(),
          "{} windows of {} rows and {} columns would take {} side by side, and {} are free; take a larger "
          "stride, a "
          "smaller window or fewer rows",
          count, steps, features, readable_bytes(bytes), readable_bytes(available_memory()));
  std::vector<double> flat(count * steps * features);
  for (std::size_t i = 0; i < count; ++i) copy(i, flat.data() + i * steps * features);
  return flat;
}

Windows separate_windows(std::size_t steps, std::size_t features, std::size_t outputs, std::vector<double> x,
                         std::vector<double> y) {
  const std::size_t size = steps * features;
  require(size > 0 && outputs > 0 && x.size() % size == 0 && y.size() == x.size() / size * outputs,
          "{} and {} numbers do not make windows of {} rows of {} and as many of {}", x.size(), y.size(),
          steps, features, outputs);
  Windows windows{.count = x.size() / size,
                  .steps = steps,
                  .features = features,
                  .outputs = outputs,
                  .rows = std::move(x),
                  .first_row = {},
                  .y = std::move(y),
                  .target_row = {}};
  for (std::size_t i = 0; i < windows.count; ++i) windows.first_row.push_back(i * steps);
  return windows;
}

Dataset make_dataset(const Series& series, const DatasetOptions& options, const Shared& shared) {
  check_options(options);
  check_series(series);
  Dataset dataset;
  dataset.options = options;
  DatasetOptions& o = dataset.options;
  for (auto* columns : {&o.targets, &o.features, &o.future, &o.categories, &o.fixed}) {
    for (auto& name : *columns) name = series.names[column_of(series, name)];
  }
  check_columns(o);
  dataset.transform = Transform(o.transform, o.horizon, o.season);
  dataset.series = pick_columns(series, used_columns(o));
  const std::size_t n = series.rows(), lost = dataset.transform.lost();
  require(n > reach(options) + lost,
          "{}: the series has {} rows, but a window of {} with horizon {} needs at least {}", series.source,
          n, options.window, options.horizon, reach(options) + lost + 1);
  dataset.part_begin = parts_of(dataset.series, options);
  const Starts starts = split_windows(dataset);

  dataset.categories = shared.categories;
  if (dataset.categories.empty())
    for (const std::string& name : o.categories)
      dataset.categories.push_back(category_of(dataset.series, name, rows_of(dataset, starts, 0)));
  dataset.series = with_calendar(with_categories(dataset.series, dataset.categories), options.calendar);
  for (const auto& name : o.targets) dataset.target_columns.push_back(column_of(dataset.series, name));
  choose_features(dataset);
  const Series seen = transformed(dataset.series, dataset);
  check_targets_vary(dataset, seen, starts);
  fit_scalers(dataset, seen, starts, shared);

  const std::array<Windows*, 3> parts{&dataset.train, &dataset.validation, &dataset.test};
  for (std::size_t p = 0; p < 3; ++p) {
    *parts[p] = cut(seen, starts[p], options, dataset.feature_columns, dataset.ahead, dataset.target_columns,
                    dataset.scalers[dataset.scalers.size() == 1 ? 0 : p]);
  }
  return dataset;
}

Series as_fitted(const Series& series, const Dataset& fitted) {
  const std::vector<std::string> made = made_columns(fitted);
  std::vector<std::string> own;
  for (const std::string& name : fitted.series.names)
    if (!is_in(made, name)) own.push_back(name);
  for (const Category& category : fitted.categories) own.push_back(category.name);
  return with_calendar(with_categories(pick_columns(series, own), fitted.categories),
                       fitted.options.calendar);
}

Series as_seen(const Series& series, const Dataset& fitted) {
  Series seen = transformed(series, fitted);
  const auto lost = static_cast<std::ptrdiff_t>(fitted.transform.lost());
  seen.times.erase(seen.times.begin(), seen.times.begin() + lost);
  seen.values.erase(seen.values.begin(),
                    seen.values.begin() + lost * static_cast<std::ptrdiff_t>(seen.columns()));
  return seen;
}

Windows windows_of(const Series& series, const Dataset& fitted) {
  check_series(series);
  const Series picked = as_fitted(series, fitted);
  const DatasetOptions& o = fitted.options;
  const std::size_t lost = fitted.transform.lost();
  const auto starts = starts_in(lost, picked.rows(), o);
  require(!starts.empty(), "{}: the series has {} rows, but a window of {} with horizon {} needs at least {}",
          series.source, series.rows(), o.window, o.horizon, reach(o) + lost + 1);
  return cut(transformed(picked, fitted), starts, o, fitted.feature_columns, fitted.ahead,
             fitted.target_columns, fitted.scalers[0]);
}

std::vector<double> unscaled(const Dataset& dataset, std::size_t part, const Windows& windows,
                             std::span<const double> scaled) {
  const std::size_t targets = dataset.target_columns.size();
  std::vector<double> values(scaled.begin(), scaled.end());
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = dataset.target_scaler(part, i % targets).inverse(values[i]);
    if (dataset.transform.empty()) continue;
    const std::size_t row = windows.row(i / windows.outputs, i % windows.outputs / targets);
    values[i] =
        dataset.transform.restored(dataset.series, dataset.target_columns[i % targets], row, values[i]);
  }
  return values;
}

double seen_value(const Dataset& dataset, std::size_t part, std::size_t output, std::size_t row,
                  double value) {
  const double z = dataset.transform.at(dataset.series, dataset.target_columns[output], row, value);
  return dataset.target_scaler(part, output).transform(z);
}

}  // namespace ebit::inline data
