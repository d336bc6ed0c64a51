#include "ebit/cell/window/window_cell.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/cell/lanes.h"

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

template <class T>
struct WindowCell<T>::Memory final : Scratch {
  CircuitWorkspace<T> state;
  AlignedVector<T> window;     // [W F, kLanes]
  AlignedVector<T> d_window;   // likewise
  AlignedVector<T> entered;    // [entering(), kLanes] what a linear map makes of the window
  AlignedVector<T> d_entered;  // its cotangent
  AlignedVector<T> out;        // [n, kLanes] readouts

  explicit Memory(const WindowCell<T>& cell)
      : state(cell.program_.workspace()),
        window(cell.window_numbers() * kLanes<T>),
        d_window(window.size()),
        entered(cell.entering() * kLanes<T>),
        d_entered(entered.size()),
        out(cell.outputs() * kLanes<T>) {}
};

template <class T>
WindowCell<T>::WindowCell(const WindowOptions& options)
    : options_(checked<T>(options)),
      kernels_(dense_kernels<T>()),
      circuit_(window_circuit(options)),
      program_(circuit_, z_of_first_wires(options.qubits, options.qubits), options.noisy) {
  if (options.blocks.empty()) {
    linear_ = add_linear(segments_, "linear_in", outputs(), window_numbers());
    add_segment(watched_, "linear_in", {options.qubits}, {});
  }
  angles_ = numbers_of(segments_);
  add_segment(segments_, "circuit.angles", angle_shape(options), {options.init_low, options.init_high},
              SegmentKind::kQuantum);
  freeze(segments_, options.freeze);
}

template <class T>
std::string WindowCell<T>::summary() const {
  return fmt::format("window of {} step{}, {} qubits, {}", options_.span, options_.span == 1 ? "" : "s",
                     options_.qubits,
                     options_.blocks.empty()
                         ? fmt::format("{} layer{} of {}", options_.layers, options_.layers == 1 ? "" : "s",
                                       summary_of(ansatz_of(options_), options_.qubits))
                         : "blocks " + options_.blocks) +
         options_.noisy.text();
}

template <class T>
std::unique_ptr<typename RecurrentCell<T>::Scratch> WindowCell<T>::make_scratch() const {
  return std::make_unique<Memory>(*this);
}

template <class T>
void WindowCell<T>::begin(std::span<const T> parameters) {
  program_.bind(parameters.subspan(angles_, static_cast<std::size_t>(circuit_.shared_parameters())));
}

// The window that ends with the step, and what of it enters the circuit.
template <class T>
const T* WindowCell<T>::load_entering(const Step& step, Memory& memory) const {
  std::copy_n(step.x, inputs() * kLanes<T>,
              std::copy_n(step.before, state_numbers() * kLanes<T>, memory.window.data()));
  if (!linear_) return memory.window.data();
  linear(kernels_, step.parameters, *linear_, memory.window.data(), memory.entered.data());
  return memory.entered.data();
}

template <class T>
void WindowCell<T>::run_step(const Step& step, Scratch& scratch) const {
  Memory& memory = static_cast<Memory&>(scratch);
  if (step.y || step.watched) {
    const T* const entered = load_entering(step, memory);
    if (step.watched && linear_) std::ranges::copy(memory.entered, step.watched);
    memory.state.draws = {step.draw_seed, step.draw_stream, step.time};
    if (step.y) program_.forward(entered, memory.state, step.y);
  }
  // The delay line moves on by a step: its oldest row falls out, x becomes the latest.
  const std::size_t row = inputs() * kLanes<T>, all = state_numbers() * kLanes<T>;
  if (all == 0) return;
  std::copy_n(step.before + row, all - row, step.after);
  std::copy_n(step.x, row, step.after + (all - row));
}

template <class T>
void WindowCell<T>::step_backward(const Step& step, const StepGradient& gradient, Scratch& scratch) const {
  Memory& memory = static_cast<Memory&>(scratch);
  const std::size_t row = inputs() * kLanes<T>, all = state_numbers() * kLanes<T>;
  if (all > 0) {
    for (std::size_t k = 0; k < row; ++k) gradient.d_x[k] += gradient.d_state[all - row + k];
    std::copy_backward(gradient.d_state, gradient.d_state + (all - row), gradient.d_state + all);
    std::fill_n(gradient.d_state, row, T(0));
  }
  if (!gradient.d_y) return;
  const T* const entered = load_entering(step, memory);
  memory.state.draws = {step.draw_seed, step.draw_stream, step.time};
  program_.forward(entered, memory.state, memory.out.data());
  std::ranges::fill(memory.d_window, T(0));
  std::ranges::fill(memory.d_entered, T(0));
  T* const d_entered = linear_ ? memory.d_entered.data() : memory.d_window.data();
  program_.backward(entered, gradient.d_y, memory.state,
                    {gradient.d_parameters ? gradient.d_parameters + angles_ : nullptr, d_entered});
  if (linear_)
    linear_backward(kernels_, step.parameters, *linear_, memory.window.data(), d_entered,
                    memory.d_window.data(), gradient.d_parameters);
  for (std::size_t k = 0; k < all; ++k) gradient.d_state[k] += memory.d_window[k];
  for (std::size_t k = 0; k < row; ++k) gradient.d_x[k] += memory.d_window[all + k];
}

template class WindowCell<float>;
template class WindowCell<double>;

}  // namespace ebit::inline cell
