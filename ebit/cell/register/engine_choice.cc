#include "ebit/cell/register/engine_choice.h"

#include <cmath>

#include "ebit/base/choice.h"

namespace ebit::inline cell {
namespace {

constexpr EngineRow kEngines[] = {
    {"auto", Engine::kAuto, "fold or gates, whichever the cost model expects to be faster"},
    {"fold", Engine::kFold, "one matrix or table of the whole circuit, made once a batch"},
    {"gates", Engine::kGates, "every gate at every step"},
};

// Nanoseconds of one core, cache warm, for one tile, that is a cache line of samples whatever the precision.
// Measured by `ebit_microbench --benchmark_filter=cost_model` (engine_choice.perf.cc) on an AMD EPYC (Zen 4)
// with AVX-512. [2]: complex gates, real gates.
struct Costs {
  double local_call[2] = {2.5, 4};          // a fused one-qubit gate, before its first amplitude
  double local[2] = {2.3, 1.15};            // an amplitude of it
  double back_call[2] = {20, 16};           // the same undone on state and cotangent, with its derivatives
  double back[2] = {6.6, 3.3};              // an amplitude of that
  double diagonal_call = 67;                // a sweep of diagonal gates, before its first amplitude
  double diagonal = 2.2;                    // an amplitude of it
  double diagonal_back_call = 230;          // the same undone on state and cotangent, with its derivatives
  double diagonal_back = 6.6;               // an amplitude of that
  double gate_call = 1;                     // another gate, before its first amplitude
  double amplitude = 2.9;                   // an amplitude that it touches
  double overlap_call = 135;                // the derivative of a trained one, before its first amplitude
  double overlap_amplitude = 2.6;           // an amplitude of it
  double move = 1.8;                        // an amplitude brought to the usual layout
  double multiply[3] = {1.09, 0.57, 0.28};  // a matrix entry, [Arithmetic]
  double outer[3] = {1.2, 0.6, 0.33};       // an entry of a sum of outer products, [Arithmetic]
};
constexpr Costs kCosts;

}  // namespace

std::span<const EngineRow> engines() { return kEngines; }

Engine find_engine(std::string_view name) { return find_row(kEngines, "unknown engine", name).engine; }

CircuitCost circuit_cost(const Plan& plan) {
  CircuitCost cost;
  cost.entries = std::ldexp(1.0, 2 * plan.last.wires());
  const double amplitudes = std::ldexp(1.0, plan.last.wires());
  for (const LocalGate& local : plan.locals) {
    if (local.diagonal) continue;
    cost.forward += kCosts.local_call[local.real] + kCosts.local[local.real] * amplitudes;
    cost.backward += kCosts.back_call[local.real] + kCosts.back[local.real] * amplitudes;
  }
  for (const Sweep& sweep : plan.forward) {
    if (sweep.diagonal) cost.forward += kCosts.diagonal_call + kCosts.diagonal * amplitudes;
    if (sweep.locals > 0) continue;
    const double touched = std::ldexp(amplitudes, -sweep.placement.controls);
    const double apply = kCosts.gate_call + kCosts.amplitude * touched;
    cost.forward += apply;
    cost.backward += 2 * apply;  // on the state and on its cotangent
    if (sweep.trained) cost.backward += kCosts.overlap_call + kCosts.overlap_amplitude * touched;
  }
  for (const Sweep& sweep : plan.backward)
    if (sweep.diagonal) cost.backward += kCosts.diagonal_back_call + kCosts.diagonal_back * amplitudes;
  cost.forward += kCosts.move * static_cast<double>(plan.cycles.size());
  cost.backward += 2 * kCosts.move * static_cast<double>(plan.cycles.size());
  return cost;
}

EngineChoice choose_engine(Engine wanted, const CircuitCost& circuit, const WorkLoad& load) {
  const auto [entries, forward, backward] = circuit;
  const double states = static_cast<double>(load.tiles * load.steps * load.columns);
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

}  // namespace ebit::inline cell
