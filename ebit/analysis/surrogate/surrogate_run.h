// The surrogate of a trained run: written beside it, and held against its circuits.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace ebit::analysis {

/// What is made, and on what it is compared.
struct SurrogateOptions {
  std::optional<std::uint64_t> seed;  ///< of the training, where the run has several; none: the first
  std::size_t windows = 256;          ///< of the run's last part, at most; 0: all
  std::string folder;                 ///< where the model is written; empty: RUN/surrogate
};

/// What was found.
struct SurrogateComparison {
  std::string model;              ///< the cell in a few words
  std::string part;               ///< of which part the windows are
  std::size_t windows = 0;        ///< sequences compared
  std::size_t steps = 0;          ///< of each
  std::size_t possible = 0;       ///< coefficients that the encoder's features allow
  std::size_t nonzero = 0;        ///< those that are not zero
  double largest_difference = 0;  ///< of the cell's outputs behind the last step
  double largest_output = 0;      ///< the largest of them, for scale
  double circuit_seconds = 0;     ///< of all windows by circuits, one thread, the best of several passes
  double surrogate_seconds = 0;   ///< likewise by the surrogate
  std::filesystem::path folder;   ///< where surrogate.safetensors and README.md lie
};

/// Extracts the surrogate of a run's cell, writes it and compares it with the circuits on the run's own last
/// part. Throws Error for a folder that is no run, a seed that is not there, and a model that has none, with
/// the reason.
SurrogateComparison surrogate_of_run(const std::filesystem::path& folder, const SurrogateOptions& options);

}  // namespace ebit::analysis
