#include "ebit/cell/fast_weights/fast_weights_cell.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/cell/lstm_gates.h"

namespace ebit::inline cell {
namespace {

// Before anything of the size of a state is made.
template <class T>
const FastWeightsOptions& checked(const FastWeightsOptions& options) {
  check(options);
  require(options.qubits <= 40, "{} qubits are more than any memory holds", options.qubits);
  require_memory(fmt::format("a circuit of {} qubits and its gradient", options.qubits),
                 std::ldexp(4.0 * kLanes<T>, options.qubits), sizeof(T));
  return options;
}

}  // namespace

template <class T>
struct FastWeightsCell<T>::Memory final : Scratch {
  CircuitWorkspace<T> state;
  AlignedVector<T> angles, d_angles;  // [of the encoder, L A]
  AlignedVector<T> slopes;            // [of the encoder]
  AlignedVector<T> z;                 // [K]
  AlignedVector<T> d_e, d_a, d_b;     // [latent], [L], [A]
  AlignedVector<T> d_g;               // [1]

  explicit Memory(const FastWeightsCell& cell) : state(cell.program_.workspace()) {
    const auto size = [](std::initializer_list<AlignedVector<T>*> arrays, std::size_t numbers) {
      for (AlignedVector<T>* array : arrays) array->resize(numbers * kLanes<T>);
    };
    size({&angles, &d_angles}, static_cast<std::size_t>(cell.circuit().per_sample_parameters()));
    size({&slopes}, static_cast<std::size_t>(cell.encoder_.angles(cell.options_.inputs)));
    size({&z}, cell.outputs());
    size({&d_e}, static_cast<std::size_t>(cell.sizes_.latent));
    size({&d_a}, cell.layers());
    size({&d_b}, cell.angles());
    size({&d_g}, 1);
  }
};

template <class T>
FastWeightsCell<T>::FastWeightsCell(const FastWeightsOptions& options)
    : options_(checked<T>(options)),
      sizes_(sizes_of(options)),
      encoder_(find_gate_encoder(options.encoder)),
      kernels_(dense_kernels<T>()),
      program_(fast_weights_circuit(options), z_of_first_wires(sizes_.measured, options.qubits),
               options.noisy) {
  const auto latent = static_cast<std::size_t>(sizes_.latent);
  program_.bind({});
  latent_ = add_linear(segments_, "encoder", latent, inputs());
  layer_ = add_linear(segments_, "layer", layers(), latent);
  qubit_ = add_linear(segments_, "qubit", angles(), latent);
  if (options.gate) {
    gate_ = add_linear(segments_, "gate", 1, latent);
    segments_.back().initial = starts_at(options.gate_bias);
    add_segment(watched_, "gate", {1}, {});
  }
  add_segment(watched_, "z", {sizes_.measured}, {});
  freeze(segments_, options.freeze);
}

template <class T>
std::string FastWeightsCell<T>::summary() const {
  return fmt::format("{}fast weights, {} latent number{}, {} qubits, {} layer{} of {}, {} read",
                     options_.gate ? "gated " : "", sizes_.latent, sizes_.latent == 1 ? "" : "s",
                     options_.qubits, options_.layers, options_.layers == 1 ? "" : "s",
                     summary_of(ansatz_of(options_), options_.qubits), sizes_.measured) +
         options_.noisy.text();
}

template <class T>
std::size_t FastWeightsCell<T>::kept_numbers() const {
  return static_cast<std::size_t>(sizes_.latent) + layers() + angles() + 1;
}

template <class T>
std::unique_ptr<typename FastWeightsCell<T>::Scratch> FastWeightsCell<T>::make_scratch() const {
  return std::make_unique<Memory>(*this);
}

template <class T>
typename FastWeightsCell<T>::Kept FastWeightsCell<T>::parts_of(T* kept) const {
  T* const a = kept + latent_.rows * kLanes<T>;
  T* const b = a + layers() * kLanes<T>;
  return {kept, a, b, b + angles() * kLanes<T>};
}

// z [K] of the step's x and of theta behind it.
template <class T>
void FastWeightsCell<T>::run_circuit(const Step& step, T* z, Memory& m) const {
  encode(encoder_, gate_kernels<T>(), options_.inputs, step.x, m.angles.data(), m.slopes.data());
  const std::size_t theta = state_numbers() * kLanes<T>;
  std::copy_n(step.after, theta, m.angles.end() - static_cast<std::ptrdiff_t>(theta));
  m.state.draws = {step.draw_seed, step.draw_stream, step.time};
  program_.forward(m.angles.data(), m.state, z);
}

template <class T>
void FastWeightsCell<T>::run_step(const Step& step, Scratch& scratch) const {
  Memory& m = static_cast<Memory&>(scratch);
  const Kept kept = parts_of(step.kept);
  linear(kernels_, step.parameters, latent_, step.x, kept.e);
  linear(kernels_, step.parameters, layer_, kept.e, kept.a);
  linear(kernels_, step.parameters, qubit_, kept.e, kept.b);
  if (gate_) {
    linear(kernels_, step.parameters, *gate_, kept.e, kept.g);
    squash_sigmoid(kept.g, kLanes<T>);
  }
  for (std::size_t i = 0; i < layers(); ++i)
    for (std::size_t j = 0; j < angles(); ++j)
      for (std::size_t l = 0; l < kLanes<T>; ++l) {
        const std::size_t at = (i * angles() + j) * kLanes<T> + l;
        const T fresh = kept.a[i * kLanes<T> + l] * kept.b[j * kLanes<T> + l], old = step.before[at];
        step.after[at] = gate_ ? (1 - kept.g[l]) * fresh + kept.g[l] * old : fresh + old;
      }
  if (!step.y && !step.watched) return;
  run_circuit(step, m.z.data(), m);
  if (step.y) std::ranges::copy(m.z, step.y);
  if (!step.watched) return;
  T* const rest = gate_ ? std::copy_n(kept.g, kLanes<T>, step.watched) : step.watched;
  std::ranges::copy(m.z, rest);
}

template <class T>
void FastWeightsCell<T>::step_backward(const Step& step, const StepGradient& gradient,
                                       Scratch& scratch) const {
  Memory& m = static_cast<Memory&>(scratch);
  const Kept kept = parts_of(step.kept);
  if (gradient.d_y) {
    run_circuit(step, m.z.data(), m);
    std::ranges::fill(m.d_angles, T(0));
    program_.backward(m.angles.data(), gradient.d_y, m.state, {nullptr, m.d_angles.data()});
    encode_backward(encoder_, options_.inputs, step.x, m.slopes.data(), m.d_angles.data(), gradient.d_x);
    const std::size_t theta = state_numbers() * kLanes<T>;
    const T* const d_theta = m.d_angles.data() + m.d_angles.size() - theta;
    for (std::size_t k = 0; k < theta; ++k) gradient.d_state[k] += d_theta[k];
  }
  for (AlignedVector<T>* array : {&m.d_e, &m.d_a, &m.d_b, &m.d_g}) std::ranges::fill(*array, T(0));
  for (std::size_t i = 0; i < layers(); ++i)
    for (std::size_t j = 0; j < angles(); ++j)
      for (std::size_t l = 0; l < kLanes<T>; ++l) {
        const std::size_t at = (i * angles() + j) * kLanes<T> + l;
        const T a = kept.a[i * kLanes<T> + l], b = kept.b[j * kLanes<T> + l];
        T d_fresh = gradient.d_state[at];
        if (gate_) {
          m.d_g[l] += d_fresh * (step.before[at] - a * b);
          gradient.d_state[at] = d_fresh * kept.g[l];
          d_fresh *= 1 - kept.g[l];
        }
        m.d_a[i * kLanes<T> + l] += d_fresh * b;
        m.d_b[j * kLanes<T> + l] += d_fresh * a;
      }
  const auto back = [&](const LaneLinear& map, const T* x, const T* d_y, T* d_x) {
    linear_backward(kernels_, step.parameters, map, x, d_y, d_x, gradient.d_parameters);
  };
  back(layer_, kept.e, m.d_a.data(), m.d_e.data());
  back(qubit_, kept.e, m.d_b.data(), m.d_e.data());
  if (gate_) {
    squash_sigmoid_backward(kept.g, kLanes<T>, m.d_g.data());
    back(*gate_, kept.e, m.d_g.data(), m.d_e.data());
  }
  back(latent_, step.x, m.d_e.data(), gradient.d_x);
}

template class FastWeightsCell<float>;
template class FastWeightsCell<double>;

}  // namespace ebit::inline cell
