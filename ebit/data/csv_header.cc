#include "ebit/data/csv_header.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include "ebit/base/time.h"
#include "ebit/base/utf8.h"
#include "ebit/data/csv.h"
#include "ebit/data/csv_preamble.h"
#include "ebit/data/missing.h"
#include "ebit/data/number.h"

namespace ebit::inline data {
namespace {

constexpr std::size_t kRows = 500;  // that are looked at

std::optional<double> number_of(std::string_view cell) {
  for (const char decimal : {'.', ','})
    if (const auto number = parse_number(cell, decimal); number && std::isfinite(*number)) return number;
  return std::nullopt;
}

bool is_date(std::string_view cell) {
  return parse_time(cell, DateOrder::kDayFirst) || parse_time(cell, DateOrder::kMonthFirst);
}

bool is_integer(std::string_view cell) {
  return !cell.empty() && cell.size() < 16 && cell.find_first_not_of("0123456789") == std::string_view::npos;
}

// What stands below the first cell of a column.
struct Below {
  std::size_t filled = 0, numbers = 0, dates = 0, marked = 0;
  double low = std::numeric_limits<double>::infinity(), high = -low;

  bool all_numbers() const { return filled > 0 && numbers == filled; }
  bool all_dates() const { return filled > 0 && dates == filled; }
  bool far(double value) const {
    const double span = high - low;
    return value < low - span - 1 || value > high + span + 1;
  }
};

Below below(const CsvTable& table, std::size_t column, const std::vector<std::string>& tokens) {
  Below found;
  for (std::size_t row = 1; row < std::min(table.rows(), kRows); ++row) {
    const std::string_view cell = table.cell(row, column);
    if (is_missing(cell, tokens)) continue;
    ++found.filled;
    found.dates += is_date(cell);
    if (const auto number = number_of(cell)) {
      ++found.numbers;
      found.marked += cell.find_first_of(".,") != std::string_view::npos;
      found.low = std::min(found.low, *number), found.high = std::max(found.high, *number);
    } else {
      found.numbers += looks_like_data(cell) && !is_date(cell);  // with a mark of thousands
    }
  }
  return found;
}

std::string first_cells(const CsvTable& table) {
  std::vector<std::string> cells;
  constexpr std::size_t kShown = 4;
  for (std::size_t c = 0; c < std::min(table.columns(), kShown); ++c)
    cells.push_back(shown(table.cell(0, c), 20));
  return fmt::format("{}{}", fmt::join(cells, ", "), table.columns() > kShown ? ", ..." : "");
}

}  // namespace

HeaderGuess guess_header(const CsvTable& table) {
  const std::vector<std::string> tokens = default_missing_tokens();
  std::size_t data = 0;  // cells of the first line that are numbers or dates
  for (std::size_t c = 0; c < table.columns(); ++c) data += looks_like_data(table.cell(0, c));
  if (data == 0) return {true, {}};
  const auto as_data = [&] {
    return HeaderGuess{
        false, fmt::format("{} line {}: '{}' is read as data, and the columns are called column1, ...; "
                           "--header yes reads it as their names",
                           table.source, table.line(0), first_cells(table))};
  };
  if (table.rows() < 2) return as_data();

  bool text_above = false, integers = true, unlike = true, counted = true;
  std::size_t numbers = 0;
  bool outside = false;  // a number far outside the range of its column
  std::set<std::string, std::less<>> names;
  for (std::size_t c = 0; c < table.columns(); ++c) {
    const std::string_view cell = table.cell(0, c);
    const Below column = below(table, c, tokens);
    if (!looks_like_data(cell)) {
      text_above = text_above || (!is_missing(cell, tokens) && (column.all_dates() || column.all_numbers()));
      continue;
    }
    if (is_date(cell) && column.all_dates()) return {false, {}};
    const bool date_name = is_date(cell) && !column.all_dates();  // a table with a column a day
    integers = integers && (is_integer(cell) || date_name) && names.emplace(cell).second;
    const auto value = number_of(cell);
    counted = counted && value &&
              (*value == static_cast<double>(numbers) || *value == static_cast<double>(numbers + 1));
    ++numbers;
    if (date_name || !column.all_numbers()) continue;
    const bool above_decimals = column.marked * 10 >= column.filled * 9 && is_integer(cell);
    const bool far = value && column.far(*value);
    outside = outside || far;
    unlike = unlike && (above_decimals || far);
  }
  const auto as_names = [&](std::string_view because) {
    return HeaderGuess{
        true, fmt::format("{} line {}: '{}' is read as the names of the columns, because {}; --header no "
                          "reads it as data",
                          table.source, table.line(0), first_cells(table), because)};
  };
  if (text_above) return as_names("text stands above numbers or dates");
  counted = counted && table.cell(0, 0).empty() && !table.cell(1, 0).empty();
  // A single number says little: it must be far off, and stand beside a name.
  const bool enough = numbers > 1 || (outside && data < table.columns());
  if (integers && (counted || (unlike && enough))) return as_names("its numbers are unlike those below");
  return as_data();
}

std::string without_data_advice(const CsvTable& table, std::size_t row) {
  for (std::size_t c = 0; c < table.columns(); ++c)
    if (looks_like_data(table.cell(row, c))) return {};
  const std::size_t line = table.line(row);
  if (row > 0) return fmt::format("; if line {} is no row of the table, take it out", line);
  return fmt::format(
      "; if line {} holds the names of the columns, give --skip-lines {}; if units, take it out", line,
      line - 1);
}

}  // namespace ebit::inline data
