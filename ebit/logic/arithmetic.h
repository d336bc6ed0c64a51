// Reversible arithmetic on words in two's complement: adders, comparisons, multipliers.
//
// All sums are taken modulo 2^m, m the bits of the accumulator. Counts of Toffolis are exact; tests compare
// them with the circuits.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include "ebit/logic/builder.h"

namespace ebit::inline logic {

/// Whether a word shorter than its place is filled up with its top bit, or with zeros.
enum class Extend { kSign, kZero };

/// acc ^= value, which loads a constant into a register that is 0: an X for each bit that is 1.
void load(LogicBuilder& b, std::int64_t value, const Word& acc);

/// acc += a: the ripple-carry adder of Cuccaro, Draper, Kutin, Moulton 2004 (arXiv:quant-ph/0410184, Fig. 6
/// without the carry out): 2 (m - 1) Toffolis, one ancilla, and one for each bit that `a` is shorter.
void add(LogicBuilder& b, const Word& a, const Word& acc, Extend extend = Extend::kSign);

/// acc -= a, as the complement of ~acc + a. Toffolis as add().
void subtract(LogicBuilder& b, const Word& a, const Word& acc, Extend extend = Extend::kSign);

/// acc += a where `control` is 1: the carries of add(), the sums written under control. 3 m - 2 Toffolis.
void controlled_add(LogicBuilder& b, int control, const Word& a, const Word& acc,
                    Extend extend = Extend::kSign);

/// A word times a constant.
struct Multiple {
  std::int64_t factor = 0;  ///< the constant
  Word word;                ///< the register, in two's complement
};

/// The digits -1, 0, 1 of `value`, least significant first, no two neighbours both nonzero: the fewest
/// nonzero digits there are (Reitwiesner 1960), about a third of the bits.
std::vector<int> signed_digits(std::int64_t value);

/// acc += sum of factor * word: one add() for each nonzero signed digit, onto acc's bits from that digit on.
void add_multiples(LogicBuilder& b, std::span<const Multiple> multiples, const Word& acc);

/// acc += y * v for v in two's complement and y without a sign: a controlled_add() for each bit of y, so
/// sum over k of 3 (m - k) - 2 Toffolis.
void add_product(LogicBuilder& b, const Word& y, const Word& v, const Word& acc);

/// The same for y in two's complement: its top bit subtracts.
void add_signed_product(LogicBuilder& b, const Word& y, const Word& v, const Word& acc);

/// A wire that holds `a` AND `c`: a new one, taken; `a` itself where both are one wire; kZeroWire where
/// either is.
int and_of(LogicBuilder& b, int a, int c);
/// A wire that holds `a` OR `c`, likewise.
int or_of(LogicBuilder& b, int a, int c);

/// A wire that holds a >= constant, for `a` without a sign whose bits may be kZeroWire: one Toffoli for each
/// bit above the constant's lowest 1. A bit of `a` itself, or kZeroWire, where that is the answer.
/// @param constant at least 1.
int at_least(LogicBuilder& b, const Word& a, std::uint64_t constant);

/// to ^= from / 2^shift, rounded down, held to the range of `to` where it exceeds that: out of range values
/// become the largest or least word (saturation). The words are in two's complement, `from` is shifted of at
/// most one bit more than `to` has. One Toffoli for each bit of `to` but the top one.
void saturate(LogicBuilder& b, const Word& from, int shift, const Word& to);

}  // namespace ebit::inline logic
