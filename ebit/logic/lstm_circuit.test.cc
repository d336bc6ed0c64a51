#include "ebit/logic/lstm_circuit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/base/random.h"
#include "ebit/logic/activation.h"
#include "ebit/logic/arithmetic.h"
#include "ebit/logic/bit_simulator.h"

namespace ebit {
namespace {

using ::testing::HasSubstr;

std::int64_t random_word(const FixedPoint& format, Random& random) {
  return format.least() + static_cast<std::int64_t>(random.below(std::size_t{1} << format.bits));
}

// Random words as weights, so that sums reach every segment and cell states saturate.
FixedLstm wild_lstm(int features, int hidden, const FixedPoint& format, Random& random) {
  FixedLstm lstm{features, hidden, format, {}, {}, {}};
  const auto f = static_cast<std::size_t>(features), h = static_cast<std::size_t>(hidden);
  for (const auto& [words, count] : {std::pair{&lstm.input, 4 * h * f}, std::pair{&lstm.recurrent, 4 * h * h},
                                     std::pair{&lstm.bias, 4 * h}})
    for (std::size_t k = 0; k < count; ++k) words->push_back(random_word(format, random));
  return lstm;
}

void load_weights(const LstmCircuit& step, const FixedLstm& lstm, std::size_t lane, BitSimulator& bits) {
  for (const auto& [words, values] :
       {std::pair{&step.input, &lstm.input}, std::pair{&step.recurrent, &lstm.recurrent},
        std::pair{&step.bias, &lstm.bias}})
    for (std::size_t k = 0; k < words->size(); ++k) bits.set((*words)[k], lane, (*values)[k]);
}

// Runs the circuit on random words and compares it with the integers, bit for bit.
void compare(const LstmCircuit& step, const FixedLstm& lstm, std::size_t lanes, Random& random) {
  BitSimulator bits(step.circuit.wires(), lanes);
  std::vector<std::vector<std::int64_t>> x(lanes);
  std::vector<LstmState<std::int64_t>> state(lanes);
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    const auto draw = [&](const std::vector<Word>& words, std::vector<std::int64_t>& values) {
      for (const Word& word : words) {
        values.push_back(random_word(lstm.format, random));
        bits.set(word, lane, values.back());
      }
    };
    draw(step.x, x[lane]), draw(step.h, state[lane].h), draw(step.c, state[lane].c);
    load_weights(step, lstm, lane, bits);
  }
  bits.run(step.circuit);
  EXPECT_EQ(bits.lanes_with_ones(step.ancillas), 0u);
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    const LstmState<std::int64_t> before = state[lane];
    lstm_step(lstm, x[lane].data(), state[lane]);
    for (std::size_t k = 0; k < step.x.size(); ++k) ASSERT_EQ(bits.signed_value(step.x[k], lane), x[lane][k]);
    for (std::size_t j = 0; j < step.h.size(); ++j) {
      ASSERT_EQ(bits.signed_value(step.h[j], lane), before.h[j]);
      ASSERT_EQ(bits.signed_value(step.c[j], lane), before.c[j]);
      ASSERT_EQ(bits.signed_value(step.c_next[j], lane), state[lane].c[j]);
      ASSERT_EQ(bits.signed_value(step.h_next[j], lane), state[lane].h[j]);
    }
  }
}

TEST(LstmCircuit, EqualsTheIntegerLstmBitForBit) {
  Random random(1);
  struct Case {
    int bits, fraction, features, hidden;
  };
  for (const Case& c : {Case{4, 2, 1, 1},
                        {5, 3, 2, 1},
                        {6, 2, 1, 2},
                        {7, 5, 1, 2},
                        {8, 4, 1, 4},
                        {8, 6, 3, 2},
                        {10, 7, 2, 3},
                        {12, 8, 1, 2},
                        {16, 12, 1, 2},
                        {24, 18, 1, 1}}) {
    SCOPED_TRACE(testing::Message() << c.bits << " bits, " << c.fraction << " of fraction, F " << c.features
                                    << ", H " << c.hidden);
    const FixedPoint format{c.bits, c.fraction};
    for (int round = 0; round < 3; ++round) {
      // Wild weights, and those of a new LSTM.
      FixedLstm lstm = round < 2 ? wild_lstm(c.features, c.hidden, format, random)
                                 : fixed_lstm(random_lstm(c.features, c.hidden, 5), format);
      for (const GateFunctions& gates : gate_functions()) {
        lstm.gates = &gates;
        compare(lstm_circuit(lstm, WeightsAs::kConstant), lstm, 700, random);
        compare(lstm_circuit(lstm, WeightsAs::kRegister), lstm, 100, random);
      }
    }
  }
}

// All 2^12 inputs of the smallest LSTM.
TEST(LstmCircuit, EqualsTheIntegerLstmOnEveryInput) {
  Random random(2);
  const FixedPoint format{4, 2};
  const FixedLstm lstm = wild_lstm(1, 1, format, random);
  const LstmCircuit step = lstm_circuit(lstm, WeightsAs::kConstant);
  BitSimulator bits(step.circuit.wires(), 1 << 12);
  const Word all = [&] {
    Word words = step.x[0];
    words.insert(words.end(), step.h[0].begin(), step.h[0].end());
    words.insert(words.end(), step.c[0].begin(), step.c[0].end());
    return words;
  }();
  for (std::size_t k = 0; k < bits.lanes(); ++k) bits.set(all, k, static_cast<std::int64_t>(k));
  bits.run(step.circuit);
  EXPECT_EQ(bits.lanes_with_ones(step.ancillas), 0u);
  bool saturated = false;
  for (std::size_t k = 0; k < bits.lanes(); ++k) {
    const std::int64_t x = bits.signed_value(step.x[0], k);
    LstmState<std::int64_t> state{{bits.signed_value(step.h[0], k)}, {bits.signed_value(step.c[0], k)}};
    lstm_step(lstm, &x, state);
    ASSERT_EQ(bits.signed_value(step.c_next[0], k), state.c[0]);
    ASSERT_EQ(bits.signed_value(step.h_next[0], k), state.h[0]);
    saturated = saturated || state.c[0] == format.greatest();
  }
  EXPECT_TRUE(saturated) << "the range of c was never left, so saturation was not tested";
}

TEST(LstmCircuit, ASequenceLeavesNothingButItsAnswer) {
  Random random(3);
  const FixedPoint format{6, 3};
  for (const WeightsAs weights : {WeightsAs::kConstant, WeightsAs::kRegister}) {
    const FixedLstm lstm = wild_lstm(2, 2, format, random);
    const LstmCircuit step = lstm_circuit(lstm, weights);
    const LstmSequenceCircuit all = sequence_circuit(step, 3);
    BitSimulator bits(all.circuit.wires(), 64);
    for (std::size_t lane = 0; lane < 64; ++lane) {
      for (const auto& [words, values] :
           {std::pair{&all.input, &lstm.input}, std::pair{&all.recurrent, &lstm.recurrent},
            std::pair{&all.bias, &lstm.bias}})
        for (std::size_t k = 0; k < words->size(); ++k) bits.set((*words)[k], lane, (*values)[k]);
      for (const auto& step_x : all.x)
        for (const Word& word : step_x) bits.set(word, lane, random_word(format, random));
      for (const auto* words : {&all.h, &all.c})
        for (const Word& word : *words) bits.set(word, lane, random_word(format, random));
    }
    const BitSimulator before = bits;
    bits.run(all.circuit);
    EXPECT_EQ(bits.lanes_with_ones(all.ancillas), 0u);
    for (std::size_t lane = 0; lane < 64; ++lane) {
      LstmState<std::int64_t> state;
      for (std::size_t j = 0; j < 2; ++j) {
        state.h.push_back(before.signed_value(all.h[j], lane)),
            state.c.push_back(before.signed_value(all.c[j], lane));
        EXPECT_EQ(bits.signed_value(all.h[j], lane), state.h[j]);
      }
      for (const auto& step_x : all.x) {
        const std::int64_t x[] = {before.signed_value(step_x[0], lane), before.signed_value(step_x[1], lane)};
        EXPECT_EQ(bits.signed_value(step_x[1], lane), x[1]);
        lstm_step(lstm, x, state);
      }
      for (std::size_t j = 0; j < 2; ++j) ASSERT_EQ(bits.signed_value(all.answer[j], lane), state.h[j]);
    }
    const LogicCounts made = counts_of(all.circuit), said = sequence_counts(step, counts_of(step.circuit), 3);
    EXPECT_EQ(made.qubits, said.qubits);
    EXPECT_EQ(made.x, said.x);
    EXPECT_EQ(made.cnot, said.cnot);
    EXPECT_EQ(made.toffoli, said.toffoli);
    EXPECT_LE(made.depth, said.depth);
    EXPECT_LE(made.toffoli_depth, said.toffoli_depth);
  }
}

// Toffolis of a part by itself.
template <class Make>
std::int64_t toffolis_of(const Make& make) {
  LogicBuilder b;
  make(b);
  return counts_of(b.finish()).toffoli;
}

std::int64_t product_toffolis(int y_bits, int sum_bits) {
  std::int64_t count = 0;
  for (int k = 0; k < y_bits; ++k) count += 3 * (sum_bits - k) - 2;
  return count;
}

// docs/quantum-logic.md has these formulas.
TEST(LstmCircuit, ToffolisFollowTheFormula) {
  Random random(9);
  for (const auto& [bits, fraction] : {std::pair{6, 3}, {8, 4}, {12, 9}}) {
    const int n = bits, f = fraction;
    FixedLstm lstm = wild_lstm(2, 3, {n, f}, random);
    lstm.gates = &gate_functions()[static_cast<std::size_t>(n / 4 % 2)];  // both
    for (const WeightsAs weights : {WeightsAs::kConstant, WeightsAs::kRegister}) {
      std::int64_t count = 0;
      for (int row = 0; row < 12; ++row) {
        const bool constant = weights == WeightsAs::kConstant;
        const int w = constant ? sum_bits(lstm, row) : most_sum_bits(2, 3, lstm.format);
        if (!constant) count += 5 * product_toffolis(n, w) + 2 * (w - f - 1);
        for (std::size_t k = 0; constant && k < 5; ++k) {
          const auto r = static_cast<std::size_t>(row);
          const std::vector<int> digits =
              signed_digits(k < 2 ? lstm.input[2 * r + k] : lstm.recurrent[3 * r + k - 2]);
          for (std::size_t d = 0; d < digits.size(); ++d)
            if (digits[d] != 0) count += 2 * (w - static_cast<int>(d) - 1);
        }
        const bool candidate = row / 3 == 2;
        count += toffolis_of([&](LogicBuilder& b) {
          const Word sum = b.take(w);
          candidate ? tanh_circuit(b, *lstm.gates, sum, f) : sigmoid_circuit(b, *lstm.gates, sum, f);
        });
      }
      for (int unit = 0; unit < 3; ++unit) {
        count += 2 * product_toffolis(f + 1, n + f + 1) + product_toffolis(f + 1, 2 * f + 2);
        count += toffolis_of([&](LogicBuilder& b) { tanh_of_word_circuit(b, *lstm.gates, b.take(n), f); });
      }
      // All of it is done and undone; saturation is not.
      EXPECT_EQ(counts_of(lstm_circuit(lstm, weights).circuit).toffoli, 2 * count + 3 * (n - 1));
    }
  }
}

TEST(LstmCircuit, QubitsAreRegistersAndOneUnitsAncillas) {
  const FixedPoint format{8, 4};
  const LstmCircuit small = lstm_circuit(fixed_lstm(random_lstm(1, 2, 1), format), WeightsAs::kConstant);
  EXPECT_EQ(small.circuit.wires(), (1 + 4 * 2) * 8 + static_cast<int>(small.ancillas.size()));
  const LstmCircuit registers = lstm_circuit(fixed_lstm(random_lstm(1, 2, 1), format), WeightsAs::kRegister);
  EXPECT_EQ(registers.circuit.wires(),
            (1 + 4 * 2 + 4 * 2 * 4) * 8 + static_cast<int>(registers.ancillas.size()));
  // Another unit takes no other ancillas, only more bits of the sums.
  const LstmCircuit more = lstm_circuit(fixed_lstm(random_lstm(1, 8, 1), format), WeightsAs::kConstant);
  EXPECT_LE(more.ancillas.size(), small.ancillas.size() + 3 * 5);
  // The circuit of register weights does not depend on the weights.
  EXPECT_EQ(counts_of(registers.circuit).toffoli,
            counts_of(lstm_circuit(fixed_lstm(random_lstm(1, 2, 9), format), WeightsAs::kRegister).circuit)
                .toffoli);
}

TEST(FixedLstm, GoesToTheRealOneWithMoreBits) {
  const LstmWeights weights = random_lstm(2, 3, 4);
  Random random(8);
  std::vector<double> inputs(2 * 12);
  for (double& x : inputs) x = random.uniform(-1, 1);
  const auto run = [&](const GateFunctions* gates) {
    LstmState<double> state{std::vector<double>(3), std::vector<double>(3)};
    for (int t = 0; t < 12; ++t) lstm_step(weights, gates, &inputs[2 * static_cast<std::size_t>(t)], state);
    return state;
  };
  const LstmState<double> plan = run(&gate_functions()[0]), exact = run(nullptr);
  double last = 1;
  for (const int fraction : {6, 10, 14, 18}) {
    const FixedLstm lstm = fixed_lstm(weights, {fraction + 4, fraction});
    LstmState<std::int64_t> state{std::vector<std::int64_t>(3), std::vector<std::int64_t>(3)};
    for (std::size_t t = 0; t < 12; ++t) {
      const std::int64_t x[] = {lstm.format.nearest(inputs[2 * t]), lstm.format.nearest(inputs[2 * t + 1])};
      lstm_step(lstm, x, state);
    }
    double error = 0;
    for (std::size_t j = 0; j < 3; ++j)
      error = std::max(error, std::abs(lstm.format.value(state.h[j]) - plan.h[j]));
    EXPECT_LT(error, 8 * lstm.format.unit()) << fraction;
    EXPECT_LT(error, last);
    last = error;
  }
  double gap = 0;
  for (std::size_t j = 0; j < 3; ++j) gap = std::max(gap, std::abs(plan.h[j] - exact.h[j]));
  EXPECT_GT(gap, 1e-4) << "PLAN's own error does not go away with more bits";
  EXPECT_LT(gap, 0.06);
}

TEST(FixedLstm, RefusesWhatDoesNotFit) {
  const auto message = [](const std::function<void()>& what) {
    try {
      what();
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  LstmWeights weights = random_lstm(1, 1, 1);
  EXPECT_THAT(message([&] { fixed_lstm(weights, {3, 2}); }), HasSubstr("--bits must be from 4 to 24, not 3"));
  EXPECT_THAT(message([&] { fixed_lstm(weights, {8, 7}); }), HasSubstr("--fraction must be from 2 to 6"));
  weights.recurrent[2] = 2.5;
  EXPECT_THAT(message([&] {
                fixed_lstm(weights, {8, 6});
              }),
              HasSubstr("a recurrent weight of 2.5 does not fit"));
  weights.recurrent[2] = std::nan("");
  EXPECT_THAT(message([&] { fixed_lstm(weights, {8, 6}); }), HasSubstr("does not fit"));
  EXPECT_EQ(format_for(8, 1.9, "it").fraction, 6);
  EXPECT_EQ(format_for(8, 2.0, "it").fraction, 5);
  EXPECT_THAT(message([] { format_for(6, 9, "the largest weight"); }), HasSubstr("take --bits 7 or more"));
  EXPECT_THAT(message([] { random_lstm(0, 1, 1); }), HasSubstr("--features"));
  EXPECT_EQ((FixedPoint{4, 2}.nearest(100)), 7);
  EXPECT_EQ((FixedPoint{4, 2}.nearest(-100)), -8);
  EXPECT_EQ((FixedPoint{4, 2}.nearest(0.3)), 1);
}

}  // namespace
}  // namespace ebit
