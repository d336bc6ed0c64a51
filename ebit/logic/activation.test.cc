#include "ebit/logic/activation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/logic/arithmetic.h"

#include "ebit/logic/testing/run_bits.h"

namespace ebit {
namespace {

const GateFunctions& plan() { return find_gate_functions("plan"); }

TEST(GateFunctions, DifferFromTheSigmoidByTheirKnownErrors) {
  for (const GateFunctions& gates : gate_functions()) {
    SCOPED_TRACE(gates.name);
    double sigmoid = 0, tangent = 0;
    for (double x = -10; x <= 10; x += 1e-4) {
      sigmoid = std::max(sigmoid, std::abs(sigmoid_of(gates, x) - 1 / (1 + std::exp(-x))));
      tangent = std::max(tangent, std::abs(tanh_of(gates, x) - std::tanh(x)));
      EXPECT_NEAR(sigmoid_of(gates, x) + sigmoid_of(gates, -x), 1, 1e-15);
    }
    // Of a chord: its width squared, an eighth of it, times the greatest curvature, sqrt(3)/18.
    EXPECT_NEAR(sigmoid, gates.name == "plan" ? 0.0189 : std::sqrt(3.0) / 18 / 8 / 16,
                gates.name == "plan" ? 5e-5 : 5e-6);
    EXPECT_NEAR(tangent, 2 * sigmoid, 1e-6);
  }
}

TEST(GateFunctions, IntegersAreTheFunctionsRoundedToTheNearest) {
  for (const GateFunctions& gates : gate_functions()) {
    SCOPED_TRACE(gates.name);
    // Chords have rounded slopes, and with few bits a rest of few bits.
    const double more = gates.name == "plan" ? 0 : 0.75;
    for (const int f : {2, 3, 4, 7, 12}) {
      const double unit = std::ldexp(1.0, -f), sum_unit = std::ldexp(1.0, -2 * f);
      const auto most = static_cast<std::int64_t>(7 / sum_unit);
      for (std::int64_t sum = -most; sum <= most; sum += std::max<std::int64_t>(1, most / 20000)) {
        const double x = static_cast<double>(sum) * sum_unit;
        EXPECT_NEAR(static_cast<double>(sigmoid_of(gates, sum, f)) * unit, sigmoid_of(gates, x),
                    (0.5 + more) * unit + sum_unit)
            << x;
        EXPECT_NEAR(static_cast<double>(tanh_of(gates, sum, f)) * unit, tanh_of(gates, x),
                    (0.5 + more) * unit + 2 * sum_unit)
            << x;
      }
      // Where it is exact: the ends and the middle.
      EXPECT_EQ(sigmoid_of(gates, 9 << (2 * f), f), 1 << f);
      EXPECT_EQ(sigmoid_of(gates, -(9 << (2 * f)), f), 0);
      EXPECT_EQ(sigmoid_of(gates, 0, f), 1 << (f - 1));
      EXPECT_EQ(tanh_of(gates, 5 << (2 * f), f), 1 << f);
      EXPECT_EQ(tanh_of(gates, -(5 << (2 * f)), f), -(1 << f));
      EXPECT_EQ(tanh_of(gates, 0, f), 0);
    }
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

TEST(GateFunctions, CircuitsEqualTheIntegersOnEverySum) {
  for (const GateFunctions& gates : gate_functions())
    for (const int f : {2, 3, 4, 5})
      for (const int more : {0, 2, 3}) {
        SCOPED_TRACE(testing::Message()
                     << gates.name << ", " << f << " bits of fraction, " << more << " bits more");
        const int bits = 2 * f + 4 + more;
        check_all(
            bits, [f, &gates](LogicBuilder& b, const Word& sum) { return sigmoid_circuit(b, gates, sum, f); },
            [f, &gates](std::int64_t x) { return sigmoid_of(gates, x, f); }, "sigmoid");
        check_all(
            bits, [f, &gates](LogicBuilder& b, const Word& sum) { return tanh_circuit(b, gates, sum, f); },
            [f, &gates](std::int64_t x) { return tanh_of(gates, x, f); }, "tanh");
        check_all(
            f + 2 + more,
            [f, &gates](LogicBuilder& b, const Word& word) {
              return tanh_of_word_circuit(b, gates, word, f);
            },
            [f, &gates](std::int64_t x) { return tanh_of(gates, x << f, f); }, "tanh of a word");
      }
}

TEST(GateFunctions, AreFoundByName) {
  EXPECT_EQ(find_gate_functions("chords").name, "chords");
  EXPECT_THROW(find_gate_functions("cords"), Error);
}

// docs/quantum-logic.md has these formulas.
TEST(Plan, ToffolisFollowTheFormula) {
  const auto toffolis = [](const auto& make, int bits, int f) {
    LogicBuilder b;
    make(b, plan(), b.take(bits), f);
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
