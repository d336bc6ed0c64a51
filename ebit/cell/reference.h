// Reference files in tests/golden/gated: a published cell with a head, its parameters and inputs, and what
// they give. The format is in docs/conventions.md ("Reference files").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/base/document.h"

namespace ebit::inline cell {

/// A named array of a reference file.
struct ReferenceTensor {
  std::string name;                 ///< such as "y", "circuits.forget.angles"
  std::vector<std::int64_t> shape;  ///< empty: a number
  std::vector<double> data;         ///< the last index fastest
};

/// What a reference file says that the model gives.
struct ReferenceValues {
  std::vector<ReferenceTensor> results;  ///< outputs, states after every step and the last, the loss
  std::vector<ReferenceTensor> grad;     ///< of the loss by parameters, x and the state in front
  std::vector<ReferenceTensor> trace;    ///< numbers on the way
  std::int64_t parameter_count = 0;      ///< the head's among them
};

/// Whether `spec` is in the format of these files.
bool is_reference(const DocumentPlace& spec);

/// Computes a file's values anew, in precision T, from its `model`, `options`, `params` and `inputs`; the
/// loss is the mean over sequences of the summed squared error of the last step. `engine` is how a cell runs
/// its circuits where it has the choice (GatedOptions::engine, RegisterOptions::engine). Throws Error, naming
/// the place, for models and options that are unknown or do not fit, and for arrays of other shapes.
template <class T>
ReferenceValues reference_values(const DocumentPlace& spec, std::string_view engine = "auto");

}  // namespace ebit::inline cell
