// What quantum logic found, as text, JSON, CSV and a picture.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include "ebit/analysis/logic/quantum_logic.h"

namespace ebit::analysis {

/// Tables for a terminal.
std::string logic_text(const LogicReport& report);

/// Everything as JSON; docs/quantum-logic.md describes the fields.
nlohmann::ordered_json to_json(const LogicReport& report);

/// A line a row: sizes, format, counts, and of a run errors and metrics.
std::string logic_csv(const LogicReport& report);

/// Writes quantum-logic.csv and quantum-logic.json into `folder`, which is made where it is not there, and
/// with `plots` plots/quantum-logic.svg and .png. @returns the files. Throws Error where one cannot be
/// written, or gnuplot is missing.
std::vector<std::filesystem::path> write_logic(const std::filesystem::path& folder, const LogicReport& report,
                                               bool plots);

}  // namespace ebit::analysis
