#include "ebit/logic/activation.h"

#include "ebit/logic/arithmetic.h"

namespace ebit::inline logic {
namespace {

// y = u / 2 rounded to the nearest, halves up: y takes u's wires but the last bit, and those of `above`.
Word halved(LogicBuilder& b, const Word& u, const Word& above) {
  Word y = bits_from(u, 1);
  y.insert(y.end(), above.begin(), above.end());
  add(b, {u[0]}, y, Extend::kZero);
  return y;
}

// `word` without its sign: all bits but the top one complemented where that is 1.
Word size_of(LogicBuilder& b, const Word& word) {
  const Word low(word.begin(), word.end() - 1);
  for (const int wire : low) b.cnot(word.back(), wire);
  return low;
}

// tanh of `a`, the sign apart, whose bit of weight 1 is `point`.
Word tanh_of_size(LogicBuilder& b, const GateFunctions& gates, const Word& a, int sign, int point, int f) {
  Word u =
      gates.circuit_of_size(b, a, point - 1, f + 2);  // of 2 a; 2 g - 1 is what stands behind its first bit
  for (const int wire : u) b.cnot(sign, wire);
  const Word above = b.take(2);  // the bit of weight 1, and the sign
  for (const int wire : above) b.cnot(sign, wire);
  return halved(b, u, above);
}

}  // namespace

double sigmoid_of(const GateFunctions& gates, double x) {
  return x < 0 ? 1 - gates.of_size(-x) : gates.of_size(x);
}

double tanh_of(const GateFunctions& gates, double x) { return 2 * sigmoid_of(gates, 2 * x) - 1; }

std::int64_t sigmoid_of(const GateFunctions& gates, std::int64_t sum, int f) {
  const int m = f + 1;
  std::int64_t u = gates.fixed_of_size(sum < 0 ? ~sum : sum, 2 * f, m);
  if (sum < 0) u = (std::int64_t{1} << m) - 1 - u;
  return (u + 1) >> 1;
}

std::int64_t tanh_of(const GateFunctions& gates, std::int64_t sum, int f) {
  const int m = f + 2;
  std::int64_t u = gates.fixed_of_size(sum < 0 ? ~sum : sum, 2 * f - 1, m) - (std::int64_t{1} << (m - 1));
  if (sum < 0) u = ~u;
  return (u + 1) >> 1;
}

Word sigmoid_circuit(LogicBuilder& b, const GateFunctions& gates, const Word& sum, int f) {
  const Word a = size_of(b, sum);
  Word u = gates.circuit_of_size(b, a, 2 * f, f + 1);
  u.push_back(b.take(1)[0]);  // the bit of weight 1/2
  b.x(u.back());
  for (const int wire : u) b.cnot(sum.back(), wire);
  return halved(b, u, b.take(1));
}

Word tanh_circuit(LogicBuilder& b, const GateFunctions& gates, const Word& sum, int f) {
  const Word a = size_of(b, sum);
  return tanh_of_size(b, gates, a, sum.back(), 2 * f, f);
}

Word tanh_of_word_circuit(LogicBuilder& b, const GateFunctions& gates, const Word& word, int f) {
  // The f bits of 2^f word below the word's are 0, so the sign's where they are complemented.
  Word a = b.take(f);
  for (const int wire : a) b.cnot(word.back(), wire);
  const Word low = size_of(b, word);
  a.insert(a.end(), low.begin(), low.end());
  const Word y = tanh_of_size(b, gates, a, word.back(), 2 * f, f);
  size_of(b, word);
  return y;
}

}  // namespace ebit::inline logic
