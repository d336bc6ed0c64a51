// Sweeps: one problem, many settings, and the one that does best on the validation part.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/analysis/suite/suite.h"

namespace ebit::analysis {

/// An option that a sweep varies.
struct SweptOption {
  std::string name;                 ///< "section.key"
  std::string where;                ///< for messages: "mine.toml:7"
  bool drawn = false;               ///< of [random]: a value a draw; else of [grid]: every value
  std::vector<std::string> values;  ///< listed ones, as texts; empty: a range
  double low = 0;                   ///< range: the least value
  double high = 0;                  ///< range: the greatest
  bool log = false;                 ///< range: even on a logarithmic scale
  bool whole = false;               ///< range: whole numbers, both ends among them
};

/// What is tried.
struct SweepSpec {
  std::string name;                  ///< of the default folder and in titles
  std::string help;                  ///< one line: the question; may be empty
  std::string problem = "forecast";  ///< a row of problems()
  std::string metric;                ///< of the validation part; empty: the one that the problem is judged by
  std::string metric_where;          ///< for messages: "mine.toml:3"
  bool scaled = false;               ///< the metric of scaled numbers instead of the data's units
  int seeds = 3;                     ///< trainings of each setting
  int draws = 0;                     ///< of the options of [random]
  std::uint64_t seed = 1;            ///< of these draws
  std::vector<Setting> settings;     ///< of all settings that have such an option
  std::vector<SweptOption> options;  ///< at least one
};

/// A sweep as a user would write it, to begin one of one's own.
std::string_view sweep_example();

/// Reads a sweep of TOML (or JSON): see docs/sweeps.md. Throws Error as "source:line: ..." for a key, an
/// option, a value or a range that is none, for an option that may not be chosen by a score because it says
/// what is scored, and for a sweep that varies nothing.
SweepSpec parse_sweep(std::string_view text, const std::string& source);

/// One setting of a sweep.
struct SweepPoint {
  std::string name;                 ///< of folders: a hash of its varied values, so that a sweep may grow
  std::vector<Setting> settings;    ///< all that makes it
  std::vector<std::string> values;  ///< [options] the varied ones; "" where one has no effect
};

/// The settings of a sweep: every draw with every value of the grid. Options without effect on a setting are
/// left out of it, and settings that are then equal are one. A draw is a function of seed, option and number
/// alone: more draws or options leave the earlier ones as they were. Throws Error for a value that an option
/// does not take, and for an option without effect on all of them.
std::vector<SweepPoint> points_of(const SweepSpec& sweep);

/// The sweep as a suite: a model a setting on the same data, and without its test part.
Suite suite_of(const SweepSpec& sweep, const std::vector<SweepPoint>& points);

}  // namespace ebit::analysis
