// The models of reference files, by the names and options that the files use.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ebit/base/document.h"
#include "ebit/cell/cells.h"

namespace ebit::inline cell {

/// A part of a cell's state as a reference file names it: `name` after steps, `name`0 in front.
struct StatePart {
  std::string name;                 ///< "c", "h", "theta"
  std::vector<std::int64_t> shape;  ///< of a sample
};

/// What a reference file's model is here.
struct ReferenceModel {
  CellOptions cell;              ///< read after every step
  std::vector<StatePart> state;  ///< in the order of the cell's state
  bool one_circuit = false;      ///< all gates are one circuit, whose readouts are "z"
  bool reads_z = false;          ///< the readouts are "z" among the numbers on the way
  bool last_alone = false;       ///< it answers once for a sequence: only the last step's output is meant
  bool ends_alone = false;       ///< `state` is that after the last step alone, and none is put in front

  /// The file's name for a segment of the cell.
  std::string parameter_name(std::string_view segment) const;
  /// The file's shape of it.
  std::vector<std::int64_t> parameter_shape(const Segment& segment) const;
  /// The file's name for a number on the way; empty: it has none.
  std::string trace_name(std::string_view watched) const;
};

/// Reads `model` and `options`. Throws Error, naming the place, for what is unknown or left over.
ReferenceModel reference_model(const DocumentPlace& spec);

}  // namespace ebit::inline cell
