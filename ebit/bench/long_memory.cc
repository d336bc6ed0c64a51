// Workload E: what a coherent cell's forward and backward pass takes of memory as sequences grow longer.
#include <fmt/format.h>

#include <memory>

#include "ebit/base/parallel.h"
#include "ebit/bench/cell_step.h"
#include "ebit/bench/peak_memory.h"
#include "ebit/bench/workload.h"

namespace ebit::bench {
namespace {

CellShape shape_of(bool quick, std::size_t steps) {
  const int half = quick ? 3 : 5;
  return {.system = half, .ancilla = half, .layers = 2, .steps = steps, .batch = 32};
}

WorkCost cost_of(bool quick, std::size_t steps) {
  return measure_in_child([=]() -> std::function<void()> {
    const CellShape shape = shape_of(quick, steps);
    // Inputs, outputs and gradients are here before the work begins, and so are not counted.
    auto step = std::make_shared<CellStep<double>>(coherent_cell(shape), shape, 1);
    return [step] { step->run(); };
  });
}

}  // namespace

std::vector<Result> run_long_memory(const Bench& bench) {
  const int threads_before = threads();
  set_threads(1);
  const std::vector<std::size_t> lengths =
      bench.options.quick ? std::vector<std::size_t>{10, 100} : std::vector<std::size_t>{10, 100, 1000};
  const int repeat = std::min(bench.race_options().repeat, 3);
  std::vector<Seconds> seconds(lengths.size()), bytes(lengths.size());
  for (int r = 0; r < repeat; ++r)
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      bench.next(fmt::format("E: {} steps", lengths[i]));
      const WorkCost cost = cost_of(bench.options.quick, lengths[i]);
      seconds[i].push_back(cost.seconds), bytes[i].push_back(cost.peak_bytes);
    }
  std::vector<Result> results;
  for (std::size_t i = 1; i < lengths.size(); ++i) {
    const double peak = median(bytes[i]), peak_first = median(bytes[0]);
    const CellShape shape = shape_of(bench.options.quick, lengths[i]);
    results.push_back({.workload = "E",
                       .size = fmt::format("n={}, T={}", shape.system + shape.ancilla, lengths[i]),
                       .dtype = "float64",
                       .unit = "step",
                       .ours = seconds[i],
                       .against = fmt::format("T={}", lengths[0]),
                       .theirs = seconds[0],
                       .factor = peak_first / peak,
                       .note = "ratio: peak heap of the short sequence over this one's, each in a process of "
                               "its own, inputs, readouts and their gradients not counted",
                       .more = {{"peak_bytes", peak},
                                {"against_peak_bytes", peak_first},
                                {"growth", peak / peak_first},
                                {"growth_in_time", median(seconds[i]) / median(seconds[0])}}});
  }
  set_threads(threads_before);
  return results;
}

}  // namespace ebit::bench
