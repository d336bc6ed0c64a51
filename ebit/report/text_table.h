// A table of words and numbers, once, and its four forms: terminal, Markdown, HTML, CSV.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace ebit::inline report {

/// A column's heading and side.
struct TableColumn {
  std::string name;    ///< the heading
  bool number = true;  ///< numbers stand at the right, words at the left
};

/// What a table says. Cells are UTF-8; line breaks and control characters in them become spaces.
struct TextTable {
  std::string title;                           ///< "" for none
  std::vector<TableColumn> columns;            ///< [C], at least one
  std::vector<std::vector<std::string>> rows;  ///< [R][<= C]; missing cells are empty
  std::optional<std::size_t> best_row;         ///< the row to mark as the best
  std::string best_meaning = "best";           ///< what the mark means
  std::vector<std::string> notes;              ///< lines below the table
};

/// Aligned columns under a rule, the best row marked by a star. Ends in a newline. Throws Error, as the other
/// forms do, for a row with more cells than there are columns, and for a table without columns.
std::string table_text(const TextTable& table);

/// A GitHub-flavoured Markdown table; the best row is bold.
std::string table_markdown(const TextTable& table);

/// A `<table>` element (in a `<figure>` that scrolls sideways) with class "best" on the best row, for Page.
std::string table_html(const TextTable& table);

/// Comma-separated values with a heading line (RFC 4180 quoting, newline ends); title, mark and notes are
/// left out.
std::string table_csv(const TextTable& table);

/// A number for a table: `digits` significant digits, never in a form longer than it needs ("0.08123",
/// "1.2e-07", "12345"); "–" for NaN, "∞" for infinity.
std::string table_number(double value, int digits = 4);

/// "0.0812 ± 0.0031": the mean to as many decimals as two digits of the spread have; the mean alone where the
/// spread is 0 or NaN.
std::string table_spread(double mean, double spread, int digits = 4);

/// The row with the least finite value of `values`, none where there is no finite value.
std::optional<std::size_t> least_row(const std::vector<double>& values);

}  // namespace ebit::inline report
