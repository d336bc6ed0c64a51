// Workload D: register cells of three sizes, and how a training step grows with each of them.
#include <fmt/format.h>

#include <cmath>

#include "ebit/bench/cell_step.h"
#include "ebit/bench/workload.h"

namespace ebit::bench {
namespace {

constexpr std::size_t kRounds = 20000;

// One size made larger by a factor of two at a time, all others as in CellShape.
struct Axis {
  const char* name;  // what doubles
  std::vector<int> values;
  void (*set)(CellShape& shape, int value);
};

std::vector<Axis> axes(bool quick) {
  const auto wires = [](CellShape& s, int n) { s.system = s.ancilla = n / 2; };
  const auto steps = [](CellShape& s, int t) { s.steps = static_cast<std::size_t>(t); };
  const auto batch = [](CellShape& s, int b) { s.batch = static_cast<std::size_t>(b); };
  const auto layers = [](CellShape& s, int l) { s.layers = l; };
  if (quick)
    return {{"n", {4, 6}, wires}, {"T", {10, 20}, steps}, {"B", {16, 32}, batch}, {"layers", {2, 4}, layers}};
  return {{"n", {4, 6, 8, 10, 12}, wires},
          {"T", {5, 10, 20, 40, 80}, steps},
          {"B", {16, 32, 64, 128, 256}, batch},
          {"layers", {1, 2, 4, 8}, layers}};
}

CellShape base(bool quick) { return quick ? CellShape{.system = 2, .ancilla = 2} : CellShape{}; }

// Against the machine's limit.
template <class T>
Result measure(const Bench& bench, const CellShape& shape) {
  CellStep<T> step(collapse_cell(shape), shape, 1);
  double flops = 0;
  const std::function<void()> sides[] = {[&] { step.run(); }, [&] { flops = run_multiply_adds<T>(kRounds); }};
  RaceOptions options = bench.race_options();
  // A step of the largest cell takes seconds by itself.
  if (shape.system + shape.ancilla >= 16) options.repeat = std::min(options.repeat, 3);
  std::vector<Seconds> taken = race(sides, options);
  for (double& seconds : taken[1]) seconds *= step.gate_flops() / flops;
  Result result{.workload = "D",
                .size = fmt::format("{}+{} qubits", shape.system, shape.ancilla),
                .dtype = sizeof(T) == 8 ? "float64" : "float32",
                .threads = bench.options.threads,
                .unit = "step",
                .ours = taken[0],
                .against = "fma-peak",
                .theirs = taken[1],
                .note = "44 flops a pair of amplitudes and RY; encoder, readout and collapse not counted"};
  result.share = ratio_of(result);
  return result;
}

// Each size of an axis against the size before it, and the exponent of the growth between the two.
void measure_growth(const Bench& bench, const Axis& axis, std::vector<Result>& results) {
  std::vector<CellStep<double>> cells;
  cells.reserve(axis.values.size());
  for (const int value : axis.values) {
    CellShape shape = base(bench.options.quick);
    axis.set(shape, value);
    cells.emplace_back(collapse_cell(shape), shape, 1);
  }
  std::vector<std::function<void()>> sides;
  for (CellStep<double>& cell : cells) sides.push_back([&cell] { cell.run(); });
  bench.next(fmt::format("D: growth in {}", axis.name));
  RaceOptions options = bench.race_options();
  options.min_seconds /= 4;
  const std::vector<Seconds> taken = race(sides, options);
  for (std::size_t i = 1; i < sides.size(); ++i) {
    Result result{.workload = "D",
                  .size = fmt::format("{}={}", axis.name, axis.values[i]),
                  .variant = "growth",
                  .dtype = "float64",
                  .threads = bench.options.threads,
                  .unit = "step",
                  .ours = taken[i],
                  .against = fmt::format("{}={}", axis.name, axis.values[i - 1]),
                  .theirs = taken[i - 1],
                  .note = "the same cell at the size before; exponent: of the growth, n counted as 2^n"};
    const double grown = axis.name[0] == 'n' ? axis.values[i] - axis.values[i - 1]
                                             : std::log2(double(axis.values[i]) / axis.values[i - 1]);
    result.more = {{"axis", axis.name},
                   {"value", axis.values[i]},
                   {"value_before", axis.values[i - 1]},
                   {"exponent", -std::log2(ratio_of(result)) / grown}};
    results.push_back(std::move(result));
  }
}

}  // namespace

std::vector<Result> run_cell_sizes(const Bench& bench) {
  std::vector<Result> results;
  const std::vector<int> sizes = bench.options.quick ? std::vector{2, 3} : std::vector{4, 6, 8};
  for (const int half : sizes) {
    CellShape shape = base(bench.options.quick);
    shape.system = shape.ancilla = half;
    bench.next(fmt::format("D: {0}+{0} qubits", half));
    results.push_back(measure<double>(bench, shape));
    results.push_back(measure<float>(bench, shape));
  }
  for (const Axis& axis : axes(bench.options.quick)) measure_growth(bench, axis, results);
  return results;
}

}  // namespace ebit::bench
