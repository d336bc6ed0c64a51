// A time series in memory: rows in time order, one column a variable.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace ebit::inline data {

/// Values of C variables at N times, in time order, without gaps or NaN.
struct Series {
  std::string source;                 ///< where it came from, for messages: a path or a generator's name
  std::vector<std::string> names;     ///< [C] column names
  std::vector<std::string> times;     ///< [N] time labels as in the source ("2024-05-10", or "0", "1", ...)
  std::vector<double> values;         ///< [N, C], row by row
  std::vector<std::string> warnings;  ///< what was put right while it was made, a line each, to be shown
  /// Other names that columns were asked for by: "2" for the file's second one. make_dataset() knows them
  /// too.
  std::map<std::string, std::size_t> aliases;
  std::string date_order = {};  ///< how the times were read, see date_order_of(); empty: it did not matter

  char decimal = '.';  ///< the decimal mark of times that are numbers
  char thousands = 0;  ///< and the mark between their thousands; 0: none

  std::string id = {};  ///< of a panel: which series it is; empty: the only one
  /// Columns of text by name: what stands in them, sorted. Their values are places in it.
  std::map<std::string, std::vector<std::string>> texts = {};

  std::size_t rows() const { return names.empty() ? 0 : values.size() / names.size(); }  ///< N
  std::size_t columns() const { return names.size(); }                                   ///< C
  /// The value in row `row` and column `column`, both counted from 0 and not checked.
  double at(std::size_t row, std::size_t column) const { return values[row * names.size() + column]; }
};

}  // namespace ebit::inline data
