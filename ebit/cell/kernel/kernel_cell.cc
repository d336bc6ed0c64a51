#include "ebit/cell/kernel/kernel_cell.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/cell/lstm_gates.h"

namespace ebit::inline cell {
namespace {

constexpr const char* kGates[] = {"forget", "input", "cell", "output"};

// Before anything of the size of a state is made.
template <class T>
const KernelOptions& checked(const KernelOptions& options) {
  check(options);
  if (!find_kernel(options.kernel).mapped) return options;
  require(options.qubits <= 40, "{} qubits are more than any memory holds", options.qubits);
  const double states = 4.0 * sizes_of(options).references + 4.0 * kLanes<T>;
  require_memory(fmt::format("a feature map of {} qubits for {} reference vectors", options.qubits,
                             sizes_of(options).references),
                 std::ldexp(states, options.qubits), sizeof(T));
  return options;
}

}  // namespace

template <class T>
struct KernelCell<T>::Memory final : Scratch {
  std::unique_ptr<typename Kernel<T>::Scratch> kernel;
  AlignedVector<T> v;        // [F + H]
  AlignedVector<T> d_v;      // likewise
  AlignedVector<T> y;        // [n] where there is a linear map
  AlignedVector<T> d_y;      // [n]
  AlignedVector<T> d_k;      // [R]
  AlignedVector<T> d_gates;  // [4 H]
  AlignedVector<T> d_h;      // [H]
};

template <class T>
KernelCell<T>::KernelCell(const KernelOptions& options)
    : options_(checked<T>(options)),
      sizes_(sizes_of(options)),
      kernels_(dense_kernels<T>()),
      kernel_(make_kernel<T>(options, static_cast<std::size_t>(sizes_.references), numbers())) {
  const auto extent = [](int number) { return static_cast<std::int64_t>(number); };
  if (options.linear_in == "shared")
    linear_in_ = add_linear(segments_, "linear_in", numbers(), static_cast<std::size_t>(sizes_.width));
  references_ = numbers_of(segments_);
  const bool shared = options.owner == "shared";
  const std::vector<std::int64_t> shape = {extent(options.references), extent(options.qubits)};
  const InitialRange range{options.init_low, options.init_high};
  if (shared) add_segment(segments_, "references", shape, range);
  for (const char* gate : kGates)
    if (!shared) add_segment(segments_, fmt::format("references.{}", gate), shape, range);
  for (Segment& references : segments_)
    if (references.name.starts_with("references")) references.frozen = !options.trained_references;
  if (find_kernel(options.kernel).has_width && options.trained_width)
    log_width_ = add_segment(segments_, "kernel.log_width", {1}, starts_at(std::log(options.width))) - 1;
  add_segment(watched_, "v", {extent(options.qubits)}, {});
  add_segment(watched_, "kernels", shared ? std::vector{shape[0]} : std::vector<std::int64_t>{4, shape[0]},
              {});
  const double bound = 1 / std::sqrt(static_cast<double>(options.references));
  for (const char* name : kGates) {
    Gate gate{numbers_of(segments_), {}, shared ? 0 : gates_.size() * per_gate(), gates_.size() == 2};
    add_segment(segments_, fmt::format("gates.{}.alpha", name), {shape[0], extent(sizes_.hidden)},
                {-bound, bound});
    if (options.bias)
      gate.bias = add_segment(segments_, fmt::format("gates.{}.bias", name), {extent(sizes_.hidden)},
                              {-bound, bound}) -
                  hidden();
    gates_.push_back(gate);
    add_segment(watched_, fmt::format("gate.{}", name), {extent(sizes_.hidden)}, {});
  }
  freeze(segments_, options.freeze);
}

template <class T>
std::string KernelCell<T>::summary() const {
  const KernelRow& row = find_kernel(options_.kernel);
  const std::string repeated = options_.repetitions > 1 ? fmt::format(" {} times", options_.repetitions) : "";
  return fmt::format("{} kernel LSTM{}, hidden size {}, {} {}reference{} of {} {}", row.name,
                     row.mapped ? fmt::format(" of {}{}", options_.encoder, repeated) : "", sizes_.hidden,
                     sizes_.references, options_.trained_references ? "" : "fixed ",
                     sizes_.references == 1 ? "" : "s", options_.qubits, row.mapped ? "qubits" : "numbers") +
         options_.noisy.text();
}

template <class T>
std::size_t KernelCell<T>::kept_numbers() const {
  return 4 * hidden() + static_cast<std::size_t>(sizes_.references) + kernel_->kept_numbers();
}

template <class T>
std::unique_ptr<typename KernelCell<T>::Scratch> KernelCell<T>::make_scratch() const {
  auto memory = std::make_unique<Memory>();
  memory->kernel = kernel_->make_scratch();
  for (AlignedVector<T>* array : {&memory->v, &memory->d_v})
    array->resize(static_cast<std::size_t>(sizes_.width) * kLanes<T>);
  for (AlignedVector<T>* array : {&memory->y, &memory->d_y}) array->resize(numbers() * kLanes<T>);
  memory->d_k.resize(static_cast<std::size_t>(sizes_.references) * kLanes<T>);
  memory->d_gates.resize(4 * row());
  memory->d_h.resize(row());
  return memory;
}

template <class T>
void KernelCell<T>::begin(std::span<const T> parameters) {
  kernel_->bind(parameters.data() + references_,
                log_width_ ? parameters[*log_width_] : static_cast<T>(std::log(options_.width)));
}

template <class T>
void KernelCell<T>::finish_backward(std::span<const T> /*parameters*/, const double* d_shared,
                                    double* d_parameters) {
  kernel_->finish(d_shared, options_.trained_references ? d_parameters + references_ : nullptr,
                  log_width_ ? d_parameters + *log_width_ : nullptr);
}

// v of a step, and what enters the kernel, which is @returned.
template <class T>
const T* KernelCell<T>::enter(const Step& step, Memory& m) const {
  const bool h_first = options_.order == "h-first";
  const T* const h = step.before + row();
  const std::size_t own = inputs() * kLanes<T>;
  std::copy_n(step.x, own, m.v.data() + (h_first ? row() : 0));
  std::copy_n(h, row(), m.v.data() + (h_first ? 0 : own));
  if (!linear_in_) return m.v.data();
  linear(kernels_, step.parameters, *linear_in_, m.v.data(), m.y.data());
  return m.y.data();
}

// What is kept: gates [4, H], kernels [R], what the kernel itself keeps.
template <class T>
void KernelCell<T>::run_step(const Step& step, Scratch& scratch) const {
  Memory& m = static_cast<Memory&>(scratch);
  T *const gates = step.kept, *const k = gates + 4 * row();
  const std::size_t count = static_cast<std::size_t>(sizes_.references) * kLanes<T>;
  const T* const y = enter(step, m);
  m.kernel->draws = {step.draw_seed, step.draw_stream, step.time};
  kernel_->forward(y, k, k + count, *m.kernel);
  for (std::size_t g = 0; g < gates_.size(); ++g) {
    const Gate& gate = gates_[g];
    T* const out = gates + g * row();
    for (std::size_t h = 0; h < hidden(); ++h)
      std::fill_n(out + h * kLanes<T>, kLanes<T>, gate.bias ? step.parameters[*gate.bias + h] : T(0));
    kernels_.product({step.parameters + gate.alpha, hidden(), per_gate(), 1, hidden()},
                     k + gate.first * kLanes<T>, out);
    gate.tanh ? squash_tanh(out, row()) : squash_sigmoid(out, row());
  }
  T* const h = step.after + row();
  lstm_step(LstmGates<const T>(gates, row(), false), step.before, row(), step.after, h);
  if (step.y) std::copy_n(h, row(), step.y);
  if (!step.watched) return;
  T* const rest = std::copy_n(y, numbers() * kLanes<T>, step.watched);
  std::copy_n(gates, 4 * row(), std::copy_n(k, count, rest));
}

template <class T>
void KernelCell<T>::step_backward(const Step& step, const StepGradient& gradient, Scratch& scratch) const {
  Memory& m = static_cast<Memory&>(scratch);
  const T *const gates = step.kept, *const k = gates + 4 * row();
  const T* const y = enter(step, m);
  m.kernel->draws = {step.draw_seed, step.draw_stream, step.time};
  T* const d_h = gradient.d_state + row();
  for (std::size_t i = 0; gradient.d_y && i < row(); ++i) d_h[i] += gradient.d_y[i];
  lstm_step_backward(LstmGates<const T>(gates, row(), false), step.before, step.after, d_h, row(),
                     gradient.d_state, LstmGates<T>(m.d_gates.data(), row(), false));
  std::ranges::fill(m.d_k, T(0));
  for (std::size_t g = 0; g < gates_.size(); ++g) {
    const Gate& gate = gates_[g];
    T* const d = m.d_gates.data() + g * row();
    gate.tanh ? squash_tanh_backward(gates + g * row(), row(), d)
              : squash_sigmoid_backward(gates + g * row(), row(), d);
    kernels_.product({step.parameters + gate.alpha, per_gate(), hidden(), hidden(), 1}, d,
                     m.d_k.data() + gate.first * kLanes<T>);
    if (!gradient.d_parameters) continue;
    kernels_.outer(k + gate.first * kLanes<T>, per_gate(), d, hidden(), 1,
                   gradient.d_parameters + gate.alpha);
    for (std::size_t i = 0; gate.bias && i < row(); ++i)
      gradient.d_parameters[*gate.bias + i / kLanes<T>] += d[i];
  }
  std::ranges::fill(m.d_v, T(0));
  if (linear_in_) std::ranges::fill(m.d_y, T(0));
  T* const d_y = linear_in_ ? m.d_y.data() : m.d_v.data();
  const bool sums = options_.trained_references || log_width_;
  kernel_->backward(y, k + m.d_k.size(), m.d_k.data(), d_y, sums ? gradient.d_shared : nullptr, *m.kernel);
  if (linear_in_)
    linear_backward(kernels_, step.parameters, *linear_in_, m.v.data(), d_y, m.d_v.data(),
                    gradient.d_parameters);
  const bool h_first = options_.order == "h-first";
  const std::size_t own = inputs() * kLanes<T>;
  const T* const d_v_x = m.d_v.data() + (h_first ? row() : 0);
  for (std::size_t i = 0; i < own; ++i) gradient.d_x[i] += d_v_x[i];
  std::copy_n(m.d_v.data() + (h_first ? 0 : own), row(), d_h);
}

// References become the y of steps drawn at random, no step twice as long as there are others; h in them is
// what the cell with the parameters of before gives there.
template <class T>
void KernelCell<T>::start_from_data(const SequenceInput<T>& input, Draws& draws, std::span<T> parameters) {
  if (!starts_from_data()) return;
  const std::size_t width = numbers_of(watched_), steps = input.steps;
  std::vector<T> seen(input.samples * steps * width);
  SequenceOutput<T> output;
  output.watched = seen.data();
  this->forward(parameters, input, output);
  std::vector<std::size_t> places;  // of steps that are there
  for (std::size_t b = 0; b < input.samples; ++b)
    for (std::size_t t = 0; t < (input.lengths ? static_cast<std::size_t>(input.lengths[b]) : steps); ++t)
      places.push_back(b * steps + t);
  require(!places.empty(), "reference vectors come from the training data, which have no step");
  const auto count = static_cast<std::size_t>(sizes_.references);
  for (std::size_t j = 0; j < count; ++j) {
    const std::size_t from = j % places.size();  // those in front of it have been taken
    const auto left = static_cast<double>(places.size() - from);
    std::swap(places[from], places[from + static_cast<std::size_t>(draws.uniform(0, left))]);
    std::copy_n(seen.data() + places[from] * width, numbers(),
                parameters.data() + references_ + j * numbers());
  }
}

template class KernelCell<float>;
template class KernelCell<double>;

}  // namespace ebit::inline cell
