// Text tables: comma-separated values and their relatives.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/data/number.h"

namespace ebit::inline data {

/// How a text table is written. Empty fields are found from the content.
struct CsvOptions {
  std::string delimiter = {};  ///< "," ";" "|" or "tab" (also a tab itself, or "\t"); empty: found
  std::string decimal = {};    ///< "." or ","; empty: found
  std::string thousands = {};  ///< a row of thousands_table(); empty: found
  std::string header = {};     ///< "yes", "no"; empty: found, see guess_header()
  int skip_lines = -1;  ///< lines above the table; -1: comments and titles are found, see find_preamble()
};

/// A table of text cells: N rows of C columns. The cells lie in one block of text.
class CsvTable {
 public:
  std::string source;                 ///< file name, for messages
  std::vector<std::string> names;     ///< [C] from the header, or "column1", "column2", ... without one
  std::vector<std::string> warnings;  ///< what was put right while reading, to be shown
  char decimal = '.';                 ///< the decimal mark of its numbers
  char thousands = 0;                 ///< the mark between their thousands; 0: none
  bool marked = false;                ///< some number bears such a mark, or an option named one
  char delimiter = ',';               ///< the character between its cells
  bool has_header = false;            ///< whether its first line gave the names

  std::size_t rows() const { return lines_.size(); }    ///< N; the header is none of them
  std::size_t columns() const { return names.size(); }  ///< C
  /// The text of a cell, without quotes and outer spaces.
  std::string_view cell(std::size_t row, std::size_t column) const {
    const std::size_t index = row * names.size() + column;
    const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
    return std::string_view(text_).substr(begin, ends_[index] - begin);
  }
  /// The number that a cell is; nothing where it is anything else.
  std::optional<double> number(std::size_t row, std::size_t column) const {
    return parse_number(cell(row, column), decimal, thousands);
  }
  /// The line of the file that a row starts on, as an editor counts: the first line is 1.
  std::size_t line(std::size_t row) const { return lines_[row]; }
  /// The column that `name` means: a header name, or else a number counted from 1. Throws Error with the
  /// nearest name for one that is not there, and for a name that several columns bear.
  std::size_t column(std::string_view name) const;
  bool has_column(std::string_view name) const;  ///< whether column() finds one

 private:
  friend class CsvReader;
  std::string text_;                ///< all cells behind each other
  std::vector<std::size_t> ends_;   ///< [N * C] where each cell ends in text_
  std::vector<std::size_t> lines_;  ///< [N]
};

/// Reads a table from a file. Quoted cells may hold delimiters and line breaks, both at once is told; a quote
/// inside a cell that begins with none is a character like others. A byte-order mark, CRLF line ends (CR
/// alone in a file without LF), blank lines, comments and titles are skipped over; "sep=;" in the first line
/// names the delimiter; empty cells behind the last named one in every row are left out, which is told; bytes
/// that are not UTF-8 are read as Windows-1252. Throws Error for a file that is missing, empty, without rows,
/// not text, or ragged (a row with more or fewer cells than the first, its line named), for a quote that is
/// never closed, for text behind one that ends a cell, and for a quoted cell that swallows whole rows.
CsvTable read_csv(const std::filesystem::path& path, const CsvOptions& options = {});

/// The same from text in memory; `source` stands for the file in messages.
CsvTable parse_csv(std::string_view text, const CsvOptions& options, std::string source);

}  // namespace ebit::inline data
