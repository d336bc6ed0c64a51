#include "ebit/bench/gate_layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ebit/base/parallel.h"
#include "ebit/base/random.h"

namespace ebit::bench {
namespace {

Circuit rotation_layers(int wires, int layers) {
  Circuit circuit(wires);
  int angle = 0;
  for (int layer = 0; layer < layers; ++layer) {
    for (int q = 0; q < wires; ++q)
      for (GateId id : {GateId::kRX, GateId::kRY, GateId::kRZ})
        circuit.add(id, {q}, {Angle::per_sample(angle++)});
    for (int q = 0; q < wires; ++q) circuit.add(GateId::kCNOT, {q, (q + 1) % wires});
  }
  return circuit;
}

std::vector<Observable> all_paulis(int wires) {
  std::vector<Observable> all;
  for (int q = 0; q < wires; ++q)
    for (const char pauli : {'X', 'Y', 'Z'})
      all.push_back(parse_observable(fmt::format("{}{}", pauli, q), wires));
  return all;
}

template <class T>
AlignedVector<T> uniform(std::size_t count, Random& random) {
  AlignedVector<T> numbers(count);
  for (T& x : numbers) x = static_cast<T>(random.uniform(-3, 3));
  return numbers;
}

}  // namespace

template <class T>
GateLayers<T>::GateLayers(int wires, int layers, std::size_t batch, std::uint64_t seed)
    : wires_(wires),
      layers_(layers),
      batch_(batch),
      program_(rotation_layers(wires, layers)),
      readout_(all_paulis(wires)),
      psi_(wires, batch),
      g_(wires, batch),
      matrices_(psi_.tiles()) {
  Random random(seed);
  const std::size_t lanes = psi_.tiles() * kLanes<T>;
  angles_ = uniform<T>(lanes * static_cast<std::size_t>(3 * layers * wires), random);
  d_values_ = uniform<T>(lanes * readout_.size(), random);
  values_.resize(d_values_.size());
  d_angles_.resize(angles_.size());
  program_.bind({});
  psi_.reset();
  for (std::size_t t = 0; t < psi_.tiles(); ++t)
    program_.bind_lanes(angles_.data() + t * angles_.size() / psi_.tiles(), matrices_[t]);
}

template <class T>
void GateLayers<T>::run_gates() {
  parallel_for(psi_.tiles(), [&](std::size_t t) { program_.run(psi_.tile(t), &matrices_[t]); });
}

template <class T>
void GateLayers<T>::run_all() {
  parallel_for(psi_.tiles(), [&](std::size_t t) { run_tile(t); });
}

template <class T>
void GateLayers<T>::run_tile(std::size_t tile) {
  const Tile<T> psi = psi_.tile(tile), g = g_.tile(tile);
  const std::size_t tiles = psi_.tiles(), angle = tile * angles_.size() / tiles,
                    value = tile * values_.size() / tiles;
  for (T* part : {psi.re, psi.im, g.re, g.im}) std::fill_n(part, psi.numbers(), T(0));
  std::fill_n(psi.re, kLanes<T>, T(1));
  program_.bind_lanes(angles_.data() + angle, matrices_[tile]);
  program_.run(psi, &matrices_[tile]);
  for (std::size_t k = 0; k < readout_.size(); ++k) {
    expectation(psi, readout_[k], values_.data() + value + k * kLanes<T>);
    expectation_backward(psi, readout_[k], d_values_.data() + value + k * kLanes<T>, g);
  }
  std::fill_n(d_angles_.data() + angle, angles_.size() / tiles, T(0));
  adjoint_backward<T>(program_, &matrices_[tile], angles_.data() + angle, psi, g,
                      {nullptr, d_angles_.data() + angle});
}

template <class T>
double GateLayers<T>::gate_flops() const {
  return 28.0 * layers_ * wires_ * std::ldexp(1.0, wires_ - 1);
}

template <class T>
double GateLayers<T>::all_flops() const {
  return (3 * 28.0 + 32.0) * layers_ * wires_ * std::ldexp(1.0, wires_ - 1);
}

template class GateLayers<float>;
template class GateLayers<double>;

}  // namespace ebit::bench
