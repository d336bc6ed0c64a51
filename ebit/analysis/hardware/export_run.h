// A window of a trained run, ready to be written as circuits.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "ebit/cell/register/register_options.h"

namespace ebit::analysis {

/// What export_window() takes.
struct ExportOptions {
  std::optional<std::uint64_t> seed;  ///< which training of the run; none: the first
  std::string part;                   ///< of the data; empty: the last one
  int window = -1;                    ///< number of the window in the part, from 0; -1: the last
};

/// A register cell with its parameters and one sequence as it enters it.
struct ExportWindow {
  RegisterOptions cell;            ///< without noise, which a device has by itself
  std::vector<double> parameters;  ///< [P]
  std::vector<double> x;           ///< [T, F]
  std::vector<std::string>
      notes;  ///< lines for the top of the text: from where, and what stands behind the readouts
};

/// Throws Error in one line, naming the reason, for a model that is no circuit a window: classical ones, and
/// families of cells whose circuits are parts of a classical recursion; for a state that is carried from
/// window to window; and for a part or window that is not there.
ExportWindow export_window(const std::filesystem::path& folder, const ExportOptions& options);

}  // namespace ebit::analysis
