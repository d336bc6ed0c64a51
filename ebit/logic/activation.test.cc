#include "ebit/logic/activation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ebit/logic/testing/run_bits.h"

namespace ebit {
namespace {

TEST(Plan, DiffersFromTheFunctionsByItsKnownErrors) {
  double sigmoid = 0, tangent = 0;
  for (double x = -10; x <= 10; x += 1e-4) {
    sigmoid = std::max(sigmoid, std::abs(plan_sigmoid(x) - 1 / (1 + std::exp(-x))));
    tangent = std::max(tangent, std::abs(plan_tanh(x) - std::tanh(x)));
    EXPECT_NEAR(plan_sigmoid(x) + plan_sigmoid(-x), 1, 1e-15);
  }
  EXPECT_NEAR(sigmoid, 0.0189, 5e-5);
  EXPECT_NEAR(tangent, 2 * sigmoid, 1e-6);
}

TEST(Plan, IntegersAreThePlanRoundedToTheNearest) {
  for (const int f : {2, 3, 4, 7, 12}) {
    const double unit = std::ldexp(1.0, -f), sum_unit = std::ldexp(1.0, -2 * f);
    const auto most = static_cast<std::int64_t>(7 / sum_unit);
    for (std::int64_t sum = -most; sum <= most; sum += std::max<std::int64_t>(1, most / 20000)) {
      const double x = static_cast<double>(sum) * sum_unit;
      EXPECT_NEAR(static_cast<double>(plan_sigmoid(sum, f)) * unit, plan_sigmoid(x), unit / 2 + sum_unit)
          << x;
      EXPECT_NEAR(static_cast<double>(plan_tanh(sum, f)) * unit, plan_tanh(x), unit / 2 + 2 * sum_unit) << x;
    }
    // Where it is exact: the ends and the middle.
    EXPECT_EQ(plan_sigmoid(6 << (2 * f), f), 1 << f);
    EXPECT_EQ(plan_sigmoid(-(6 << (2 * f)), f), 0);
    EXPECT_EQ(plan_sigmoid(0, f), 1 << (f - 1));
    EXPECT_EQ(plan_tanh(3 << (2 * f), f), 1 << f);
    EXPECT_EQ(plan_tanh(-(3 << (2 * f)), f), -(1 << f));
    EXPECT_EQ(plan_tanh(0, f), 0);
  }
}

// Every sum of `bits` bits through the circuit.
template <class Make, class Value>
void check_all(int bits, const Make& make, const Value& wanted, const char* what) {
  LogicBuilder b;
  const Word sum = b.take(bits);
  Word answer, copy;
  const int answer_bits = [&] {
    LogicBuilder trial;
    return static_cast<int>(make(trial, trial.take(bits)).size());
  }();
  copy = b.take(answer_bits);
  b.clean([&] { answer = make(b, sum); }, [&] { b.copy(answer, copy); });
  const LogicCircuit circuit = b.finish();
  const std::int64_t half = std::int64_t{1} << (bits - 1);
  BitSimulator run(circuit.wires(), static_cast<std::size_t>(2 * half));
  for (std::int64_t x = -half; x < half; ++x) run.set(sum, static_cast<std::size_t>(x + half), x);
  run.run(circuit);
  std::vector<int> others;
  for (int wire = bits + answer_bits; wire < circuit.wires(); ++wire) others.push_back(wire);
  EXPECT_EQ(run.lanes_with_ones(others), 0u) << what;
  for (std::int64_t x = -half; x < half; ++x) {
    const auto lane = static_cast<std::size_t>(x + half);
    EXPECT_EQ(run.signed_value(sum, lane), x) << what;
    ASSERT_EQ(run.signed_value(copy, lane), test::wrapped(wanted(x), static_cast<std::size_t>(answer_bits)))
        << what << " of " << x;
  }
}

TEST(Plan, CircuitsEqualTheIntegersOnEverySum) {
  for (const int f : {2, 3, 4, 5})
    for (const int more : {0, 2, 3}) {
      SCOPED_TRACE(testing::Message() << f << " bits of fraction, " << more << " bits more");
      const int bits = 2 * f + 4 + more;
      check_all(
          bits, [f](LogicBuilder& b, const Word& sum) { return sigmoid_circuit(b, sum, f); },
          [f](std::int64_t x) { return plan_sigmoid(x, f); }, "sigmoid");
      check_all(
          bits, [f](LogicBuilder& b, const Word& sum) { return tanh_circuit(b, sum, f); },
          [f](std::int64_t x) { return plan_tanh(x, f); }, "tanh");
      check_all(
          f + 2 + more, [f](LogicBuilder& b, const Word& word) { return tanh_of_word_circuit(b, word, f); },
          [f](std::int64_t x) { return plan_tanh(x << f, f); }, "tanh of a word");
    }
}

// docs/quantum-logic.md has these formulas.
TEST(Plan, ToffolisFollowTheFormula) {
  const auto toffolis = [](const auto& make, int bits, int f) {
    LogicBuilder b;
    make(b, b.take(bits), f);
    return counts_of(b.finish()).toffoli;
  };
  for (const int f : {4, 6, 11})
    for (const int w : {2 * f + 4, 2 * f + 5, 2 * f + 9}) {
      EXPECT_EQ(toffolis(sigmoid_circuit, w, f), 3 * w - f - 6);
      EXPECT_EQ(toffolis(tanh_circuit, w, f), 3 * w - f + 2);
      const int n = w - f;
      EXPECT_EQ(toffolis(tanh_of_word_circuit, n, f), 3 * n + 2 * f + 2);
    }
}

}  // namespace
}  // namespace ebit
