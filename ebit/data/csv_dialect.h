// What kind of text table a text is: its delimiter, its decimal mark, and whether it is text at all.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/data/csv.h"

namespace ebit::inline data {

/// A row of the table of delimiters.
struct Delimiter {
  char character;         ///< what stands between two cells
  std::string_view name;  ///< as options and messages write it
  std::string_view also;  ///< another spelling
};

/// The delimiters known, in the order in which they are tried.
std::span<const Delimiter> delimiter_table();

/// The delimiter that an option names. Throws Error for an unknown one.
char delimiter_char(std::string_view name);
/// Its name.
std::string_view delimiter_name(char delimiter);

/// Throws Error for an option that is none of its choices.
void check_csv_options(const CsvOptions& options);

/// `text` without its byte-order mark. Throws Error where it is not text: UTF-16, compressed, with NUL bytes.
std::string_view checked_text(std::string_view text, std::string_view source);

/// The first delimiter of the table that cuts each of the first lines into the same number of cells, at least
/// 2; else the one that does so with the fewest lines at the top left out; else the one that the first line
/// holds most of; else a comma.
char find_delimiter(std::string_view text);

/// How the first lines of a text, blank ones left out, are cut by a delimiter.
struct LineCells {
  std::vector<std::size_t> cells;  ///< of each
  std::vector<std::size_t> begin;  ///< where in the text each begins
  std::vector<std::size_t> line;   ///< which line of the file it is, counted from 1
};

/// Cuts the first 50 lines; quotes are respected.
LineCells cells_per_line(std::string_view text, char delimiter);

/// How many lines at the top have other numbers of cells than all that follow, which are two at least and
/// have two cells or more; 0 where there is no such place.
std::size_t odd_lines(const LineCells& counts);

}  // namespace ebit::inline data
