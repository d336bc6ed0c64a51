// Repeats a training that was recorded elsewhere and measures how far its losses are.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "ebit/cell/register/register_options.h"
#include "ebit/fit/options.h"

namespace ebit::analysis {

/// A recorded training of a register cell without a head on windows of one number a step.
struct Recording {
  RegisterOptions cell;            ///< choices and sizes
  std::vector<double> parameters;  ///< [P] in the order of the cell's segments, before the first step
  std::size_t windows = 0;         ///< B
  std::size_t steps = 0;           ///< T
  std::vector<double> x;           ///< [B, T]
  std::vector<double> y;           ///< [B]
  std::vector<std::vector<std::int64_t>> permutations;  ///< [epochs][B] order of the windows
  std::vector<std::vector<double>> losses;              ///< [epochs][batches] mean squared error
  fit::TrainOptions options;                            ///< the optimizer and its settings
};

/// One epoch, repeated.
struct ReplayedEpoch {
  std::vector<double> losses;  ///< [batches]
  double mean = 0;             ///< of them
  double recorded = 0;         ///< mean of the recorded ones
  double largest = 0;  ///< largest difference from the recorded ones; infinity where one is not finite
};

/// Reads a recording: a JSON file with init_params, adam, X_train, y_train, permutations, batch_losses; the
/// sizes of the registers follow from the shapes of the parameters.
/// @param preset the model that was recorded. Throws Error, naming file and line, for one that is damaged.
Recording read_recording(const std::string& path, const std::string& preset);

/// Repeats the first epochs of a recording.
/// @param epochs at most as many as are recorded. @param step a name of fit::backend_names().
/// @param interrupted polled once a batch: true stops. @returns the epochs that were repeated, fewer where
/// it was stopped. Throws Error as fit::make_model().
std::vector<ReplayedEpoch> replay(const Recording& recording, std::size_t epochs, const std::string& step,
                                  const std::function<bool()>& interrupted);

}  // namespace ebit::analysis
