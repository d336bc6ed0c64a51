#include "ebit/data/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <optional>

#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/base/listed.h"
#include "ebit/base/utf8.h"
#include "ebit/data/csv_header.h"
#include "ebit/data/draft.h"
#include "ebit/data/number.h"
#include "ebit/data/number_marks.h"
#include "ebit/data/timeline.h"

namespace ebit::inline data {
namespace {

constexpr std::array<DuplicatesPolicy, 4> kDuplicates{{
    {"error", "stop where two rows of one time have different values, naming both lines"},
    {"first", "take the value that comes first in the file"},
    {"last", "take the value that comes last in the file"},
    {"mean", "take the mean of the values"},
}};

std::vector<std::size_t> find_wanted(const CsvTable& table, std::span<const std::string> wanted) {
  std::vector<std::size_t> columns;
  for (const auto& name : wanted) {
    const std::size_t column = table.column(name);
    if (std::find(columns.begin(), columns.end(), column) == columns.end()) columns.push_back(column);
  }
  return columns;
}

// What stands in the way of numbers, where no column has only such.
std::string no_number_advice(const CsvTable& table, const SeriesOptions& options, const TimeColumn& time,
                             std::size_t id) {
  if (table.columns() == 1 && table.cell(0, 0).find_first_of(",;\t") != std::string_view::npos)
    return "; each line is one cell, for quotes stand around the whole of it: take them out";
  for (std::size_t c = 0; c < table.columns(); ++c) {
    if (c == id || std::ranges::find(time.columns, c) != time.columns.end()) continue;
    for (std::size_t row = 0; row < table.rows(); ++row) {
      const std::string_view cell = table.cell(row, c);
      if (is_missing(cell, options.missing_tokens) || table.number(row, c)) continue;
      return fmt::format("; line {}, column '{}': '{}' is none{}{}", table.line(row), shown(table.names[c]),
                         shown(cell),
                         cell.starts_with('\'') ? " (a spreadsheet's mark of text: take the ' out)" : "",
                         without_data_advice(table, row));
    }
  }
  return {};
}

// All columns but the time ones and the id whose cells are numbers or missing, and not all missing.
std::vector<std::size_t> find_numeric(const CsvTable& table, const SeriesOptions& options,
                                      const TimeColumn& time, std::size_t id) {
  std::vector<std::size_t> columns;
  for (std::size_t c = 0; c < table.columns(); ++c) {
    if (c == id || std::find(time.columns.begin(), time.columns.end(), c) != time.columns.end()) continue;
    bool numeric = true, any = false;
    for (std::size_t row = 0; row < table.rows() && numeric; ++row) {
      if (is_missing(table.cell(row, c), options.missing_tokens)) continue;
      numeric = table.number(row, c).has_value();
      any = true;
    }
    if (numeric && any) columns.push_back(c);
  }
  require(!columns.empty(), "{}: no column holds only numbers; columns: {}{}", table.source,
          listed(table.names), no_number_advice(table, options, time, id));
  return columns;
}

// As many rows as first_rows and without_last leave.
void cut_end(Draft& draft) {
  const SeriesOptions& o = draft.options;
  const std::size_t all = draft.rows.size(), first = o.first_rows == 0 ? all : std::min(all, o.first_rows);
  require(first > o.without_last,
          "{}: its {} rows are not more than the {} at the end that --without-last, or a cut, leaves out{}",
          draft.source, first, o.without_last,
          o.id.empty() ? "" : ": --unusable drop leaves such series out");
  draft.rows.resize(first - o.without_last);
  draft.values.resize(draft.rows.size() * draft.columns.size());
}

// What stands in the columns of text, sorted, by the place of the column.
std::map<std::size_t, std::vector<std::string>> find_texts(const CsvTable& table,
                                                           const SeriesOptions& options,
                                                           const std::vector<std::size_t>& columns) {
  std::map<std::size_t, std::vector<std::string>> texts;
  for (const std::string& name : options.texts) {
    const auto place = std::ranges::find(columns, table.column(name));
    if (place == columns.end()) continue;
    std::vector<std::string>& own = texts[static_cast<std::size_t>(place - columns.begin())];
    for (std::size_t row = 0; row < table.rows(); ++row)
      if (const auto cell = table.cell(row, *place); !is_missing(cell, options.missing_tokens))
        own.emplace_back(cell);
    std::ranges::sort(own);
    own.erase(std::unique(own.begin(), own.end()), own.end());
  }
  return texts;
}

// Rows of each series of a panel, in the order in which the series first appear.
struct SeriesRows {
  std::string id;
  std::vector<std::size_t> rows;
};

std::vector<SeriesRows> rows_by_id(const CsvTable& table, std::size_t column) {
  std::vector<SeriesRows> series;
  std::map<std::string, std::size_t, std::less<>> places;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::string_view id = table.cell(row, column);
    require(!id.empty(),
            "{} line {}, column '{}': the row says of no series; give it a name, or leave it out",
            table.source, table.line(row), shown(table.names[column]));
    const auto [place, is_new] = places.try_emplace(std::string(id), series.size());
    if (is_new) series.push_back({std::string(id), {}});
    series[place->second].rows.push_back(row);
  }
  return series;
}

// Rows in time order, with values in each column, as a series.
Series series_from(Draft draft, std::span<const std::string> wanted) {
  const CsvTable& table = draft.table;
  const SeriesOptions& options = draft.options;
  if (options.missing == "error") refuse_missing(draft);
  if (options.missing == "drop") drop_missing(draft);
  treat_absent(draft);
  if (options.missing == "interpolate") interpolate_missing(draft);

  Series series;
  series.source = draft.source;
  series.date_order = draft.time.date_order;
  series.decimal = table.decimal, series.thousands = table.thousands;
  for (std::size_t c = 0; c < draft.columns.size(); ++c) {
    const bool taken =
        std::find(series.names.begin(), series.names.end(), draft.name(c)) != series.names.end();
    series.names.push_back(taken ? fmt::format("{} ({})", draft.name(c), draft.columns[c] + 1)
                                 : draft.name(c));
    if (const auto texts = draft.texts.find(c); texts != draft.texts.end())
      series.texts[series.names.back()] = texts->second;
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

// The times of some rows; without a time column they are counted from 0.
TimeColumn times_of(const TimeColumn& all, const std::vector<std::size_t>& rows) {
  TimeColumn time{.columns = all.columns, .labels = {}, .points = {}, .date_order = all.date_order};
  for (const std::size_t row : rows) {
    time.labels.push_back(all.columns.empty() ? std::to_string(time.labels.size()) : all.labels[row]);
    if (!all.points.empty()) time.points.push_back(all.points[row]);
  }
  return time;
}

// From row to row, in seconds or in what numbers count; nothing where the times follow no rule. The first
// rows tell it.
std::optional<double> usual_step(const Series& series) {
  constexpr std::size_t kSeen = 50;
  const auto end = series.times.begin() + static_cast<std::ptrdiff_t>(std::min(kSeen, series.times.size()));
  const auto timeline = Timeline::read({series.times.begin(), end}, series.date_order);
  if (!timeline) return std::nullopt;
  constexpr double kMonth = 30.4 * 86400;
  const RegularStep& step = timeline->step();
  const auto count = static_cast<double>(step.count);
  if (step.unit == RegularStep::Unit::kSeconds) return count * timeline->unit();
  if (step.unit == RegularStep::Unit::kMonths) return count * kMonth / static_cast<double>(step.days.size());
  // The closest rows of a cycle: days, of workdays.
  std::int64_t least = step.slots.front() + step.cycle - step.slots.back();
  for (std::size_t i = 1; i < step.slots.size(); ++i)
    least = std::min(least, step.slots[i] - step.slots[i - 1]);
  return static_cast<double>(least);
}

// One model reads all series row by row, whatever the time between rows is.
void note_steps(Panel& panel) {
  const Series *closest = nullptr, *widest = nullptr;
  double least = 0, most = 0;
  for (const Series& series : panel.series) {
    const auto step = usual_step(series);
    if (!step) continue;
    if (!closest || *step < least) closest = &series, least = *step;
    if (!widest || *step > most) widest = &series, most = *step;
  }
  if (!closest || most <= 1.5 * least) return;
  panel.warnings.push_back(
      fmt::format("series of different steps: rows of '{}' are {:.3g} times as far apart in time as those of "
                  "'{}', and one model reads both row by row",
                  shown(widest->id), most / least, shown(closest->id)));
}

// Series that end at different times are forecast for different times.
void note_ends(Panel& panel, const CsvTable& table) {
  const auto end_of = [&](const Series& series) {
    const std::string& label = series.times.back();
    if (const auto point = parse_time(label, date_order_of(series.date_order))) return *point;
    return TimePoint{.fraction = parse_number(label, table.decimal, table.thousands).value_or(0.0)};
  };
  const auto [first, last] = std::ranges::minmax_element(
      panel.series, [](const TimePoint& a, const TimePoint& b) { return a < b; }, end_of);
  if (end_of(*first) == end_of(*last)) return;
  panel.warnings.push_back(
      fmt::format("the series end at different times: '{}' at {}, '{}' at {}; each is forecast from "
                  "its own end",
                  shown(first->id), shown(first->times.back()), shown(last->id), shown(last->times.back())));
}

// The options that read other files as this one was read.
SeriesOptions found_in(const CsvTable& table, const SeriesOptions& options, const TimeColumn& time) {
  SeriesOptions found = options;
  if (found.time.columns.empty())
    for (const std::size_t c : time.columns)
      found.time.columns.push_back(
          std::ranges::count(table.names, table.names[c]) == 1 ? table.names[c] : std::to_string(c + 1));
  if (!table.marked) return found;
  found.csv.decimal = table.decimal;
  if (table.thousands != 0)
    found.csv.thousands =
        std::ranges::find(thousands_table(), table.thousands, &ThousandsMark::character)->name;
  return found;
}

}  // namespace

std::span<const DuplicatesPolicy> duplicates_table() { return kDuplicates; }

Series load_series(const std::filesystem::path& path, const SeriesOptions& options,
                   std::span<const std::string> wanted) {
  return series_of(read_csv(path, options.csv), options, wanted);
}

Series series_of(const CsvTable& table, const SeriesOptions& options, std::span<const std::string> wanted) {
  require(options.id.empty(), "'{}' was to be one series, and --id {} makes many of it", table.source,
          options.id);
  std::vector<Series> all = panel_of(table, options, wanted).series;
  return std::move(all.front());
}

Panel load_panel(const std::filesystem::path& path, const SeriesOptions& options,
                 std::span<const std::string> wanted) {
  return panel_of(read_csv(path, options.csv), options, wanted);
}

Panel panel_of(const CsvTable& table, const SeriesOptions& options, std::span<const std::string> wanted) {
  find_row(missing_table(), "unknown choice for missing", options.missing);
  find_row(kDuplicates, "unknown choice for duplicates", options.duplicates);
  Panel panel;
  panel.warnings = table.warnings;
  std::vector<std::size_t> columns = find_wanted(table, wanted), taken = columns;
  const bool many = !options.id.empty();
  const std::size_t id = many ? table.column(options.id) : table.columns();
  if (many) {
    require(
        std::ranges::find(columns, id) == columns.end(),
        "column '{}' names the series (--id), so that it is nothing to predict or to see; a column of text "
        "that the model is to see is another one",
        shown(table.names[id]));
    panel.id = table.names[id];
    taken.push_back(id);
  }
  for (const std::string& name : options.time.columns) {
    if (!many || name == "none" || (options.time.if_there && !table.has_column(name))) continue;
    require(table.column(name) != id, "column '{}' cannot be the time (--time) and name the series (--id)",
            shown(name));
  }
  const TimeColumn time = read_time_column(table, options.time, taken, panel.warnings);
  panel.found = found_in(table, options, time);
  if (columns.empty()) {
    columns = find_numeric(table, options, time, id);
    for (const std::string& name : options.texts)
      if (const std::size_t c = table.column(name); std::ranges::find(columns, c) == columns.end())
        columns.push_back(c);
  }
  const auto texts = find_texts(table, options, columns);
  std::vector<SeriesRows> series;
  if (many) {
    series = rows_by_id(table, id);
  } else {
    series.emplace_back().rows.resize(table.rows());
    std::iota(series[0].rows.begin(), series[0].rows.end(), std::size_t{0});
  }
  for (SeriesRows& own : series) {
    if (many && options.unusable == "drop" && own.rows.size() <= options.without_last) {
      panel.warnings.push_back(
          fmt::format("left out: series '{}' has no more than the {} rows at its end that are left out",
                      shown(own.id), options.without_last));
      continue;
    }
    Draft draft{.table = table,
                .options = options,
                .source = many ? fmt::format("{}, series '{}'", table.source, shown(own.id)) : table.source,
                .columns = columns};
    draft.time = many ? times_of(time, own.rows) : time;
    draft.of_table = std::move(own.rows), draft.texts = texts;
    if (!many) draft.warnings = std::move(panel.warnings);
    parse_cells(draft);
    sort_by_time(draft);
    merge_duplicates(draft);
    cut_end(draft);
    if (const std::string why = without_values(draft); !why.empty()) {
      if (!many || options.unusable != "drop") {
        if (options.missing == "error") refuse_missing(draft);  // which names the line
        fail("{}{}", why, many ? "; --unusable drop leaves such series out" : "");
      }
      panel.warnings.push_back("left out: " + why);
      continue;
    }
    panel.series.push_back(series_from(std::move(draft), wanted));
    panel.series.back().id = own.id;
  }
  if (panel.series.empty())  // of a panel alone, where each that was left out is told
    fail("{}: no series of the panel can be used; {}", table.source, panel.warnings.back());
  note_steps(panel);
  if (!time.columns.empty() && panel.series.size() > 1) note_ends(panel, table);
  return panel;
}

}  // namespace ebit::inline data
