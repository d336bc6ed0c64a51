// Which marks the numbers of a table bear: before decimals, and between thousands.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "ebit/data/csv.h"

namespace ebit::inline data {

/// A row of the table of thousands marks.
struct ThousandsMark {
  char character;         ///< as parse_number() takes it; 0: none
  std::string_view name;  ///< as options and messages write it
};

/// "none", ".", ",", "'" and "space".
std::span<const ThousandsMark> thousands_table();

/// The marks of a table's numbers.
struct NumberMarks {
  char decimal = '.';  ///< '.' or ','
  char thousands = 0;  ///< a character of thousands_table()
  bool seen = false;   ///< some number bears a mark, or an option says which
  std::string note;    ///< where the reading was a guess: which one was taken, and the option for the other
};

/// Finds what `options` leaves open from the cells, all of them but those of months ("05.2024").
///
/// A mark is one of decimals where a number bears it once with other than three digits behind it, or last
/// after another mark. Where no cell says so: a mark whose every number has whole groups of three digits
/// behind it is one of thousands, if it comes twice in a number, or if numbers of its column that have none
/// have at most three digits, or for a comma in a table of commas; else it is one of decimals, and the note
/// says that both fit. Throws Error where '.' and ',' would both be marks of thousands.
NumberMarks find_marks(const CsvTable& table, const CsvOptions& options);

/// True for digits whose `mark` comes before whole groups of three: "1,234", "-12,345,678", not "0,123".
bool is_grouped(std::string_view cell, char mark);

}  // namespace ebit::inline data
