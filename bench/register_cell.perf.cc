// One training step of a register cell without its optimizer: a batch of windows forward and backward.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "ebit/base/random.h"
#include "ebit/cell/register/register_cell.h"
#include "ebit/cell/tape.h"

namespace ebit {
namespace {

// Arguments: wires of the system, of the ancilla, batch, steps. Windows of one feature (encoder basis: one a
// wire), 2 + 2 layers. New parameters every time, as in training: the circuit is bound and folded anew.
template <class T>
void train_step(benchmark::State& state, RegisterOptions options) {
  options.system = static_cast<int>(state.range(0));
  options.ancilla = static_cast<int>(state.range(1));
  if (options.encoder == "basis") options.features = options.system;
  RegisterCell<T> cell(options);

  const auto batch = static_cast<std::size_t>(state.range(2)),
             steps = static_cast<std::size_t>(state.range(3));
  Random random(/*seed=*/1);
  const std::size_t features = static_cast<std::size_t>(options.features);
  std::vector<T> parameters(cell.parameters()), x(batch * steps * features), y(batch), d_y(batch, T(1));
  for (T& value : parameters) value = static_cast<T>(random.uniform());
  for (T& value : x) value = static_cast<T>(random.uniform(-1, 1));
  if (options.encoder == "basis")
    for (T& value : x) value = value > 0 ? T(1) : T(0);
  std::vector<double> d_parameters(parameters.size());

  SequenceInput<T> input;
  input.samples = batch;
  input.steps = steps;
  input.x = x.data();
  SequenceGradient<T> gradient;
  gradient.parameters = d_parameters.data();
  TapeMemory memory;
  const auto tape = memory.take(cell.tape_bytes(batch, steps));
  for (auto _ : state) {
    parameters[0] += T(1e-4);
    cell.forward(parameters, input, {.y = y.data()}, tape);
    cell.backward(parameters, input, tape, {.y = d_y.data()}, gradient);
    benchmark::DoNotOptimize(d_parameters.data());
    benchmark::ClobberMemory();
  }
  const EngineChoice choice = cell.engine(batch, steps);
  const RegisterPass pass = cell.pass(tape);
  state.SetLabel(std::string(choice.engine == Engine::kFold ? "fold" : "gates") +
                 (pass.real ? ", real" : "") + (pass.stored ? ", stored" : ""));
  state.counters["windows/s"] =
      benchmark::Counter(static_cast<double>(batch), benchmark::Counter::kIsIterationInvariantRate);
  state.counters["model_fold_us"] = 1e6 * choice.fold_seconds;
  state.counters["model_gates_us"] = 1e6 * choice.gates_seconds;
}

void sizes(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"system", "ancilla", "batch", "steps"})->Unit(benchmark::kMicrosecond);
  bench->Args({2, 2, 5, 10})->Args({2, 2, 64, 16})->Args({3, 3, 32, 20})->Args({4, 4, 32, 20});
}

RegisterOptions with(const char* hidden, const char* ansatz, const char* engine, const char* memory = "auto",
                     const char* encoder = "linear-amplitude") {
  RegisterOptions options;
  options.hidden = hidden, options.ansatz = ansatz, options.engine = engine, options.gradient_memory = memory;
  options.encoder = encoder;
  return options;
}

const bool kRegistered = [] {
  for (const char* engine : {"auto", "fold", "gates"})
    for (const char* ansatz : {"basic-entangler-ry", "strongly-entangling"}) {
      const std::string name = std::string("train_step/") + engine + "/" + ansatz;
      benchmark::RegisterBenchmark((name + "/float64").c_str(), train_step<double>,
                                   with("collapse", ansatz, engine))
          ->Apply(sizes);
      benchmark::RegisterBenchmark((name + "/float32").c_str(), train_step<float>,
                                   with("collapse", ansatz, engine))
          ->Apply(sizes);
    }
  for (const char* memory : {"store", "uncompute"})
    for (const char* hidden : {"collapse", "probabilities", "density", "coherent"})
      benchmark::RegisterBenchmark(
          (std::string("train_step/") + memory + "/" + hidden + "/float64").c_str(), train_step<double>,
          with(hidden, "basic-entangler-ry", "auto", memory,
               std::string(hidden) == "coherent" ? "arccos-angle" : "linear-amplitude"))
          ->Apply(sizes);
  for (const char* encoder : {"cubic-angle", "arctan-angle", "arccos-angle", "basis"})
    benchmark::RegisterBenchmark((std::string("train_step/encoder/") + encoder + "/float64").c_str(),
                                 train_step<double>,
                                 with("collapse", "basic-entangler-ry", "auto", "auto", encoder))
        ->Apply(sizes);
  return true;
}();

}  // namespace
}  // namespace ebit
