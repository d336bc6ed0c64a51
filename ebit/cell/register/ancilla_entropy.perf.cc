// What an entropy in the loss costs: a training step of a cell without one, and with one at either stage.
#include <benchmark/benchmark.h>

#include "ebit/cell/cell_problem.h"

namespace ebit::inline cell {
namespace {

// range(0) qubits of either register, range(1) 0: no entropy, else a row of entropy_stages(). 64 windows of
// 10 steps, collapse.
template <class T>
void cell_with_entropy(benchmark::State& state) {
  RegisterOptions options;
  options.system = options.ancilla = static_cast<int>(state.range(0));
  if (state.range(1) > 0) {
    const EntropyStage& stage = entropy_stages()[static_cast<std::size_t>(state.range(1)) - 1];
    options.entropy = "von-neumann", options.entropy_stage = stage.name;
    state.SetLabel(options.entropy_stage);
  }
  CellProblem<T> problem(options, 64, 10, /*seed=*/1);
  std::vector<double> d_parameters(problem.parameters.size());
  TapeMemory memory;
  const bool entropy = !problem.entropy.empty();
  for (auto _ : state) {
    const auto tape = memory.take(problem.cell->tape_bytes(64, 10));
    problem.cell->forward(problem.parameters, problem.input(),
                          {problem.y.data(), nullptr, entropy ? problem.entropy.data() : nullptr}, tape);
    problem.cell->backward(problem.parameters, problem.input(), tape,
                           {problem.d_y.data(), nullptr, entropy ? problem.d_entropy.data() : nullptr},
                           {d_parameters.data()});
    benchmark::ClobberMemory();
  }
  state.counters["ns/sample/step"] = benchmark::Counter(
      1e-9 * 64 * 10, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(cell_with_entropy<double>)->ArgsProduct({{1, 2, 3, 4}, {0, 1, 2}});
BENCHMARK(cell_with_entropy<float>)->ArgsProduct({{2}, {0, 1, 2}});

}  // namespace
}  // namespace ebit::inline cell
