// How a register cell, or a gated one, runs its circuits: the choices, and the cost model behind "auto".
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "ebit/cell/register/lane_kernels.h"
#include "ebit/sim/plan.h"

namespace ebit::inline cell {

/// How U_dis U_en is applied. kFold makes one matrix of it a call and multiplies every step's state with
/// that; kGates runs the gates every step; kAuto takes what the cost model expects to be faster. Folding
/// costs 4^n a sample and step instead of 2^n a gate, so it wins for few wires (4 with any number of layers,
/// 6 with several) and many samples and steps, which share the cost of making the matrix; gates win for many
/// wires and few layers.
enum class Engine { kAuto, kFold, kGates };

/// A row of the table of engines.
struct EngineRow {
  std::string_view name;  ///< as users type it
  Engine engine;          ///< what the name stands for
  std::string_view help;  ///< one line: what it does
};

/// All engines, the default first.
std::span<const EngineRow> engines();

/// The engine called `name`. Throws Error with the nearest name where there is none.
Engine find_engine(std::string_view name);

/// What a call of a cell has to do.
struct WorkLoad {
  std::size_t tiles = 0;                         ///< of samples
  std::size_t steps = 0;                         ///< of each sequence, T
  std::size_t columns = 1;                       ///< states run for each sample
  bool backward = true;                          ///< forward and backward, or forward alone
  bool stored = true;                            ///< backward finds the states on the tape
  Arithmetic arithmetic = Arithmetic::kComplex;  ///< of the folded circuit's products
  std::size_t column_tiles = 0;                  ///< Fold::column_tiles()
};

/// What the cost model expects, and what was chosen.
struct EngineChoice {
  Engine engine = Engine::kGates;  ///< kFold or kGates: what runs
  double fold_seconds = 0;         ///< expected time in the circuits alone, one thread
  double gates_seconds = 0;        ///< likewise
};

/// What the cost model says of a circuit run gate by gate, in nanoseconds a tile.
struct CircuitCost {
  double entries = 0;   ///< of its matrix, 4^n
  double forward = 0;   ///< to run it
  double backward = 0;  ///< to undo it on a state and its cotangent, with derivatives
};

/// The costs a gate are measured; engine_choice.cc says how.
CircuitCost circuit_cost(const Plan& plan);

/// Chooses between folding and gates; `wanted` other than kAuto is taken as it is. @param circuit U_dis U_en.
EngineChoice choose_engine(Engine wanted, const CircuitCost& circuit, const WorkLoad& load);

}  // namespace ebit::inline cell
