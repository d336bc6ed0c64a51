// What stands above the header of a table: comments and titles.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ebit/data/csv.h"

namespace ebit::inline data {

/// What is passed over before a table begins.
struct Preamble {
  std::size_t bytes = 0;                ///< of the text, line ends among them
  std::size_t lines = 0;                ///< of the file, blank ones among them
  std::vector<std::string> names = {};  ///< of the columns, where the last comment was the header
  std::string note = {};                ///< in words, where the reading was a guess
  char delimiter = 0;                   ///< that a first line such as "sep=;" names; 0: there is none
};

/// The comments or titles above a table.
///
/// CsvOptions::skip_lines says how many lines they are, or -1: a first line such as "sep=;", which
/// spreadsheets write and read, names the delimiter where `options` does not; lines that all begin with '#',
/// '%', '!' or
/// "//" are comments, the last of which is the header where it has a name for every cell of a first row that
/// holds numbers or dates; lines of fewer cells than all that follow are titles where the next one has names
/// only. Throws Error for a "sep=" with a delimiter that is not known.
Preamble find_preamble(std::string_view text, const CsvOptions& options, std::string_view source);

/// What a user may do about the first lines where they have other numbers of cells than all that follow, as
/// the end of a message; empty where it is not so.
std::string title_advice(std::string_view text, char delimiter, std::string_view source);

/// What to do about a row of too many cells, of which two may be one number with a decimal comma, as the
/// middle of a message with "; " behind it; empty where it is not so.
std::string decimal_advice(const std::vector<std::string>& cells, char delimiter);

/// True where a cell is a number or a date by any reading.
bool looks_like_data(std::string_view cell);

}  // namespace ebit::inline data
