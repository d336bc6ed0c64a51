// A controlled cell with random parameters, inputs and cotangents: what tests and benchmarks run on.
#pragma once

#include <functional>
#include <vector>

#include "ebit/controlled/controlled_cell.h"
#include "ebit/grad/finite_difference.h"
#include "ebit/sim/random_circuit.h"

namespace ebit {

/// Fills one problem of a cell; the loss is sum d_z . z + sum d_psi . psi_last + sum d_z_last . z_last.
template <class T>
struct ControlledProblem {
  ControlledCell<T> cell;             ///< made from the options
  std::size_t samples;                ///< B
  std::size_t steps;                  ///< T
  std::vector<T> parameters;          ///< [P], in [-0.8, 0.8]
  std::vector<T> x;                   ///< [B, T, E], in [-1, 1]
  std::vector<T> psi;                 ///< [B, 2, 2^n] normalised; empty: the initial state
  std::vector<T> z;                   ///< [B, K] likewise
  std::vector<std::int64_t> lengths;  ///< [B]; empty: T
  bool training = false;              ///< dropout acts
  std::vector<T> d_z;                 ///< [B, T, K] cotangents, in [-1, 1]
  std::vector<T> d_psi;               ///< [B, 2, 2^n] likewise
  std::vector<T> d_z_last;            ///< [B, K] likewise
  ControlledTape<T> tape;             ///< of the last forward()
  std::vector<T> out_z;               ///< as d_z, of the last forward()
  std::vector<T> out_psi;             ///< as d_psi, likewise
  std::vector<T> out_z_last;          ///< as d_z_last, likewise

  /// Every number is a function of `seed`.
  ControlledProblem(const ControlledOptions& options, std::size_t sample_count, std::size_t step_count,
                    std::uint64_t seed)
      : cell(options), samples(sample_count), steps(step_count) {
    Random random(seed);
    const std::size_t n = 2 * cell.dimension(), k = cell.outputs();
    parameters = random_numbers<T>(cell.parameters(), 0.8, random);
    x = random_numbers<T>(samples * steps * static_cast<std::size_t>(options.inputs), 1, random);
    d_z = random_numbers<T>(samples * steps * k, 1, random);
    d_psi = random_numbers<T>(samples * n, 1, random);
    d_z_last = random_numbers<T>(samples * k, 1, random);
    out_z.resize(d_z.size()), out_psi.resize(d_psi.size()), out_z_last.resize(d_z_last.size());
  }

  /// Gives a random state to start from.
  void give_state(std::uint64_t seed) {
    Random random(seed);
    StateBatch<T> states(cell.options().qubits, samples);
    randomize(states, random);
    for (std::size_t b = 0; b < samples; ++b)
      for (int part = 0; part < 2; ++part)
        for (std::size_t i = 0; i < cell.dimension(); ++i) {
          const Complex a = states.amplitude(b, i);
          psi.push_back(static_cast<T>(part ? a.imag() : a.real()));
        }
    z = random_numbers<T>(samples * cell.outputs(), 1, random);
  }

  /// The batch as the cell takes it: random numbers of seed 1, pass 1.
  ControlledInput<T> input() const {
    return {.samples = samples,
            .steps = steps,
            .x = x.data(),
            .lengths = lengths.empty() ? nullptr : lengths.data(),
            .psi = psi.empty() ? nullptr : psi.data(),
            .z = z.empty() ? nullptr : z.data(),
            .training = training,
            .draw_seed = 1,
            .draw_number = 1};
  }

  /// Runs the cell; the results go to out_*.
  void forward(bool with_tape = true) {
    cell.forward(parameters, input(), {out_z.data(), out_psi.data(), out_z_last.data()},
                 with_tape ? &tape : nullptr);
  }

  /// Runs the cell forward.
  double loss() {
    forward(/*with_tape=*/false);
    double sum = 0;
    for (std::size_t i = 0; i < d_z.size(); ++i) sum += static_cast<double>(d_z[i]) * out_z[i];
    for (std::size_t i = 0; i < d_psi.size(); ++i) sum += static_cast<double>(d_psi[i]) * out_psi[i];
    for (std::size_t i = 0; i < d_z_last.size(); ++i) sum += static_cast<double>(d_z_last[i]) * out_z_last[i];
    return sum;
  }

  /// The derivatives of loss().
  struct Gradient {
    std::vector<double> parameters;  ///< [P]
    std::vector<T> x;                ///< as in the problem
    std::vector<T> psi;              ///< likewise
    std::vector<T> z;                ///< likewise
  };

  /// By the cell; runs it forward first.
  Gradient gradient() {
    forward();
    Gradient g{std::vector<double>(parameters.size()), std::vector<T>(x.size()), std::vector<T>(psi.size()),
               std::vector<T>(z.size())};
    cell.backward(parameters, input(), tape, {d_z.data(), d_psi.data(), d_z_last.data()},
                  {g.parameters.data(), g.x.data(), psi.empty() ? nullptr : g.psi.data(),
                   z.empty() ? nullptr : g.z.data()});
    return g;
  }

  /// By central differences of loss().
  Gradient numerical_gradient(double step) {
    const auto of = [&](std::vector<T>& v) { return finite_difference<T>([&] { return loss(); }, v, step); };
    Gradient g;
    g.parameters = of(parameters);
    for (auto [numbers, out] : {std::pair{&x, &g.x}, {&psi, &g.psi}, {&z, &g.z}}) {
      const std::vector<double> d = of(*numbers);
      out->assign(d.begin(), d.end());
    }
    return g;
  }
};

}  // namespace ebit
