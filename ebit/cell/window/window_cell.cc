#include "ebit/cell/window/window_cell.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "ebit/base/error.h"
#include "ebit/base/parallel.h"
#include "ebit/cell/finite_input.h"
#include "ebit/cell/lanes.h"
#include "ebit/cell/tape.h"
#include "ebit/cell/tile_groups.h"

namespace ebit::inline cell {
namespace {

// Before anything of the size of a state is made.
template <class T>
const WindowOptions& checked(const WindowOptions& options) {
  check(options);
  require(options.qubits <= 40, "{} qubits are more than any memory holds", options.qubits);
  require_memory(fmt::format("a circuit of {} qubits and its gradient", options.qubits),
                 std::ldexp(4.0 * kLanes<T>, options.qubits), sizeof(T));
  return options;
}

}  // namespace

/// Memory of a group of tiles, which are run one after the other. Arrays are [.., kLanes].
template <class T>
struct WindowCell<T>::Workspace {
  ExpectationWorkspace<T> state;
  AlignedVector<T> window;           // [W F]
  AlignedVector<T> d_window;         // likewise
  AlignedVector<T> entered;          // what enters the circuit, where there is no tape
  AlignedVector<T> d_entered;        // its cotangent
  AlignedVector<T> out;              // [n] readouts
  AlignedVector<T> d_out;            // their cotangents
  std::vector<double> d_parameters;  // [P] summed over the group's tiles
  std::size_t ends[kLanes<T>];       // steps up to the end of each lane's window; 0: none is read
  std::size_t tile = 0;
  LaneMap lanes{1, 0};
  LaneSteps<T> steps{{1, 0}, nullptr, 0};

  explicit Workspace(const WindowCell<T>& cell)
      : state(cell.program_.workspace()),
        window(cell.window_numbers() * kLanes<T>),
        d_window(window.size()),
        entered(cell.entering() * kLanes<T>),
        d_entered(entered.size()),
        out(cell.outputs() * kLanes<T>),
        d_out(out.size()),
        d_parameters(cell.parameters()) {}
};

template <class T>
WindowCell<T>::WindowCell(const WindowOptions& options)
    : options_(checked<T>(options)),
      kernels_(dense_kernels<T>()),
      circuit_(window_circuit(options)),
      program_(circuit_, z_of_first_wires(options.qubits, options.qubits)) {
  if (options.blocks.empty()) linear_ = add_linear(segments_, "linear_in", outputs(), window_numbers());
  angles_ = numbers_of(segments_);
  add_segment(segments_, "circuit.angles", angle_shape(options), {options.init_low, options.init_high},
              SegmentKind::kQuantum);
  freeze(segments_, options.freeze);
}

template <class T>
WindowCell<T>::~WindowCell() = default;

template <class T>
std::string WindowCell<T>::summary() const {
  return fmt::format("window of {} step{}, {} qubits, {}", options_.span, options_.span == 1 ? "" : "s",
                     options_.qubits,
                     options_.blocks.empty()
                         ? fmt::format("{} layer{} of {}", options_.layers, options_.layers == 1 ? "" : "s",
                                       summary_of(ansatz_of(options_), options_.qubits))
                         : "blocks " + options_.blocks);
}

template <class T>
std::size_t WindowCell<T>::tape_bytes(std::size_t samples, std::size_t steps) const {
  TapeLayout tape;
  tape.add<T>(tiles_of<T>(samples) * rows(steps) * entering() * kLanes<T>);
  return tape.bytes();
}

template <class T>
void WindowCell<T>::prepare(std::span<const T> parameters, std::size_t groups) {
  program_.bind(parameters.subspan(angles_, static_cast<std::size_t>(circuit_.shared_parameters())));
  while (workspaces_.size() < groups) workspaces_.push_back(std::make_unique<Workspace>(*this));
}

template <class T>
void WindowCell<T>::load_tile(const Call& call, std::size_t tile, Workspace& w) const {
  w.tile = tile;
  w.lanes = {call.input.samples, tile * kLanes<T>};
  w.steps = LaneSteps<T>(w.lanes, call.input.lengths, call.input.steps);
}

// Where the windows of an output row end. @returns whether any is read.
template <class T>
bool WindowCell<T>::load_ends(std::size_t row, Workspace& w) const {
  bool any = false;
  for (std::size_t l = 0; l < kLanes<T>; ++l) {
    w.ends[l] = !options_.every_step ? w.steps.length[l] : w.steps.runs(l, row) ? row + 1 : 0;
    any = any || w.ends[l] > 0;
  }
  return any;
}

// w.window of w.ends: steps of the sequence, before its first those of the state; zero where none is read.
template <class T>
void WindowCell<T>::load_window(const Call& call, Workspace& w) const {
  const SequenceInput<T>& in = call.input;
  for (std::size_t l = 0; l < kLanes<T>; ++l) {
    const std::size_t sample = w.lanes.sample(l);
    for (std::size_t k = 0; k < span(); ++k) {
      const std::size_t at = w.ends[l] + k;  // W more than the step
      const T* from = nullptr;
      if (w.ends[l] > 0 && at >= span())
        from = in.x + (sample * in.steps + at - span()) * inputs();
      else if (w.ends[l] > 0 && in.state)
        from = in.state + sample * state_numbers() + (at - 1) * inputs();
      for (std::size_t f = 0; f < inputs(); ++f)
        w.window[(k * inputs() + f) * kLanes<T> + l] = from ? from[f] : T(0);
    }
  }
}

template <class T>
T* WindowCell<T>::entered_at(const Call& call, std::size_t row, Workspace& w) const {
  if (!call.entered) return w.entered.data();
  return call.entered + (w.tile * rows(call.input.steps) + row) * entering() * kLanes<T>;
}

template <class T>
void WindowCell<T>::forward_tile(const Call& call, const SequenceOutput<T>& output, std::size_t tile,
                                 Workspace& w) const {
  load_tile(call, tile, w);
  const std::size_t all = rows(call.input.steps);
  if (call.input.lengths && output.y) clear_past_end(w.lanes, w.steps, all, outputs(), output.y);
  for (std::size_t row = 0; (output.y || call.entered) && row < all && load_ends(row, w); ++row) {
    load_window(call, w);
    T* const entered = entered_at(call, row, w);
    if (linear_)
      linear(kernels_, call.parameters, *linear_, w.window.data(), entered);
    else
      std::ranges::copy(w.window, entered);
    if (!output.y) continue;
    program_.forward(entered, w.state, w.out.data());
    store_rows(w.lanes, w.out.data(), outputs(), all, row, output.y,
               [&](std::size_t l) { return w.ends[l] > 0; });
  }
  if (output.state) store_state(call, output.state, w);
}

template <class T>
void WindowCell<T>::backward_tile(const Call& call, const SequenceCotangent<T>& cotangent,
                                  const SequenceGradient<T>& gradient, std::size_t tile, Workspace& w) const {
  load_tile(call, tile, w);
  for (std::size_t l = 0; l < kLanes<T> && w.lanes.real(l); ++l) {
    const std::size_t sample = w.lanes.sample(l), numbers = call.input.steps * inputs();
    if (gradient.x) std::fill_n(gradient.x + sample * numbers, numbers, T(0));
    if (gradient.state) std::fill_n(gradient.state + sample * state_numbers(), state_numbers(), T(0));
  }
  double* const d_parameters = gradient.parameters ? w.d_parameters.data() : nullptr;
  const std::size_t all = rows(call.input.steps);
  for (std::size_t row = 0; cotangent.y && row < all && load_ends(row, w); ++row) {
    load_gradient_rows(w.lanes, cotangent.y, outputs(), all, row, w.d_out.data(),
                       [&](std::size_t l) { return w.ends[l] > 0; });
    const T* const entered = entered_at(call, row, w);
    program_.forward(entered, w.state, w.out.data());
    std::ranges::fill(w.d_window, T(0));
    std::ranges::fill(w.d_entered, T(0));
    T* const d_entered = linear_ ? w.d_entered.data() : w.d_window.data();
    program_.backward(entered, w.d_out.data(), w.state,
                      {d_parameters ? d_parameters + angles_ : nullptr, d_entered});
    if (linear_) {
      load_window(call, w);
      linear_backward(kernels_, call.parameters, *linear_, w.window.data(), d_entered, w.d_window.data(),
                      d_parameters);
    }
    add_to_steps(call, gradient, w);
  }
  if (cotangent.state) state_backward(call, cotangent.state, gradient, w);
}

// The cotangents of load_window(): w.d_window to steps and states.
template <class T>
void WindowCell<T>::add_to_steps(const Call& call, const SequenceGradient<T>& gradient,
                                 const Workspace& w) const {
  for (std::size_t l = 0; l < kLanes<T> && w.lanes.real(l); ++l) {
    const std::size_t sample = w.lanes.sample(l);
    for (std::size_t k = 0; w.ends[l] > 0 && k < span(); ++k) {
      const std::size_t at = w.ends[l] + k;
      T* to = nullptr;
      if (at >= span() && gradient.x)
        to = gradient.x + (sample * call.input.steps + at - span()) * inputs();
      else if (at < span() && gradient.state)
        to = gradient.state + sample * state_numbers() + (at - 1) * inputs();
      for (std::size_t f = 0; to && f < inputs(); ++f)
        to[f] += w.d_window[(k * inputs() + f) * kLanes<T> + l];
    }
  }
}

// The last W - 1 steps of each sequence, before its first those of the state before it.
template <class T>
void WindowCell<T>::store_state(const Call& call, T* state, const Workspace& w) const {
  const SequenceInput<T>& in = call.input;
  for (std::size_t l = 0; l < kLanes<T> && w.lanes.real(l); ++l) {
    const std::size_t sample = w.lanes.sample(l);
    for (std::size_t k = 0; k + 1 < span(); ++k) {
      const std::size_t at = w.steps.length[l] + k;  // W - 1 more than the step
      T* const to = state + sample * state_numbers() + k * inputs();
      if (at >= span() - 1)
        std::copy_n(in.x + (sample * in.steps + at - (span() - 1)) * inputs(), inputs(), to);
      else if (in.state)
        std::copy_n(in.state + sample * state_numbers() + at * inputs(), inputs(), to);
      else
        std::fill_n(to, inputs(), T(0));
    }
  }
}

template <class T>
void WindowCell<T>::state_backward(const Call& call, const T* d_state, const SequenceGradient<T>& gradient,
                                   const Workspace& w) const {
  for (std::size_t l = 0; l < kLanes<T> && w.lanes.real(l); ++l) {
    const std::size_t sample = w.lanes.sample(l);
    for (std::size_t k = 0; k + 1 < span(); ++k) {
      const std::size_t at = w.steps.length[l] + k;
      const T* const from = d_state + sample * state_numbers() + k * inputs();
      T* to = nullptr;
      if (at >= span() - 1 && gradient.x)
        to = gradient.x + (sample * call.input.steps + at - (span() - 1)) * inputs();
      else if (at < span() - 1 && gradient.state)
        to = gradient.state + sample * state_numbers() + at * inputs();
      for (std::size_t f = 0; to && f < inputs(); ++f) to[f] += from[f];
    }
  }
}

template <class T>
void WindowCell<T>::run_forward(std::span<const T> parameters, const SequenceInput<T>& input,
                                const SequenceOutput<T>& output, std::span<std::byte> tape) {
  require_finite(*this, input);
  const TileGroups groups(tiles_of<T>(input.samples));
  prepare(parameters, groups.count());
  const Call call{parameters.data(), input, tape.empty() ? nullptr : reinterpret_cast<T*>(tape.data())};
  const auto body = [&](std::size_t group) {
    for (std::size_t tile = groups.first(group); tile < groups.end(group); ++tile)
      forward_tile(call, output, tile, *workspaces_[group]);
  };
  parallel_for(groups.count(), std::ref(body));  // a reference: a copy would be allocated
}

template <class T>
void WindowCell<T>::run_backward(std::span<const T> parameters, const SequenceInput<T>& input,
                                 std::span<const std::byte> tape, const SequenceCotangent<T>& cotangent,
                                 const SequenceGradient<T>& gradient) {
  const TileGroups groups(tiles_of<T>(input.samples));
  prepare(parameters, groups.count());
  // The tape is only read.
  const Call call{parameters.data(), input, const_cast<T*>(reinterpret_cast<const T*>(tape.data()))};
  const auto body = [&](std::size_t group) {
    Workspace& w = *workspaces_[group];
    std::ranges::fill(w.d_parameters, 0.0);
    for (std::size_t tile = groups.first(group); tile < groups.end(group); ++tile)
      backward_tile(call, cotangent, gradient, tile, w);
  };
  parallel_for(groups.count(), std::ref(body));
  if (!gradient.parameters) return;
  for (std::size_t group = 0; group < groups.count(); ++group)
    for (std::size_t p = 0; p < this->parameters(); ++p)
      gradient.parameters[p] += workspaces_[group]->d_parameters[p];
}

template class WindowCell<float>;
template class WindowCell<double>;

}  // namespace ebit::inline cell
