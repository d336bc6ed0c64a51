// One training step of a register cell without its optimizer: a batch of windows forward and backward.
#include <benchmark/benchmark.h>

#include <vector>

#include "ebit/base/random.h"
#include "ebit/cell/register_cell.h"

namespace ebit {
namespace {

// Arguments: wires of the system, of the ancilla, batch. Windows of 10 steps, one feature, 2 + 2 layers.
template <class T>
void train_step(benchmark::State& state, const char* hidden) {
  constexpr std::size_t kSteps = 10;
  RegisterOptions options;
  options.system = static_cast<int>(state.range(0));
  options.ancilla = static_cast<int>(state.range(1));
  options.hidden = hidden;
  RegisterCell<T> cell(options);

  const auto batch = static_cast<std::size_t>(state.range(2));
  Random random(/*seed=*/1);
  std::vector<T> parameters(cell.parameters()), x(batch * kSteps), y(batch), d_y(batch, T(1));
  for (T& value : parameters) value = static_cast<T>(random.uniform());
  for (T& value : x) value = static_cast<T>(random.uniform(-1, 1));
  std::vector<double> d_parameters(parameters.size());

  SequenceInput<T> input;
  input.samples = batch;
  input.steps = kSteps;
  input.x = x.data();
  SequenceGradient<T> gradient;
  gradient.parameters = d_parameters.data();
  Tape<T> tape;
  for (auto _ : state) {
    cell.forward(parameters, input, y.data(), nullptr, &tape);
    cell.backward(parameters, input, tape, d_y.data(), nullptr, gradient);
    benchmark::DoNotOptimize(d_parameters.data());
    benchmark::ClobberMemory();
  }
  state.counters["windows/s"] =
      benchmark::Counter(static_cast<double>(batch), benchmark::Counter::kIsIterationInvariantRate);
}

void sizes(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"system", "ancilla", "batch"})->Unit(benchmark::kMicrosecond);
  bench->Args({2, 2, 5})->Args({2, 2, 64})->Args({4, 4, 5})->Args({4, 4, 64})->Args({6, 6, 64});
}

void collapse_float64(benchmark::State& state) { train_step<double>(state, "collapse"); }
void collapse_float32(benchmark::State& state) { train_step<float>(state, "collapse"); }
void probabilities_float64(benchmark::State& state) { train_step<double>(state, "probabilities"); }

BENCHMARK(collapse_float64)->Apply(sizes);
BENCHMARK(collapse_float32)->Apply(sizes);
BENCHMARK(probabilities_float64)->Apply(sizes);

}  // namespace
}  // namespace ebit
