#include "ebit/logic/arithmetic.h"

#include <bit>

#include "ebit/base/error.h"

namespace ebit::inline logic {
namespace {

// Carries of one bit (MAJ of Cuccaro et al.): c and s become c ^ a and s ^ a, a the carry out.
void majority(LogicBuilder& b, int c, int s, int a) {
  b.cnot(a, s);
  b.cnot(a, c);
  b.toffoli(c, s, a);
}

// `a` filled up to `bits` wires while `body` runs on it, and the carry's wire.
template <class Body>
void with_extension(LogicBuilder& b, const Word& a, std::size_t bits, Extend extend, const Body& body) {
  require(!a.empty() && bits > 0, "a sum of words without bits");
  Word long_a(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(std::min(a.size(), bits)));
  const Word more = b.take(static_cast<int>(bits - long_a.size()));
  const Word carry = b.take(1);
  const auto fill = [&] {
    if (extend == Extend::kZero) return;
    for (const int wire : more) b.cnot(a.back(), wire);
  };
  fill();
  long_a.insert(long_a.end(), more.begin(), more.end());
  body(long_a, carry[0]);
  fill();
  b.give_back(more);
  b.give_back(carry);
}

}  // namespace

void load(LogicBuilder& b, std::int64_t value, const Word& acc) {
  for (std::size_t k = 0; k < acc.size(); ++k)
    if ((value >> std::min<std::size_t>(k, 63)) & 1) b.x(acc[k]);
}

void add(LogicBuilder& b, const Word& a, const Word& acc, Extend extend) {
  with_extension(b, a, acc.size(), extend, [&](const Word& wide, int carry) {
    const std::size_t top = acc.size() - 1;
    const auto carry_of = [&](std::size_t k) { return k == 0 ? carry : wide[k - 1]; };
    for (std::size_t k = 0; k < top; ++k) majority(b, carry_of(k), acc[k], wide[k]);
    b.cnot(wide[top], acc[top]);
    if (top > 0) b.cnot(carry_of(top), acc[top]);
    for (std::size_t k = top; k-- > 0;) {
      b.toffoli(carry_of(k), acc[k], wide[k]);
      b.cnot(wide[k], carry_of(k));
      b.cnot(carry_of(k), acc[k]);
    }
  });
}

void subtract(LogicBuilder& b, const Word& a, const Word& acc, Extend extend) {
  b.x(acc);
  add(b, a, acc, extend);
  b.x(acc);
}

void controlled_add(LogicBuilder& b, int control, const Word& a, const Word& acc, Extend extend) {
  with_extension(b, a, acc.size(), extend, [&](const Word& wide, int carry) {
    const std::size_t top = acc.size() - 1;
    const auto carry_of = [&](std::size_t k) { return k == 0 ? carry : wide[k - 1]; };
    for (std::size_t k = 0; k < top; ++k) majority(b, carry_of(k), acc[k], wide[k]);
    // Here and below the carry's wire holds carry ^ a, which is what the sum adds to the accumulator.
    b.cnot(wide[top], carry_of(top));
    b.toffoli(control, carry_of(top), acc[top]);
    b.cnot(wide[top], carry_of(top));
    for (std::size_t k = top; k-- > 0;) {
      b.toffoli(carry_of(k), acc[k], wide[k]);
      b.cnot(wide[k], acc[k]);
      b.toffoli(control, carry_of(k), acc[k]);
      b.cnot(wide[k], carry_of(k));
    }
  });
}

std::vector<int> signed_digits(std::int64_t value) {
  std::vector<int> digits;
  while (value != 0) {
    int digit = 0;
    if (value & 1) {
      digit = (value & 3) == 3 ? -1 : 1;
      value -= digit;
    }
    digits.push_back(digit);
    value /= 2;
  }
  return digits;
}

void add_multiples(LogicBuilder& b, std::span<const Multiple> multiples, const Word& acc) {
  bool negative = false;
  const auto add_digits = [&](int wanted) {
    for (const Multiple& multiple : multiples) {
      const std::vector<int> digits = signed_digits(multiple.factor);
      for (std::size_t k = 0; k < digits.size() && k < acc.size(); ++k) {
        if (digits[k] != wanted) continue;
        // One pair of complements for all that is subtracted.
        if (wanted < 0 && !negative) b.x(acc), negative = true;
        add(b, multiple.word, bits_from(acc, k));
      }
    }
  };
  add_digits(1);
  add_digits(-1);
  if (negative) b.x(acc);
}

void add_product(LogicBuilder& b, const Word& y, const Word& v, const Word& acc) {
  for (std::size_t k = 0; k < y.size() && k < acc.size(); ++k) controlled_add(b, y[k], v, bits_from(acc, k));
}

void add_signed_product(LogicBuilder& b, const Word& y, const Word& v, const Word& acc) {
  const std::size_t top = y.size() - 1;
  add_product(b, Word(y.begin(), y.end() - 1), v, acc);
  if (top >= acc.size()) return;
  const Word place = bits_from(acc, top);
  b.x(place);
  controlled_add(b, y[top], v, place);
  b.x(place);
}

int and_of(LogicBuilder& b, int a, int c) {
  if (a == kZeroWire || c == kZeroWire) return kZeroWire;
  if (a == c) return a;
  const int wire = b.take(1)[0];
  b.toffoli(a, c, wire);
  return wire;
}

int or_of(LogicBuilder& b, int a, int c) {
  if (a == kZeroWire) return c;
  if (c == kZeroWire || a == c) return a;
  const int wire = b.take(1)[0];
  b.cnot(a, wire);
  b.cnot(c, wire);
  b.toffoli(a, c, wire);
  return wire;
}

int at_least(LogicBuilder& b, const Word& a, std::uint64_t constant) {
  require(constant > 0, "every number is at least 0");
  const auto lowest = static_cast<std::size_t>(std::countr_zero(constant));
  const std::size_t bits = std::max(a.size(), static_cast<std::size_t>(std::bit_width(constant)));
  const auto bit = [&](std::size_t k) { return k < a.size() ? a[k] : kZeroWire; };
  int answer = bit(lowest);
  for (std::size_t k = lowest + 1; k < bits; ++k)
    answer = (constant >> k) & 1 ? and_of(b, answer, bit(k)) : or_of(b, answer, bit(k));
  return answer;
}

void saturate(LogicBuilder& b, const Word& from, int shift, const Word& to) {
  const Word word = bits_from(from, static_cast<std::size_t>(shift));
  require(word.size() <= to.size() + 1, "{} bits are more than saturation to {} looks at", word.size(),
          to.size());
  const std::size_t top = to.size() - 1;
  const auto bit = [&](std::size_t k) { return word[std::min(k, word.size() - 1)]; };
  if (word.size() <= to.size()) {  // nothing can be out of range
    for (std::size_t k = 0; k <= top; ++k) b.cnot(bit(k), to[k]);
    return;
  }
  const int sign = word.back(), last = word[top];
  b.cnot(sign, last);  // now 1 where the word is out of range, and so is every bit below the answer's sign
  b.cnot(sign, to[top]);
  for (std::size_t k = 0; k < top; ++k) {
    b.cnot(word[k], to[k]);
    // In range: the bit. Out of range: the complement of the sign.
    b.cnot(sign, word[k]);
    b.x(word[k]);
    b.toffoli(last, word[k], to[k]);
    b.x(word[k]);
    b.cnot(sign, word[k]);
  }
  b.cnot(sign, last);
}

}  // namespace ebit::inline logic
