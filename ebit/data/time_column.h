// The column, or columns, of a table that say when a row was measured.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "ebit/base/time.h"
#include "ebit/data/csv.h"

namespace ebit::inline data {

/// The times of a table's rows, in the order of the file.
struct TimeColumn {
  std::vector<std::size_t>
      columns;  ///< of the table; empty: it has no time column, and labels count the rows from 0
  std::vector<std::string> labels;  ///< [N] as written, several columns joined by a space
  std::vector<TimePoint>
      points;                   ///< [N], or empty without a time column; a plain number stands in `fraction`
  std::string date_order = {};  ///< how the labels were read, see date_order_of(); empty: it did not matter
};

/// How the time column is found and read.
struct TimeColumnOptions {
  std::vector<std::string>
      columns;  ///< names or numbers, to be read joined ("Date", "Time"); empty: found; "none": none
  std::string date_order;  ///< "dmy" or "mdy" for dates like 01/02/2024; empty: found
  bool if_there = false;   ///< `columns` are those of another file: where they are missing, the time is found
};

/// Reads the time column. Where none is given it is the first of these that is there, columns in `taken` left
/// out: a column that is a date in every row (with the column after it, where that is a time of day in every
/// row and the date names none); columns called year, month and perhaps day that make dates; a column called
/// date, time, datetime, date_time, timestamp, year, month, day, period or ds; a column nine of ten cells of
/// which are dates, five at least, or of numbers by keep_packed_step(). A time column holds dates, or else
/// plain numbers such as years; numbers that are dates as a whole are read so, see are_packed_dates(). Dates
/// like 01/02/2024 are day/month/year wherever every row allows it, else month/day/year; where every row
/// allows both, a warning says which was taken. A column found by its name none of whose cells is a date or a
/// number is told and left alone. Throws Error for a column with a cell that is neither, or of
/// odd_among_packed(), naming line, column and text; and for numbers of unread_date_form().
TimeColumn read_time_column(const CsvTable& table, const TimeColumnOptions& options,
                            std::span<const std::size_t> taken, std::vector<std::string>& warnings);

}  // namespace ebit::inline data
