#include "ebit/bench/gate_layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ebit/base/parallel.h"
#include "ebit/sim/random_circuit.h"

namespace ebit::bench {
namespace {

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
      program_(rotation_layers(wires, layers, /*per_sample=*/true), all_paulis(wires)) {
  Random random(seed);
  const std::size_t tiles = tiles_of<T>(batch), lanes = tiles * kLanes<T>;
  angles_ = uniform<T>(lanes * static_cast<std::size_t>(3 * layers * wires), random);
  d_values_ = uniform<T>(lanes * program_.outputs(), random);
  values_.resize(d_values_.size());
  d_angles_.resize(angles_.size());
  program_.bind({});
  for (std::size_t t = 0; t < tiles; ++t) {
    workspaces_.push_back(program_.workspace());
    program_.forward(angles_.data() + t * angles_.size() / tiles, workspaces_[t],
                     values_.data() + t * values_.size() / tiles);
  }
}

template <class T>
void GateLayers<T>::run_gates() {
  parallel_for(workspaces_.size(), [&](std::size_t t) {
    program_.program().run_relabelled(workspaces_[t].psi.tile(0), &workspaces_[t].lanes);
  });
}

template <class T>
void GateLayers<T>::run_all() {
  parallel_for(workspaces_.size(), [&](std::size_t t) { run_tile(t); });
}

template <class T>
void GateLayers<T>::run_tile(std::size_t tile) {
  const std::size_t tiles = workspaces_.size(), angle = tile * angles_.size() / tiles,
                    value = tile * values_.size() / tiles;
  program_.forward(angles_.data() + angle, workspaces_[tile], values_.data() + value);
  std::fill_n(d_angles_.data() + angle, angles_.size() / tiles, T(0));
  program_.backward(angles_.data() + angle, d_values_.data() + value, workspaces_[tile],
                    {nullptr, d_angles_.data() + angle});
}

template <class T>
double GateLayers<T>::gate_flops() const {
  return 28.0 * layers_ * wires_ * std::ldexp(1.0, wires_ - 1);
}

template <class T>
double GateLayers<T>::all_flops() const {
  return (3 * 28.0 * (layers_ - 1) + 24.0 * layers_) * wires_ * std::ldexp(1.0, wires_ - 1);
}

template class GateLayers<float>;
template class GateLayers<double>;

}  // namespace ebit::bench
