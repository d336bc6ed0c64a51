// An LSTM step as a reversible circuit: reads x, h and c, writes h' and c' to registers that were 0.
#pragma once

#include <string_view>
#include <vector>

#include "ebit/logic/builder.h"
#include "ebit/logic/lstm.h"

namespace ebit::inline logic {

/// Where the weights are.
enum class WeightsAs {
  kConstant,  ///< in the circuit: sums of shifted inputs, an adder for each nonzero signed digit of a weight
  kRegister,  ///< in registers of their own: a multiplier for each weight, and weights may be superposed
};

/// A step's circuit and where its numbers are.
struct LstmCircuit {
  LogicCircuit circuit;         ///< |x, h, c, 0, 0, 0> -> |x, h, c, h', c', 0>
  std::vector<Word> x;          ///< [F]
  std::vector<Word> h;          ///< [H], before the step
  std::vector<Word> c;          ///< [H], before the step
  std::vector<Word> h_next;     ///< [H], after it; 0 before
  std::vector<Word> c_next;     ///< [H], after it; 0 before
  std::vector<Word> input;      ///< kRegister: [4 H, F] input weights; else empty
  std::vector<Word> recurrent;  ///< kRegister: [4 H, H] recurrent weights; else empty
  std::vector<Word> bias;       ///< kRegister: [4 H] biases; else empty
  std::vector<int> ancillas;    ///< all other wires: 0 before and after
};

/// The circuit that does on every basis state what lstm_step() does on its words.
///
/// Unit by unit: the gates i, f and g and f c + i g are computed, c' is written, all of it is undone
/// (Bennett); then o, tanh(c') and their product, h' is written, and they are undone. All units use the same
/// ancillas. With kRegister the weights of `lstm` do not matter, only its sizes and format. Throws Error as
/// check_format(), and for a circuit of more than LogicCircuit::kMostGates gates.
LstmCircuit lstm_circuit(const FixedLstm& lstm, WeightsAs weights);

/// A sequence of T steps that leaves nothing behind but its answer.
struct LstmSequenceCircuit {
  LogicCircuit circuit;              ///< |x_1 .. x_T, h_0, c_0, 0, 0> -> |x_1 .. x_T, h_0, c_0, h_T, 0>
  std::vector<std::vector<Word>> x;  ///< [T][F]
  std::vector<Word> h;               ///< [H], h_0
  std::vector<Word> c;               ///< [H], c_0
  std::vector<Word> answer;          ///< [H], h_T
  std::vector<Word> input;           ///< as of LstmCircuit
  std::vector<Word> recurrent;       ///< as of LstmCircuit
  std::vector<Word> bias;            ///< as of LstmCircuit
  std::vector<int> ancillas;         ///< the states of all steps and the steps' ancillas: 0 before and after
};

/// Runs T copies of `step`, each writing h_t and c_t to registers of their own, copies h_T out, and runs the
/// steps backwards. @param steps T, at least 1. Throws Error as LogicCircuit::add().
LstmSequenceCircuit sequence_circuit(const LstmCircuit& step, int steps);

/// The counts of sequence_circuit() without making it: 2 T times the gates of the step (`counts` of it) and
/// H n CNOTs. Depths are upper bounds: steps overlap where their wires allow it.
LogicCounts sequence_counts(const LstmCircuit& step, const LogicCounts& counts, int steps);

}  // namespace ebit::inline logic
