// The piecewise-linear sigmoid PLAN and the tanh made of it: as real functions, on integers, and as circuits.
//
// PLAN (Amin, Curtis, Hayes-Gill 1997, IEE Proc. Circuits Devices Syst. 144(5), 313-317) has slopes that are
// powers of two and offsets that share no bit with what they are added to, so a bit of the answer is a bit of
// the argument, chosen by the segment: no adder is needed. With a = |x|:
//
//     a >= 5            1                    1 <= a < 2.375    a/8 + 0.625
//     2.375 <= a < 5    a/32 + 0.84375       a < 1             a/4 + 0.5
//     x < 0             1 - that             tanh x            2 PLAN(2 x) - 1
//
// It differs from the sigmoid by up to 0.0189, its tanh from tanh by up to 0.0378.
#pragma once

#include <cstdint>

#include "ebit/logic/builder.h"

namespace ebit::inline logic {

double plan_sigmoid(double x);  ///< PLAN as a real function, in [0, 1]
double plan_tanh(double x);     ///< 2 PLAN(2 x) - 1, in [-1, 1]

/// PLAN on integers: `sum` stands for sum / 2^(2 f), the answer y for y / 2^f, in [0, 2^f].
///
/// PLAN(x) is rounded down to f + 1 bits (of a negative x by way of -x less one unit, its complement) and
/// then to the nearest of f bits, halves up. @param f at least 2. `sum` below 2^56 in size.
std::int64_t plan_sigmoid(std::int64_t sum, int f);

/// The same of tanh, in [-2^f, 2^f].
std::int64_t plan_tanh(std::int64_t sum, int f);

/// Computes plan_sigmoid() of a sum: takes wires and leaves intermediate values on them, so it stands in the
/// computation of LogicBuilder::clean(). @param sum in two's complement; all bits but the top one may be
/// complemented. @returns f + 1 wires: the answer, without a sign.
Word sigmoid_circuit(LogicBuilder& b, const Word& sum, int f);

/// The same of plan_tanh(). @returns f + 2 wires: the answer in two's complement.
Word tanh_circuit(LogicBuilder& b, const Word& sum, int f);

/// plan_tanh() of a word with f bits behind the point, that is of 2^f times the word.
Word tanh_of_word_circuit(LogicBuilder& b, const Word& word, int f);

}  // namespace ebit::inline logic
