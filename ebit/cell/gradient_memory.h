// What a cell keeps of a forward pass for its gradient: the states of every step, or only what they can be
// computed from.
#pragma once

#include <span>
#include <string_view>

namespace ebit::inline cell {

/// What backward() finds on the tape. kStore keeps the states of every step, so that backward does not run
/// the circuit forward again; kUncompute keeps what the steps hand on (of a coherent memory: the last state
/// only) and computes the rest anew; kAuto is the cell's own choice.
enum class GradientMemory { kAuto, kUncompute, kStore };

/// A row of the table of gradient memories.
struct GradientMemoryRow {
  std::string_view name;  ///< as users type it
  GradientMemory memory;  ///< what the name stands for
  std::string_view help;  ///< one line: what is kept
};

/// All gradient memories, the default first.
std::span<const GradientMemoryRow> gradient_memories();

/// The gradient memory called `name`. Throws Error with the nearest name where there is none.
GradientMemory find_gradient_memory(std::string_view name);

}  // namespace ebit::inline cell
