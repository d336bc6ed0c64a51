#include "ebit/data/continue_times.h"

#include <fmt/format.h>

#include "ebit/data/timeline.h"

namespace ebit::inline data {

std::vector<std::string> continue_times(const std::vector<std::string>& times, int steps,
                                        std::string_view date_order) {
  const auto timeline = Timeline::read(times, date_order);
  std::vector<std::string> labels;
  for (int k = 1; k <= steps; ++k) {
    const auto label = timeline ? timeline->after_last(k) : std::nullopt;
    labels.push_back(label ? *label : fmt::format("+{}", k));
  }
  return labels;
}

}  // namespace ebit::inline data
