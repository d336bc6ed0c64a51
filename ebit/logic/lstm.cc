#include "ebit/logic/lstm.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>

#include "ebit/base/error.h"
#include "ebit/base/random.h"
#include "ebit/logic/activation.h"

namespace ebit::inline logic {
namespace {

// W [x, h] + b, one gate after another: [4 H].
template <class Number, class Weights>
std::vector<Number> gate_sums(const Weights& w, const Number* x, const LstmState<Number>& state,
                              Number bias_unit) {
  const auto features = static_cast<std::size_t>(w.features), hidden = static_cast<std::size_t>(w.hidden);
  std::vector<Number> sums(4 * hidden);
  for (std::size_t row = 0; row < sums.size(); ++row) {
    Number sum = w.bias[row] * bias_unit;
    for (std::size_t k = 0; k < features; ++k) sum += w.input[row * features + k] * x[k];
    for (std::size_t k = 0; k < hidden; ++k) sum += w.recurrent[row * hidden + k] * state.h[k];
    sums[row] = sum;
  }
  return sums;
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

std::vector<std::int64_t> words_of(const std::vector<double>& values, const FixedPoint& format,
                                   std::string_view what) {
  std::vector<std::int64_t> words;
  for (const double value : values) {
    require(format.holds(value),
            "{} of {:.4g} does not fit words of {} bits with {} behind the point, which reach from {} to {}: "
            "take a "
            "smaller --fraction or more --bits",
            what, value, format.bits, format.fraction, format.value(format.least()),
            format.value(format.greatest()));
    words.push_back(format.nearest(value));
  }
  return words;
}

std::vector<double> values_of(const std::vector<std::int64_t>& words, const FixedPoint& format) {
  std::vector<double> values;
  for (const std::int64_t word : words) values.push_back(format.value(word));
  return values;
}

// Gate functions look at the bits of a size up to the one of weight 4, and there is a sign.
int least_sum_bits(const FixedPoint& format) { return 2 * format.fraction + 4; }

}  // namespace

double LstmWeights::largest() const {
  double most = 0;
  for (const auto* values : {&input, &recurrent, &bias})
    for (const double value : *values) most = std::max(most, std::abs(value));
  return most;
}

LstmWeights random_lstm(int features, int hidden, std::uint64_t seed) {
  require(features >= 1 && features <= kMostUnits, "--features must be from 1 to {}, not {}", kMostUnits,
          features);
  require(hidden >= 1 && hidden <= kMostUnits, "--hidden must be from 1 to {}, not {}", kMostUnits, hidden);
  const auto f = static_cast<std::size_t>(features), h = static_cast<std::size_t>(hidden);
  LstmWeights weights{features, hidden, {}, {}, {}};
  Random random(seed);
  const double range = 1 / std::sqrt(static_cast<double>(hidden));
  const auto draw = [&](std::vector<double>& values, std::size_t count) {
    values.resize(count);
    for (double& value : values) value = random.uniform(-range, range);
  };
  draw(weights.input, 4 * h * f);
  draw(weights.recurrent, 4 * h * h);
  draw(weights.bias, 4 * h);
  for (double& value : weights.bias) value += random.uniform(-range, range);
  return weights;
}

FixedLstm fixed_lstm(const LstmWeights& weights, const FixedPoint& format, const GateFunctions& gates) {
  check_format(format);
  return {weights.features,
          weights.hidden,
          format,
          words_of(weights.input, format, "an input weight"),
          words_of(weights.recurrent, format, "a recurrent weight"),
          words_of(weights.bias, format, "a bias"),
          &gates};
}

LstmWeights real_lstm(const FixedLstm& lstm) {
  return {lstm.features, lstm.hidden, values_of(lstm.input, lstm.format),
          values_of(lstm.recurrent, lstm.format), values_of(lstm.bias, lstm.format)};
}

void lstm_step(const LstmWeights& weights, const GateFunctions* gates, const double* x,
               LstmState<double>& state) {
  const auto hidden = static_cast<std::size_t>(weights.hidden);
  const std::vector<double> sums = gate_sums(weights, x, state, 1.0);
  const auto sigma = [&](double z) { return gates ? sigmoid_of(*gates, z) : sigmoid(z); };
  const auto tangent = [&](double z) { return gates ? tanh_of(*gates, z) : std::tanh(z); };
  for (std::size_t j = 0; j < hidden; ++j) {
    const double i = sigma(sums[j]), f = sigma(sums[hidden + j]), g = tangent(sums[2 * hidden + j]);
    state.c[j] = f * state.c[j] + i * g;
    state.h[j] = sigma(sums[3 * hidden + j]) * tangent(state.c[j]);
  }
}

void lstm_step(const FixedLstm& lstm, const std::int64_t* x, LstmState<std::int64_t>& state) {
  const auto hidden = static_cast<std::size_t>(lstm.hidden);
  const int fraction = lstm.format.fraction;
  const std::int64_t half = std::int64_t{1} << (fraction - 1);
  const std::vector<std::int64_t> sums = gate_sums(lstm, x, state, std::int64_t{1} << fraction);
  for (std::size_t j = 0; j < hidden; ++j) {
    const std::int64_t i = sigmoid_of(*lstm.gates, sums[j], fraction),
                       f = sigmoid_of(*lstm.gates, sums[hidden + j], fraction),
                       g = tanh_of(*lstm.gates, sums[2 * hidden + j], fraction),
                       o = sigmoid_of(*lstm.gates, sums[3 * hidden + j], fraction);
    state.c[j] =
        std::clamp((f * state.c[j] + i * g + half) >> fraction, lstm.format.least(), lstm.format.greatest());
    state.h[j] = (o * tanh_of(*lstm.gates, state.c[j] << fraction, fraction) + half) >> fraction;
  }
}

int sum_bits(const FixedLstm& lstm, int row) {
  const auto features = static_cast<std::size_t>(lstm.features),
             hidden = static_cast<std::size_t>(lstm.hidden);
  const auto r = static_cast<std::size_t>(row);
  std::uint64_t weight = 0;
  for (std::size_t k = 0; k < features; ++k)
    weight += static_cast<std::uint64_t>(std::abs(lstm.input[r * features + k]));
  for (std::size_t k = 0; k < hidden; ++k)
    weight += static_cast<std::uint64_t>(std::abs(lstm.recurrent[r * hidden + k]));
  const std::uint64_t most = (weight << (lstm.format.bits - 1)) +
                             (static_cast<std::uint64_t>(std::abs(lstm.bias[r])) << lstm.format.fraction);
  return std::max(static_cast<int>(std::bit_width(most)) + 1, least_sum_bits(lstm.format));
}

int most_sum_bits(int features, int hidden, const FixedPoint& format) {
  const auto terms = static_cast<std::uint64_t>(features) + static_cast<std::uint64_t>(hidden);
  const std::uint64_t most =
      (terms << (2 * format.bits - 2)) + (std::uint64_t{1} << (format.bits - 1 + format.fraction));
  return std::max(static_cast<int>(std::bit_width(most)) + 1, least_sum_bits(format));
}

}  // namespace ebit::inline logic
