// `ebit reproduce linden`: unitaries that make more entanglement than they destroy. Needs no libtorch.
#pragma once

#include <cstdint>
#include <filesystem>

#include "ebit/info/linden.h"

namespace ebit::cmd {

/// What `ebit reproduce linden` takes of the command's options.
struct LindenOptions {
  std::filesystem::path folder;  ///< where everything goes
  GapOptions search;             ///< how long to search
  bool overwrite = false;        ///< replace an earlier search in the folder
  bool json = false;             ///< print JSON
  bool quiet = false;            ///< show no progress
};

/// Searches, writes gap.svg, gap.png, unitary.json (which `ebit power` reads), samples.csv and report.html
/// into the folder, prints a summary and returns the exit status. Throws Error where the folder holds
/// something else, or an earlier search and not `overwrite`.
int reproduce_linden(const LindenOptions& options);

}  // namespace ebit::cmd
