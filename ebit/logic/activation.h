// Sigmoid and tanh of gate functions: in real numbers, on integers, and as circuits.
//
// With g a row of gate_functions(): sigmoid x = g(x), one minus g(-x) where x < 0; tanh x = 2 sigmoid(2 x)
// - 1.
#pragma once

#include <cstdint>

#include "ebit/logic/gate_functions.h"

namespace ebit::inline logic {

double sigmoid_of(const GateFunctions& gates, double x);  ///< in real numbers, in [0, 1]
double tanh_of(const GateFunctions& gates, double x);     ///< in real numbers, in [-1, 1]

/// The sigmoid on integers: `sum` stands for sum / 2^(2 f), the answer y for y / 2^f, in [0, 2^f].
///
/// It is rounded down to f + 1 bits (of a negative x by way of -x less one unit, its complement) and then to
/// the nearest of f bits, halves up. @param f at least 2. `sum` below 2^55 in size.
std::int64_t sigmoid_of(const GateFunctions& gates, std::int64_t sum, int f);

/// The same of tanh, in [-2^f, 2^f].
std::int64_t tanh_of(const GateFunctions& gates, std::int64_t sum, int f);

/// Computes sigmoid_of() of a sum: takes wires and leaves intermediate values on them, so it stands in the
/// computation of LogicBuilder::clean(). @param sum in two's complement; its bits but the top one are
/// complemented where that is 1, and stay so. @returns f + 1 wires: the answer, without a sign.
Word sigmoid_circuit(LogicBuilder& b, const GateFunctions& gates, const Word& sum, int f);

/// The same of tanh_of(). @returns f + 2 wires: the answer in two's complement.
Word tanh_circuit(LogicBuilder& b, const GateFunctions& gates, const Word& sum, int f);

/// tanh_of() of a word with f bits behind the point, that is of 2^f times the word, which stays as it is.
Word tanh_of_word_circuit(LogicBuilder& b, const GateFunctions& gates, const Word& word, int f);

}  // namespace ebit::inline logic
