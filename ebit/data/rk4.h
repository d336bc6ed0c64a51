// The classical Runge-Kutta method of fourth order.
#pragma once

#include <array>
#include <cstddef>

namespace ebit::inline data {

/// Moves `state` by `h` along dstate/dt = slope(state). The error of a step is of order h^5.
template <std::size_t N, class Slope>
void rk4_step(std::array<double, N>& state, double h, Slope&& slope) {
  using State = std::array<double, N>;
  const auto moved = [&](const State& direction, double by) {
    State to = state;
    for (std::size_t i = 0; i < N; ++i) to[i] += by * direction[i];
    return to;
  };
  const State k1 = slope(state);
  const State k2 = slope(moved(k1, h / 2));
  const State k3 = slope(moved(k2, h / 2));
  const State k4 = slope(moved(k3, h));
  for (std::size_t i = 0; i < N; ++i) state[i] += h / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
}

}  // namespace ebit::inline data
