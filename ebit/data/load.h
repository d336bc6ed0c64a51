// From a CSV file to a series.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/data/csv.h"
#include "ebit/data/missing.h"
#include "ebit/data/series.h"
#include "ebit/data/time_column.h"

namespace ebit::inline data {

/// How a file becomes a series. Every field is an option of `ebit train`.
struct SeriesOptions {
  CsvOptions csv;                 ///< how the file is written
  TimeColumnOptions time;         ///< where the time stands and how it is written
  std::string missing = "error";  ///< a row of missing_table()
  std::vector<std::string> missing_tokens = default_missing_tokens();  ///< what stands for a missing value
  std::string duplicates = "error";                                    ///< a row of duplicates_table()
  std::size_t first_rows = 0;    ///< keep that many rows from the start, as if the file ended there; 0: all
  std::size_t without_last = 0;  ///< then leave out that many rows at the end, of a panel of each series
  std::string id = {};  ///< column that names the series of a row, a panel in long form; empty: one series
  std::string unusable = "error";       ///< of a panel: a row of unusable_table()
  std::vector<std::string> texts = {};  ///< columns of text; values are places in Series::texts
};

/// Many series of one file: a panel, in long form.
struct Panel {
  std::string id;                     ///< the column that names them; empty: there is one series
  std::vector<Series> series;         ///< at least one, in the order in which they first appear
  std::vector<std::string> warnings;  ///< what was put right in the whole file; of one series: nothing
  /// The options, with what reading found out: time columns, marks of numbers where some bear any.
  SeriesOptions found;
};

/// A row of the table of ways to treat rows that bear the same time.
struct DuplicatesPolicy {
  std::string_view name;  ///< as written in options
  std::string_view help;  ///< one line: what it does
};

/// "error", "first", "last", "mean".
std::span<const DuplicatesPolicy> duplicates_table();

/// Reads the columns `wanted` (names, or numbers counted from 1; empty: every column but the time that holds
/// only numbers) of a CSV file, in that order, sorted by time.
///
/// Rows out of time order are sorted. Rows with the time of another row are merged where their values agree;
/// where they differ, that is an Error naming both lines, unless `duplicates` says which value to take.
/// Missing values are treated as `missing` says, after sorting, merging and the cut at `first_rows` and
/// `without_last`; "interpolate" also puts in the rows that are absent under the series' regular step, see
/// find_step(). What was put right is told in Series::warnings.
///
/// Throws Error for what read_csv() and read_time_column() refuse; a column that is not there (the nearest
/// name suggested); text, or an infinite number, where a number should be, and a missing value under "error"
/// (line, column and text named); and a column or a file of which nothing is left.
Series load_series(const std::filesystem::path& path, const SeriesOptions& options,
                   std::span<const std::string> wanted);

/// The same from a table.
Series series_of(const CsvTable& table, const SeriesOptions& options, std::span<const std::string> wanted);

/// The same where options.id may name a column that says of which series a row is: each series is read by
/// itself (order, duplicates, absent rows and missing values, first_rows, without_last), messages name it,
/// its rows may lie anywhere. Throws Error also for a row without an id, and for two rows of one series and
/// time, equal ones too, unless `duplicates` says which to take.
Panel load_panel(const std::filesystem::path& path, const SeriesOptions& options,
                 std::span<const std::string> wanted);

/// The same from a table.
Panel panel_of(const CsvTable& table, const SeriesOptions& options, std::span<const std::string> wanted);

}  // namespace ebit::inline data
