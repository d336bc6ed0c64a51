#include "ebit/study/entanglement_used.h"

#include <algorithm>

#include "ebit/cell/memory_trace.h"

namespace ebit::study {

EntanglementUsed entanglement_used(const std::vector<TrainedVariant>& variants) {
  EntanglementUsed used;
  SeedsFigure wanted{.title = "Entanglement of system and ancilla behind U_en, mean over the test windows",
                     .x_label = "",
                     .y_label = "ebits",
                     .joined = true};
  used.columns = {{"ebits available", {}}, {"ebits used, mean", {}}, {"most", {}}};
  PlotSeries available{.label = "available", .style = PlotStyle::kDashes, .color = PlotColor::kInk};
  for (const TrainedVariant& trained : variants) {
    const SequenceInput<double> input = judged_input(trained.dataset);
    RegisterCell<double> cell(trained.cell);
    std::vector<double> means, mosts;
    for (const CellWeights& weights : trained.weights) {
      const MemoryTrace trace = trace_memory(cell, weights.trained, input, {.negativity = false});
      const std::vector<double>& bits = trace[TracePoint::kEntangled].system;
      means.push_back(spread_of(bits).mean);
      mosts.push_back(*std::ranges::max_element(bits));
    }
    used.available.push_back(std::min(trained.cell.system, trained.cell.ancilla));
    used.columns[0].cells.push_back(table_number(used.available.back()));
    used.columns[1].cells.push_back(table_spread(spread_of(means).mean, spread_of(means).deviation, 3));
    used.columns[2].cells.push_back(table_number(*std::ranges::max_element(mosts), 3));
    available.x.push_back(static_cast<double>(wanted.names.size()));
    available.y.push_back(used.available.back());
    wanted.names.push_back(trained.variant.name);
    wanted.values.push_back(means);
    used.mean.push_back(std::move(means)), used.most.push_back(std::move(mosts));
  }
  used.figure = seeds_figure(wanted);
  used.figure.series.insert(used.figure.series.begin(), available);
  used.figure.y_low = 0;
  return used;
}

void add_entanglement(const EntanglementUsed& used, const std::vector<TrainedVariant>& variants,
                      std::vector<Json>& rows) {
  add_numbers(rows, variants, [&](std::size_t v, std::size_t k) {
    return Json{{"ebits_available", used.available[v]},
                {"ebits_mean", used.mean[v][k]},
                {"ebits_most", used.most[v][k]}};
  });
}

}  // namespace ebit::study
