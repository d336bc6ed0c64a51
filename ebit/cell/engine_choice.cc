#include "ebit/cell/engine_choice.h"

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"

namespace ebit {
namespace {

constexpr EngineRow kEngines[] = {
    {"auto", Engine::kAuto, "fold or gates, whichever the cost model expects to be faster"},
    {"fold", Engine::kFold, "one matrix of the whole circuit, made once a batch"},
    {"gates", Engine::kGates, "every gate at every step"},
};

constexpr GradientMemoryRow kMemories[] = {
    {"auto", GradientMemory::kAuto, "store while the states of a tile fit into 512 KiB"},
    {"uncompute", GradientMemory::kUncompute, "hidden states only; the others are computed again"},
    {"store", GradientMemory::kStore, "the states of every step"},
};

// Nanoseconds of one core, cache warm, for one tile, that is a cache line of samples whatever the precision.
// Measured by `ebit_bench --benchmark_filter=cost_model` (engine_choice.perf.cc) on an AMD EPYC (Zen 4) with
// AVX-512.
struct Costs {
  double gate_call = 10;                    // a gate, before its first amplitude
  double amplitude = 1.75;                  // an amplitude that a gate touches
  double overlap_call = 125;                // the derivative of a trained gate, before its first amplitude
  double overlap_amplitude = 2.5;           // an amplitude of it
  double multiply[3] = {1.12, 0.60, 0.29};  // a matrix entry, [Arithmetic]
  double outer[3] = {1.26, 0.62, 0.34};     // an entry of a sum of outer products, [Arithmetic]
};
constexpr Costs kCosts;

struct CircuitCost {
  double forward = 0, backward = 0;  // nanoseconds a tile
};

CircuitCost circuit_cost(const Circuit& circuit) {
  CircuitCost cost;
  for (const Operation& operation : circuit.operations()) {
    const Gate& row = gate(operation.gate);
    const double touched = std::ldexp(1.0, circuit.wires() - row.controls);
    const double apply = kCosts.gate_call + kCosts.amplitude * touched;
    cost.forward += apply;
    cost.backward += 2 * apply;  // on the state and on its cotangent
    bool trained = false;
    for (int k = 0; k < row.angles; ++k) trained |= operation.angles[k].kind != Angle::Kind::kConstant;
    if (trained) cost.backward += kCosts.overlap_call + kCosts.overlap_amplitude * touched;
  }
  return cost;
}

template <class Row>
const Row& find(std::span<const Row> rows, std::string_view what, std::string_view name) {
  for (const Row& row : rows)
    if (row.name == name) return row;
  fail("unknown {} '{}'{}", what, name, suggestion(name, names_of(rows)));
}

}  // namespace

std::span<const EngineRow> engines() { return kEngines; }
std::span<const GradientMemoryRow> gradient_memories() { return kMemories; }

Engine find_engine(std::string_view name) { return find(engines(), "engine", name).engine; }
GradientMemory find_gradient_memory(std::string_view name) {
  return find(gradient_memories(), "gradient memory", name).memory;
}

template <class T>
EngineChoice choose_engine(Engine wanted, const Circuit& en, const Circuit& dis, const WorkLoad& load) {
  const CircuitCost a = circuit_cost(en), b = circuit_cost(dis);
  const double forward = a.forward + b.forward, backward = a.backward + b.backward;
  const double states = static_cast<double>(load.tiles * load.steps * load.columns);
  const double entries = std::ldexp(1.0, 2 * en.wires());
  const double columns = static_cast<double>(load.column_tiles);
  const int kind = static_cast<int>(load.arithmetic);
  const double again = load.backward && !load.stored ? 2 : 1;  // forward runs

  double gates = states * again * forward;
  double fold = states * again * entries * kCosts.multiply[kind] + columns * forward;
  if (load.backward) {
    gates += states * backward;
    fold += states * entries * (kCosts.multiply[kind] + kCosts.outer[kind]) + columns * backward;
  }
  const Engine cheaper = fold < gates ? Engine::kFold : Engine::kGates;
  return {wanted == Engine::kAuto ? cheaper : wanted, 1e-9 * fold, 1e-9 * gates};
}

template EngineChoice choose_engine<float>(Engine, const Circuit&, const Circuit&, const WorkLoad&);
template EngineChoice choose_engine<double>(Engine, const Circuit&, const Circuit&, const WorkLoad&);

}  // namespace ebit
