// From a configuration to the data it trains on.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ebit/data/dataset.h"
#include "ebit/data/load.h"
#include "ebit/settings/config.h"

namespace ebit::experiment {

/// Loads or computes the series, and fills in what the configuration leaves open: the file's full path, the
/// targets (an included data set's own, a generator's first column, the only number column of a file), the
/// season. @returns the series with its warnings. Throws Error where there is neither file nor generator or
/// both, where the target is not clear, and as find_data(), load_series() and generate_series() do.
Series load_data(Config& config);

/// The same of all series that the file holds, where a column names them (--id).
Panel load_panel(Config& config);

/// Throws Error that begins with `what` where the data are a panel.
void require_one_series(const Config& config, std::string_view what);

/// The --date-order that reads other files as this one was read: "dmy", "mdy"; empty: its dates name none.
std::string date_order_for_others(const Series& series);

/// Makes `config` one of other data, see load_other_data().
void use_other_data(Config& config, const std::string& data);

/// Loads other data for a run, a file or an included set, all its rows (--first-rows is of the run's own
/// data), and makes `config` one of them. Throws Error as load_data().
Series load_other_data(Config& config, const std::string& data);

/// The series split, scaled and cut as the configuration says; see make_dataset(). A validation share that
/// nobody asked for (Config::given) becomes 0 where it cannot hold one window, and the series' warnings say
/// so. Throws Error also where the model's encoder is not defined for a value, see check_inputs().
Dataset prepare_dataset(Config& config);

/// The series of a panel as prepare_dataset() makes one, see make_panel().
struct PreparedPanel {
  std::string id;                  ///< the column that names them
  std::vector<Dataset> series;     ///< at least one; their warnings are in `notes`
  std::vector<std::string> notes;  ///< what is to be known of the data
};

/// Prepares a panel. Throws Error as prepare_dataset() and make_panel().
PreparedPanel prepare_panel(Config& config);

/// The first of many notes, and how many more there are.
std::vector<std::string> some_notes(std::vector<std::string> notes);

/// Throws Error that says what to do where the file of a run's data is not there any more.
void require_run_data(const Config& config);

/// All of a dataset that new data need to be seen the same way: columns, window, horizon, scalers; as JSON
/// text.
std::string fitted_text(const Dataset& dataset);

/// A dataset without rows and windows that treats new data as the one of fitted_text() did; see windows_of().
/// Throws Error, naming `where`, for text that is damaged.
Dataset fitted_dataset(const std::string& text, const std::string& where);

}  // namespace ebit::experiment
