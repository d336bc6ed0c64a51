#include "ebit/logic/arithmetic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "ebit/base/error.h"
#include "ebit/logic/testing/run_bits.h"

namespace ebit {
namespace {

using test::Held;

// All pairs of words of these sizes: `make` adds to the circuit, `sum` says what the accumulator must hold.
template <class Make, class Sum>
void check_pairs(std::size_t a_bits, std::size_t acc_bits, const Make& make, const Sum& sum,
                 const char* what) {
  LogicBuilder b;
  const Word a = b.take(static_cast<int>(a_bits)), acc = b.take(static_cast<int>(acc_bits));
  make(b, a, acc);
  ASSERT_EQ(b.in_use(), static_cast<int>(a_bits + acc_bits)) << what;
  const LogicCircuit circuit = b.finish();
  for (std::int64_t x = 0; x < std::int64_t{1} << a_bits; ++x)
    for (std::int64_t y = 0; y < std::int64_t{1} << acc_bits; ++y)
      test::expect_held(test::ran(circuit, {{a, x}, {acc, y}}), {{a, x}, {acc, sum(x, y)}}, what);
}

TEST(LogicArithmetic, AddersAddModuloTwoToTheBits) {
  for (const std::size_t a_bits : {1, 2, 3, 5})
    for (const std::size_t bits : {1, 2, 4, 5}) {
      SCOPED_TRACE(testing::Message() << a_bits << " bits onto " << bits);
      const auto sign = [&](std::int64_t x) { return test::wrapped(x, a_bits); };
      check_pairs(
          a_bits, bits, [](LogicBuilder& b, const Word& a, const Word& acc) { add(b, a, acc); },
          [&](auto x, auto y) { return y + sign(x); }, "add");
      check_pairs(
          a_bits, bits,
          [](LogicBuilder& b, const Word& a, const Word& acc) { add(b, a, acc, Extend::kZero); },
          [](auto x, auto y) { return y + x; }, "add without sign");
      check_pairs(
          a_bits, bits, [](LogicBuilder& b, const Word& a, const Word& acc) { subtract(b, a, acc); },
          [&](auto x, auto y) { return y - sign(x); }, "subtract");
    }
}

TEST(LogicArithmetic, ControlledAddersAddWhereTheControlIsOne) {
  for (const std::size_t bits : {1, 2, 4}) {
    LogicBuilder b;
    const Word control = b.take(1), a = b.take(3), acc = b.take(static_cast<int>(bits));
    controlled_add(b, control[0], a, acc);
    const LogicCircuit circuit = b.finish();
    EXPECT_EQ(counts_of(circuit).toffoli, 3 * static_cast<int>(bits) - 2);
    for (std::int64_t c : {0, 1})
      for (std::int64_t x = 0; x < 8; ++x)
        for (std::int64_t y = 0; y < std::int64_t{1} << bits; ++y)
          test::expect_held(test::ran(circuit, {{control, c}, {a, x}, {acc, y}}),
                            {{control, c}, {a, x}, {acc, y + c * test::wrapped(x, 3)}}, "controlled");
  }
}

TEST(LogicArithmetic, CountsFollowTheFormulas) {
  for (const int bits : {1, 2, 3, 8, 17}) {
    LogicBuilder b;
    const Word a = b.take(bits), acc = b.take(bits);
    add(b, a, acc);
    const LogicCounts counts = counts_of(b.finish());
    EXPECT_EQ(counts.toffoli, 2 * (bits - 1));
    EXPECT_EQ(counts.cnot, bits == 1 ? 1 : 4 * (bits - 1) + 2);
    EXPECT_EQ(counts.x, 0);
    EXPECT_EQ(counts.qubits, 2 * bits + 1);
    EXPECT_EQ(counts.t_gates(), 14 * (bits - 1));
    EXPECT_EQ(counts.t_gates_measured(), 8 * (bits - 1));
  }
  LogicBuilder b;
  const Word y = b.take(4), v = b.take(6), acc = b.take(11);
  add_product(b, y, v, acc);
  int toffolis = 0;
  for (int k = 0; k < 4; ++k) toffolis += 3 * (11 - k) - 2;
  EXPECT_EQ(counts_of(b.finish()).toffoli, toffolis);
}

TEST(LogicArithmetic, SignedDigitsAreTheNumberAndNeverNeighbours) {
  for (std::int64_t value = -300; value <= 300; ++value) {
    std::int64_t sum = 0, last = 0;
    const std::vector<int> digits = signed_digits(value);
    for (std::size_t k = 0; k < digits.size(); ++k) {
      sum += digits[k] * (std::int64_t{1} << k);
      EXPECT_TRUE(digits[k] == 0 || last == 0) << value;
      last = digits[k];
    }
    EXPECT_EQ(sum, value);
  }
  EXPECT_EQ(signed_digits(7), (std::vector<int>{-1, 0, 0, 1}));
}

TEST(LogicArithmetic, MultiplesAndProducts) {
  for (const std::int64_t factor : {-13, -8, -1, 0, 1, 6, 7, 100}) {
    LogicBuilder b;
    const Word v = b.take(4), w = b.take(3), acc = b.take(9);
    const Multiple multiples[] = {{factor, v}, {-3, w}};
    load(b, -17, acc);
    add_multiples(b, multiples, acc);
    const LogicCircuit circuit = b.finish();
    for (std::int64_t x = -8; x < 8; ++x)
      for (std::int64_t z = -4; z < 4; ++z)
        test::expect_held(test::ran(circuit, {{v, x}, {w, z}}),
                          {{v, x}, {w, z}, {acc, factor * x - 3 * z - 17}}, "multiples");
  }
  for (const bool with_sign : {false, true}) {
    LogicBuilder b;
    const Word y = b.take(3), v = b.take(4), acc = b.take(8);
    (with_sign ? add_signed_product : add_product)(b, y, v, acc);
    const LogicCircuit circuit = b.finish();
    for (std::int64_t x = 0; x < 8; ++x)
      for (std::int64_t z = -8; z < 8; ++z)
        for (std::int64_t start : {0, 5, -90})
          test::expect_held(test::ran(circuit, {{y, x}, {v, z}, {acc, start}}),
                            {{y, x}, {v, z}, {acc, start + (with_sign ? test::wrapped(x, 3) : x) * z}},
                            "product");
  }
}

TEST(LogicArithmetic, ComparesWithConstants) {
  for (std::uint64_t constant = 1; constant < 20; ++constant) {
    LogicBuilder b;
    const Word a = b.take(4), answer = b.take(1);
    // Without clean() what lies between would stay.
    int found = kZeroWire;
    b.clean([&] { found = at_least(b, a, constant); }, [&] { b.cnot(found, answer[0]); });
    const LogicCircuit circuit = b.finish();
    for (std::int64_t x = 0; x < 16; ++x)
      test::expect_held(test::ran(circuit, {{a, x}}),
                        {{a, x}, {answer, static_cast<std::uint64_t>(x) >= constant}}, "at_least");
  }
}

TEST(LogicArithmetic, Saturates) {
  for (const int shift : {0, 1, 2})
    for (const int bits : {2, 3, 5}) {
      LogicBuilder b;
      const Word from = b.take(std::min(6, bits + 1 + shift)), to = b.take(bits);
      saturate(b, from, shift, to);
      const LogicCircuit circuit = b.finish();
      const std::int64_t most = (1 << (bits - 1)) - 1, half = std::int64_t{1} << (from.size() - 1);
      for (std::int64_t x = -half; x < half; ++x)
        test::expect_held(test::ran(circuit, {{from, x}}),
                          {{from, x}, {to, std::clamp<std::int64_t>(x >> shift, -most - 1, most)}},
                          "saturate");
    }
}

TEST(LogicBuilder, ComputeUseUncompute) {
  LogicBuilder b;
  const Word a = b.take(3), c = b.take(3), answer = b.take(6);
  Word product;
  b.clean(
      [&] {
        product = b.take(6);
        add_product(b, a, c, product);
      },
      [&] { b.copy(product, answer); });
  EXPECT_EQ(b.in_use(), 12);
  EXPECT_EQ(b.take(6), product) << "what was undone is free for the next";
  const LogicCircuit circuit = b.finish();
  for (std::int64_t x = 0; x < 8; ++x)
    for (std::int64_t y = -4; y < 4; ++y)
      test::expect_held(test::ran(circuit, {{a, x}, {c, y}}), {{a, x}, {c, y}, {answer, x * y}}, "clean");
  LogicBuilder wrong;
  EXPECT_THROW(wrong.clean([] {}, [&] { wrong.take(1); }), Error);
}

}  // namespace
}  // namespace ebit
