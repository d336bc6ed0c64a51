// Whether the first line of a table holds the names of its columns.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ebit::inline data {

class CsvTable;

/// A reading of the first line.
struct HeaderGuess {
  bool header = false;  ///< it holds names
  std::string note;     ///< where both readings are possible: which was taken, and the option for the other
};

/// Guesses from the cells of `table`, whose row 0 is the first line.
///
/// It holds names where no cell of it is a number or a date; where text stands above a column of dates or of
/// numbers; and where its numbers are distinct integers unlike their columns: far outside the column's range,
/// above numbers that nearly all have decimals (two columns at least), above text, or counted from 0 or 1
/// behind an empty first cell. A date above dates makes it data.
HeaderGuess guess_header(const CsvTable& table);

/// What a message may add about row `row` where it has neither a number nor a date, and so may be none of the
/// table: names of the columns below a title, units, a note. "" for other rows.
std::string without_data_advice(const CsvTable& table, std::size_t row);

}  // namespace ebit::inline data
