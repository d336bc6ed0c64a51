// The costs that engine_choice.cc counts with: nanoseconds a gate, a matrix entry, a state; a tile each.
//
// A gate's time over its number of amplitudes is a line: slope and intercept are local and local_call
// (forward), back and back_call (backward) of fused one-qubit gates, and likewise of RZZ for diagonal ones,
// of which four are a sweep. Of CRZ, for gates by themselves, it touches half of the amplitudes, and backward
// two applications are taken off. Take them from 4 and 8 wires.
#include <benchmark/benchmark.h>

#include "ebit/cell/register/lane_kernels.h"
#include "ebit/grad/adjoint.h"
#include "ebit/sim/random_circuit.h"

namespace ebit::inline cell {
namespace {

void report(benchmark::State& state, const char* name, double count) {
  state.counters[name] = benchmark::Counter(
      1e-9 * count, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

// Layers of one gate on every wire, or on every pair of neighbours.
Circuit layers_of(GateId id, int wires) {
  Circuit circuit(wires);
  for (int layer = 0, angle = 0; layer < 4; ++layer)
    for (int q = 0; q < wires; ++q, ++angle) {
      const int places[] = {q, (q + 1) % wires};
      const Angle angles[] = {Angle::shared(angle)};
      circuit.add(gate(id), {places, static_cast<std::size_t>(gate(id).wires)}, angles);
      // Between the layers, so that they are not fused; the relabelling costs no sweep.
      if (gate(id).wires == 1 && layer < 3 && q == wires - 1)
        for (int w = 0; w < wires; ++w) circuit.add(GateId::kCNOT, {w, (w + 1) % wires});
    }
  return circuit;
}

// range(0) wires, range(1) a GateId.
template <class T, bool kBackward>
void cost_model_gate(benchmark::State& state) {
  const int wires = static_cast<int>(state.range(0));
  Program<T> program(layers_of(static_cast<GateId>(state.range(1)), wires));
  state.SetLabel(std::string(gate(static_cast<GateId>(state.range(1))).name));
  Random random(/*seed=*/1);
  program.bind(random_numbers<T>(static_cast<std::size_t>(program.circuit().shared_parameters()), 3, random));
  StateBatch<T> psi(wires, kLanes<T>), g(wires, kLanes<T>);
  randomize(psi, random), randomize(g, random);
  std::vector<double> gradient(static_cast<std::size_t>(program.circuit().shared_parameters()));
  for (auto _ : state) {
    if (kBackward)
      adjoint_backward_relabelled<T>(program, nullptr, nullptr, psi.tile(0), g.tile(0),
                                     {gradient.data(), nullptr});
    else
      program.run_relabelled(psi.tile(0));
    benchmark::ClobberMemory();
  }
  report(state, "ns/gate", 4.0 * wires);
}

// range(0) wires: amplitudes brought to the usual layout.
template <class T>
void cost_model_move(benchmark::State& state) {
  const int wires = static_cast<int>(state.range(0));
  const Program<T> program(layers_of(GateId::kRY, wires));
  StateBatch<T> psi(wires, kLanes<T>);
  for (auto _ : state) {
    program.usual_layout(psi.tile(0));
    benchmark::ClobberMemory();
  }
  report(state, "ns/amplitude", static_cast<double>(program.plan().cycles.size()));
}

// range(0) dimension, range(1) Arithmetic.
template <class T, bool kOuter>
void cost_model_matrix(benchmark::State& state) {
  const auto n = static_cast<std::size_t>(state.range(0)), kind = static_cast<std::size_t>(state.range(1));
  const std::size_t whole = 2 * n * kLanes<T>, count = 16;
  Random random(/*seed=*/1);
  AlignedVector<T> states(2 * count * whole), panels(2 * n * n);
  for (auto* numbers : {&states, &panels})
    for (T& number : *numbers) number = static_cast<T>(random.uniform(-1, 1));
  std::vector<double> d(2 * n * n);
  T* const out = states.data() + count * whole;
  for (auto _ : state) {
    if (kOuter)
      lane_kernels<T>().outer[kind](n, count, states.data(), whole, out, whole, d.data());
    else
      for (std::size_t k = 0; k < count; ++k) {
        const T* const in = states.data() + k * whole;
        lane_kernels<T>().multiply[kind](panels.data(), n, in, in + whole / 2, out, out + whole / 2);
      }
    benchmark::ClobberMemory();
  }
  report(state, "ns/entry", static_cast<double>(count * n * n));
}

void wires(benchmark::internal::Benchmark* bench) {
  bench
      ->ArgsProduct({{4, 8},
                     {static_cast<int>(GateId::kRX), static_cast<int>(GateId::kRY),
                      static_cast<int>(GateId::kRZZ), static_cast<int>(GateId::kCRZ)}})
      ->ArgNames({"wires", "gate"});
}
void matrices(benchmark::internal::Benchmark* bench) {
  bench->ArgsProduct({{16, 64}, {0, 1, 2}})->ArgNames({"dimension", "arithmetic"});
}

BENCHMARK(cost_model_gate<double, false>)->Apply(wires);
BENCHMARK(cost_model_gate<double, true>)->Apply(wires);
BENCHMARK(cost_model_gate<float, false>)->Apply(wires);
BENCHMARK(cost_model_gate<float, true>)->Apply(wires);
BENCHMARK(cost_model_move<double>)->Arg(4)->Arg(8);
BENCHMARK(cost_model_matrix<double, false>)->Apply(matrices);
BENCHMARK(cost_model_matrix<double, true>)->Apply(matrices);
BENCHMARK(cost_model_matrix<float, false>)->Apply(matrices);
BENCHMARK(cost_model_matrix<float, true>)->Apply(matrices);

}  // namespace
}  // namespace ebit::inline cell
