// What stands for the sigmoid in a circuit: functions made of straight lines, a row each.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "ebit/logic/builder.h"

namespace ebit::inline logic {

/// A function of a size a >= 0 in place of the sigmoid, from 1/2 to 1, in three forms. The sign and tanh are
/// made of it by activation.h.
struct GateFunctions {
  std::string_view name;        ///< as in `--gates NAME`
  std::string_view help;        ///< one line
  std::string_view source;      ///< the paper
  double (*of_size)(double a);  ///< in real numbers
  /// Of a / 2^q, rounded down to m bits behind the point, in units of 2^-m: from 2^(m-1) to 2^m - 1. `a` is
  /// below 2^56, q at least 3, m at least 3.
  std::int64_t (*fixed_of_size)(std::int64_t a, int q, int m);
  /// The bits of fixed_of_size() but the top one, which is 1: m - 1 wires, taken, on which the caller may
  /// write. Leaves intermediate values on wires that it takes, so it stands in the computation of
  /// LogicBuilder::clean().
  /// @param a bits without a sign. @param point the bit of weight 1, q.
  Word (*circuit_of_size)(LogicBuilder& b, const Word& a, int point, int m);
};

/// plan, chords; the first one is the default.
std::span<const GateFunctions> gate_functions();

/// The row called `name`. Throws Error with the nearest name where there is none.
const GateFunctions& find_gate_functions(std::string_view name);

}  // namespace ebit::inline logic
