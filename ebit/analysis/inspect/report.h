// How an inspection is shown: tables, JSON, figures, a page.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "ebit/analysis/inspect/inspect.h"

namespace ebit::analysis {

/// All tables, verdict, notes and warnings, for a terminal.
std::string inspection_text(const Inspection& in);

/// Everything, with a list a step; undefined numbers are null.
nlohmann::ordered_json to_json(const Inspection& in);

/// Draws plots/memory*.{svg,png} and writes inspect.html in the run folder. @returns the page's path. Throws
/// Error where gnuplot is missing, and where a file cannot be written.
std::filesystem::path write_inspection(const std::filesystem::path& folder, const Inspection& in);

}  // namespace ebit::analysis
