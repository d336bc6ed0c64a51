// Timing several pieces of work against each other so that a busy machine troubles all of them alike.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace ebit::bench {

/// How often and how long a race runs.
struct RaceOptions {
  int repeat = 7;             ///< repetitions of each side, 1 or more
  double min_seconds = 0.05;  ///< a repetition runs its work as often as it takes to last so long
};

/// What each repetition took of one side, seconds a run, in the order they were measured.
using Seconds = std::vector<double>;

/// Runs each side once to warm up, then by turns, side after side, `repeat` times: ours, theirs, ours,
/// theirs.
/// @returns [sides][repeat]. Exceptions of a side pass through. Throws Error for options out of range.
std::vector<Seconds> race(std::span<const std::function<void()>> sides, const RaceOptions& options);

/// The middle value; the mean of the two middle ones of an even number. Throws Error where there is none.
double median(Seconds values);

/// Half the distance between the quartiles over the median: how far repetitions scatter. 0 for one.
double spread(Seconds values);

/// The median over repetitions of theirs over ours, pair by pair: what slows both at once falls out. Throws
/// Error for lists of different lengths.
double paired_ratio(const Seconds& ours, const Seconds& theirs);

}  // namespace ebit::bench
