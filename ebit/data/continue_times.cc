#include "ebit/data/continue_times.h"

#include <fmt/format.h>

#include "ebit/data/timeline.h"

namespace ebit::inline data {

std::vector<std::string> continue_times(const std::vector<std::string>& times, int steps,
                                        std::string_view date_order) {
  const auto timeline = Timeline::read(times, date_order);
  std::vector<std::string> labels;
  for (int k = 1; k <= steps; ++k)
    labels.push_back(timeline ? timeline->label(timeline->step().after(timeline->moments().back(), k))
                              : fmt::format("+{}", k));
  return labels;
}

}  // namespace ebit::inline data
