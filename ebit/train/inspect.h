// What the quantum memory of a trained run does: entropies, bounds, fidelities, gradients and what is wrong.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "ebit/cell/memory_bounds.h"
#include "ebit/train/entropy_track.h"
#include "ebit/train/inspect_findings.h"

namespace ebit::train {

/// What to inspect, and how hard.
struct InspectOptions {
  std::string data;  ///< a CSV file or an included set instead of the run's own; may be empty
  std::string part;  ///< of the run's own data: "train", "validation", "test"; empty: the last
  std::optional<std::uint64_t> seed;        ///< of the training; none: the run's first
  int windows = -1;                         ///< at most so many, 0: all; -1: as many as take some seconds
  PowerEffort powers = PowerEffort::kAuto;  ///< how hard to look for E_up and E_down
  int starts = 16;                          ///< of each search for a power
};

/// What was found in one training of a run.
struct Inspection {
  std::string model;                ///< its name in tables
  std::string summary;              ///< one line: sizes
  std::string data;                 ///< where the sequences are from
  std::string part;                 ///< of which part, "all" for other data
  std::uint64_t seed = 0;           ///< of the training
  std::size_t seeds = 1;            ///< trainings of the model in the run
  RegisterOptions cell;             ///< choices and sizes
  TracedWindows windows;            ///< what was run through it
  MemoryTrace trace;                ///< what the memory did
  std::vector<MemoryBound> bounds;  ///< powers, and what is used of them
  /// [samples, steps] <h|rho|h> of the measured and the exact hidden state; empty for a memory without
  /// either.
  std::vector<double> fidelity;
  std::string fidelity_of;              ///< which two: "collapse against density"
  std::vector<double> gradient;         ///< [T] norm of d loss / d x_t, root of the mean square over windows
  std::vector<EntropySample> training;  ///< of --track-entropy; may be empty
  std::vector<Finding> findings;        ///< warnings
  std::vector<std::string> notes;       ///< what was left out, and how to ask for it
};

/// Inspects one training of a run. Throws Error for a folder that is no run, a model without a quantum
/// memory, a seed or part that is not there, data that the model cannot see, and a training without weights.
Inspection inspect_run(const std::filesystem::path& folder, const InspectOptions& options);

}  // namespace ebit::train
