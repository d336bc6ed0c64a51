// The recursion of a gated cell on its surrogate's gates, some samples at a time.
#include <algorithm>
#include <cmath>

#include "ebit/analysis/surrogate/bloch.h"
#include "ebit/analysis/surrogate/surrogate.h"

namespace ebit::analysis {
namespace {

constexpr std::size_t kSamples = 8;  // side by side
using Block = std::vector<double>;   // [numbers, kSamples]

// A product of features: that of another product with one more.
struct Product {
  std::size_t from, feature;  // feature: wire * 3 + letter - 1
};

// A gate made ready: its terms as products that share their beginnings, and its coefficients without zeros.
struct ReadyGate {
  const SurrogateGate& gate;
  std::vector<Product> products;                                  // [0] is not looked at: it is 1
  std::vector<std::vector<std::pair<std::size_t, double>>> sums;  // [measured] of (product, coefficient)

  explicit ReadyGate(const SurrogateGate& of) : gate(of), products(1), sums(of.measured) {
    for (std::size_t t = 0; t < gate.terms.size(); ++t) {
      std::size_t at = 0;
      for (std::size_t q = 0; q < gate.terms[t].size(); ++q)
        if (const int letter = gate.terms[t][q]; letter > 0)
          at = product(at, 3 * q + static_cast<std::size_t>(letter) - 1);
      for (std::size_t k = 0; k < gate.measured; ++k)
        if (const double c = gate.coefficients[k * gate.terms.size() + t]; c != 0)
          sums[k].emplace_back(at, c);
    }
  }

 private:
  std::size_t product(std::size_t from, std::size_t feature) {
    for (std::size_t p = 1; p < products.size(); ++p)
      if (products[p].from == from && products[p].feature == feature) return p;
    products.push_back({from, feature});
    return products.size() - 1;
  }
};

void map_numbers(const SurrogateMap& map, const Block& in, Block& out) {
  out.resize(map.rows * kSamples);
  for (std::size_t r = 0; r < map.rows; ++r) {
    double* const to = &out[r * kSamples];
    std::fill_n(to, kSamples, map.bias[r]);
    for (std::size_t c = 0; c < map.columns; ++c)
      for (std::size_t l = 0; l < kSamples; ++l)
        to[l] += map.weight[r * map.columns + c] * in[c * kSamples + l];
  }
}

class Runner {
 public:
  explicit Runner(const Surrogate& surrogate)
      : own_(surrogate),
        encoder_(find_gate_encoder(surrogate.options.encoder)),
        wires_(static_cast<std::size_t>(surrogate.options.qubits)),
        features_(3 * wires_ * kSamples) {
    for (const SurrogateGate& gate : surrogate.gates) gates_.emplace_back(gate);
    gru_ = surrogate.options.architecture == "gru", six_ = surrogate.options.architecture == "lstm-6";
  }

  void run(const SequenceInput<double>& input, std::size_t first, std::vector<double>& y) {
    const auto width = static_cast<std::size_t>(own_.options.inputs);
    const auto hidden = static_cast<std::size_t>(own_.sizes.hidden), cells = gru_ ? 0 : size(own_.sizes.cell);
    const auto outputs = size(own_.sizes.outputs);
    Block x(width * kSamples), c(cells * kSamples, 0.0), h(hidden * kSamples, 0.0), c_next, h_next, out;
    std::size_t samples[kSamples], length[kSamples], longest = 0;
    for (std::size_t l = 0; l < kSamples; ++l) {
      samples[l] = std::min(first + l, input.samples - 1);
      length[l] = input.lengths ? static_cast<std::size_t>(input.lengths[samples[l]]) : input.steps;
      longest = std::max(longest, length[l]);
      const double* const state = input.state ? input.state + samples[l] * (cells + hidden) : nullptr;
      for (std::size_t i = 0; state && i < cells; ++i) c[i * kSamples + l] = state[i];
      for (std::size_t i = 0; state && i < hidden; ++i) h[i * kSamples + l] = state[cells + i];
    }
    for (std::size_t t = 0; t < longest; ++t) {
      for (std::size_t l = 0; l < kSamples; ++l)
        for (std::size_t f = 0; f < width; ++f)
          x[f * kSamples + l] = t < length[l] ? input.x[(samples[l] * input.steps + t) * width + f] : 0.0;
      if (gru_)
        gru(x, h, h_next);
      else
        lstm(x, c, h, c_next, h_next);
      const bool any = std::ranges::find(length, t + 1) != std::end(length);
      if (six_ && any) numbers(5u - (own_.options.coupled ? 1 : 0), u_, false, out);
      const Block& read = six_ ? out : h_next;
      for (std::size_t l = 0; l < kSamples; ++l) {
        if (t >= length[l]) continue;
        for (std::size_t i = 0; i < cells; ++i) c[i * kSamples + l] = c_next[i * kSamples + l];
        for (std::size_t i = 0; i < hidden; ++i) h[i * kSamples + l] = h_next[i * kSamples + l];
        for (std::size_t k = 0; t + 1 == length[l] && k < outputs; ++k)
          y[samples[l] * outputs + k] = read[k * kSamples + l];
      }
    }
  }

 private:
  static std::size_t size(int n) { return static_cast<std::size_t>(n); }

  // Of gate number `g` in front of its sigmoid. @param again whether v is that of the gate before.
  void numbers(std::size_t g, const Block& v, bool again, Block& out) {
    const ReadyGate& ready = gates_[g];
    if (!again || !ready.gate.shares_before) {
      if (ready.gate.before.rows > 0) map_numbers(ready.gate.before, v, y_);
      const Block& y = ready.gate.before.rows > 0 ? y_ : v;
      for (std::size_t q = 0; q < wires_; ++q)
        for (std::size_t l = 0; l < kSamples; ++l) {
          const std::array<double, 3> r = bloch_vector(encoder_, y[q * kSamples + l]);
          for (std::size_t k = 0; k < 3; ++k) features_[(3 * q + k) * kSamples + l] = r[k];
        }
    }
    products_.resize(std::max(products_.size(), ready.products.size() * kSamples));
    std::fill_n(products_.data(), kSamples, 1.0);
    for (std::size_t p = 1; p < ready.products.size(); ++p)
      for (std::size_t l = 0; l < kSamples; ++l)
        products_[p * kSamples + l] = products_[ready.products[p].from * kSamples + l] *
                                      features_[ready.products[p].feature * kSamples + l];
    Block& z = ready.gate.behind.rows > 0 ? z_ : out;
    z.assign(ready.gate.measured * kSamples, 0.0);
    for (std::size_t k = 0; k < ready.gate.measured; ++k)
      for (const auto& [p, coefficient] : ready.sums[k])
        for (std::size_t l = 0; l < kSamples; ++l)
          z[k * kSamples + l] += coefficient * products_[p * kSamples + l];
    if (ready.gate.behind.rows > 0) map_numbers(ready.gate.behind, z_, out);
  }

  void sigmoid(std::size_t g, const Block& c, Block& gate) const {
    const std::vector<double>& p = own_.gates[g].peephole;
    for (std::size_t i = 0; i < gate.size(); ++i) {
      if (!p.empty()) gate[i] += p[i / kSamples] * c[i];
      gate[i] = 1 / (1 + std::exp(-gate[i]));
    }
  }

  void join(const Block& x, const Block& h, Block& v) const {
    const bool x_first = own_.options.order == "x-first";
    v.assign((x_first ? x : h).begin(), (x_first ? x : h).end());
    v.insert(v.end(), (x_first ? h : x).begin(), (x_first ? h : x).end());
  }

  void lstm(const Block& x, const Block& c, const Block& h, Block& c_next, Block& h_next) {
    join(x, h, v_);
    std::size_t g = 0;
    numbers(g, v_, false, f_), sigmoid(g++, c, f_);
    if (!own_.options.coupled) numbers(g, v_, true, i_), sigmoid(g++, c, i_);
    numbers(g++, v_, true, k_), numbers(g, v_, true, o_);
    c_next.resize(c.size()), u_.resize(c.size());
    for (std::size_t n = 0; n < c.size(); ++n)
      c_next[n] = f_[n] * c[n] + (own_.options.coupled ? 1 - f_[n] : i_[n]) * std::tanh(k_[n]);
    sigmoid(g++, c_next, o_);
    for (std::size_t n = 0; n < c.size(); ++n) u_[n] = o_[n] * std::tanh(c_next[n]);
    if (six_)
      numbers(g, u_, false, h_next);
    else
      h_next = u_;
  }

  void gru(const Block& x, const Block& h, Block& h_next) {
    join(x, h, v_);
    numbers(0, v_, false, f_), sigmoid(0, h, f_);
    numbers(1, v_, true, i_), sigmoid(1, h, i_);
    u_.resize(h.size()), h_next.resize(h.size());
    for (std::size_t n = 0; n < h.size(); ++n) u_[n] = f_[n] * h[n];
    join(x, u_, v_);
    numbers(2, v_, false, k_);
    for (std::size_t n = 0; n < h.size(); ++n) {
      const double keep = own_.options.update == "z-keeps" ? i_[n] : 1 - i_[n];
      h_next[n] = keep * h[n] + (1 - keep) * std::tanh(k_[n]);
    }
  }

  const Surrogate& own_;
  const GateEncoder& encoder_;
  std::size_t wires_;
  std::vector<ReadyGate> gates_;
  bool gru_ = false, six_ = false;
  Block features_, products_, v_, y_, z_, f_, i_, k_, o_, u_;
};

}  // namespace

std::vector<double> run_surrogate(const Surrogate& surrogate, const SequenceInput<double>& input) {
  std::vector<double> y(input.samples * static_cast<std::size_t>(surrogate.sizes.outputs), 0.0);
  Runner runner(surrogate);
  for (std::size_t first = 0; first < input.samples; first += kSamples) runner.run(input, first, y);
  return y;
}

}  // namespace ebit::analysis
