#include "ebit/experiment/problems/panel_exhibits.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "ebit/experiment/problems/forecast_exhibits.h"
#include "ebit/report/text_table.h"

namespace ebit::experiment {

std::vector<ChosenSeries> choose_series(std::span<const Scores* const> seeds, std::size_t metric,
                                        const MetricName& name) {
  std::size_t part = kPartNames.size();
  while (part > 0 && !seeds[0]->parts[part - 1]) --part;
  if (part == 0) return {};
  std::map<std::size_t, double> costs;
  for (const Scores* seed : seeds)
    for (const SeriesScore& own : seed->parts[part - 1]->by_series)
      costs[own.series] += own.values[metric] / static_cast<double>(seeds.size());
  std::vector<std::pair<double, std::size_t>> order;
  for (const auto& [series, cost] : costs)
    if (!std::isnan(cost)) order.emplace_back(name.greater_is_better ? -cost : cost, series);
  if (order.empty()) return {};
  std::ranges::sort(order, std::greater<>());
  std::vector<ChosenSeries> chosen;
  const auto add = [&](std::size_t at, const char* what) {
    const std::size_t series = order[at].second;
    if (std::ranges::find(chosen, series, &ChosenSeries::series) == chosen.end())
      chosen.push_back({series, chosen.size() + 1,
                        fmt::format("{} of {} series by {} ({})", what, order.size(), name.name,
                                    table_number(costs[series], 3))});
  };
  add(0, "the worst"), add(order.size() / 2, "the middle"), add(order.size() - 1, "the best");
  return chosen;
}

std::vector<Exhibit> series_exhibits(const Dataset& dataset, const std::vector<Scores>& seeds,
                                     const ChosenSeries& chosen) {
  std::vector<const Scores*> own;
  for (const Scores& seed : seeds) own.push_back(&seed);
  std::vector<Exhibit> kept;
  for (Exhibit& exhibit : forecast_exhibits(dataset, own)) {
    if (!exhibit.name.starts_with("predictions")) continue;
    exhibit.name =
        fmt::format("series-{}{}", chosen.place, exhibit.name.substr(std::string("predictions").size()));
    exhibit.caption = fmt::format("'{}', {}.{}{}", dataset.series.id, chosen.why,
                                  exhibit.caption.empty() ? "" : " ", exhibit.caption);
    kept.push_back(std::move(exhibit));
  }
  return kept;
}

}  // namespace ebit::experiment
