// What the quantum memory of a trained run does: entropies, bounds, fidelities, gradients and what is wrong.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "ebit/analysis/inspect/memory_view.h"

namespace ebit::analysis {

/// What was found in one training of a run.
struct Inspection {
  std::string model;                           ///< its name in tables
  std::string summary;                         ///< one line: sizes
  std::string data;                            ///< where the sequences are from
  std::string part;                            ///< of which part, "all" for other data
  std::uint64_t seed = 0;                      ///< of the training
  std::size_t seeds = 1;                       ///< trainings of the model in the run
  std::shared_ptr<const Sequences> sequences;  ///< what was run through it
  std::unique_ptr<MemoryView> memory;          ///< what the memory did
  std::vector<double> gradient;    ///< [T] norm of d loss / d x_t, root of the mean square; empty: left out
  std::vector<Finding> findings;   ///< warnings
  std::vector<std::string> notes;  ///< what was left out, and how to ask for it
};

/// Inspects one training of a run of any problem but translate. Throws Error for a folder that is no run, a
/// model without a quantum memory, a seed or part that is not there, options of another family of cells, data
/// that the model cannot see, and a training without weights.
Inspection inspect_run(const std::filesystem::path& folder, const InspectOptions& options);

}  // namespace ebit::analysis
