#include "ebit/data/time_column.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/base/utf8.h"
#include "ebit/data/csv_header.h"
#include "ebit/data/number.h"
#include "ebit/data/number_dates.h"

namespace ebit::inline data {
namespace {

constexpr std::array<std::string_view, 10> kTimeNames{"date", "time",  "datetime", "date_time", "timestamp",
                                                      "year", "month", "day",      "period",    "ds"};
constexpr std::string_view kForms = "2024-05-10, 10/05/2024, 2024-05-10 17:24:00, or a number such as a year";

using Columns = std::vector<std::size_t>;

std::string joined(const CsvTable& table, std::size_t row, const Columns& columns) {
  std::string text(table.cell(row, columns[0]));
  for (std::size_t i = 1; i < columns.size(); ++i) (text += ' ') += table.cell(row, columns[i]);
  return text;
}

// The times of all rows, or the first row that is none.
struct Parsed {
  std::vector<TimePoint> points;
  std::size_t bad_row = 0;
  bool ok = false;
};

template <class Parse>
Parsed parse_rows(const CsvTable& table, const Columns& columns, Parse&& parse) {
  Parsed parsed;
  parsed.points.reserve(table.rows());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::optional<TimePoint> point = parse(joined(table, row, columns));
    if (!point) {
      parsed.bad_row = row;
      return parsed;
    }
    parsed.points.push_back(*point);
  }
  parsed.ok = true;
  return parsed;
}

Parsed parse_dates(const CsvTable& table, const Columns& columns, DateOrder order) {
  return parse_rows(table, columns, [&](const std::string& text) { return parse_time(text, order); });
}

Parsed parse_numbers(const CsvTable& table, const Columns& columns) {
  return parse_rows(table, columns, [&](const std::string& text) -> std::optional<TimePoint> {
    const auto number = parse_number(text, table.decimal, table.thousands);
    if (!number || !std::isfinite(*number)) return std::nullopt;
    return TimePoint{.seconds = 0, .fraction = *number};
  });
}

bool all_dates(const CsvTable& table, const Columns& columns) {
  return parse_dates(table, columns, DateOrder::kDayFirst).ok ||
         parse_dates(table, columns, DateOrder::kMonthFirst).ok;
}

// Whether a cell that is no date is a mistake in a column of dates rather than the column no time.
bool nearly_all_dates(const CsvTable& table, std::size_t column) {
  constexpr std::size_t kFewest = 5;
  for (const DateOrder order : {DateOrder::kDayFirst, DateOrder::kMonthFirst}) {
    std::size_t others = 0;
    for (std::size_t row = 0; row < table.rows() && others * 10 <= table.rows(); ++row)
      others += !parse_time(table.cell(row, column), order);
    if (others * 10 <= table.rows() && table.rows() >= kFewest + others) return true;
  }
  return false;
}

// Numbers that are dates beyond doubt.
bool is_packed(const CsvTable& table, std::size_t column) {
  std::vector<std::string> labels;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    labels.emplace_back(table.cell(row, column));
    if (!parse_time(labels.back(), DateOrder::kPacked)) return false;
  }
  return keep_packed_step(labels);
}

bool all_clocks(const CsvTable& table, std::size_t column) {
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (!is_clock(table.cell(row, column))) return false;
  }
  return true;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

bool has_time_name(const std::string& name) {
  return std::find(kTimeNames.begin(), kTimeNames.end(), lower(name)) != kTimeNames.end();
}

Columns find_columns(const CsvTable& table, std::span<const std::size_t> taken) {
  const auto is_free = [&](std::size_t c) { return std::find(taken.begin(), taken.end(), c) == taken.end(); };
  for (std::size_t c = 0; c < table.columns(); ++c) {
    if (!is_free(c) || !all_dates(table, {c})) continue;
    const auto first = parse_time(table.cell(0, c), DateOrder::kDayFirst);
    const bool has_clock = first && first->has_clock;
    if (!has_clock && c + 1 < table.columns() && is_free(c + 1) && all_clocks(table, c + 1))
      return {c, c + 1};
    return {c};
  }
  Columns calendar;  // year, month, day, each in a column of its own
  for (const std::string_view part : {"year", "month", "day"}) {
    for (std::size_t c = 0; c < table.columns(); ++c) {
      if (is_free(c) && lower(table.names[c]) == part) {
        calendar.push_back(c);
        break;
      }
    }
  }
  if (calendar.size() >= 2 && lower(table.names[calendar[0]]) == "year" && all_dates(table, calendar)) {
    return calendar;
  }
  for (std::size_t c = 0; c < table.columns(); ++c) {
    if (is_free(c) && has_time_name(table.names[c])) return {c};
  }
  for (std::size_t c = 0; c < table.columns(); ++c) {
    if (is_free(c) && (nearly_all_dates(table, c) || is_packed(table, c))) return {c};
  }
  return {};
}

// True where no cell of the column is a date, a time of day or a number.
bool all_text(const CsvTable& table, std::size_t column) {
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::string_view cell = table.cell(row, column);
    if (table.number(row, column) || is_clock(cell) || parse_time(cell, DateOrder::kDayFirst) ||
        parse_time(cell, DateOrder::kMonthFirst))
      return false;
  }
  return true;
}

// Names a column of dates in a form that is not read, where there is one.
std::string unread_dates(const CsvTable& table, std::span<const std::size_t> taken) {
  for (std::size_t c = 0; c < table.columns(); ++c) {
    if (std::ranges::find(taken, c) != taken.end()) continue;
    std::vector<std::string> labels;
    for (std::size_t row = 0; row < table.rows(); ++row) labels.emplace_back(table.cell(row, c));
    if (const auto form = unread_date_form(labels))
      return fmt::format(
          " ('{}', such as '{}', seems to be dates written {}, which are not read: write them "
          "as 2024-05-10)",
          shown(table.names[c]), shown(labels[0]), *form);
  }
  return {};
}

[[noreturn]] void fail_at(const CsvTable& table, const Columns& columns, std::size_t row) {
  const std::string text = joined(table, row, columns);
  std::string names = table.names[columns[0]];
  for (std::size_t i = 1; i < columns.size(); ++i) (names += ",") += table.names[columns[i]];
  const std::string advice = without_data_advice(table, row);
  fail(
      "{} line {}, time column '{}': '{}' is {}{}; {}repair it, name another column with --time, or give "
      "--time none to take the rows in the order of the file",
      table.source, table.line(row), shown(names), shown(text),
      is_clock(text) ? "a time of day without a date" : "not a date or a time", advice,
      advice.empty() ? fmt::format("known forms: {}; ", kForms) : "else ");
}

// Fills in the points and the order of dates; the labels are there.
void read_points(const CsvTable& table, const std::string& date_order, TimeColumn& time,
                 std::vector<std::string>& warnings) {
  const Columns& columns = time.columns;
  Parsed day_first, month_first;
  if (date_order != "mdy") day_first = parse_dates(table, columns, DateOrder::kDayFirst);
  const bool order_matters =
      !day_first.ok || std::any_of(day_first.points.begin(), day_first.points.end(),
                                   [](const TimePoint& point) { return !point.year_first; });
  if (date_order != "dmy" && order_matters) month_first = parse_dates(table, columns, DateOrder::kMonthFirst);
  if (day_first.ok && month_first.ok && day_first.points != month_first.points) {
    warnings.push_back(
        fmt::format("{}: dates such as '{}' could be day/month or month/day; read as day/month (give "
                    "the date order, dmy or mdy, to be sure)",
                    table.source, shown(joined(table, 0, columns))));
  }
  if (day_first.ok || month_first.ok) {
    if (order_matters) time.date_order = day_first.ok ? "dmy" : "mdy";
    time.points = std::move(day_first.ok ? day_first.points : month_first.points);
    return;
  }
  if (are_packed_dates(time.labels)) {
    time.date_order = "packed";
    time.points = parse_dates(table, columns, DateOrder::kPacked).points;
    return;
  }
  Parsed numbers = parse_numbers(table, columns);
  if (numbers.ok) {
    if (const auto odd = odd_among_packed(time.labels)) fail_at(table, columns, *odd);
    // Numbers would be continued, and sorted, as no date is.
    if (const auto form = unread_date_form(time.labels))
      fail(
          "{} line {}, time column '{}': '{}' and the rest of it seem to be dates written {}, which are not "
          "read; "
          "write them as 2024-05-10, or give --time none to take the rows in the order of the file",
          table.source, table.line(0), shown(table.names[columns[0]]), shown(time.labels[0]), *form);
    time.points = std::move(numbers.points);
    return;
  }
  // The reading that got furthest is the one that was meant.
  fail_at(table, columns, std::max({day_first.bad_row, month_first.bad_row, numbers.bad_row}));
}

}  // namespace

TimeColumn read_time_column(const CsvTable& table, const TimeColumnOptions& options,
                            std::span<const std::size_t> taken, std::vector<std::string>& warnings) {
  require(options.date_order.empty() || options.date_order == "dmy" || options.date_order == "mdy",
          "the date order must be 'dmy' or 'mdy', not '{}'", options.date_order);
  TimeColumn time;
  const bool none = options.columns.size() == 1 && options.columns[0] == "none";
  const auto is_there = [&](const std::string& name) { return name == "none" || table.has_column(name); };
  const auto gone =
      options.if_there ? std::ranges::find_if_not(options.columns, is_there) : options.columns.end();
  if (options.columns.empty() || gone != options.columns.end()) {
    time.columns = find_columns(table, taken);
    if (gone != options.columns.end() && !time.columns.empty())
      warnings.push_back(fmt::format("{}: no column '{}', the time of the run's data; '{}' is taken for it",
                                     table.source, shown(*gone), shown(table.names[time.columns[0]])));
    if (time.columns.size() == 1 && all_text(table, time.columns[0])) {
      warnings.push_back(fmt::format(
          "{}: column '{}' is called like a time, but '{}' (line {}) and the rest of it are none; the rows "
          "are taken in "
          "the order of the file",
          table.source, shown(table.names[time.columns[0]]), shown(table.cell(0, time.columns[0])),
          table.line(0)));
      time.columns.clear();
    } else if (time.columns.empty()) {
      warnings.push_back(
          fmt::format("{}: no time column found{}; the rows are taken in the order of the file", table.source,
                      unread_dates(table, taken)));
    }
  } else if (!none) {
    for (const auto& name : options.columns) time.columns.push_back(table.column(name));
  }
  time.labels.reserve(table.rows());
  if (time.columns.empty()) {
    for (std::size_t row = 0; row < table.rows(); ++row) time.labels.push_back(std::to_string(row));
    return time;
  }
  for (std::size_t row = 0; row < table.rows(); ++row)
    time.labels.push_back(joined(table, row, time.columns));
  read_points(table, options.date_order, time, warnings);
  return time;
}

}  // namespace ebit::inline data
