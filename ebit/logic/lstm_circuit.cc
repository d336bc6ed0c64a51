#include "ebit/logic/lstm_circuit.h"

#include <algorithm>
#include <array>

#include "ebit/base/error.h"
#include "ebit/logic/activation.h"
#include "ebit/logic/arithmetic.h"

namespace ebit::inline logic {
namespace {

std::vector<Word> take_words(LogicBuilder& b, int count, int bits) {
  std::vector<Word> words;
  for (int k = 0; k < count; ++k) words.push_back(b.take(bits));
  return words;
}

// Makes the circuit of a step unit by unit.
class StepMaker {
 public:
  StepMaker(const FixedLstm& lstm, WeightsAs weights) : lstm_(lstm), weights_(weights) {
    check_format(lstm.format);
    const int bits = lstm.format.bits, hidden = lstm.hidden;
    out_.x = take_words(b_, lstm.features, bits);
    out_.h = take_words(b_, hidden, bits), out_.c = take_words(b_, hidden, bits);
    if (weights == WeightsAs::kRegister) {
      out_.input = take_words(b_, 4 * hidden * lstm.features, bits);
      out_.recurrent = take_words(b_, 4 * hidden * hidden, bits);
      out_.bias = take_words(b_, 4 * hidden, bits);
    }
    out_.h_next = take_words(b_, hidden, bits), out_.c_next = take_words(b_, hidden, bits);
  }

  LstmCircuit make() {
    const int first = b_.in_use();
    for (int unit = 0; unit < lstm_.hidden; ++unit) write_cell(unit), write_hidden(unit);
    out_.circuit = b_.finish();
    for (int wire = first; wire < out_.circuit.wires(); ++wire) out_.ancillas.push_back(wire);
    return std::move(out_);
  }

 private:
  enum Gate { kInput, kForget, kCandidate, kOutput };

  // c' = f c + i g.
  void write_cell(int unit) {
    const int f = lstm_.format.fraction, n = lstm_.format.bits;
    const auto j = static_cast<std::size_t>(unit);
    Word sum;
    b_.clean(
        [&] {
          const Word in = sigmoid_circuit(b_, *lstm_.gates, sum_of(kInput, unit), f);
          const Word forget = sigmoid_circuit(b_, *lstm_.gates, sum_of(kForget, unit), f);
          const Word candidate = tanh_circuit(b_, *lstm_.gates, sum_of(kCandidate, unit), f);
          // |f c + i g| < 2^(n - 1 + f) + 2^(2 f), and f is below n - 1.
          sum = b_.take(n + f + 1);
          load_half(sum);
          add_product(b_, forget, out_.c[j], sum);
          add_product(b_, in, candidate, sum);
        },
        [&] { saturate(b_, sum, f, out_.c_next[j]); });
  }

  // h' = o tanh(c').
  void write_hidden(int unit) {
    const int f = lstm_.format.fraction;
    const auto j = static_cast<std::size_t>(unit);
    Word sum;
    b_.clean(
        [&] {
          const Word out = sigmoid_circuit(b_, *lstm_.gates, sum_of(kOutput, unit), f);
          const Word tangent = tanh_of_word_circuit(b_, *lstm_.gates, out_.c_next[j], f);
          sum = b_.take(2 * f + 2);  // |o tanh| <= 2^(2 f)
          load_half(sum);
          add_product(b_, out, tangent, sum);
        },
        [&] { saturate(b_, sum, f, out_.h_next[j]); });
  }

  // What rounds to the nearest where the last f bits are dropped.
  void load_half(const Word& sum) { load(b_, std::int64_t{1} << (lstm_.format.fraction - 1), sum); }

  // W [x, h] + b of a gate, with 2 f bits behind the point.
  Word sum_of(Gate gate, int unit) {
    const int row = static_cast<int>(gate) * lstm_.hidden + unit;
    return weights_ == WeightsAs::kConstant ? constant_sum(row) : register_sum(row);
  }

  Word constant_sum(int row) {
    const auto r = static_cast<std::size_t>(row);
    const Word sum = b_.take(sum_bits(lstm_, row));
    load(b_, lstm_.bias[r] << lstm_.format.fraction, sum);
    std::vector<Multiple> multiples;
    for (std::size_t k = 0; k < out_.x.size(); ++k)
      multiples.push_back({lstm_.input[r * out_.x.size() + k], out_.x[k]});
    for (std::size_t k = 0; k < out_.h.size(); ++k)
      multiples.push_back({lstm_.recurrent[r * out_.h.size() + k], out_.h[k]});
    add_multiples(b_, multiples, sum);
    return sum;
  }

  Word register_sum(int row) {
    const auto r = static_cast<std::size_t>(row);
    const Word sum = b_.take(most_sum_bits(lstm_.features, lstm_.hidden, lstm_.format));
    add(b_, out_.bias[r], bits_from(sum, static_cast<std::size_t>(lstm_.format.fraction)));
    for (std::size_t k = 0; k < out_.x.size(); ++k)
      add_signed_product(b_, out_.input[r * out_.x.size() + k], out_.x[k], sum);
    for (std::size_t k = 0; k < out_.h.size(); ++k)
      add_signed_product(b_, out_.recurrent[r * out_.h.size() + k], out_.h[k], sum);
    return sum;
  }

  const FixedLstm& lstm_;
  WeightsAs weights_;
  LogicBuilder b_;
  LstmCircuit out_;
};

// Sends the wires of one circuit's words to those of another's.
void send(const std::vector<Word>& from, const std::vector<Word>& to, std::vector<int>& wires) {
  for (std::size_t k = 0; k < from.size(); ++k)
    for (std::size_t bit = 0; bit < from[k].size(); ++bit)
      wires[static_cast<std::size_t>(from[k][bit])] = to[k][bit];
}

int bits_of(const std::vector<Word>& words) {
  int bits = 0;
  for (const Word& word : words) bits += static_cast<int>(word.size());
  return bits;
}

}  // namespace

LstmCircuit lstm_circuit(const FixedLstm& lstm, WeightsAs weights) { return StepMaker(lstm, weights).make(); }

LstmSequenceCircuit sequence_circuit(const LstmCircuit& step, int steps) {
  require(steps >= 1, "a sequence has at least 1 step, not {}", steps);
  const int bits = static_cast<int>(step.x[0].size());
  const int features = static_cast<int>(step.x.size()), hidden = static_cast<int>(step.h.size());
  LogicBuilder wires;
  LstmSequenceCircuit all;
  for (int t = 0; t < steps; ++t) all.x.push_back(take_words(wires, features, bits));
  all.h = take_words(wires, hidden, bits), all.c = take_words(wires, hidden, bits);
  for (const auto& [own, others] :
       {std::pair{&step.input, &all.input}, std::pair{&step.recurrent, &all.recurrent},
        std::pair{&step.bias, &all.bias}})
    *others = take_words(wires, static_cast<int>(own->size()), bits);
  all.answer = take_words(wires, hidden, bits);
  const int first = wires.in_use();
  const Word ancillas = wires.take(static_cast<int>(step.ancillas.size()));
  std::vector<std::vector<Word>> h = {all.h}, c = {all.c};
  for (int t = 0; t < steps; ++t) {
    h.push_back(take_words(wires, hidden, bits));
    c.push_back(take_words(wires, hidden, bits));
  }
  all.circuit = wires.finish();
  for (int wire = first; wire < all.circuit.wires(); ++wire) all.ancillas.push_back(wire);
  std::vector<int> to(static_cast<std::size_t>(step.circuit.wires()));
  for (std::size_t t = 0; t < static_cast<std::size_t>(steps); ++t) {
    send(step.x, all.x[t], to), send(step.h, h[t], to), send(step.c, c[t], to);
    send(step.h_next, h[t + 1], to), send(step.c_next, c[t + 1], to);
    send(step.input, all.input, to), send(step.recurrent, all.recurrent, to), send(step.bias, all.bias, to);
    send({step.ancillas}, {ancillas}, to);
    all.circuit.append(step.circuit, to);
  }
  const std::size_t end = all.circuit.gates().size();
  for (std::size_t j = 0; j < all.answer.size(); ++j)
    for (std::size_t bit = 0; bit < all.answer[j].size(); ++bit)
      all.circuit.add({all.answer[j][bit], h.back()[j][bit]});
  all.circuit.add_inverse(0, end);
  return all;
}

LogicCounts sequence_counts(const LstmCircuit& step, const LogicCounts& counts, int steps) {
  require(steps >= 1, "--steps must be at least 1, not {}", steps);
  const std::int64_t answer = bits_of(step.h), twice = 2 * static_cast<std::int64_t>(steps);
  LogicCounts all;
  all.qubits = steps * bits_of(step.x) + (steps + 1) * (bits_of(step.h) + bits_of(step.c)) +
               bits_of(step.input) + bits_of(step.recurrent) + bits_of(step.bias) + answer +
               static_cast<std::int64_t>(step.ancillas.size());
  all.x = twice * counts.x, all.cnot = twice * counts.cnot + answer, all.toffoli = twice * counts.toffoli;
  all.depth = twice * counts.depth + 1, all.toffoli_depth = twice * counts.toffoli_depth;
  return all;
}

}  // namespace ebit::inline logic
