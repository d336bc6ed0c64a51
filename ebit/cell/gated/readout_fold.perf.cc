// Training steps of gated cells, folded and gate by gate: what the cost model of gated_engine.cc counts with.
//
// range(0) qubits, range(1) layers, range(2) Engine, range(3) samples, range(4) steps. ns/step is a tile's.
// An entry of the table is the slope over products * rows at many steps, and a pair of coefficients what one
// step of one tile takes beyond that.
#include <benchmark/benchmark.h>

#include "ebit/cell/cell_problem.h"
#include "ebit/cell/gated/gated_cell.h"

namespace ebit::inline cell {
namespace {

template <class T>
void gated_step(benchmark::State& state) {
  GatedOptions options;
  options.qubits = static_cast<int>(state.range(0)), options.layers = static_cast<int>(state.range(1));
  options.engine = state.range(2) == static_cast<int>(Engine::kFold) ? "fold" : "gates";
  const auto samples = static_cast<std::size_t>(state.range(3)),
             steps = static_cast<std::size_t>(state.range(4));
  CellProblem<T> problem(options, samples, steps, 1);
  const auto& cell = dynamic_cast<const GatedCell<T>&>(*problem.cell);
  std::vector<double> d_parameters(cell.parameters());
  std::vector<T> d_x(problem.x.size());
  const std::size_t parameters = problem.parameters.size();
  for (auto _ : state) {
    problem.parameters[parameters / 2] += T(1e-3);  // as an optimizer does: the table is made anew
    for (T& angle : problem.parameters) angle += T(1e-4);
    const std::span<std::byte> tape = problem.forward(true);
    problem.cell->backward(problem.parameters, problem.input(), tape, problem.cotangent(),
                           {d_parameters.data(), d_x.data(), nullptr});
    benchmark::ClobberMemory();
  }
  const double all = static_cast<double>(tiles_of<T>(samples) * steps);
  state.counters["ns/step"] = benchmark::Counter(
      1e-9 * all, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  state.counters["flops"] =
      benchmark::Counter(cell.circuit_flops(samples, steps), benchmark::Counter::kIsIterationInvariantRate);
}

void sizes(benchmark::internal::Benchmark* bench) {
  bench->ArgsProduct({{4}, {1, 2, 3}, {1, 2}, {64}, {16}})
      ->ArgsProduct({{5}, {2, 3}, {1, 2}, {64}, {16}})
      ->ArgsProduct({{6}, {1, 2, 3, 5}, {1, 2}, {64}, {16}})
      ->ArgsProduct({{4, 6}, {3}, {1, 2}, {1}, {1, 4}})
      ->ArgsProduct({{4}, {1, 2}, {1}, {32}, {16}})  // what each of two threads has to do
      ->ArgsProduct({{6}, {3}, {2}, {32}, {16}})
      ->ArgNames({"qubits", "layers", "engine", "samples", "steps"});
}

BENCHMARK(gated_step<float>)->Apply(sizes);
BENCHMARK(gated_step<double>)->Apply(sizes);

}  // namespace
}  // namespace ebit::inline cell
