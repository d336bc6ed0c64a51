// What a trained memory may suffer from, told with a figure and what to do about it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ebit/cell/memory_trace.h"

namespace ebit::train {

/// One finding.
struct Finding {
  std::string name;  ///< "stuck-outcome", for programs
  double value = 0;  ///< the figure that was compared
  double limit = 0;  ///< with what
  std::string text;  ///< what was seen and what to try, one line
};

/// Above this share of steps with one and the same outcome, a measured hidden state is called stuck: fewer
/// than one step in twenty then tells the memory anything by its outcome.
inline constexpr double kStuckShare = 0.95;
/// Below this share of what the gradient of the loss is at the last step of a window, that of the first step
/// counts as vanished: Adam's steps would be ruled by the late steps alone.
inline constexpr double kVanishedShare = 1e-3;
/// A gradient norm below this in the first epochs is a plateau: at the usual learning rates nothing moves.
inline constexpr double kFlatNorm = 1e-4;
/// A readout beyond this is near the end of its range [-1, 1]: its slope in any angle is below 0.15.
inline constexpr double kSaturatedSize = 0.99;
/// Above this share of readouts beyond kSaturatedSize, outputs are called saturated.
inline constexpr double kSaturatedShare = 0.25;
/// Where exchanging the past of all windows changes predictions by less than this share of their spread, the
/// memory is not used.
inline constexpr double kUnusedShare = 0.01;

/// The hidden update keeps one outcome at nearly every step. None where nothing is measured.
std::optional<Finding> stuck_outcome(const MemoryTrace& trace);

/// Predictions follow the last known value more closely than the truth: they are nearer to it in the mean
/// square and correlate with it better. All [N], in equal units.
std::optional<Finding> prediction_lag(std::span<const double> truth, std::span<const double> prediction,
                                      std::span<const double> last_known);

/// The loss hardly depends on the early inputs. @param by_step [T] norms of its gradient in the input of each
/// step.
std::optional<Finding> vanishing_gradient(std::span<const double> by_step);

/// The gradient was next to nothing from the start of the training. @param norms [epochs].
std::optional<Finding> flat_start(std::span<const double> norms);

/// Many readouts are at the ends of their range. @param readouts expectation values in [-1, 1].
std::optional<Finding> saturated_readouts(std::span<const double> readouts);

/// Predictions do not depend on what came before the last step. @param exchanged predictions with the past of
/// other windows, [N] as `prediction`.
std::optional<Finding> unused_memory(std::span<const double> prediction, std::span<const double> exchanged);

}  // namespace ebit::train
