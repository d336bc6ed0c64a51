#include "ebit/logic/activation.h"

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/logic/arithmetic.h"

namespace ebit::inline logic {
namespace {

double plan_of_size(double a) {
  if (a >= 5) return 1;
  if (a >= 2.375) return a / 32 + 0.84375;
  if (a >= 1) return a / 8 + 0.625;
  return a / 4 + 0.5;
}

// PLAN of a / 2^q for a >= 0, rounded down to m bits behind the point, at most 1 - 2^-m.
std::int64_t plan_of_size(std::int64_t a, int q, int m) {
  // (a + offset) / divisor, in units of 2^-q.
  const auto segment = [&](std::int64_t offset, int divisor_bits) {
    const std::int64_t scaled = a + (offset << q);
    const int shift = q + divisor_bits - m;
    return shift >= 0 ? scaled >> shift : scaled << -shift;
  };
  if (a >= std::int64_t{5} << q) return (std::int64_t{1} << m) - 1;
  if (8 * a >= std::int64_t{19} << q) return segment(27, 5);
  if (a >= std::int64_t{1} << q) return segment(5, 3);
  return segment(2, 2);
}

// The segment of a number without a sign, and bits of PLAN of it.
class Segments {
 public:
  // @param a its bits. @param point the bit of weight 1; at least 3.
  Segments(LogicBuilder& b, const Word& a, int point) : b_(b), a_(a), point_(point) {
    const std::uint64_t eighth = std::uint64_t{1} << (point - 3);
    const int p1 = at_least(b, a, 8 * eighth), p2 = at_least(b, a, 19 * eighth),
              p3 = at_least(b, a, 40 * eighth);
    last_ = p3;
    first_ = b.take(1)[0];
    b.x(first_);
    b.cnot(p1, first_);
    second_ = difference(p1, p2), third_ = difference(p2, p3);
  }

  // target ^= the bit of weight 2^-place of PLAN(a), for place >= 2; the last segment gives 1 in all of them.
  void bit(int place, int target) const {
    b_.cnot(last_, target);
    b_.toffoli(first_, place == 2 ? kZeroWire : argument(2 - place), target);
    if (place == 2) {  // 0.11 begins the second segment and 0.111 the third, and no other
      b_.cnot(second_, target), b_.cnot(third_, target);
      return;
    }
    // Second: 0.11 + (a - 1) / 8, where the integer part of a - 1 is bit 1 of a's.
    b_.toffoli(second_, place == 3 ? argument(1) : argument(3 - place), target);
    // Third: (27 + a) / 32, whose five bits are 111 and two that a's integer part 2, 3, 4 makes 01, 10, 11.
    switch (place) {
      case 3:
        b_.cnot(third_, target);
        break;
      case 4:
        b_.toffoli(third_, argument(2), target), b_.toffoli(third_, argument(0), target);
        break;
      case 5:
        b_.cnot(third_, target), b_.toffoli(third_, argument(0), target);
        break;
      default:
        b_.toffoli(third_, argument(5 - place), target);
    }
  }

 private:
  // The bit of a of weight 2^exponent.
  int argument(int exponent) const {
    const int place = point_ + exponent;
    require(place >= 0, "PLAN needs a bit below the argument's last");
    return place < static_cast<int>(a_.size()) ? a_[static_cast<std::size_t>(place)] : kZeroWire;
  }

  // A new wire that holds p ^ q; kZeroWire where both are.
  int difference(int p, int q) {
    if (p == kZeroWire && q == kZeroWire) return kZeroWire;
    const int wire = b_.take(1)[0];
    b_.cnot(p, wire), b_.cnot(q, wire);
    return wire;
  }

  LogicBuilder& b_;
  const Word& a_;
  int point_;
  int first_ = kZeroWire, second_ = kZeroWire, third_ = kZeroWire, last_ = kZeroWire;
};

// y = u / 2 rounded to the nearest, halves up: y takes u's wires but the last bit, and those of `above`.
Word halved(LogicBuilder& b, const Word& u, const Word& above) {
  Word y = bits_from(u, 1);
  y.insert(y.end(), above.begin(), above.end());
  add(b, {u[0]}, y, Extend::kZero);
  return y;
}

// `a` without its sign: all bits but the top one complemented where that is 1.
Word size_of(LogicBuilder& b, const Word& word) {
  const Word low(word.begin(), word.end() - 1);
  for (const int wire : low) b.cnot(word.back(), wire);
  return low;
}

// tanh of `a`, the sign apart, whose bit of weight 1 is `point`.
Word tanh_of_size(LogicBuilder& b, const Word& a, int sign, int point, int f) {
  const Segments segments(b, a, point - 1);  // of 2 a
  Word u = b.take(f + 1);
  for (int k = 0; k <= f; ++k) segments.bit(f + 2 - k, u[static_cast<std::size_t>(k)]);
  for (const int wire : u) b.cnot(sign, wire);
  const Word above = b.take(2);  // the bit of weight 1, and the sign
  for (const int wire : above) b.cnot(sign, wire);
  return halved(b, u, above);
}

}  // namespace

double plan_sigmoid(double x) { return x < 0 ? 1 - plan_of_size(-x) : plan_of_size(x); }

double plan_tanh(double x) { return 2 * plan_sigmoid(2 * x) - 1; }

std::int64_t plan_sigmoid(std::int64_t sum, int f) {
  const int m = f + 1;
  std::int64_t u = plan_of_size(sum < 0 ? ~sum : sum, 2 * f, m);
  if (sum < 0) u = (std::int64_t{1} << m) - 1 - u;
  return (u + 1) >> 1;
}

std::int64_t plan_tanh(std::int64_t sum, int f) {
  // 2 PLAN - 1: the bits behind PLAN's first, which is 1.
  const int m = f + 2;
  std::int64_t u = plan_of_size(sum < 0 ? ~sum : sum, 2 * f - 1, m) - (std::int64_t{1} << (m - 1));
  if (sum < 0) u = ~u;
  return (u + 1) >> 1;
}

Word sigmoid_circuit(LogicBuilder& b, const Word& sum, int f) {
  const Word a = size_of(b, sum);
  const Segments segments(b, a, 2 * f);
  Word u = b.take(f + 1);
  for (int k = 0; k < f; ++k) segments.bit(f + 1 - k, u[static_cast<std::size_t>(k)]);
  b.x(u.back());  // the bit of weight 1/2
  for (const int wire : u) b.cnot(sum.back(), wire);
  return halved(b, u, b.take(1));
}

Word tanh_circuit(LogicBuilder& b, const Word& sum, int f) {
  const Word a = size_of(b, sum);
  return tanh_of_size(b, a, sum.back(), 2 * f, f);
}

Word tanh_of_word_circuit(LogicBuilder& b, const Word& word, int f) {
  // The f bits of 2^f word below the word's are 0, so the sign's where they are complemented.
  Word a(static_cast<std::size_t>(f), word.back());
  const Word low = size_of(b, word);
  a.insert(a.end(), low.begin(), low.end());
  const Word y = tanh_of_size(b, a, word.back(), 2 * f, f);
  size_of(b, word);
  return y;
}

}  // namespace ebit::inline logic
