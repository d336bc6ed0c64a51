#include "ebit/settings/published.h"

#include <algorithm>
#include <iterator>

#include "ebit/base/choice.h"
#include "ebit/settings/resolve.h"

namespace ebit::inline settings {

std::span<const ModelRow> published_models() {
  static const std::vector<ModelRow> rows = [] {
    std::vector<ModelRow> published;
    std::ranges::copy_if(models(), std::back_inserter(published), [](const ModelRow& row) {
      return (row.family & kCells) != 0 && row.name != "register" && row.name != "gated";
    });
    return published;
  }();
  return rows;
}

const ModelRow& find_published(std::string_view name) {
  return find_row(published_models(), "unknown preset", name);
}

Pairs settings_of(const ModelRow& row) {
  if (row.preset) return settings_of(*row.preset);
  Pairs settings = row.settings;
  settings.insert(settings.end(), row.training.begin(), row.training.end());
  return settings;
}

NumberCounts trained_numbers(const ModelRow& row) {
  const Config config = resolve("forecast", std::nullopt, {{"model.name", row.name, "preset " + row.name}});
  if ((problems_of(row) & kForecast) == 0) return counts_of(make_cell<double>(cell_of(config))->segments());
  const fit::ModelSpec spec =
      fit::completed(spec_of(config, fit::InputSpec{}, fit::HeadSpec{}, "a series of one column"));
  const auto cell = make_cell<double>(std::get<CellOptions>(spec.core));
  NumberCounts counts = counts_of(cell->segments());
  if (spec.head.linear) counts.classical += static_cast<std::int64_t>(cell->outputs()) + 1;
  return counts;
}

}  // namespace ebit::inline settings
