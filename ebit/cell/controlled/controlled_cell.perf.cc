// Time of a step and sample of the controlled cell, and the memory that a whole sequence takes.
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include "ebit/cell/cell_problem.h"

namespace ebit::inline cell {
namespace {

constexpr const char* kAnsaetze[] = {"hardware-efficient", "zz-ring"};

// range(0) qubits, range(1) steps, range(2) samples, range(3) -1: forward alone, 0: with backward, states
// un-computed, 1: states stored, range(4) an ansatz. Otherwise the defaults, with 28 inputs and one hidden
// layer of 64.
template <class T>
void controlled_cell(benchmark::State& state) {
  ControlledOptions options;
  options.ansatz = kAnsaetze[state.range(4)];
  state.SetLabel(options.ansatz);
  options.inputs = 28, options.qubits = static_cast<int>(state.range(0));
  options.ffn.hidden = {64};
  const bool backward = state.range(3) >= 0;
  options.gradient_memory = state.range(3) == 1 ? "store" : "uncompute";
  CellProblem<T> problem(options, static_cast<std::size_t>(state.range(2)),
                         static_cast<std::size_t>(state.range(1)), /*seed=*/1);
  for (auto _ : state) {
    if (backward)
      benchmark::DoNotOptimize(problem.gradient());
    else
      problem.forward();
  }
  state.counters["ns/step/sample"] =
      benchmark::Counter(1e-9 * static_cast<double>(state.range(1) * state.range(2)),
                         benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  state.counters["peak MiB"] = static_cast<double>(usage.ru_maxrss) / 1024;  // of the process so far
}

void sizes(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"qubits", "steps", "samples", "store", "ansatz"})->Unit(benchmark::kMillisecond);
  for (int ansatz : {0, 1})
    for (int backward : {-1, 0, 1})
      for (int qubits : {4, 6, 8, 10}) bench->Args({qubits, 28, 32, backward, ansatz});
  for (int ansatz : {0, 1}) bench->Args({14, 784, 16, 0, ansatz});
}

BENCHMARK(controlled_cell<float>)->Apply(sizes);
BENCHMARK(controlled_cell<double>)->Apply(sizes);

}  // namespace
}  // namespace ebit::inline cell
