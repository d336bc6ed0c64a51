// The part of results.h that shows the series of a panel.
#include <algorithm>
#include <cmath>
#include <map>

#include "ebit/base/error.h"
#include "ebit/experiment/runs/results.h"

namespace ebit::experiment {
namespace {

// A model on one series.
struct OfSeries {
  std::vector<std::vector<double>> values;  // [metrics][seeds]
  std::vector<double> covered, width;       // [seeds]
};

std::map<std::size_t, OfSeries> by_series(const ModelResult& model, std::size_t part) {
  std::map<std::size_t, OfSeries> all;
  for (const SeedResult& seed : model.seeds) {
    if (!seed.scores.parts[part]) continue;
    for (const SeriesScore& score : seed.scores.parts[part]->by_series) {
      OfSeries& own = all[score.series];
      own.values.resize(score.values.size());
      for (std::size_t m = 0; m < score.values.size(); ++m) own.values[m].push_back(score.values[m]);
      if (!score.interval) continue;
      own.covered.push_back(score.interval->coverage), own.width.push_back(score.interval->width);
    }
  }
  return all;
}

}  // namespace

TextTable series_table(const Results& results, std::size_t part, std::size_t most) {
  const std::size_t judged = results.judged_metric;
  const MetricName& metric = results.metrics[judged];
  const auto cost = [&](const OfSeries& own) {
    const double mean = mean_spread(own.values[judged]).mean;
    return metric.greater_is_better ? -mean : mean;
  };
  std::vector<std::map<std::size_t, OfSeries>> models;
  for (const ModelResult& model : results.models) models.push_back(by_series(model, part));
  std::vector<std::pair<double, std::size_t>> order;
  for (const auto& [series, own] : models.at(0)) order.emplace_back(cost(own), series);
  // Where it is undefined nothing can be said of what is worse.
  std::ranges::stable_sort(order, [](const auto& a, const auto& b) {
    return !std::isnan(a.first) && (std::isnan(b.first) || a.first > b.first);
  });
  const std::size_t shown = most == 0 ? order.size() : std::min(most, order.size());
  const bool intervals =
      std::ranges::any_of(models[0], [](const auto& own) { return !own.second.width.empty(); });

  TextTable table;
  table.title = shown < order.size() ? fmt::format("The {} worst of {} series, {} on the {} part", shown,
                                                   order.size(), results.models[0].name, kPartNames[part])
                                     : fmt::format("By series, the worst first: {} on the {} part",
                                                   results.models[0].name, kPartNames[part]);
  table.columns = {{results.series_column, false}};
  for (const MetricName& name : results.metrics) table.columns.push_back({name.name});
  if (intervals) table.columns.insert(table.columns.end(), {{"covered"}, {"width"}});
  if (results.models.size() > 1)
    table.columns.insert(table.columns.end(), {{"best other", false}, {fmt::format("its {}", metric.name)}});
  for (std::size_t i = 0; i < shown; ++i) {
    const std::size_t series = order[i].second;
    const OfSeries& own = models[0].at(series);
    std::vector<std::string> row = {results.series.at(series)};
    for (const std::vector<double>& seeds : own.values) {
      const MeanSpread value = mean_spread(seeds);
      row.push_back(table_spread(value.mean, value.spread));
    }
    if (intervals) {
      const double covered = mean_spread(own.covered).mean;
      row.push_back(std::isnan(covered) ? "–" : fmt::format("{:.1f} %", 100 * covered));
      row.push_back(table_number(mean_spread(own.width).mean));
    }
    const OfSeries* best = nullptr;
    std::string name = "–";
    for (std::size_t m = 1; m < models.size(); ++m) {
      const auto other = models[m].find(series);
      if (other == models[m].end() || std::isnan(cost(other->second))) continue;
      if (best == nullptr || cost(other->second) < cost(*best))
        best = &other->second, name = results.models[m].name;
    }
    if (models.size() > 1) {
      row.push_back(name);
      row.push_back(best ? table_number(mean_spread(best->values[judged]).mean) : "–");
    }
    table.rows.push_back(std::move(row));
  }
  if (shown < order.size()) table.notes.push_back("all series are in metrics.json (by_series)");
  return table;
}

}  // namespace ebit::experiment
