#include "ebit/cell/cell_problem.h"

#include <cmath>

#include "ebit/grad/finite_difference.h"

namespace ebit {

template <class T>
CellProblem<T>::CellProblem(const RegisterOptions& options, std::size_t sample_count, std::size_t step_count,
                            std::uint64_t seed)
    : cell(options), samples(sample_count), steps(step_count) {
  Random random(seed);
  const auto fill = [&](std::vector<T>& v, std::size_t count, double low, double high) {
    for (std::size_t i = 0; i < count; ++i) v.push_back(static_cast<T>(random.uniform(low, high)));
  };
  fill(parameters, cell.parameters(), -1.5, 1.5);
  fill(x, samples * steps * static_cast<std::size_t>(options.features), -0.9, 0.9);
  if (options.encoder == "basis")
    for (T& value : x) value = value > 0 ? T(1) : T(0);
  for (std::size_t b = 0; b < samples; ++b) {
    const std::vector<T> own = cell.initial_hidden();
    hidden.insert(hidden.end(), own.begin(), own.end());
  }
  fill(d_y, output_numbers(), -1, 1);
  fill(d_last, samples * cell.hidden_numbers(), -1, 1);
  if (!options.entropy.empty()) fill(d_entropy, samples * steps, -1, 1);
}

template <class T>
double CellProblem<T>::loss() {
  std::vector<T> y(output_numbers()), last(d_last.size()), entropy(d_entropy.size());
  cell.forward(parameters, input(), y.data(), last.data(), nullptr, nullptr,
               entropy.empty() ? nullptr : entropy.data());
  double sum = 0;
  for (std::size_t i = 0; i < y.size(); ++i) sum += static_cast<double>(d_y[i]) * y[i];
  for (std::size_t i = 0; i < last.size(); ++i) sum += static_cast<double>(d_last[i]) * last[i];
  for (std::size_t i = 0; i < entropy.size(); ++i) sum += static_cast<double>(d_entropy[i]) * entropy[i];
  return sum;
}

template <class T>
typename CellProblem<T>::Gradient CellProblem<T>::gradient() {
  std::vector<T> y(output_numbers());
  Tape<T> tape;
  cell.forward(parameters, input(), y.data(), nullptr, &tape);
  Gradient g{std::vector<double>(parameters.size()), std::vector<T>(x.size()), std::vector<T>(hidden.size())};
  cell.backward(parameters, input(), tape, d_y.data(), d_last.data(),
                {g.parameters.data(), g.x.data(), g.hidden.data()},
                d_entropy.empty() ? nullptr : d_entropy.data());
  return g;
}

template <class T>
typename CellProblem<T>::Gradient CellProblem<T>::numerical_gradient(double step) {
  const auto f = [this] { return loss(); };
  const auto typed = [&](std::vector<T>& v) {
    const auto d = finite_difference<T>(f, v, step);
    return std::vector<T>(d.begin(), d.end());
  };
  // The basis encoder takes bits, which cannot be moved a little.
  const bool bits = cell.options().encoder == "basis";
  return {finite_difference<T>(f, parameters, step), bits ? std::vector<T>(x.size()) : typed(x),
          typed(hidden)};
}

template struct CellProblem<float>;
template struct CellProblem<double>;

}  // namespace ebit
