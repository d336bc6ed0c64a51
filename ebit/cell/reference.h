// Reference values of a cell: a file that says a model, its numbers and its inputs, and what the cell makes
// of them. The format is that of tests/golden/gated.
#pragma once

#include <string>
#include <vector>

#include "ebit/base/document.h"
#include "ebit/cell/cells.h"

namespace ebit::inline cell {

/// What a file says. The answers are y = W z + b of the cell's readouts z, or z itself where there is no
/// head.
struct ReferenceCase {
  std::string model;               ///< as the file calls it: the published model
  CellOptions options;             ///< the cell
  std::size_t samples = 0;         ///< B
  std::size_t steps = 0;           ///< T
  std::size_t outputs = 0;         ///< O, numbers of an answer
  bool head = false;               ///< whether W and b are the file's
  std::vector<double> parameters;  ///< [P] of the cell
  std::vector<double> x;           ///< [B, T, F]
  std::vector<double> state;       ///< [B, S] before the first step; empty: the cell's own
  std::vector<double> weight;      ///< W [O, K]
  std::vector<double> bias;        ///< b [O]
  std::vector<double> target;      ///< [B, O]
};

/// What comes out. loss = mean over B of the sum over O of (y_T - target)^2.
struct ReferenceResult {
  std::vector<double> y;                    ///< [B, T, O] after every step; window cells: [B, 1, O], the last
  std::vector<std::vector<double>> states;  ///< [T] of [B, S] after every step
  double loss = 0;                          ///< see above
  std::vector<double> d_parameters;         ///< d loss / d parameters, [P]
  std::vector<double> d_x;                  ///< likewise, [B, T, F]
  std::vector<double> d_state;              ///< likewise, [B, S]
  std::vector<double> d_weight;             ///< likewise, [O, K]
  std::vector<double> d_bias;               ///< likewise, [O]
};

/// Reads a file. Throws Error "FILE:LINE: ..." for what is not there, has another shape or is not known.
ReferenceCase read_reference(const DocumentPlace& file);

/// What the file calls a segment of the cell.
std::string reference_name(const Segment& segment);

/// The numbers of a file's {"shape": [...], "data": [...]}. Throws Error where the two do not fit.
std::vector<double> read_tensor(const DocumentPlace& tensor);

/// Runs the cell.
ReferenceResult run_reference(const ReferenceCase& given);

}  // namespace ebit::inline cell
