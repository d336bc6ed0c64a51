#include "ebit/fit/schedule.h"

#include <cmath>
#include <numbers>

#include "ebit/base/choice.h"

namespace ebit::fit {
namespace {

constexpr ScheduleRow kSchedules[] = {
    {"none", "the same learning rate throughout", false,
     [](const ScheduleOptions&, int, int, double, ScheduleState& state) { state.factor = 1.0; }},
    {"cosine", "half a cosine from the learning rate down to zero over all epochs", true,
     [](const ScheduleOptions&, int next, int epochs, double, ScheduleState& state) {
       state.factor = 0.5 * (1.0 + std::cos(std::numbers::pi * next / epochs));
     }},
    {"step", "times gamma every `step` epochs", false,
     [](const ScheduleOptions& options, int next, int, double, ScheduleState& state) {
       state.factor = std::pow(options.gamma, next / options.step);
     }},
    {"plateau", "times gamma after `patience` epochs without a better loss", false,
     [](const ScheduleOptions& options, int, int, double monitored, ScheduleState& state) {
       if (monitored < state.best) {
         state.best = monitored;
         state.waited = 0;
       } else if (++state.waited > options.patience) {
         state.factor *= options.gamma;
         state.waited = 0;
       }
     }},
};

}  // namespace

std::span<const ScheduleRow> schedules() { return kSchedules; }

const ScheduleRow& find_schedule(std::string_view name) {
  return find_row(kSchedules, "no learning-rate schedule is called", name);
}

}  // namespace ebit::fit
