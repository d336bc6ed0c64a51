#include "ebit/logic/sparse_state.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "ebit/base/error.h"
#include "ebit/base/random.h"
#include "ebit/logic/arithmetic.h"
#include "ebit/logic/lstm_circuit.h"
#include "ebit/logic/testing/run_bits.h"

namespace ebit {
namespace {

std::vector<Complex> random_amplitudes(std::size_t count, Random& random) {
  std::vector<Complex> amplitudes(count);
  double norm = 0;
  for (Complex& a : amplitudes) a = {random.normal(), random.normal()}, norm += std::norm(a);
  for (Complex& a : amplitudes) a /= std::sqrt(norm);
  return amplitudes;
}

std::vector<int> wires_of(const std::vector<Word>& words) {
  std::vector<int> wires;
  for (const Word& word : words) wires.insert(wires.end(), word.begin(), word.end());
  return wires;
}

// A superposition of inputs gives the superposition of outputs, each with its amplitude.
TEST(SparseState, AnLstmStepOfASuperposition) {
  const FixedPoint format{6, 4};
  const FixedLstm lstm = fixed_lstm(random_lstm(1, 2, 3), format);
  const LstmCircuit step = lstm_circuit(lstm, WeightsAs::kConstant);
  Random random(5);
  const std::vector<Complex> amplitudes = random_amplitudes(64, random);
  SparseState state(step.circuit.wires(), amplitudes);
  const LstmState<std::int64_t> before{{5, -9}, {20, -3}};
  for (std::size_t k = 0; k < 64; ++k) {
    state.bits().set(step.x[0], k, static_cast<std::int64_t>(k) - 32);
    for (std::size_t j = 0; j < 2; ++j) {
      state.bits().set(step.h[j], k, before.h[j]);
      state.bits().set(step.c[j], k, before.c[j]);
    }
  }
  EXPECT_NEAR(state.entropy(step.x[0]), 0, 1e-9) << "a product state";
  state.apply(step.circuit);
  EXPECT_EQ(state.bits().lanes_with_ones(step.ancillas), 0u);
  std::map<std::vector<std::int64_t>, double> outputs;
  for (std::size_t k = 0; k < 64; ++k) {
    const std::int64_t x = static_cast<std::int64_t>(k) - 32;
    LstmState<std::int64_t> after = before;
    lstm_step(lstm, &x, after);
    for (std::size_t j = 0; j < 2; ++j) {
      EXPECT_EQ(state.bits().signed_value(step.h_next[j], k), after.h[j]);
      EXPECT_EQ(state.bits().signed_value(step.c_next[j], k), after.c[j]);
    }
    outputs[{after.h[0], after.h[1], after.c[0], after.c[1]}] += std::norm(amplitudes[k]);
  }
  // The input's basis states differ, so the outputs' reduced state is diagonal: its entropy is Shannon's.
  double shannon = 0;
  for (const auto& [output, p] : outputs) shannon -= p * std::log2(p);
  ASSERT_GT(outputs.size(), 8u);
  std::vector<int> outs = wires_of(step.h_next);
  for (const int wire : wires_of(step.c_next)) outs.push_back(wire);
  EXPECT_NEAR(state.entropy(outs), shannon, 1e-9);
  EXPECT_NEAR(state.entropy(step.x[0]), shannon, 1e-9) << "both sides of a cut have one entropy";
  EXPECT_NEAR(state.entropy(step.ancillas), 0, 1e-9) << "ancillas are not entangled with anything";
}

// The whole smallest step would be too many wires; an adder with its ancillas is not.
TEST(SparseState, EqualsTheStateVectorSimulator) {
  LogicBuilder b;
  const Word a = b.take(2), acc = b.take(3), control = b.take(1);
  controlled_add(b, control[0], a, acc);
  const LogicCircuit circuit = b.finish();
  const int wires = circuit.wires();
  ASSERT_EQ(wires, 8);
  Random random(6);
  SparseState state(wires, random_amplitudes(10, random));
  std::vector<Complex> psi(256), got(256);
  for (std::size_t k = 0; k < 10; ++k) {
    state.bits().set({0, 1, 2, 3, 4, 5}, k, static_cast<std::int64_t>(k * 6 + 1));
    psi[test::index_of(state.bits(), k)] = state.amplitudes()[k];
  }
  psi = test::state_vector_run(circuit, psi);
  state.apply(circuit);
  for (std::size_t k = 0; k < 10; ++k) got[test::index_of(state.bits(), k)] = state.amplitudes()[k];
  for (std::size_t i = 0; i < 256; ++i) EXPECT_NEAR(std::abs(psi[i] - got[i]), 0, 1e-12);
  // Entropy by the layer that knows states as vectors, over a cut of wires.
  const std::vector<int> dims(8, 2), part = {2, 3, 4};
  double wanted = 0;
  pure_entropy(info::entropy(EntropyId::kVonNeumann), Cut(dims, part), got, std::span(&wanted, 1));
  EXPECT_NEAR(state.entropy(part), wanted, 1e-9);
  EXPECT_GT(wanted, 0.5);
}

// Where two inputs give one output, interference is kept: phases count, not only probabilities.
TEST(SparseState, EntropySeesPhases) {
  for (const double sign : {1.0, -1.0}) {
    const double r = 0.5;
    SparseState state(2, {r, r, r, sign * r});
    for (std::size_t k = 0; k < 4; ++k) state.bits().set({1, 0}, k, static_cast<std::int64_t>(k));
    EXPECT_NEAR(state.entropy(std::vector<int>{0}), sign > 0 ? 0 : 1, 1e-9);
  }
}

TEST(SparseState, RefusesWhatIsNoState) {
  EXPECT_THROW(SparseState(2, {1.0, 1.0}), Error);
  const SparseState same(2, {std::sqrt(0.5), std::sqrt(0.5)});
  EXPECT_THROW(same.entropy(std::vector<int>{0}), Error);
}

}  // namespace
}  // namespace ebit
