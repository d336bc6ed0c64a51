// What circuits take on a device's map: ebit export --costs.
#pragma once

#include <string>
#include <vector>

#include "ebit/cell/register/hardware.h"

namespace ebit::cmd {

/// Circuits whose costs are shown.
struct CostedCircuits {
  std::string name;          ///< in the table
  std::size_t circuits = 0;  ///< for a window
  CircuitProgram program;    ///< the last, or largest, of them
};

/// Prints a table, or JSON: a row for each of them and map. `maps` are rows of coupling_shapes(), or files.
/// @param without names of models that are no circuits; a note says so.
int show_costs(const std::vector<CostedCircuits>& all, const std::vector<std::string>& maps,
               const std::vector<std::string>& without, bool as_json);

}  // namespace ebit::cmd
