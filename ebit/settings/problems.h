// The table of problems: what their options are, and what they start from.
#pragma once

#include <span>
#include <string_view>

#include "ebit/settings/option.h"

namespace ebit::inline settings {

/// A row of the table of problems. What makes its data is in experiment/problem.cc.
struct ProblemRow {
  std::string_view name;   ///< as in `ebit task NAME`
  ProblemSet set;          ///< which options it has
  std::string_view help;   ///< one line
  std::string_view model;  ///< the model where none is named
  Pairs settings;          ///< settings that differ from the defaults
};

/// All problems: forecast, copying, digits, mnist, permuted-mnist, sentiment, language-model, translate,
/// dna, simple-seq, elman-xor, elman-letters, mnist-01, pauli.
std::span<const ProblemRow> problems();

/// The row called `name`. Throws Error with the nearest name for one that is not there.
const ProblemRow& find_problem(std::string_view name);

}  // namespace ebit::inline settings
