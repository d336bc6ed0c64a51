// Other simulators measured in the same session, by the Python scripts of bench/peers.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/bench/workload.h"

namespace ebit::bench {

/// What the scripts said.
struct PeerReport {
  std::vector<Result> results;     ///< ours against each peer's figure
  std::vector<std::string> notes;  ///< a line for each peer that was left out, and why
};

/// The folder of the scripts: in the source tree, else in the installation. Throws Error where there is none.
std::filesystem::path peers_folder();

/// Throws Error where the interpreter cannot be run or the scripts are not there: to be asked before anything
/// is measured.
void check_peers(const BenchOptions& options);

/// Pairs a script's lines, one JSON object each, with our figures of the same workload, size and dtype. Lines
/// with "skipped" become notes. `script` names the source in messages. Throws Error for a line that is no
/// such object.
PeerReport read_peer_lines(std::string_view lines, const std::vector<Result>& ours,
                           const std::string& script);

/// Runs every `peer_*.py` of peers_folder() with the options' interpreter and pairs what they print with
/// `ours`. Throws Error where the interpreter cannot be run; a script that fails becomes a note.
PeerReport run_peers(const Bench& bench, const std::vector<Result>& ours);

}  // namespace ebit::bench
