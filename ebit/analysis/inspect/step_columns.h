// What is said of each step of a sequence, once for tables, JSON and figures.
#pragma once

#include <string>
#include <vector>

#include "ebit/analysis/inspect/sequences.h"
#include "ebit/report/plot.h"

namespace ebit::analysis {

/// A quantity over the steps of a sequence.
struct StepColumn {
  std::string key;               ///< in JSON
  std::string heading;           ///< in tables
  std::string note;              ///< what it is, where the heading does not say; may be empty
  bool small = false;            ///< may be far below 1: written with digits that count
  bool in_table = true;          ///< false: in JSON and figures alone
  std::vector<double> mean;      ///< [T] over sequences that are so long
  std::vector<double> least;     ///< [T] over them
  std::vector<double> greatest;  ///< [T] over them
};

/// Summarises values of every step of some sequences.
/// @param values [samples, steps]. What lies past the end of a sequence is not looked at.
StepColumn step_column(const Sequences& sequences, std::string key, std::string heading,
                       const std::vector<double>& values, std::string note = "");

/// Values that are known by step alone, [T].
StepColumn step_column(std::string key, std::string heading, const std::vector<double>& values,
                       std::string note);

/// The one called `key`; null where there is none.
const StepColumn* find_column(const std::vector<StepColumn>& columns, const std::string& key);

/// A column as a line of a figure.
struct StepCurve {
  const char* key;    ///< of the column
  const char* label;  ///< in the legend
  PlotColor color;    ///< any
  bool band = false;  ///< with a band from the least to the greatest over sequences
};

/// 1, 2, ..., count: the x axis of figures over steps.
std::vector<double> step_numbers(std::size_t count);

/// Adds those curves to a figure whose columns are there, bands first, so that no line lies under one.
void add_curves(const std::vector<StepColumn>& columns, std::span<const StepCurve> curves, Figure& figure);

}  // namespace ebit::analysis
