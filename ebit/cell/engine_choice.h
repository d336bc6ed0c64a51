// How a cell runs its circuits and what it keeps for the way back: the choices, and the cost model behind
// "auto".
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "ebit/cell/lane_kernels.h"
#include "ebit/sim/plan.h"

namespace ebit {

/// How U_dis U_en is applied. kFold makes one matrix of it a call and multiplies every step's state with
/// that; kGates runs the gates every step; kAuto takes what the cost model expects to be faster. Folding
/// costs 4^n a sample and step instead of 2^n a gate, so it wins for few wires (4 with any number of layers,
/// 6 with several) and many samples and steps, which share the cost of making the matrix; gates win for many
/// wires and few layers.
enum class Engine { kAuto, kFold, kGates };

/// What backward() finds on the tape. kStore keeps the states of every step, so that backward does not run
/// the circuit forward again; kUncompute keeps hidden states only (coherent: the last state only) and
/// computes the rest anew; kAuto stores while the states of a tile fit into half of a processor's second
/// cache, 512 KiB.
enum class GradientMemory { kAuto, kUncompute, kStore };

/// A row of the table of engines.
struct EngineRow {
  std::string_view name;  ///< as users type it
  Engine engine;          ///< what the name stands for
  std::string_view help;  ///< one line: what it does
};

/// A row of the table of gradient memories.
struct GradientMemoryRow {
  std::string_view name;  ///< as users type it
  GradientMemory memory;  ///< what the name stands for
  std::string_view help;  ///< one line: what is kept
};

std::span<const EngineRow> engines();                    ///< all engines, the default first
std::span<const GradientMemoryRow> gradient_memories();  ///< all gradient memories, the default first

Engine find_engine(std::string_view name);  ///< throws Error with the nearest name if there is none
GradientMemory find_gradient_memory(std::string_view name);  ///< likewise

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

/// Chooses between folding and gates; `wanted` other than kAuto is taken as it is. The costs a gate and a
/// matrix entry are measured; engine_choice.cc says how. @param plan of U_dis U_en.
template <class T>
EngineChoice choose_engine(Engine wanted, const Plan& plan, const WorkLoad& load);

}  // namespace ebit
