// Learning-rate schedules: a factor on the learning rate, new every epoch.
#pragma once

#include <limits>
#include <span>
#include <string_view>

#include "ebit/fit/options.h"

namespace ebit::fit {

/// What a schedule remembers from epoch to epoch; a checkpoint stores it.
struct ScheduleState {
  double factor = 1.0;  ///< learning rate of the coming epoch / the option's
  double best = std::numeric_limits<double>::infinity();  ///< plateau: best monitored loss so far
  int waited = 0;  ///< plateau: epochs since then or since the last drop
};

/// A row of the schedule table.
struct ScheduleRow {
  std::string_view name;   ///< as written in options, for example "cosine"
  std::string_view help;   ///< one line for `--help` and the docs
  bool depends_on_epochs;  ///< whether the factor depends on the total number of epochs
  /// Sets state.factor for epoch `next` (counted from 0) of `epochs`, given the loss of the epoch before
  /// (validation where there is a validation part, else training).
  void (*advance)(const ScheduleOptions& options, int next, int epochs, double monitored,
                  ScheduleState& state);
};

/// All schedules: none, cosine, step, plateau.
std::span<const ScheduleRow> schedules();

/// The row called `name`. Throws Error with the nearest name for one that is not there.
const ScheduleRow& find_schedule(std::string_view name);

}  // namespace ebit::fit
