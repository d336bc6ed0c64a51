// What is known of the rows that a forecast is made of.
#pragma once

#include <string>
#include <vector>

#include "ebit/data/dataset.h"

namespace ebit::experiment {

/// The column of a series that bears a name. Throws Error with the nearest one where there is none.
std::size_t column_of(const Series& series, const std::string& name);

/// The features that are known ahead, at the times of the steps: those of `future` (with one column of 0 and
/// 1 for each known text), those that never change from the end of `series` (see DatasetOptions::fixed),
/// those of the calendar computed. Throws Error for a step that `future` has no row for, and a text that the
/// training part has not.
/// @param series what is forecast, see as_fitted(). @param date_order of `times`.
Series known_ahead(const Dataset& fitted, const std::vector<std::string>& times, const Series& series,
                   const std::string& date_order, const Series& future);

/// Values known ahead that lie further beyond all of the series' own than these are apart, a line a column: a
/// slip, or something that the model has never seen.
std::vector<std::string> far_values(const Series& known, const Series& series);

}  // namespace ebit::experiment
