// A series on its way from a table to rows in time order: what the steps of load.cc share. Included by them
// alone.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "ebit/data/load.h"

namespace ebit::inline data {

inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();  ///< stands for no value

/// Rows may lack values (NaN), and remember where in the file they stood.
struct Draft {
  const CsvTable& table;                   ///< all of the file
  const SeriesOptions& options;            ///< how it is read
  std::string source;                      ///< for messages: the file, of a panel with the series
  std::vector<std::size_t> columns;        ///< [C] of the table
  std::vector<std::size_t> of_table = {};  ///< [N] rows of the table, in its order
  TimeColumn time = {};                    ///< [N] their times; rows put in stand behind them
  std::vector<std::size_t> rows = {};      ///< [n] places in `time` that are left, in time order
  std::vector<double> values = {};         ///< [n, C]; of a column of text its place in `texts`
  std::map<std::size_t, std::vector<std::string>> texts = {};  ///< columns of text: what stands in them
  std::vector<std::string> warnings = {};                      ///< what was put right

  double& at(std::size_t i, std::size_t c) { return values[i * columns.size() + c]; }  ///< row i, column c
  const std::string& label(std::size_t i) const { return time.labels[rows[i]]; }       ///< time of row i
  std::size_t line(std::size_t i) const { return table.line(of_table[rows[i]]); }      ///< where row i stood
  const std::string& name(std::size_t c) const { return table.names[columns[c]]; }     ///< of column c
  void keep(const std::vector<std::size_t>& chosen);  ///< leaves only these rows, in that order
};

void parse_cells(Draft& draft);       ///< fills `rows` and `values`; texts become numbers by `texts`
void sort_by_time(Draft& draft);      ///< in time order, which is told where they were not
void merge_duplicates(Draft& draft);  ///< rows of one time become one, as `duplicates` says
/// Why the rows make no series, where a column has no value in any, or --missing drop would leave none.
std::string without_values(Draft& draft);
void treat_absent(Draft& draft);         ///< tells of absent rows, or puts them in to be interpolated
void refuse_missing(Draft& draft);       ///< missing "error"
void drop_missing(Draft& draft);         ///< missing "drop"
void interpolate_missing(Draft& draft);  ///< missing "interpolate"

}  // namespace ebit::inline data
