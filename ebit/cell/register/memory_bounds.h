// How much entanglement a cell's unitaries can make or destroy, and how much of that a traced memory uses.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "ebit/cell/register/memory_trace.h"
#include "ebit/info/power.h"

namespace ebit::inline cell {

/// One of the unitaries of a step, and where in the step it acts.
struct StepUnitary {
  std::string_view name;  ///< "U_en", "U_dis", "U_dis U_en"
  TracePoint from;        ///< the point before it
  TracePoint to;          ///< the point after it
};

/// The unitaries of a cell's step: both and their product, or the only one where the other has no layers.
std::vector<StepUnitary> step_unitaries(const RegisterOptions& options);

/// The matrix of a step's unitary with these angles, across system : ancilla register. @param parameters [P].
/// Throws Error for a wrong number of parameters, and where the matrix does not fit into memory.
BipartiteUnitary matrix_of(const RegisterCell<double>& cell, std::span<const double> parameters,
                           const StepUnitary& unitary);

/// How hard to look for the powers of a step's unitaries.
enum class PowerEffort {
  kNone,  ///< not at all
  kAuto,  ///< over the states that the cell can have (of a mixture: with what purifies it), while it takes
          ///< seconds
  kFull,  ///< with ancillas as large as the registers where kMaxPowerState allows, else as kAuto at any cost
};

/// The least and greatest of what steps did, against a power.
struct RealisedChange {
  double most = 0;         ///< the greatest, in ebits, 0 or more
  double mean = 0;         ///< mean over samples and steps, those that did the opposite counted as 0
  std::size_t sample = 0;  ///< of the greatest
  std::size_t step = 0;    ///< likewise
  double share_most = 0;   ///< most / power; NaN where there is no power, or it is 0
  double share_mean = 0;   ///< mean / power, likewise
};

/// The bounds of one unitary and what a trace makes of them.
struct MemoryBound {
  StepUnitary unitary;                  ///< which
  double upper_bound = 0;               ///< 2 log2 min(d_A, d_B): no state does better
  bool searched = false;                ///< what follows was computed
  double schmidt_entropy = 0;           ///< operator-Schmidt entropy, in bits
  std::array<int, 2> ancilla = {1, 1};  ///< dimensions of the ancillas of the search, 1: none
  PowerResult up;                       ///< E_up, a lower bound, where searched
  PowerResult down;                     ///< E_down, likewise
  RealisedChange made;                  ///< Delta S > 0 against E_up
  RealisedChange destroyed;             ///< -Delta S > 0 against E_down
  /// A step did more than the first search had found, and a second one started from it. What is shown is the
  /// second one's.
  bool learned = false;
  /// A step did more than `upper_bound`, or than its own state allows: what computed it is in error.
  bool broken = false;
};

/// Rounding of entropies: by so much a step may pass a bound, in ebits.
inline constexpr double kBoundTolerance = 1e-7;

/// Bounds of all unitaries of a step. A power that is found is a lower bound of the true one; where a traced
/// step passes it, the step's own state is given to another search as a start: a step counts as broken only
/// where that does not explain it, or where it passes the true upper bound. For a mixture the entropy of the
/// system is compared and the search has an ancilla beside the ancilla register, see memory_trace.h.
/// @param trace of `input` by the same cell and parameters. @param starts of each search, 1 or more.
std::vector<MemoryBound> memory_bounds(RegisterCell<double>& cell, std::span<const double> parameters,
                                       const SequenceInput<double>& input, const MemoryTrace& trace,
                                       PowerEffort effort, int starts = 16);

}  // namespace ebit::inline cell
