// Gates on tiles: layers of RX RY RZ on every wire and a CNOT ring, with every instruction set that is there.
#include <benchmark/benchmark.h>

#include "ebit/grad/adjoint.h"
#include "ebit/sim/random_circuit.h"

namespace ebit {
namespace {

// Seconds a sample of one tile: range(0) wires, range(1) the instruction set.
template <class T, bool kBackward>
void run_layers(benchmark::State& state) {
  const auto tables = kernels::usable_kernel_tables<T>();
  const std::size_t isa = static_cast<std::size_t>(state.range(1));
  if (isa >= tables.size()) return state.SkipWithError("this processor has no such instruction set");
  state.SetLabel(std::string(tables[isa]->name));
  const int wires = static_cast<int>(state.range(0));
  Random random(1);
  Program<T> program(rotation_layers(wires, 3, /*per_sample=*/false), *tables[isa]);
  program.bind(random_numbers<T>(static_cast<std::size_t>(program.circuit().shared_parameters()), 3, random));
  StateBatch<T> psi(wires, kLanes<T>), g(wires, kLanes<T>);
  randomize(psi, random), randomize(g, random);
  std::vector<double> gradient(static_cast<std::size_t>(program.circuit().shared_parameters()));
  for (auto _ : state) {
    program.run(psi.tile(0));
    if (kBackward)
      adjoint_backward<T>(program, nullptr, nullptr, psi.tile(0), g.tile(0), {gradient.data(), nullptr});
    benchmark::ClobberMemory();
  }
  state.counters["s/sample"] = benchmark::Counter(
      kLanes<T>, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void sizes(benchmark::internal::Benchmark* b) {
  b->ArgsProduct({{4, 8, 10, 12}, {0, 1, 2}})->ArgNames({"wires", "isa"});
}

BENCHMARK(run_layers<double, false>)->Apply(sizes);
BENCHMARK(run_layers<float, false>)->Apply(sizes);
BENCHMARK(run_layers<double, true>)->Apply(sizes);
BENCHMARK(run_layers<float, true>)->Apply(sizes);

}  // namespace
}  // namespace ebit
