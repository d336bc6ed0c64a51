// Compares the gradients of a cell by independent methods on a random problem.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/cell/cells.h"

namespace ebit::analysis {

/// A random problem of a cell: what its parameters, inputs and cotangents are drawn for.
struct GradientProblem {
  int batch = 3;                  ///< sequences, at least 1
  int steps = 5;                  ///< of each, at least 1
  std::uint64_t seed = 1;         ///< of all numbers
  std::string dtype = "float64";  ///< "float64", "float32"
};

/// A second way to the same gradient, held against the cell's own.
struct Compared {
  double difference = 0;  ///< the largest
  double allowed = 0;     ///< what rounding explains, and for finite differences curvature
  bool same() const { return difference <= allowed; }  ///< false for NaN
};

/// The gradients of one block of numbers, compared.
struct GradientBlock {
  std::string name;               ///< a segment of the cell, "inputs" or "hidden state"
  std::size_t numbers = 0;        ///< how many
  double largest = 0;             ///< gradient in absolute value, by the cell's own method
  std::optional<Compared> shift;  ///< with parameter shift; nothing for cells without it
  Compared finite;                ///< with central differences in float64
  bool same() const { return (!shift || shift->same()) && finite.same(); }  ///< all agree
};

/// A checked cell.
struct GradientCheck {
  std::string name;                   ///< as the caller calls it
  std::vector<GradientBlock> blocks;  ///< of all its numbers
  bool same() const;                  ///< whether all agree
};

/// Checks a cell: its own backward pass against parameter shift (where Capabilities::parameter_shift) and
/// against finite differences. Throws Error for sizes below 1, an unknown dtype, a cell that cannot be made,
/// and measurement "shots", whose outcomes jump under finite differences.
GradientCheck check_gradients(std::string name, const CellOptions& options, const GradientProblem& problem);

}  // namespace ebit::analysis
