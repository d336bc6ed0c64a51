// An LSTM step in three arithmetics: real numbers, real numbers with gate functions of straight lines, and
// fixed-point integers.
//
//     i, f, o = sigma(W [x, h] + b)      g = tanh(W [x, h] + b)
//     c' = f * c + i * g                 h' = o * tanh(c')
//
// Integers: words of one FixedPoint format. Products are exact; a gate's sum, with 2 f bits behind the point,
// goes into the gate functions unrounded; c' and h' are rounded to the nearest, halves up; c' is held to the
// range of a word (saturation); h' and the gates cannot leave it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ebit/logic/fixed_point.h"
#include "ebit/logic/gate_functions.h"

namespace ebit::inline logic {

/// Weights of an LSTM with F inputs and H hidden units; rows of gates in the order i, f, g, o, as
/// torch.nn.LSTM has them.
struct LstmWeights {
  int features = 1;               ///< F
  int hidden = 1;                 ///< H
  std::vector<double> input;      ///< [4 H, F]
  std::vector<double> recurrent;  ///< [4 H, H]
  std::vector<double> bias;       ///< [4 H]; torch has two, whose sum this is

  double largest() const;  ///< the largest of all in size
};

/// Weights as torch draws them for a new LSTM, uniform in +- 1/sqrt(H). Throws Error for sizes below 1 and
/// above kMostUnits.
LstmWeights random_lstm(int features, int hidden, std::uint64_t seed);

inline constexpr int kMostUnits = 1024;  ///< of F, and of H

/// The same weights as words.
struct FixedLstm {
  int features = 1;                                   ///< F
  int hidden = 1;                                     ///< H
  FixedPoint format;                                  ///< of weights, inputs, hidden and cell state
  std::vector<std::int64_t> input;                    ///< [4 H, F]
  std::vector<std::int64_t> recurrent;                ///< [4 H, H]
  std::vector<std::int64_t> bias;                     ///< [4 H]
  const GateFunctions* gates = &gate_functions()[0];  ///< a row of the table
};

/// The weights to the nearest word. Throws Error for one that the format does not hold, and as
/// check_format().
FixedLstm fixed_lstm(const LstmWeights& weights, const FixedPoint& format,
                     const GateFunctions& gates = gate_functions()[0]);

/// The weights that the words stand for.
LstmWeights real_lstm(const FixedLstm& lstm);

/// Hidden and cell state of one sequence.
template <class Number>
struct LstmState {
  std::vector<Number> h;  ///< [H] hidden state
  std::vector<Number> c;  ///< [H] cell state
};

/// A step in real numbers. @param gates null: the sigmoid and tanh themselves. @param x [F]. @param state
/// before it; overwritten.
void lstm_step(const LstmWeights& weights, const GateFunctions* gates, const double* x,
               LstmState<double>& state);

/// A step on integers, the reference that the circuit must equal bit for bit. @param x [F] words. @param
/// state words before the step; overwritten.
void lstm_step(const FixedLstm& lstm, const std::int64_t* x, LstmState<std::int64_t>& state);

/// Bits of a gate's sum in which no partial result that counts overflows, whatever the words of x and h: of
/// the weights of `row`, at least those that gate functions look at.
int sum_bits(const FixedLstm& lstm, int row);

/// The same for any weights.
int most_sum_bits(int features, int hidden, const FixedPoint& format);

}  // namespace ebit::inline logic
