// A batch of sequences through a controlled cell: what all tiles share. Their steps are in
// controlled_steps.cc.
#include "ebit/controlled/controlled_cell.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "ebit/base/error.h"
#include "ebit/base/parallel.h"
#include "ebit/cell/engine_choice.h"
#include "ebit/controlled/controlled_workspace.h"
#include "ebit/grad/adjoint.h"

namespace ebit {
namespace {

// Tiles are run in groups, and gradients summed tile by tile within a group and then group by group: the same
// numbers at any thread count, in memory that does not grow with the batch.
constexpr std::size_t kGroups = 64;

// Before anything of the size of a state is made.
template <class T>
const ControlledOptions& checked(const ControlledOptions& options) {
  check(options);
  require(options.qubits <= 40, "{} qubits are more than any memory holds", options.qubits);
  require_memory(fmt::format("a memory of {} qubits and its gradient", options.qubits),
                 std::ldexp(4.0 * kLanes<T>, options.qubits), sizeof(T));
  return options;
}

bool stores(const ControlledOptions& o) {
  return find_measurement(o.measurement).collapses ||
         find_gradient_memory(o.gradient_memory) == GradientMemory::kStore;
}

}  // namespace

template <class T>
ControlledCell<T>::ControlledCell(const ControlledOptions& options)
    : options_(checked<T>(options)),
      measurement_(find_measurement(options.measurement)),
      store_(stores(options)),
      observables_(parse_readout(options.readout, options.qubits)),
      program_(controlled_circuit(options, AngleSource::kPerSample)),
      readout_(observables_, Layout(options.qubits)),
      angles_(static_cast<std::size_t>(program_.circuit().per_sample_parameters())),
      ffn_(options.ffn, static_cast<std::size_t>(options.inputs) + observables_.size(), angles_) {
  require(angles_ >= 1,
          "the circuit of {} layers of the ansatz '{}' has no angles that a network could write",
          options.layers, options.custom_ansatz ? options.custom_ansatz->name : options.ansatz);
  program_.bind({});
  segments_.assign(ffn_.segments().begin(), ffn_.segments().end());
  parameter_count_ = ffn_.parameters();
  if (find_initial_state(options.initial).trainable) {
    preparation_.emplace(controlled_circuit(options, AngleSource::kShared));
    segments_.push_back({"initial", {static_cast<std::int64_t>(angles_)}, parameter_count_, angles_});
    parameter_count_ += angles_;
  }
  if (measurement_.collapses) projection_.emplace(options.qubits, options.measured);
  initial_.resize(2 * dimension() * kLanes<T>);
  initial_values_.resize(outputs() * kLanes<T>);
}

template <class T>
ControlledCell<T>::~ControlledCell() = default;

template <class T>
void ControlledCell<T>::check_input(std::span<const T> parameters, const ControlledInput<T>& input) const {
  require(parameters.size() == parameter_count_, "the cell has {} parameters, but {} were given",
          parameter_count_, parameters.size());
  require(input.samples >= 1 && input.steps >= 1, "a batch needs at least 1 sample of 1 step, not {} of {}",
          input.samples, input.steps);
  require((input.psi == nullptr) == (input.z == nullptr),
          "a state before the first step is amplitudes and readouts: give both or none");
  const auto width = static_cast<std::size_t>(options_.inputs);
  const auto finite = [](const T* first, std::size_t count) {
    return std::all_of(first, first + count, [](T v) { return std::isfinite(v); });
  };
  for (std::size_t b = 0; b < input.samples; ++b) {
    const std::int64_t length = input.lengths ? input.lengths[b] : static_cast<std::int64_t>(input.steps);
    require(length >= 0 && length <= static_cast<std::int64_t>(input.steps),
            "the length of sample {} is {}, but must be in 0 to {}", b, length, input.steps);
    for (std::size_t t = 0; t < static_cast<std::size_t>(length); ++t)
      require(finite(input.x + (b * input.steps + t) * width, width),
              "the input of sample {}, step {} is not finite", b, t);
    require(!input.psi || (finite(input.psi + b * 2 * dimension(), 2 * dimension()) &&
                           finite(input.z + b * outputs(), outputs())),
            "the state of sample {} before the first step is not finite", b);
  }
}

// |0...0>, or the preparation circuit on it, in every lane, with its readouts.
template <class T>
void ControlledCell<T>::prepare_initial(std::span<const T> parameters) {
  const Tile<T> psi{initial_.data(), initial_.data() + dimension() * kLanes<T>, options_.qubits};
  std::ranges::fill(initial_, T(0));
  std::fill_n(psi.re, kLanes<T>, T(1));
  if (preparation_) {
    preparation_->bind(parameters.subspan(ffn_.parameters()));
    preparation_->run(psi);
  }
  readout_.read(psi, initial_values_.data());
}

// The angles' gradient from the cotangent of the initial state, summed over samples.
template <class T>
void ControlledCell<T>::initial_backward(std::size_t groups, double* d_initial) {
  Workspace& w = *workspaces_.front();
  const Tile<T> psi = w.psi.tile(0), g = w.g.tile(0);
  load_tile(initial_.data(), psi);
  std::fill_n(g.re, g.numbers(), T(0));
  std::fill_n(g.im, g.numbers(), T(0));
  for (std::size_t i = 0; i < dimension(); ++i) {
    double re = 0, im = 0;
    for (std::size_t group = 0; group < groups; ++group) {
      re += workspaces_[group]->d_initial[i];
      im += workspaces_[group]->d_initial[dimension() + i];
    }
    g.re[i * kLanes<T>] = static_cast<T>(re), g.im[i * kLanes<T>] = static_cast<T>(im);
  }
  adjoint_backward<T>(*preparation_, nullptr, nullptr, psi, g, {d_initial, nullptr});
}

// One for each group of the batch's tiles; returns how many groups.
template <class T>
std::size_t ControlledCell<T>::make_workspaces(std::size_t samples) {
  const std::size_t groups = std::min(tiles_of<T>(samples), kGroups);
  while (workspaces_.size() < groups) workspaces_.push_back(std::make_unique<Workspace>(*this));
  return groups;
}

template <class T>
void ControlledCell<T>::make_tape(const ControlledInput<T>& input, ControlledTape<T>& tape) const {
  const std::size_t tiles = tiles_of<T>(input.samples), state = 2 * dimension() * kLanes<T>;
  const std::size_t z = tiles * (input.steps + 1) * outputs() * kLanes<T>, last = tiles * state;
  const std::size_t states = store_ ? tiles * input.steps * state : 0;
  if (z + last + states > tape.z.capacity() + tape.last.capacity() + tape.states.capacity())
    require_memory("what a batch keeps for its gradient", static_cast<double>(z + last + states), sizeof(T));
  tape.z.resize(z);
  tape.last.resize(last);
  tape.states.resize(states);
  tape.outcome.resize(projection_ ? tiles * input.steps * kLanes<T> : 0);
  tape.stored = store_;
}

template <class T>
void ControlledCell<T>::forward(std::span<const T> parameters, const ControlledInput<T>& input,
                                const ControlledOutput<T>& output, ControlledTape<T>* tape) {
  check_input(parameters, input);
  if (tape) make_tape(input, *tape);
  prepare_initial(parameters);
  const std::size_t groups = make_workspaces(input.samples), tiles = tiles_of<T>(input.samples);
  const Call c{parameters.data(), input};
  const auto body = [&](std::size_t group) {
    for (std::size_t tile = group * tiles / groups; tile < (group + 1) * tiles / groups; ++tile)
      forward_tile(c, output, tape, tile, *workspaces_[group]);
  };
  parallel_for(groups, std::ref(body));  // a reference: a copy would be allocated
}

template <class T>
void ControlledCell<T>::backward(std::span<const T> parameters, const ControlledInput<T>& input,
                                 const ControlledTape<T>& tape, const ControlledCotangent<T>& cotangent,
                                 const ControlledGradient<T>& gradient) {
  require(parameters.size() == parameter_count_, "the cell has {} parameters, but {} were given",
          parameter_count_, parameters.size());
  prepare_initial(parameters);
  const std::size_t groups = make_workspaces(input.samples), tiles = tiles_of<T>(input.samples);
  const Call c{parameters.data(), input};
  const auto body = [&](std::size_t group) {
    Workspace& w = *workspaces_[group];
    std::ranges::fill(w.d_parameters, 0.0);
    std::ranges::fill(w.d_initial, 0.0);
    for (std::size_t tile = group * tiles / groups; tile < (group + 1) * tiles / groups; ++tile)
      backward_tile(c, tape, cotangent, gradient, tile, w);
  };
  parallel_for(groups, std::ref(body));
  if (!gradient.parameters) return;
  for (std::size_t group = 0; group < groups; ++group)
    for (std::size_t p = 0; p < ffn_.parameters(); ++p)
      gradient.parameters[p] += workspaces_[group]->d_parameters[p];
  if (preparation_ && !input.psi) initial_backward(groups, gradient.parameters + ffn_.parameters());
}

template class ControlledCell<float>;
template class ControlledCell<double>;

}  // namespace ebit
