// What is said of each step of a window, once for tables, JSON and figures.
#pragma once

#include <string>
#include <vector>

#include "ebit/train/inspect.h"

namespace ebit::train {

/// A quantity over the steps of a window.
struct StepColumn {
  std::string key;               ///< in JSON
  std::string heading;           ///< in tables
  std::string note;              ///< what it is, where the heading does not say; may be empty
  bool small = false;            ///< may be far below 1: written with digits that count
  std::vector<double> mean;      ///< [T] over windows
  std::vector<double> least;     ///< [T] over windows
  std::vector<double> greatest;  ///< [T] over windows
};

/// The quantities that this memory has, in the order of tables.
std::vector<StepColumn> step_columns(const Inspection& in);

/// The one called `key`; null where this memory has none.
const StepColumn* find_column(const std::vector<StepColumn>& columns, const std::string& key);

}  // namespace ebit::train
