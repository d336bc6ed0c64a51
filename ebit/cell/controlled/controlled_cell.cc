// A batch of sequences through a controlled cell: what all tiles share. Their steps are in
// controlled_steps.cc.
#include "ebit/cell/controlled/controlled_cell.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "ebit/base/error.h"
#include "ebit/base/parallel.h"
#include "ebit/cell/controlled/controlled_workspace.h"
#include "ebit/cell/finite_input.h"
#include "ebit/cell/gradient_memory.h"
#include "ebit/cell/tape.h"
#include "ebit/cell/tile_groups.h"
#include "ebit/grad/adjoint.h"

namespace ebit::inline cell {
namespace {

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
          options.layers, ansatz_of(options).name);
  program_.bind({});
  segments_.assign(ffn_.segments().begin(), ffn_.segments().end());
  if (find_initial_state(options.initial).trainable) {
    preparation_.emplace(controlled_circuit(options, AngleSource::kShared));
    add_segment(segments_, "initial", {static_cast<std::int64_t>(angles_)}, {-options.init, options.init},
                SegmentKind::kQuantum);
  }
  freeze(segments_, options.freeze);
  if (measurement_.collapses) projection_.emplace(options.qubits, options.measured);
  initial_.resize(2 * dimension() * kLanes<T>);
  initial_values_.resize(outputs() * kLanes<T>);
}

template <class T>
ControlledCell<T>::~ControlledCell() = default;

template <class T>
Capabilities ControlledCell<T>::capabilities() const {
  return {.entropy = false,
          .draws = measurement_.collapses || measurement_.shots || options_.ffn.dropout > 0,
          .training = options_.ffn.dropout > 0,
          .parameter_shift = false};
}

template <class T>
std::string ControlledCell<T>::summary() const {
  return fmt::format("qrnn, {} qubits, {} layer{} of {}, {} readouts", options_.qubits, options_.layers,
                     options_.layers == 1 ? "" : "s", summary_of(ansatz_of(options_), options_.qubits),
                     outputs());
}

template <class T>
void ControlledCell<T>::initialise(Draws& draws, double* parameters) const {
  // The network was first a list of torch.nn.Linear, which draw their numbers when they are made, in float32,
  // and were drawn again in float64, list by list. The same draws give a seed the losses that it had then.
  for (bool single : {true, false})
    for (std::string_view list : {"ffn.", "shortcut."})
      for (const Segment& segment : ffn_.segments()) {
        InitialRange range = segment.initial;
        range.single = single;
        if (segment.name.starts_with(list)) draw(draws, range, {parameters + segment.offset, segment.size});
      }
  if (preparation_) {
    const Segment& initial = segments_.back();
    draw(draws, initial.initial, {parameters + initial.offset, initial.size});
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

template <class T>
void ControlledCell<T>::make_workspaces(std::size_t groups) {
  while (workspaces_.size() < groups) workspaces_.push_back(std::make_unique<Workspace>(*this));
}

template <class T>
typename ControlledCell<T>::TapeOffsets ControlledCell<T>::tape_offsets(std::size_t samples,
                                                                        std::size_t steps) const {
  const std::size_t tiles = tiles_of<T>(samples), state = 2 * dimension() * kLanes<T>;
  TapeLayout tape;
  TapeOffsets at{};
  at.z = tape.add<T>(tiles * (steps + 1) * outputs() * kLanes<T>);
  at.last = tape.add<T>(tiles * state);
  at.states = tape.add<T>(store_ ? tiles * steps * state : 0);
  at.outcome = tape.add<int>(projection_ ? tiles * steps * kLanes<T> : 0);
  at.bytes = tape.bytes();
  return at;
}

template <class T>
std::size_t ControlledCell<T>::tape_bytes(std::size_t samples, std::size_t steps) const {
  return tape_offsets(samples, steps).bytes;
}

template <class T>
typename ControlledCell<T>::Tape ControlledCell<T>::arrays_of(std::span<std::byte> tape, std::size_t samples,
                                                              std::size_t steps) const {
  const TapeOffsets at = tape_offsets(samples, steps);
  return {reinterpret_cast<T*>(tape.data() + at.z), reinterpret_cast<T*>(tape.data() + at.last),
          store_ ? reinterpret_cast<T*>(tape.data() + at.states) : nullptr,
          projection_ ? reinterpret_cast<int*>(tape.data() + at.outcome) : nullptr};
}

template <class T>
void ControlledCell<T>::run_forward(std::span<const T> parameters, const SequenceInput<T>& input,
                                    const SequenceOutput<T>& output, std::span<std::byte> tape) {
  run(parameters, input, output, tape, nullptr);
}

template <class T>
void ControlledCell<T>::observe(std::span<const T> parameters, const SequenceInput<T>& input,
                                const SequenceOutput<T>& output, const ControlledObserver<T>& observer) {
  const std::lock_guard lock(this->mutex());
  this->check(parameters, input);
  this->check_entropy(output.entropy != nullptr);
  run(parameters, input, output, {}, observer);
}

template <class T>
void ControlledCell<T>::run(std::span<const T> parameters, const SequenceInput<T>& input,
                            const SequenceOutput<T>& output, std::span<std::byte> tape,
                            const ControlledObserver<T>& observer) {
  require_finite(*this, input);
  prepare_initial(parameters);
  const TileGroups groups(tiles_of<T>(input.samples));
  make_workspaces(groups.count());
  const Call c{parameters.data(), input, tape.empty() ? Tape{} : arrays_of(tape, input.samples, input.steps)};
  const auto body = [&](std::size_t group) {
    for (std::size_t tile = groups.first(group); tile < groups.end(group); ++tile)
      forward_tile(c, output, observer, tile, *workspaces_[group]);
  };
  parallel_for(groups.count(), std::ref(body));  // a reference: a copy would be allocated
}

template <class T>
void ControlledCell<T>::run_backward(std::span<const T> parameters, const SequenceInput<T>& input,
                                     std::span<const std::byte> tape, const SequenceCotangent<T>& cotangent,
                                     const SequenceGradient<T>& gradient) {
  prepare_initial(parameters);
  const TileGroups groups(tiles_of<T>(input.samples));
  make_workspaces(groups.count());
  // The arrays are only read.
  const Call c{parameters.data(), input,
               arrays_of({const_cast<std::byte*>(tape.data()), tape.size()}, input.samples, input.steps)};
  const auto body = [&](std::size_t group) {
    Workspace& w = *workspaces_[group];
    std::ranges::fill(w.d_parameters, 0.0);
    std::ranges::fill(w.d_initial, 0.0);
    for (std::size_t tile = groups.first(group); tile < groups.end(group); ++tile)
      backward_tile(c, cotangent, gradient, tile, w);
  };
  parallel_for(groups.count(), std::ref(body));
  if (!gradient.parameters) return;
  for (std::size_t group = 0; group < groups.count(); ++group)
    for (std::size_t p = 0; p < ffn_.parameters(); ++p)
      gradient.parameters[p] += workspaces_[group]->d_parameters[p];
  if (preparation_ && !input.state) initial_backward(groups.count(), gradient.parameters + ffn_.parameters());
}

template class ControlledCell<float>;
template class ControlledCell<double>;

}  // namespace ebit::inline cell
