// The data sets that come with ebit.
#pragma once

#include <filesystem>
#include <span>
#include <string_view>

namespace ebit::inline data {

/// A row of the table of included data sets.
struct IncludedSet {
  std::string_view name;     ///< as in `ebit train NAME`
  std::string_view file;     ///< in the data folder
  std::string_view target;   ///< the column to predict unless another is given
  std::string_view time;     ///< the time column
  int season;                ///< rows of a season for the seasonal naive forecast; 1: none
  std::string_view licence;  ///< of the data, for example "CC BY 4.0"
  std::string_view credit;   ///< source, to be named where results are shown
  std::string_view help;     ///< what it is, how many rows
};

/// All data sets that come with ebit.
std::span<const IncludedSet> included_table();

/// The row called `name`, or nullptr.
const IncludedSet* find_included(std::string_view name);

/// The folder of the included data: $EBIT_DATA_DIR where set; else the `data` folder of the source tree that
/// ebit was built from; else share/ebit/data beside the running program's bin folder; else the same under the
/// prefix ebit was configured for. Throws Error naming the places looked at where none is there.
std::filesystem::path data_folder();

/// The file that `name` means: a path to a file that is there, or the name of an included data set. Throws
/// Error, with the nearest name suggested, for anything else.
std::filesystem::path find_data(const std::string& name);

}  // namespace ebit::inline data
