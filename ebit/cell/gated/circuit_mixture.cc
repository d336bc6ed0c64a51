#include "ebit/cell/gated/circuit_mixture.h"

#include <algorithm>
#include <cmath>

namespace ebit::inline cell {
namespace {

constexpr Choice kMixtures[] = {
    {"none", "every gate is one circuit"},
    {"shared", "every gate is a mixture of circuits; one list of weights for all gates"},
    {"per-gate", "every gate is a mixture of circuits, each with weights of its own"}};
constexpr Choice kNorms[] = {{"none", "the weights as they are"}, {"softmax", "the softmax of the weights"}};

}  // namespace

std::span<const Choice> mixtures() { return kMixtures; }
std::span<const Choice> mixture_norms() { return kNorms; }

template <class T>
CircuitMixture<T>::CircuitMixture(std::span<const MixedCircuit> circuits,
                                  std::span<const Observable> observables, std::string_view norm,
                                  const NoiseUse& noisy)
    : numbers_(observables.size() * kLanes<T>), softmax_(norm == "softmax"), weights_(circuits.size()) {
  programs_.reserve(circuits.size());
  for (const MixedCircuit& one : circuits) {
    programs_.emplace_back(one.circuit, observables, noisy);
    offsets_.push_back(angles_);
    angles_ += one.angles;
  }
}

template <class T>
void CircuitMixture<T>::bind(std::span<const T> angles, std::span<const T> weights) {
  for (std::size_t j = 0; j < circuits(); ++j) {
    const auto count = static_cast<std::size_t>(programs_[j].program().circuit().shared_parameters());
    programs_[j].bind(angles.subspan(offsets_[j], count));
  }
  std::ranges::copy(weights, weights_.begin());
  if (!softmax_) return;
  const T most = *std::ranges::max_element(weights_);
  T sum = 0;
  for (T& weight : weights_) sum += weight = std::exp(weight - most);
  for (T& weight : weights_) weight /= sum;
}

template <class T>
MixtureWorkspace<T> CircuitMixture<T>::workspace() const {
  MixtureWorkspace<T> w{programs_.front().workspace(), {}, {}, {}, std::vector<double>(circuits())};
  w.values.resize(numbers_), w.d_values.resize(numbers_);
  return w;
}

// w.values of circuit j, whose outcomes are drawn by themselves.
template <class T>
void CircuitMixture<T>::run(std::size_t j, const T* inputs, MixtureWorkspace<T>& w) const {
  w.state.draws = {random_seed(w.draws.seed, j), w.draws.stream, w.draws.step};
  programs_[j].forward(inputs, w.state, w.values.data());
}

template <class T>
void CircuitMixture<T>::forward(const T* inputs, MixtureWorkspace<T>& w, T* values) const {
  std::fill_n(values, numbers_, T(0));
  for (std::size_t j = 0; j < circuits(); ++j) {
    run(j, inputs, w);
    for (std::size_t i = 0; i < numbers_; ++i) values[i] += weights_[j] * w.values[i];
  }
}

template <class T>
void CircuitMixture<T>::backward(const T* inputs, const T* d_values, MixtureWorkspace<T>& w, double* d_angles,
                                 double* d_weights, T* d_inputs) const {
  for (std::size_t j = 0; j < circuits(); ++j) {
    run(j, inputs, w);
    double d_weight = 0;
    for (std::size_t i = 0; i < numbers_; ++i) {
      d_weight += static_cast<double>(d_values[i]) * w.values[i];
      w.d_values[i] = weights_[j] * d_values[i];
    }
    w.d_weights[j] = d_weight;
    programs_[j].backward(inputs, w.d_values.data(), w.state,
                          {d_angles ? d_angles + offsets_[j] : nullptr, d_inputs});
  }
  if (!d_weights) return;
  double mean = 0;
  for (std::size_t j = 0; softmax_ && j < circuits(); ++j) mean += weights_[j] * w.d_weights[j];
  for (std::size_t j = 0; j < circuits(); ++j)
    d_weights[j] += softmax_ ? weights_[j] * (w.d_weights[j] - mean) : w.d_weights[j];
}

template class CircuitMixture<float>;
template class CircuitMixture<double>;

}  // namespace ebit::inline cell
