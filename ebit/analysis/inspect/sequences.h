// The sequences that an inspection runs through a trained model's cell.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ebit/cell/cell.h"
#include "ebit/experiment/problem.h"
#include "ebit/fit/examples.h"

namespace ebit::analysis {

/// Sequences of one part of a problem. Windows of a model that carries its state on are one long sequence for
/// the cell.
struct Sequences {
  fit::Examples examples;             ///< as the model takes them
  std::vector<double> x;              ///< [samples, steps, E] what enters the cell
  std::vector<std::int64_t> lengths;  ///< [samples]; empty: all are `steps` long
  std::size_t samples = 0;            ///< B, for the cell
  std::size_t steps = 0;              ///< T, for the cell
  std::size_t window = 0;             ///< step k of a sequence is step k % window of what is shown
  std::size_t available = 0;          ///< sequences there were; 0: it is not known
  bool carried = false;               ///< windows are one sequence, see above
  std::string noun = "windows";       ///< what they are called: "windows" of a series, else "sequences"

  std::size_t count() const { return samples * steps / window; }  ///< sequences or windows taken
  /// Steps of sample b.
  std::size_t length(std::size_t b) const {
    return lengths.empty() ? steps : static_cast<std::size_t>(lengths[b]);
  }
  /// Of the x axis of figures.
  std::string step_label() const { return noun == "windows" ? "step of the window" : "step"; }
  /// The sequences as a cell takes them; a view.
  SequenceInput<double> input(std::uint64_t seed) const;
};

/// The last part of a problem with sequences, or the one called `name`. Throws Error for a name that is no
/// part (nearest suggested), and for a part without sequences.
std::size_t part_to_inspect(const experiment::Problem& problem, const std::string& name,
                            std::string_view command = "inspect");

/// At most `most` sequences (0: all) of a part, evenly spread; for a model that carries its state on the
/// first windows that follow each other. @param model whose cell reads them.
Sequences sequences_of(const experiment::Problem& problem, std::size_t part, std::size_t most,
                       fit::Model& model, const Config& config);

/// What model and loss say of the steps of some sequences.
struct Dependence {
  std::vector<double> by_step;    ///< [T] norm of d loss / d x_t, root of the mean square over sequences
  double first = 0;               ///< the same in the first step of every sequence
  double last = 0;                ///< in its last one
  std::vector<double> answers;    ///< [N] what the model says
  std::vector<double> exchanged;  ///< [N] the same with the past of other sequences; empty: there is none
};

/// Runs sequences that are not carried through a model: the gradient of its loss by steps, and what it says
/// where each sequence's last step comes behind the other steps of a sequence half the list away.
/// @param seed of the draws.
Dependence dependence(fit::Model& model, const Sequences& sequences, std::uint64_t seed);

}  // namespace ebit::analysis
