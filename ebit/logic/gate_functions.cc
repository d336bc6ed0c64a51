#include "ebit/logic/gate_functions.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/logic/arithmetic.h"

namespace ebit::inline logic {
namespace {

// PLAN: slopes are powers of two, and offsets share no bit with what they are added to, so a bit of the
// answer is a bit of the argument, chosen by the segment, and no adder is needed.
//
//     a >= 5  1        2.375 <= a < 5  a/32 + 0.84375        1 <= a < 2.375  a/8 + 0.625        a < 1  a/4 +
//     0.5
namespace plan {

double of_size(double a) {
  if (a >= 5) return 1;
  if (a >= 2.375) return a / 32 + 0.84375;
  if (a >= 1) return a / 8 + 0.625;
  return a / 4 + 0.5;
}

std::int64_t fixed_of_size(std::int64_t a, int q, int m) {
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
    if (place == 2) {  // 0.11 begins the second segment and 0.111 the third, and no other
      b_.cnot(second_, target), b_.cnot(third_, target);
      return;
    }
    b_.toffoli(first_, argument(2 - place), target);
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

Word circuit_of_size(LogicBuilder& b, const Word& a, int point, int m) {
  const Segments segments(b, a, point);
  Word u = b.take(m - 1);
  for (int k = 0; k < m - 1; ++k) segments.bit(m - k, u[static_cast<std::size_t>(k)]);
  return u;
}

}  // namespace plan

// Chords of the sigmoid: values at 0, 1/4, ..., 31/4 and slopes between them, looked up by the five bits of
// the argument from 1/4 to 4; 1 from 8 on. The rest of the argument times the slope is added.
namespace chords {

constexpr int kSegmentBits = 2;  // segments are 2^-2 wide
constexpr int kAddressBits = 5;  // and 2^5 in number
constexpr double kEnd = 8;

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

double of_size(double a) {
  if (a >= kEnd) return 1;
  const double first = std::floor(std::ldexp(a, kSegmentBits)), width = std::ldexp(1.0, -kSegmentBits);
  const double low = sigmoid(first * width), high = sigmoid((first + 1) * width);
  return low + (high - low) * (a / width - first);
}

// Bits of the numbers inside: the rest of the argument, the slope, and the sum, all without a sign.
struct Sizes {
  int rest;   // in units of 2^-(rest + kSegmentBits)
  int slope;  // in units of 2^-(slope + 2): slopes are below 1/4
  int sum;    // in units of 2^-sum
};

Sizes sizes_of(int q, int m) {
  Sizes s{std::min(m - 1, q - kSegmentBits), m - 2, 0};
  s.sum = s.rest + kSegmentBits + s.slope + 2;
  return s;
}

std::int64_t slope_word(int segment, const Sizes& s) {
  const double rise =
      sigmoid(std::ldexp(segment + 1, -kSegmentBits)) - sigmoid(std::ldexp(segment, -kSegmentBits));
  // The first slopes are so near 1/4 that few bits round them up to it.
  return std::min(std::llround(std::ldexp(rise, kSegmentBits + s.slope + 2)), (1LL << s.slope) - 1);
}

// Held below what would carry the segment's end to 1.
std::int64_t value_word(int segment, const Sizes& s) {
  const std::int64_t most = (1LL << s.sum) - 1 - slope_word(segment, s) * ((1LL << s.rest) - 1);
  return std::min<std::int64_t>(std::llround(std::ldexp(sigmoid(std::ldexp(segment, -kSegmentBits)), s.sum)),
                                most);
}

std::int64_t fixed_of_size(std::int64_t a, int q, int m) {
  if (a >= static_cast<std::int64_t>(kEnd) << q) return (std::int64_t{1} << m) - 1;
  const Sizes s = sizes_of(q, m);
  const int segment = static_cast<int>(a >> (q - kSegmentBits));
  const std::int64_t rest =
      (a & ((std::int64_t{1} << (q - kSegmentBits)) - 1)) >> (q - kSegmentBits - s.rest);
  return (value_word(segment, s) + slope_word(segment, s) * rest) >> (s.sum - m);
}

// use(k, wire) for every k that fits into `address` (least significant bit first), where `wire` is 1 if
// `root` is and the address is k: a tree of ANDs, one for each of its inner nodes. A kZeroWire in the address
// is a 0.
template <class Use>
void each_address(LogicBuilder& b, const Word& address, int root, int k, const Use& use) {
  if (address.empty()) return use(k, root);
  const Word rest(address.begin(), address.end() - 1);
  const int one = and_of(b, root, address.back());
  if (one == kZeroWire) return each_address(b, rest, root, 2 * k, use);
  const int zero = b.take(1)[0];
  b.cnot(root, zero), b.cnot(one, zero);
  each_address(b, rest, zero, 2 * k, use);
  each_address(b, rest, one, 2 * k + 1, use);
}

Word circuit_of_size(LogicBuilder& b, const Word& a, int point, int m) {
  const Sizes s = sizes_of(point, m);
  const auto bit = [&](int place) {
    return place < static_cast<int>(a.size()) ? a[static_cast<std::size_t>(place)] : kZeroWire;
  };
  const Word sum = b.take(s.sum), slope = b.take(s.slope);
  const int beyond = at_least(b, a, std::uint64_t{1} << (point - kSegmentBits + kAddressBits));
  Word address, rest;
  for (int k = 0; k < kAddressBits; ++k) address.push_back(bit(point - kSegmentBits + k));
  for (int k = 0; k < s.rest; ++k) rest.push_back(bit(point - kSegmentBits - s.rest + k));
  // What is looked up stays, what it was looked up by does not.
  std::vector<std::pair<int, int>> segments;
  b.clean(
      [&] {
        const int root = b.take(1)[0];
        b.x(root);
        b.cnot(beyond, root);
        each_address(b, address, root, 0, [&](int k, int wire) { segments.emplace_back(k, wire); });
      },
      [&] {
        for (const auto& [segment, wire] : segments) {
          const auto write = [&, from = wire](std::int64_t value, const Word& to) {
            for (std::size_t k = 0; k < to.size(); ++k)
              if ((value >> k) & 1) b.cnot(from, to[k]);
          };
          write(value_word(segment, s), sum), write(slope_word(segment, s), slope);
        }
      });
  for (std::size_t k = 0; k < slope.size(); ++k)
    controlled_add(b, slope[k], rest, bits_from(sum, k), Extend::kZero);
  Word u = bits_from(sum, static_cast<std::size_t>(s.sum - m));
  u.pop_back();
  for (const int wire : u) b.cnot(beyond, wire);
  return u;
}

}  // namespace chords

constexpr GateFunctions kRows[] = {
    {"plan", "four segments whose slopes are powers of two: no adder; off by up to 0.0189",
     "PLAN, Amin, Curtis, Hayes-Gill 1997", plan::of_size, plan::fixed_of_size, plan::circuit_of_size},
    {"chords",
     "32 chords of the sigmoid by a table of values and slopes, and a multiplier; off by up to 0.0008", "",
     chords::of_size, chords::fixed_of_size, chords::circuit_of_size},
};

}  // namespace

std::span<const GateFunctions> gate_functions() { return kRows; }

const GateFunctions& find_gate_functions(std::string_view name) {
  return find_row(kRows, "unknown --gates", name);
}

}  // namespace ebit::inline logic
