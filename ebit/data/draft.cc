#include "ebit/data/draft.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "ebit/base/error.h"
#include "ebit/base/utf8.h"
#include "ebit/data/number_marks.h"

namespace ebit::inline data {
namespace {

// What may make a number of `text`.
std::string advice(const CsvTable& table, std::string_view text) {
  for (const ThousandsMark& mark : thousands_table())
    if (mark.character != 0 && mark.character != table.decimal && is_grouped(text, mark.character))
      return fmt::format("; --thousands {} reads it as a number of groups of three digits", mark.name);
  const char other = table.decimal == '.' ? ',' : '.';
  // Where the other mark may part thousands, a decimal mark is no advice to give.
  const auto number = parse_number(text, other);
  if (number && is_grouped(text, other)) return {};
  if (!number) return "; if the column holds texts, --category makes columns of 0 and 1 of it";
  return fmt::format("; numbers are read with the decimal mark '{}', set it to '{}' if that is meant",
                     table.decimal, other);
}

double parse_cell(const CsvTable& table, std::size_t row, std::size_t column) {
  const std::string_view text = table.cell(row, column);
  const auto number = table.number(row, column);
  if (!number)
    fail("{} line {}, column '{}': '{}' is not a number{}", table.source, table.line(row),
         shown(table.names[column]), shown(text), advice(table, text));
  require(std::isfinite(*number), "{} line {}, column '{}': '{}' is not a finite number", table.source,
          table.line(row), shown(table.names[column]), shown(text));
  return *number;
}

}  // namespace

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

void parse_cells(Draft& draft) {
  const CsvTable& table = draft.table;
  draft.values.reserve(draft.of_table.size() * draft.columns.size());
  for (const std::size_t row : draft.of_table) {
    for (std::size_t c = 0; c < draft.columns.size(); ++c) {
      const std::string_view cell = table.cell(row, draft.columns[c]);
      if (is_missing(cell, draft.options.missing_tokens)) {
        draft.values.push_back(kMissing);
      } else if (const auto texts = draft.texts.find(c); texts != draft.texts.end()) {
        const auto place = std::ranges::lower_bound(texts->second, cell);
        draft.values.push_back(static_cast<double>(place - texts->second.begin()));
      } else {
        draft.values.push_back(parse_cell(table, row, draft.columns[c]));
      }
    }
  }
  draft.rows.resize(draft.of_table.size());
  std::iota(draft.rows.begin(), draft.rows.end(), std::size_t{0});
}

}  // namespace ebit::inline data
