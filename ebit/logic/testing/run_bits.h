// What the tests of the layer share: running a circuit on one input.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "ebit/logic/bit_simulator.h"
#include "ebit/sim/program.h"

namespace ebit::test {

/// A register and what it holds.
struct Held {
  Word word;           ///< the register
  std::int64_t value;  ///< what it holds
};

/// Runs `circuit` on one basis state and returns the simulator behind it.
inline BitSimulator ran(const LogicCircuit& circuit, const std::vector<Held>& inputs) {
  BitSimulator bits(circuit.wires(), 1);
  for (const Held& input : inputs) bits.set(input.word, 0, input.value);
  bits.run(circuit);
  return bits;
}

/// `value` modulo 2^bits, as two's complement.
inline std::int64_t wrapped(std::int64_t value, std::size_t bits) {
  const auto unused = 64 - static_cast<int>(bits);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(value) << unused) >> unused;
}

/// Expects that each register holds its value, two's complement, and that all other wires are 0.
inline void expect_held(const BitSimulator& bits, const std::vector<Held>& wanted, const char* what) {
  std::vector<bool> named(static_cast<std::size_t>(bits.wires()));
  for (const Held& held : wanted) {
    EXPECT_EQ(bits.signed_value(held.word, 0), wrapped(held.value, held.word.size())) << what;
    for (const int wire : held.word) named[static_cast<std::size_t>(wire)] = true;
  }
  for (int wire = 0; wire < bits.wires(); ++wire)
    EXPECT_FALSE(!named[static_cast<std::size_t>(wire)] && bits.bit(wire, 0)) << what << ", wire " << wire;
}

/// The circuit on a state vector, by the simulator of `sim`.
inline std::vector<Complex> state_vector_run(const LogicCircuit& circuit, const std::vector<Complex>& psi) {
  Program<double> program(to_circuit(circuit));
  program.bind({});
  StateBatch<double> state(circuit.wires(), 1);
  for (std::size_t i = 0; i < psi.size(); ++i) state.set(0, i, psi[i]);
  program.run(state.tile(0));
  std::vector<Complex> out(psi.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = state.amplitude(0, i);
  return out;
}

/// The basis state of a lane as an index of `sim`, whose most significant bit is wire 0.
inline std::size_t index_of(const BitSimulator& bits, std::size_t lane) {
  std::size_t index = 0;
  for (int wire = 0; wire < bits.wires(); ++wire) index = 2 * index + (bits.bit(wire, lane) ? 1 : 0);
  return index;
}

}  // namespace ebit::test
