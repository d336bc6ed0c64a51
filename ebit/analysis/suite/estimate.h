// How long the trainings of a suite will take, said before they begin.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "ebit/analysis/suite/units.h"

namespace ebit::analysis {

/// An estimate.
struct SuiteEstimate {
  double seconds = 0;        ///< of one core, all units that have not ended
  std::size_t units = 0;     ///< how many these are
  std::size_t unknown = 0;   ///< of these, units of a model that could not be timed
  bool stops_early = false;  ///< some may end before their last epoch: it is the most that it takes
};

/// Times two epochs of every model once in a process of its own, on the first data of each problem that it
/// can be trained on, and multiplies by epochs, and of series by training windows x steps. Of a training that
/// ends on a plateau at most 3000 epochs are counted. What was timed is kept in `folder`/units/timing.json.
/// Models that cannot be trained count nothing. Nothing is timed, and no units are said, where few are left
/// or none can be.
SuiteEstimate estimate_time(const Suite& suite, const std::vector<Unit>& units,
                            const std::filesystem::path& folder, const std::vector<Setting>& more,
                            const std::function<bool()>& interrupted = {});

/// That in one line for `jobs` processes: "about 3 hours ...".
std::string estimate_text(const SuiteEstimate& estimate, int jobs);

}  // namespace ebit::analysis
