#include "ebit/data/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/base/listed.h"
#include "ebit/base/utf8.h"
#include "ebit/data/number_marks.h"
#include "ebit/data/timeline.h"

namespace ebit::inline data {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

constexpr std::array<DuplicatesPolicy, 4> kDuplicates{{
    {"error", "stop where two rows of one time have different values, naming both lines"},
    {"first", "take the value that comes first in the file"},
    {"last", "take the value that comes last in the file"},
    {"mean", "take the mean of the values"},
}};

// A series on its way: rows may lack values (NaN), and remember where in the file they stood.
struct Draft {
  const CsvTable& table;
  const SeriesOptions& options;
  std::vector<std::size_t> columns;  // [C] of the table
  TimeColumn time{};                 // [N] in the order of the file
  std::vector<std::size_t>
      rows{};  // [n] rows of the table that are left, and from N on rows put in, in time order
  std::vector<double> values{};  // [n, C]
  std::vector<std::string> warnings{};

  double& at(std::size_t i, std::size_t c) { return values[i * columns.size() + c]; }
  const std::string& label(std::size_t i) const { return time.labels[rows[i]]; }
  std::size_t line(std::size_t i) const { return table.line(rows[i]); }
  const std::string& name(std::size_t c) const { return table.names[columns[c]]; }
  void keep(const std::vector<std::size_t>& chosen);
};

// Leaves only the rows `chosen`, in that order.
void Draft::keep(const std::vector<std::size_t>& chosen) {
  std::vector<std::size_t> new_rows;
  std::vector<double> new_values;
  new_rows.reserve(chosen.size());
  new_values.reserve(chosen.size() * columns.size());
  for (const std::size_t i : chosen) {
    new_rows.push_back(rows[i]);
    for (std::size_t c = 0; c < columns.size(); ++c) new_values.push_back(at(i, c));
  }
  rows = std::move(new_rows);
  values = std::move(new_values);
}

std::vector<std::size_t> find_wanted(const CsvTable& table, std::span<const std::string> wanted) {
  std::vector<std::size_t> columns;
  for (const auto& name : wanted) {
    const std::size_t column = table.column(name);
    if (std::find(columns.begin(), columns.end(), column) == columns.end()) columns.push_back(column);
  }
  return columns;
}

// All columns but the time ones whose cells are numbers or missing, and not all missing.
std::vector<std::size_t> find_numeric(const CsvTable& table, const SeriesOptions& options,
                                      const TimeColumn& time) {
  std::vector<std::size_t> columns;
  for (std::size_t c = 0; c < table.columns(); ++c) {
    if (std::find(time.columns.begin(), time.columns.end(), c) != time.columns.end()) continue;
    bool numeric = true, any = false;
    for (std::size_t row = 0; row < table.rows() && numeric; ++row) {
      if (is_missing(table.cell(row, c), options.missing_tokens)) continue;
      numeric = table.number(row, c).has_value();
      any = true;
    }
    if (numeric && any) columns.push_back(c);
  }
  require(!columns.empty(), "{}: no column holds only numbers; columns: {}", table.source,
          listed(table.names));
  return columns;
}

// What may make a number of `text`.
std::string mark_advice(const CsvTable& table, std::string_view text) {
  for (const ThousandsMark& mark : thousands_table())
    if (mark.character != 0 && mark.character != table.decimal && is_grouped(text, mark.character))
      return fmt::format("; --thousands {} reads it as a number of groups of three digits", mark.name);
  const char other = table.decimal == '.' ? ',' : '.';
  // Where the other mark may part thousands, a decimal mark is no advice to give.
  if (!parse_number(text, other) || is_grouped(text, other)) return {};
  return fmt::format("; numbers are read with the decimal mark '{}', set it to '{}' if that is meant",
                     table.decimal, other);
}

double parse_cell(const CsvTable& table, std::size_t row, std::size_t column) {
  const std::string_view text = table.cell(row, column);
  const auto number = table.number(row, column);
  if (!number)
    fail("{} line {}, column '{}': '{}' is not a number{}", table.source, table.line(row),
         shown(table.names[column]), shown(text), mark_advice(table, text));
  require(std::isfinite(*number), "{} line {}, column '{}': '{}' is not a finite number", table.source,
          table.line(row), shown(table.names[column]), shown(text));
  return *number;
}

void parse_cells(Draft& draft) {
  const CsvTable& table = draft.table;
  draft.values.reserve(table.rows() * draft.columns.size());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    for (const std::size_t column : draft.columns) {
      const bool missing = is_missing(table.cell(row, column), draft.options.missing_tokens);
      draft.values.push_back(missing ? kMissing : parse_cell(table, row, column));
    }
  }
}

void sort_by_time(Draft& draft) {
  const auto& points = draft.time.points;
  if (points.empty()) return;
  const auto backward = std::is_sorted_until(points.begin(), points.end());
  if (backward == points.end()) return;
  const std::size_t row = static_cast<std::size_t>(backward - points.begin());
  const bool reversed = std::is_sorted(points.rbegin(), points.rend());
  draft.warnings.push_back(
      fmt::format("{} line {}: {} comes after {}: the rows {}; sorted by time", draft.table.source,
                  draft.table.line(row), draft.time.labels[row], draft.time.labels[row - 1],
                  reversed ? "run from the newest to the oldest" : "are not in time order"));
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return points[a] < points[b]; });
  draft.keep(order);
}

// The one value of rows [begin, end), which bear the same time, in column c.
double merged_value(Draft& draft, std::size_t begin, std::size_t end, std::size_t c) {
  std::vector<std::size_t> known;
  for (std::size_t i = begin; i < end; ++i) {
    if (!std::isnan(draft.at(i, c))) known.push_back(i);
  }
  if (known.empty()) return kMissing;
  const std::string& policy = draft.options.duplicates;
  double mean = 0.0;
  for (const std::size_t i : known) {
    mean += draft.at(i, c) / static_cast<double>(known.size());
    require(policy != "error" || draft.at(i, c) == draft.at(known[0], c),
            "{} lines {} and {} are both of {}, with '{}' {} and {}; repair the file, or set duplicates to "
            "'first', "
            "'last' or 'mean'",
            draft.table.source, draft.line(known[0]), draft.line(i), shown(draft.label(i)),
            shown(draft.name(c)), draft.at(known[0], c), draft.at(i, c));
  }
  if (policy == "mean") return mean;
  return draft.at(policy == "last" ? known.back() : known.front(), c);
}

void merge_duplicates(Draft& draft) {
  const auto& points = draft.time.points;
  if (points.empty()) return;
  std::vector<std::size_t> kept;
  std::size_t first_again = 0;  // the first row that repeats another's time
  for (std::size_t begin = 0, end = 0; begin < draft.rows.size(); begin = end) {
    end = begin + 1;
    while (end < draft.rows.size() && points[draft.rows[end]] == points[draft.rows[begin]]) ++end;
    if (end > begin + 1) {
      if (first_again == 0) first_again = begin + 1;
      for (std::size_t c = 0; c < draft.columns.size(); ++c)
        draft.at(begin, c) = merged_value(draft, begin, end, c);
    }
    kept.push_back(begin);
  }
  if (kept.size() == draft.rows.size()) return;
  draft.warnings.push_back(
      fmt::format("{} line {}: {} was there before; {} {} merged with rows of the same time",
                  draft.table.source, draft.line(first_again), draft.label(first_again),
                  draft.rows.size() - kept.size(), draft.rows.size() - kept.size() == 1 ? "row" : "rows"));
  draft.keep(kept);
}

void keep_first(Draft& draft) {
  const std::size_t first = draft.options.first_rows;
  if (first == 0 || first >= draft.rows.size()) return;
  draft.rows.resize(first);
  draft.values.resize(first * draft.columns.size());
}

void refuse_missing(Draft& draft) {
  const auto is_nan = [](double value) { return std::isnan(value); };
  const auto missing = std::find_if(draft.values.begin(), draft.values.end(), is_nan);
  if (missing == draft.values.end()) return;
  const std::size_t place = static_cast<std::size_t>(missing - draft.values.begin());
  const std::size_t i = place / draft.columns.size(), c = place % draft.columns.size();
  const std::string_view text = draft.table.cell(draft.rows[i], draft.columns[c]);
  fail(
      "{} line {}, column '{}': the value is missing ({}), {} missing in all; choose --missing drop or "
      "--missing interpolate",
      draft.table.source, draft.line(i), shown(draft.name(c)),
      text.empty() ? std::string("blank") : fmt::format("'{}'", shown(text)),
      std::count_if(missing, draft.values.end(), is_nan));
}

void drop_missing(Draft& draft) {
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < draft.rows.size(); ++i) {
    bool whole = true;
    for (std::size_t c = 0; c < draft.columns.size(); ++c) whole = whole && !std::isnan(draft.at(i, c));
    if (whole) kept.push_back(i);
  }
  if (kept.size() == draft.rows.size()) return;
  require(!kept.empty(), "{}: every row lacks a value, so that dropping them leaves nothing",
          draft.table.source);
  draft.warnings.push_back(fmt::format(
      "{}: {} of {} rows left out because a value is missing; the rows around them count as neighbours",
      draft.table.source, draft.rows.size() - kept.size(), draft.rows.size()));
  draft.keep(kept);
}

void interpolate_missing(Draft& draft) {
  const std::size_t n = draft.rows.size();
  std::vector<double> positions(n), column(n);
  for (std::size_t i = 0; i < n; ++i) {
    positions[i] = draft.time.points.empty()
                       ? static_cast<double>(i)
                       : seconds_between(draft.time.points[draft.rows[0]], draft.time.points[draft.rows[i]]);
  }
  for (std::size_t c = 0; c < draft.columns.size(); ++c) {
    std::size_t missing = 0;
    for (std::size_t i = 0; i < n; ++i) missing += std::isnan(column[i] = draft.at(i, c));
    if (missing == 0) continue;
    require(missing < n, "{}: column '{}' has no value at all", draft.table.source, shown(draft.name(c)));
    const std::size_t edges = interpolate(column, positions);
    for (std::size_t i = 0; i < n; ++i) draft.at(i, c) = column[i];
    draft.warnings.push_back(fmt::format(
        "{}: column '{}': {} missing {} interpolated{}", draft.table.source, shown(draft.name(c)), missing,
        missing == 1 ? "value" : "values",
        edges == 0 ? std::string()
                   : fmt::format(", {} of them at the ends taken from the nearest value", edges)));
  }
}

// Where rows are not equally far apart in time, though no calendar says what is absent.
void note_widest(Draft& draft) {
  const auto& points = draft.time.points;
  std::vector<double> steps;
  for (std::size_t i = 1; i < draft.rows.size(); ++i) {
    steps.push_back(seconds_between(points[draft.rows[i - 1]], points[draft.rows[i]]));
  }
  const std::size_t widest =
      static_cast<std::size_t>(std::max_element(steps.begin(), steps.end()) - steps.begin());
  const double longest = steps[widest];
  std::nth_element(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2), steps.end());
  const double usual = steps[steps.size() / 2];
  // Months and years differ in length by less than this.
  if (longest <= 1.5 * usual) return;
  draft.warnings.push_back(
      fmt::format("{}: the rows are not equally far apart: from {} to {} is {:.3g} times the usual step",
                  draft.table.source, draft.label(widest), draft.label(widest + 1), longest / usual));
}

// Puts rows without values where the calendar of the series has some that the file has not.
void insert_absent(Draft& draft, const Timeline& timeline, const std::vector<Absent>& gaps) {
  const auto order = draft.time.date_order == "mdy" ? DateOrder::kMonthFirst : DateOrder::kDayFirst;
  std::vector<std::size_t> rows;
  std::vector<double> values;
  auto gap = gaps.begin();
  for (std::size_t i = 0; i < draft.rows.size(); ++i) {
    rows.push_back(draft.rows[i]);
    for (std::size_t c = 0; c < draft.columns.size(); ++c) values.push_back(draft.at(i, c));
    if (gap == gaps.end() || gap->after != i) continue;
    for (const std::int64_t moment : gap->moments) {
      rows.push_back(draft.time.labels.size());
      draft.time.labels.push_back(timeline.label(moment));
      const auto point = parse_time(draft.time.labels.back(), order);
      draft.time.points.push_back(point ? *point : TimePoint{.fraction = static_cast<double>(moment)});
      values.insert(values.end(), draft.columns.size(), kMissing);
    }
    ++gap;
  }
  draft.rows = std::move(rows), draft.values = std::move(values);
}

// Windows and seasons count rows, so a user should know where rows are absent; to interpolate fills them in.
void treat_absent(Draft& draft) {
  if (draft.time.points.empty() || draft.rows.size() < 3) return;
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < draft.rows.size(); ++i) labels.push_back(draft.label(i));
  const auto timeline = Timeline::read(labels, draft.time.date_order);
  const auto gaps = timeline ? find_absent(timeline->moments(), timeline->step()) : std::nullopt;
  if (!gaps) return note_widest(draft);
  if (gaps->empty()) return;
  std::size_t absent = 0;
  for (const Absent& gap : *gaps) absent += gap.moments.size();
  const std::string first = timeline->label(gaps->front().moments.front());
  const std::string what =
      fmt::format("{}: {} {} absent between the {} that there are, the first that of {}", draft.table.source,
                  absent, absent == 1 ? "row is" : "rows are", draft.rows.size(), first);
  if (draft.options.missing != "interpolate") {
    draft.warnings.push_back(
        what +
        "; windows and seasons count rows, so they reach further there; --missing interpolate puts them in");
    return;
  }
  insert_absent(draft, *timeline, *gaps);
  draft.warnings.push_back(what + "; they are put in and interpolated");
}

}  // namespace

std::span<const DuplicatesPolicy> duplicates_table() { return kDuplicates; }

Series load_series(const std::filesystem::path& path, const SeriesOptions& options,
                   std::span<const std::string> wanted) {
  return series_of(read_csv(path, options.csv), options, wanted);
}

Series series_of(const CsvTable& table, const SeriesOptions& options, std::span<const std::string> wanted) {
  find_row(missing_table(), "unknown choice for missing", options.missing);
  find_row(kDuplicates, "unknown choice for duplicates", options.duplicates);
  Draft draft{.table = table, .options = options, .columns = find_wanted(table, wanted)};
  draft.warnings = table.warnings;
  draft.time = read_time_column(table, options.time, draft.columns, draft.warnings);
  if (draft.columns.empty()) draft.columns = find_numeric(table, options, draft.time);
  draft.rows.resize(table.rows());
  std::iota(draft.rows.begin(), draft.rows.end(), std::size_t{0});

  parse_cells(draft);
  sort_by_time(draft);
  merge_duplicates(draft);
  keep_first(draft);
  if (options.missing == "error") refuse_missing(draft);
  if (options.missing == "drop") drop_missing(draft);
  treat_absent(draft);
  if (options.missing == "interpolate") interpolate_missing(draft);

  Series series;
  series.source = table.source;
  series.date_order = draft.time.date_order;
  for (std::size_t c = 0; c < draft.columns.size(); ++c) {
    const bool taken =
        std::find(series.names.begin(), series.names.end(), draft.name(c)) != series.names.end();
    series.names.push_back(taken ? fmt::format("{} ({})", draft.name(c), draft.columns[c] + 1)
                                 : draft.name(c));
  }
  for (const auto& name : wanted) {
    const auto column = std::find(draft.columns.begin(), draft.columns.end(), table.column(name));
    series.aliases[name] = static_cast<std::size_t>(column - draft.columns.begin());
  }
  for (std::size_t i = 0; i < draft.rows.size(); ++i) series.times.push_back(draft.label(i));
  series.values = std::move(draft.values);
  series.warnings = std::move(draft.warnings);
  return series;
}

}  // namespace ebit::inline data
