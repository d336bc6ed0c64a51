// What a trained memory may suffer from, told with a figure and what to do about it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ebit::analysis {

/// What to try about findings, in the options of a family of cells; ends of sentences.
struct Advice {
  std::string_view vanishing;  ///< what makes gradients reach further back
  std::string_view flat;       ///< what makes a training start with a gradient
  std::string_view saturated;  ///< what gives readouts room
  std::string_view unused;     ///< what makes a model use its memory
};

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
/// @param outcomes one a step, of all sequences.
std::optional<Finding> stuck_outcome(std::span<const int> outcomes);

/// Predictions follow the last known value more closely than the truth: they are nearer to it in the mean
/// square and correlate with it better. All [N], in equal units.
std::optional<Finding> prediction_lag(std::span<const double> truth, std::span<const double> prediction,
                                      std::span<const double> last_known);

/// The loss hardly depends on the early inputs. @param first norm of its gradient in the first step's input.
/// @param last in the last one's.
std::optional<Finding> vanishing_gradient(double first, double last, const Advice& advice);

/// The gradient was next to nothing from the start of the training. @param norms [epochs].
std::optional<Finding> flat_start(std::span<const double> norms, const Advice& advice);

/// Many readouts are at the ends of their range. @param readouts expectation values in [-1, 1].
std::optional<Finding> saturated_readouts(std::span<const double> readouts, const Advice& advice);

/// Predictions do not depend on what came before the last step. @param exchanged predictions with the past of
/// other sequences, [N] as `prediction`. @param noun what sequences are called: "windows".
std::optional<Finding> unused_memory(std::span<const double> prediction, std::span<const double> exchanged,
                                     const std::string& noun, const Advice& advice);

}  // namespace ebit::analysis
