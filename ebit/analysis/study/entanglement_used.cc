#include "ebit/analysis/study/entanglement_used.h"

#include <algorithm>

#include "ebit/base/error.h"
#include "ebit/cell/controlled/controlled_trace.h"
#include "ebit/cell/register/memory_trace.h"

namespace ebit::analysis {
namespace {

// The entropies of one training's memory, [B, T], and the most that they can be.
struct Traced {
  std::vector<double> bits;
  double largest;
};

Traced traced(const RegisterOptions& options, const CellMoment& moment, const SequenceInput<double>& input) {
  RegisterCell<double> cell(options);
  MemoryTrace trace = trace_memory(cell, moment.parameters, input, {.negativity = false});
  return {std::move(trace.at[static_cast<std::size_t>(TracePoint::kEntangled)].system),
          static_cast<double>(std::min(options.system, options.ancilla))};
}

Traced traced(const ControlledOptions& options, const CellMoment& moment,
              const SequenceInput<double>& input) {
  ControlledCell<double> cell(options);
  ControlledTrace trace = trace_memory(cell, moment.parameters, input);
  return {std::move(trace.entropy), trace.largest};
}

// Of the families whose memory is numbers.
template <class Options>
Traced traced(const Options& options, const CellMoment&, const SequenceInput<double>&) {
  fail("a {} cell has no quantum memory whose entanglement could be measured",
       family_of(CellOptions(options)).name);
}

Traced traced(const MeasuredOptions&, const CellMoment&, const SequenceInput<double>&) {
  fail(
      "a measured cell's memory is pure at every step, and nothing is beside it that it could be entangled "
      "with");
}

Traced traced(const RvqeOptions&, const CellMoment&, const SequenceInput<double>&) {
  fail("an rvqe's memory is pure at every step, and nothing is beside it that it could be entangled with");
}

}  // namespace

EntanglementUsed entanglement_used(const std::vector<TrainedVariant>& variants) {
  const bool qrnn = std::holds_alternative<ControlledOptions>(variants[0].cell);
  EntanglementUsed used;
  SeedsFigure wanted{
      .title = qrnn ? "Entanglement of the qubits' halves, mean over the test windows"
                    : "Entanglement of system and ancilla behind U_en, mean over the test windows",
      .x_label = "",
      .y_label = "ebits",
      .joined = true};
  used.columns = {{"ebits available", {}}, {"ebits used, mean", {}}, {"most", {}}};
  PlotSeries available{.label = "available", .style = PlotStyle::kDashes, .color = PlotColor::kInk};
  for (const TrainedVariant& variant : variants) {
    std::vector<double> means, mosts;
    double largest = 0;
    for (const TrainedCell& seed : variant.seeds) {
      const SequenceInput<double> input = variant.input(seed.trained, seed.seed);
      const Traced trace =
          std::visit([&](const auto& options) { return traced(options, seed.trained, input); }, variant.cell);
      means.push_back(experiment::mean_spread(trace.bits).mean);
      mosts.push_back(*std::ranges::max_element(trace.bits));
      largest = trace.largest;
    }
    used.available.push_back(largest);
    used.columns[0].cells.push_back(table_number(largest));
    used.columns[1].cells.push_back(
        table_spread(experiment::mean_spread(means).mean, experiment::mean_spread(means).spread, 3));
    used.columns[2].cells.push_back(table_number(*std::ranges::max_element(mosts), 3));
    available.x.push_back(static_cast<double>(wanted.names.size()));
    available.y.push_back(largest);
    wanted.names.push_back(variant.variant.name);
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

}  // namespace ebit::analysis
