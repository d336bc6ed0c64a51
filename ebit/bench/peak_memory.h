// How much memory a piece of work takes at most.
#pragma once

#include <functional>

namespace ebit::bench {

/// What a piece of work took.
struct WorkCost {
  double peak_bytes = 0;  ///< most heap in use at once, above what was in use when it began
  double seconds = 0;     ///< wall time
};

/// Measures work in a child process of its own, so that nothing that ran before is counted and nothing that
/// it leaves is kept. The heap in use is looked at ten thousand times a second, so what lives for less time
/// than that may be missed.
/// @param prepare called in the child: makes ready and returns the work; what it holds before the work is not
///        counted.
/// Threads of parallel_for must not be running: call set_threads(1) first, the child has this thread only.
/// Throws Error where the child failed, with its message.
WorkCost measure_in_child(const std::function<std::function<void()>()>& prepare);

}  // namespace ebit::bench
