// A register cell forward and backward over a batch of windows: the paper's sizes, and larger registers.
#include <benchmark/benchmark.h>

#include "ebit/cell/cell_problem.h"

namespace ebit {
namespace {

// One batch: range(0)+range(0) wires, range(1) layers of U_en and of U_dis, range(2) steps, range(3) samples.
template <class T>
void forward_backward(benchmark::State& state) {
  RegisterOptions options;
  options.system = options.ancilla = static_cast<int>(state.range(0));
  options.layers_en = options.layers_dis = static_cast<int>(state.range(1));
  CellProblem<T> problem(options, static_cast<std::size_t>(state.range(3)),
                         static_cast<std::size_t>(state.range(2)), 1);
  for (auto _ : state) benchmark::DoNotOptimize(problem.gradient());
}

void sizes(benchmark::internal::Benchmark* b) {
  b->ArgNames({"wires", "layers", "steps", "batch"})
      ->Args({2, 2, 10, 5})
      ->Args({2, 2, 10, 64})
      ->Args({3, 4, 20, 32})
      ->Args({4, 4, 20, 32});
}

BENCHMARK(forward_backward<double>)->Apply(sizes)->Unit(benchmark::kMicrosecond);
BENCHMARK(forward_backward<float>)->Apply(sizes)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace ebit
