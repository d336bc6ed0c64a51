#include "ebit/data/dataset.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/base/memory.h"
#include "ebit/base/nearest.h"
#include "ebit/base/random.h"
#include "ebit/base/time.h"
#include "ebit/base/utf8.h"
#include "ebit/data/calendar.h"
#include "ebit/data/number.h"

namespace ebit::inline data {
namespace {

constexpr std::array<Choice, 3> kSplits{{
    {"time", "train, validation and test follow each other"},
    {"windows", "the same, but windows are counted instead of rows: those at a boundary share rows"},
    {"random", "windows drawn by seed; parts share rows, which flatters every model"},
}};
constexpr std::array<Choice, 2> kBoundaries{{
    {"inside", "no window reaches over the boundary of a part"},
    {"across", "a window may begin in the part before, so that every row of a part is predicted"},
}};
constexpr std::array<Choice, 3> kScaleOns{{
    {"train", "scalers fitted on the training rows only"},
    {"leak-whole-series", "scalers fitted on all rows: knows the range of the test part"},
    {"leak-each-part",
     "every part scaled by itself, as in the extended code: knows the range of the test part"},
}};
constexpr std::array<std::string_view, 3> kParts{"training", "validation", "test"};
constexpr std::uint64_t kSplitStream = 0x5711;  // of the random numbers that draw the windows

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
  find_row(kSplits, "unknown split", o.split);
  find_row(kBoundaries, "unknown boundary", o.boundary);
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
    fail("{}: no column '{}'{}", series.source, name, suggestion(name, series.names));
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
              series.source, row + 1, series.times[row], series.names[column], value);
      picked.values.push_back(value);
    }
  }
  return picked;
}

// floor(n * share), forgiving a share such as 0.29 whose product falls short of a whole number by rounding.
std::size_t share_of(std::size_t n, double share) {
  return std::min(n, static_cast<std::size_t>(std::floor(static_cast<double>(n) * share + 1e-9)));
}

// The first rows of the windows of each part.
using Starts = std::array<std::vector<std::size_t>, 3>;

// Rows from a window's first one to its target.
std::size_t reach(const DatasetOptions& o) {
  return static_cast<std::size_t>(o.window) - 1 + static_cast<std::size_t>(o.horizon);
}

std::vector<std::size_t> starts_in(std::size_t begin, std::size_t end, const DatasetOptions& o) {
  std::vector<std::size_t> starts;
  for (std::size_t s = begin; s + reach(o) < end; s += static_cast<std::size_t>(o.stride))
    starts.push_back(s);
  return starts;
}

Starts split_by_time(const Dataset& dataset) {
  const DatasetOptions& o = dataset.options;
  const bool across = o.boundary == "across";
  const double rest = o.test_from.empty() ? 1 - o.train - o.validation : 1;
  const std::array<double, 3> shares{o.train, o.validation, rest};
  Starts starts;
  for (std::size_t p = 0; p < 3; ++p) {
    const std::size_t begin = dataset.part_begin[p], end = dataset.part_begin[p + 1];
    if (shares[p] < 1e-9) continue;
    // The first of a window's steps ahead lies in the part, or all of them do.
    const std::size_t back = reach(o) + 1 - o.steps();
    const std::size_t from = across ? begin - std::min(begin, back) : begin;
    starts[p] = starts_in(from, end, o);
    require(end > begin && !starts[p].empty(),
            "{}: the {} part has {} of {} rows, but a window of {} with horizon {} needs {}; take a smaller "
            "--window, other shares (--train, --validation){}",
            dataset.series.source, kParts[p], end - begin, dataset.series.rows(), o.window, o.horizon,
            reach(o) + 1, p > 0 && !across ? ", or --boundary across" : " or more rows");
  }
  return starts;
}

Starts split_by_count(const Dataset& dataset) {
  const DatasetOptions& o = dataset.options;
  auto all = starts_in(0, dataset.series.rows(), o);
  const bool drawn = o.split == "random";
  if (!drawn) all.pop_back();  // as the sources do
  const std::size_t train = share_of(all.size(), o.train);
  const std::size_t validation = share_of(all.size(), o.train + o.validation);
  const std::array<std::size_t, 4> bounds{0, train, validation, all.size()};
  const std::array<double, 3> shares{o.train, o.validation, 1 - o.train - o.validation};
  std::vector<std::size_t> order(all.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (drawn) order = Random(o.seed, kSplitStream).permutation(all.size());
  Starts starts;
  for (std::size_t p = 0; p < 3; ++p) {
    for (std::size_t i = bounds[p]; i < bounds[p + 1]; ++i) starts[p].push_back(all[order[i]]);
    std::sort(starts[p].begin(), starts[p].end());
    require(!starts[p].empty() || shares[p] < 1e-9,
            "{}: of {} windows none is left for the {} part; take other shares", dataset.series.source,
            all.size(), kParts[p]);
  }
  return starts;
}

// The rows that part p is made of, in ascending order.
std::vector<std::size_t> rows_of(const Dataset& dataset, const Starts& starts, std::size_t p) {
  const std::size_t n = dataset.series.rows();
  std::vector<bool> seen(n, false);
  if (dataset.options.split == "time") {
    std::fill(seen.begin() + static_cast<std::ptrdiff_t>(dataset.part_begin[p]),
              seen.begin() + static_cast<std::ptrdiff_t>(dataset.part_begin[p + 1]), true);
  } else {
    for (const std::size_t s : starts[p]) {
      for (int t = 0; t < dataset.options.window; ++t) seen[s + static_cast<std::size_t>(t)] = true;
      seen[s + reach(dataset.options)] = true;
    }
  }
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < n; ++row) {
    if (seen[row]) rows.push_back(row);
  }
  return rows;
}

std::vector<double> values_at(const Series& series, std::size_t column,
                              const std::vector<std::size_t>& rows) {
  std::vector<double> values;
  values.reserve(rows.size());
  for (const std::size_t row : rows) values.push_back(series.at(row, column));
  return values;
}

void fit_scalers(Dataset& dataset, const Starts& starts) {
  const Series& series = dataset.series;
  const std::size_t sets = dataset.options.scale_on == "leak-each-part" ? 3 : 1;
  const std::vector<std::string> calendar = calendar_columns(dataset.options.calendar);
  std::vector<std::size_t> all(series.rows());
  std::iota(all.begin(), all.end(), std::size_t{0});
  for (std::size_t p = 0; p < sets; ++p) {
    const bool whole = dataset.options.scale_on == "leak-whole-series";
    const auto rows = whole ? all : rows_of(dataset, starts, p);
    if (rows.empty()) {  // a part of share 0: nothing will be scaled by it
      dataset.scalers.push_back(dataset.scalers[0]);
      continue;
    }
    const std::string_view where = whole ? "all" : kParts[p];
    dataset.scalers.emplace_back();
    for (std::size_t c = 0; c < series.columns(); ++c) {
      const std::string what = fmt::format("{}: column '{}', {} rows", series.source, series.names[c], where);
      // Sines and cosines are in [-1, 1] as they are.
      const bool made = std::ranges::find(calendar, series.names[c]) != calendar.end();
      dataset.scalers[p].push_back(fit_scaler(made ? "none" : std::string_view(dataset.options.scaler),
                                              values_at(series, c, rows), what));
    }
  }
}

void check_targets_vary(const Dataset& dataset, const Starts& starts) {
  const auto rows = rows_of(dataset, starts, 0);
  for (const std::size_t column : dataset.target_columns) {
    const auto values = values_at(dataset.series, column, rows);
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    require(*low < *high,
            "{}: target '{}' is constant (always {}) on the training rows: there is nothing to learn",
            dataset.series.source, dataset.series.names[column], *low);
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
  for (const auto* columns : {&o.targets, &o.features, &o.future})
    for (auto name = columns->begin(); name != columns->end(); ++name)
      require(std::find(columns->begin(), name, *name) == name, "column '{}' is given twice", *name);
  for (const std::string& name : o.future)
    require(std::find(o.targets.begin(), o.targets.end(), name) == o.targets.end(),
            "column '{}' is a target, so that it cannot be known ahead (--future)", name);
}

// The first row whose time is not before `from`.
std::size_t row_from(const Series& series, const std::string& from) {
  const auto order = series.date_order == "mdy" ? DateOrder::kMonthFirst : DateOrder::kDayFirst;
  const auto number = parse_number(from);
  const auto date = parse_time(from, order);
  const auto is_before = [&](const std::string& label) {
    if (const auto own = parse_time(label, order); own && date) {
      // By the file's own clock where `from` names no offset from UTC.
      return date->has_offset ? *own < *date : own->seconds + own->offset < date->seconds;
    }
    const auto own = parse_number(label);
    require(own && number, "{}: --test-from '{}' cannot be compared with times such as '{}'", series.source,
            from, shown(label));
    return *own < *number;
  };
  std::size_t row = 0;
  while (row < series.rows() && is_before(series.times[row])) ++row;
  require(row > 0 && row < series.rows(), "{}: --test-from {} leaves no rows {}: they are of {} to {}",
          series.source, from, row == 0 ? "for training" : "for testing", series.times.front(),
          series.times.back());
  return row;
}

// Where the parts begin, split by time.
std::array<std::size_t, 4> parts_of(const Series& series, const DatasetOptions& o) {
  const std::size_t n = series.rows();
  if (o.test_from.empty()) return {0, share_of(n, o.train), share_of(n, o.train + o.validation), n};
  const std::size_t test = row_from(series, o.test_from);
  return {0, test - share_of(test, o.validation / (o.train + o.validation)), test, n};
}

// Targets, features, and what is known ahead.
std::vector<std::string> used_columns(const DatasetOptions& o) {
  std::vector<std::string> names = o.targets;
  names.insert(names.end(), o.features.begin(), o.features.end());
  names.insert(names.end(), o.future.begin(), o.future.end());
  return names;
}

// What the model sees, and which of it is known ahead.
void choose_features(Dataset& dataset) {
  const DatasetOptions& o = dataset.options;
  for (const auto& name : o.features) dataset.feature_columns.push_back(column_of(dataset.series, name));
  if (dataset.feature_columns.empty()) dataset.feature_columns = dataset.target_columns;
  std::vector<std::string> known = o.future;
  for (std::string& name : calendar_columns(o.calendar)) known.push_back(std::move(name));
  for (const std::string& name : known) {
    const std::size_t column = column_of(dataset.series, name);
    if (std::ranges::find(dataset.feature_columns, column) == dataset.feature_columns.end())
      dataset.feature_columns.push_back(column);
  }
  for (const std::size_t column : dataset.feature_columns)
    dataset.ahead.push_back(std::ranges::find(known, dataset.series.names[column]) != known.end());
}

}  // namespace

std::span<const Choice> split_table() { return kSplits; }
std::span<const Choice> boundary_table() { return kBoundaries; }
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

Dataset make_dataset(const Series& series, const DatasetOptions& options) {
  check_options(options);
  check_series(series);
  Dataset dataset;
  dataset.options = options;
  for (auto* columns : {&dataset.options.targets, &dataset.options.features, &dataset.options.future}) {
    for (auto& name : *columns) name = series.names[column_of(series, name)];
  }
  check_columns(dataset.options);
  dataset.series = with_calendar(pick_columns(series, used_columns(dataset.options)), options.calendar);
  for (const auto& name : dataset.options.targets) {
    dataset.target_columns.push_back(column_of(dataset.series, name));
  }
  choose_features(dataset);

  const std::size_t n = series.rows();
  require(n > reach(options),
          "{}: the series has {} rows, but a window of {} with horizon {} needs at least {}", series.source,
          n, options.window, options.horizon, reach(options) + 1);
  const bool by_time = options.split == "time";
  dataset.part_begin = by_time ? parts_of(dataset.series, options) : std::array<std::size_t, 4>{0, 0, 0, n};
  const Starts starts = by_time ? split_by_time(dataset) : split_by_count(dataset);
  check_targets_vary(dataset, starts);
  fit_scalers(dataset, starts);

  const std::array<Windows*, 3> parts{&dataset.train, &dataset.validation, &dataset.test};
  for (std::size_t p = 0; p < 3; ++p) {
    *parts[p] = cut(dataset.series, starts[p], options, dataset.feature_columns, dataset.ahead,
                    dataset.target_columns, dataset.scalers[dataset.scalers.size() == 1 ? 0 : p]);
  }
  return dataset;
}

Series as_fitted(const Series& series, const Dataset& fitted) {
  const std::vector<std::string> made = calendar_columns(fitted.options.calendar);
  std::vector<std::string> own;
  for (const std::string& name : fitted.series.names)
    if (std::ranges::find(made, name) == made.end()) own.push_back(name);
  return with_calendar(pick_columns(series, own), fitted.options.calendar);
}

Windows windows_of(const Series& series, const Dataset& fitted) {
  check_series(series);
  const Series picked = as_fitted(series, fitted);
  const DatasetOptions& o = fitted.options;
  const auto starts = starts_in(0, picked.rows(), o);
  require(!starts.empty(), "{}: the series has {} rows, but a window of {} with horizon {} needs at least {}",
          series.source, series.rows(), o.window, o.horizon, reach(o) + 1);
  return cut(picked, starts, o, fitted.feature_columns, fitted.ahead, fitted.target_columns,
             fitted.scalers[0]);
}

std::vector<double> unscaled(const Dataset& dataset, std::size_t part, std::span<const double> scaled) {
  const std::size_t outputs = dataset.target_columns.size();
  std::vector<double> values(scaled.begin(), scaled.end());
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = dataset.target_scaler(part, i % outputs).inverse(values[i]);
  }
  return values;
}

}  // namespace ebit::inline data
