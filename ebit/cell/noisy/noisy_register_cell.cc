#include "ebit/cell/noisy/noisy_register_cell.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ebit/base/error.h"
#include "ebit/base/random.h"
#include "ebit/cell/noisy/ancilla_density.h"
#include "ebit/cell/noisy/split_circuit.h"
#include "ebit/cell/register/encoder_input.h"
#include "ebit/cell/register/lane_kernels.h"

namespace ebit::inline cell {
namespace {

template <class T>
const RegisterOptions& checked(const RegisterOptions& o) {
  check_noisy(o);
  const auto& update = find_hidden_update<T>(o.hidden);
  require(
      o.system + o.ancilla <= kMostDensityWires,
      "with noise a register of {}+{} wires is a density matrix of {} wires, and at most {} are run: take "
      "--trajectories",
      o.system, o.ancilla, o.system + o.ancilla, kMostDensityWires);
  require(!update.measures,
          "with noise or shots the hidden update '{}' has no state vector to keep: take density, which is "
          "what its "
          "shots estimate, or coherent, probabilities, sqrt-probabilities or marginals",
          o.hidden);
  require(update.memory != Memory::kWholeState || find_encoder(o.encoder).build != nullptr,
          "the hidden update '{}' needs an encoder made of gates, and {} writes amplitudes", o.hidden,
          o.encoder);
  return o;
}

// The circuits of a step with its shifted angle.
NoisyStep circuits_of(const RegisterOptions& options, const StepShift& shift) {
  NoisyStep circuits = noisy_step(options);
  if (shift.occurrence) circuits.step = shifted(circuits.step, *shift.occurrence, shift.angle);
  return circuits;
}

}  // namespace

// Memory of a thread.
template <class T>
struct NoisyRegisterCell<T>::Work final : Scratch {
  StateBatch<T> rho_batch, g_batch;
  Tile<T> rho, g;
  AlignedVector<T> kept_step, kept_rest;  // of a step that is run for its way back
  AlignedVector<T> system, g_system;      // [2, 2^n_s, kLanes]
  AlignedVector<T> ancilla, g_ancilla;    // [2, 4^n_a, kLanes] a density matrix
  AlignedVector<T> pure, g_pure, spare;   // [2, 2^n_a, kLanes] a state of the ancilla, roots of probabilities
  AlignedVector<T> values, d_values;      // of the readout's terms
  AlignedVector<T> probabilities;         // [2^n_a, kLanes] as they are measured
  AlignedVector<T> angles, d_angles;      // of the encoder's gates
  AlignedVector<double> d_encoder;        // [numbers, kLanes]
  LaneMatrices<T> lanes;
  EncodingScratch<T> encoding;
  AlignedVector<T> x, d_x, numbers;  // of a fold: [N, kLanes] each, and what it works on
  std::uint64_t time = 0;            // of the step before
  typename DensityFold<T>::Pairs pairs;

  explicit Work(const NoisyRegisterCell<T>& c)
      : rho_batch(2 * c.step_.wires(), kLanes<T>),
        g_batch(2 * c.step_.wires(), kLanes<T>),
        rho(rho_batch.tile(0)),
        g(g_batch.tile(0)) {
    const std::size_t n = c.shape_.ancillas();
    kept_step.resize(c.step_.kept_numbers());
    kept_rest.resize(c.rest_.kept_numbers());
    for (auto* v : {&system, &g_system}) v->resize(2 * c.shape_.systems() * kLanes<T>);
    for (auto* v : {&ancilla, &g_ancilla}) v->resize(2 * n * n * kLanes<T>);
    for (auto* v : {&pure, &g_pure, &spare}) v->resize(2 * n * kLanes<T>);
    const std::size_t rows = c.fold_ ? c.fold_->rows() : c.readout_.terms().size();
    for (auto* v : {&values, &d_values}) v->resize(rows * kLanes<T>);
    if (c.fold_) {
      for (auto* v : {&x, &d_x}) v->resize(c.fold_->columns() * kLanes<T>);
      numbers.resize(2 * n * n * kLanes<T>);
      pairs = c.fold_->make_pairs();
    }
    probabilities.resize(n * kLanes<T>);
    for (auto* v : {&angles, &d_angles}) v->resize(c.circuits_.rules.size() * kLanes<T>);
    d_encoder.resize(c.encoder_numbers_ * kLanes<T>);
  }

  static Tile<T> tile(AlignedVector<T>& numbers, int wires) {
    return {numbers.data(), numbers.data() + numbers.size() / 2, wires};
  }
  LaneMatrices<T>* bound() { return angles.empty() ? nullptr : &lanes; }
};

template <class T>
NoisyRegisterCell<T>::NoisyRegisterCell(const RegisterOptions& options, const StepShift& shift)
    : options_(checked<T>(options)),
      shape_{options.system, options.ancilla},
      shift_(shift),
      update_(find_hidden_update<T>(options.hidden)),
      encoding_(find_encoder(options.encoder), options.system, options.features, options.system),
      circuits_(circuits_of(options, shift)),
      step_(!shift.any() && folds(options) ? split_behind_samples(circuits_.step).first : circuits_.step),
      rest_(circuits_.rest),
      readout_(readouts_of(options), options.system + options.ancilla, noise_of(options),
               options.mitigation.readout) {
  segments_ = noisy_segments(options, encoding_, encoder_offset_);
  encoder_numbers_ = numbers_of(segments_) - encoder_offset_;
  if (!shift.any() && folds(options))  // shifted steps are other circuits each
    fold_ = std::make_unique<DensityFold<T>>(
        split_behind_samples(circuits_.step).second, circuits_.rest, readout_.terms(), shape_, mixture(),
        circuits_.rules.empty() ? DensityFold<T>::Input::kProduct : DensityFold<T>::Input::kAny);
  initial_.assign(whole() ? 2 * step_.entries() : update_.numbers(shape_), T(0));
  const std::size_t block = update_.block ? update_.block : initial_.size();
  for (const char* name : {"purity", "entropy"}) add_segment(watched_, name, {1}, {});
  for (std::size_t i = 0; i < initial_.size(); i += block) initial_[i] = 1;
}

template <class T>
std::string NoisyRegisterCell<T>::summary() const {
  std::string text = noisy_summary(options_);
  if (options_.shots > 0) text += fmt::format(", {} shots", options_.shots);
  return text;
}

template <class T>
void NoisyRegisterCell<T>::check_input(const SequenceInput<T>& input) const {
  check_encoder_input(encoding_.encoder(), input, inputs());
  RecurrentCell<T>::check_input(input);
}

template <class T>
std::unique_ptr<typename RecurrentCell<T>::Scratch> NoisyRegisterCell<T>::make_scratch() const {
  return std::make_unique<Work>(*this);
}

template <class T>
void NoisyRegisterCell<T>::begin(std::span<const T> parameters) {
  step_.bind(parameters.first(static_cast<std::size_t>(step_.circuit().shared_parameters())));
  rest_.bind({});
  if (fold_) fold_->bind(parameters);
}

// The ancilla's density matrix that h stands for.
template <class T>
void NoisyRegisterCell<T>::ancilla_of(const T* h, Work& w) const {
  if (mixture()) {
    std::copy_n(h, w.ancilla.size(), w.ancilla.data());
    return;
  }
  const Tile<T> a = Work::tile(w.pure, shape_.ancilla);
  update_.prepare(shape_, h, a);
  turn(a, true);
  density_of_pure(shape_, a, w.ancilla.data());
}

// The angles of the encoder's gates, where it has some.
template <class T>
void NoisyRegisterCell<T>::bind_encoder(const Step& step, Work& w) const {
  constexpr std::size_t kW = kLanes<T>;
  if (circuits_.rules.empty()) return;
  for (std::size_t k = 0; k < circuits_.rules.size(); ++k)
    for (std::size_t l = 0; l < kW; ++l)
      w.angles[k * kW + l] = static_cast<T>(
          circuits_.rules[k].value(step.x[static_cast<std::size_t>(circuits_.rules[k].feature) * kW + l]));
  step_.bind_lanes(w.angles.data(), w.lanes);
}

// Turns a prepared state, real and of norm 1, in the plane that it spans with the basis state of the shift.
template <class T>
void NoisyRegisterCell<T>::turn(const Tile<T>& s, bool ancilla) const {
  constexpr std::size_t kW = kLanes<T>;
  if (shift_.basis_state < 0 || shift_.ancilla != ancilla) return;
  const auto towards = static_cast<std::size_t>(shift_.basis_state);
  for (std::size_t l = 0; l < kW; ++l) {
    const double own = s.re[towards * kW + l], rest = std::sqrt(std::max(0.0, 1 - own * own));
    if (rest < 1e-12) continue;
    const double along = std::cos(shift_.turn) - std::sin(shift_.turn) * own / rest;
    for (std::size_t i = 0; i < s.dimension(); ++i) s.re[i * kW + l] *= static_cast<T>(along);
    s.re[towards * kW + l] += static_cast<T>(std::sin(shift_.turn) / rest);
  }
}

// rho = |s><s| (x) A; where the encoder is made of gates, s is |0...0> and they are part of the step.
template <class T>
void NoisyRegisterCell<T>::enter(const Step& step, Work& w) const {
  if (whole()) {
    bind_encoder(step, w);
    std::copy_n(step.before, w.rho.numbers(), w.rho.re);
    std::copy_n(step.before + w.rho.numbers(), w.rho.numbers(), w.rho.im);
    return;
  }
  ancilla_of(step.before, w);
  const Tile<T> s = Work::tile(w.system, shape_.system);
  if (circuits_.rules.empty()) {
    const int zero = encoding_.prepare(step.x, step.parameters + encoder_offset_,
                                       static_cast<T>(options_.epsilon), s, w.encoding);
    require(zero < 0, "the encoder's vector W x + b is zero and has no direction to encode");
    turn(s, false);
  } else {
    std::ranges::fill(w.system, T(0));
    std::fill_n(s.re, kLanes<T>, T(1));
    bind_encoder(step, w);
  }
  if (!product()) join_density(shape_, s.re, w.ancilla.data(), w.rho);
}

template <class T>
void NoisyRegisterCell<T>::enter_backward(const Step& step, const StepGradient& gradient, Work& w) const {
  constexpr std::size_t kW = kLanes<T>;
  if (whole()) {
    std::copy_n(w.g.re, w.g.numbers(), gradient.d_state);
    std::copy_n(w.g.im, w.g.numbers(), gradient.d_state + w.g.numbers());
    return;
  }
  const Tile<T> s = Work::tile(w.system, shape_.system), g_s = Work::tile(w.g_system, shape_.system);
  std::ranges::fill(w.g_system, T(0));
  std::ranges::fill(w.g_ancilla, T(0));
  if (product())
    fold_->products_backward(w.system.data(), w.ancilla.data(), w.d_x.data(), w.numbers.data(),
                             w.g_system.data(), w.g_ancilla.data());
  else
    join_density_backward(shape_, s.re, w.ancilla.data(), w.g, g_s.re, w.g_ancilla.data());
  if (circuits_.rules.empty()) {
    std::ranges::fill(w.d_encoder, 0.0);
    encoding_.prepare_backward(step.x, step.parameters + encoder_offset_, static_cast<T>(options_.epsilon), s,
                               g_s, GradientMethod::kAdjoint, w.encoding, gradient.d_x, w.d_encoder.data());
    for (std::size_t p = 0; gradient.d_parameters && p < encoder_numbers_; ++p)
      for (std::size_t l = 0; l < kW; ++l)
        gradient.d_parameters[encoder_offset_ + p] += w.d_encoder[p * kW + l];
  }
  if (mixture()) {
    std::copy_n(w.g_ancilla.data(), w.g_ancilla.size(), gradient.d_state);
    return;
  }
  const Tile<T> a = Work::tile(w.pure, shape_.ancilla), g_a = Work::tile(w.g_pure, shape_.ancilla);
  std::ranges::fill(w.g_pure, T(0));
  density_of_pure_backward(shape_, a, w.g_ancilla.data(), g_a);
  std::fill_n(gradient.d_state, state_numbers() * kW, T(0));
  update_.prepare_backward(shape_, step.before, a, g_a, gradient.d_state);
}

// Probabilities of the ancilla's outcomes as they are read, of as many shots as there are.
template <class T>
void NoisyRegisterCell<T>::measured_probabilities(const Step& step, Work& w) const {
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t n = shape_.ancillas();
  std::ranges::fill(w.probabilities, T(0));
  if (fold_)
    fold_->memory(w.values.data(), w.probabilities.data());
  else
    add_ancilla_probabilities(shape_, w.rho, w.probabilities.data());
  for (T& p : w.probabilities) p = std::max(p, T(0));
  const bool mitigated = options_.mitigation.readout;
  if (options_.shots == 0 && mitigated) return;  // misread and undone
  misread(shape_.system, shape_.ancilla, noise_of(options_), Misread::kForward, w.probabilities.data());
  if (options_.shots == 0) return;
  for (std::size_t l = 0; l < kW; ++l) {
    int counts[1 << kMostDensityWires] = {};
    for (int shot = 0; shot < options_.shots; ++shot) {
      double u = random_uniform(
          step.draw_seed, ~(step.draw_stream + l),
          step.time * static_cast<std::uint64_t>(options_.shots) + static_cast<std::uint64_t>(shot));
      std::size_t j = 0;
      while (j + 1 < n && u >= w.probabilities[j * kW + l]) u -= w.probabilities[j++ * kW + l];
      ++counts[j];
    }
    for (std::size_t j = 0; j < n; ++j)
      w.probabilities[j * kW + l] = static_cast<T>(counts[j]) / static_cast<T>(options_.shots);
  }
  if (!mitigated) return;
  misread(shape_.system, shape_.ancilla, noise_of(options_), Misread::kInverse, w.probabilities.data());
  for (T& p : w.probabilities) p = std::max(p, T(0));
}

// The updates read a state: here the one whose amplitudes are the roots of the probabilities.
template <class T>
UpdateInput<T> NoisyRegisterCell<T>::update_input(Work& w) const {
  const Tile<T> roots = Work::tile(w.pure, shape_.ancilla);
  std::ranges::fill(w.pure, T(0));
  for (std::size_t i = 0; i < w.probabilities.size(); ++i) roots.re[i] = std::sqrt(w.probabilities[i]);
  return {.shape = {0, shape_.ancilla},
          .psi = roots,
          .epsilon = T(0),
          .uniform = nullptr,
          .outcome = nullptr,
          .scratch = Work::tile(w.spare, shape_.ancilla),
          .kernels = lane_kernels<T>(),
          .real = false};
}

// The next h from rho behind the step.
template <class T>
void NoisyRegisterCell<T>::leave(const Step& step, Work& w) const {
  if (whole()) {
    std::copy_n(w.rho.re, w.rho.numbers(), step.after);
    std::copy_n(w.rho.im, w.rho.numbers(), step.after + w.rho.numbers());
    return;
  }
  if (!mixture()) {
    measured_probabilities(step, w);
    update_.update(update_input(w), step.after);
    return;
  }
  if (fold_) return fold_->memory(w.values.data(), step.after);
  trace_out_system(shape_, w.rho, step.after);
}

// Writes g; of a fold the cotangents of the memory's rows.
template <class T>
void NoisyRegisterCell<T>::leave_backward(const Step& step, T* d_state, Work& w) const {
  if (!fold_) {
    std::fill_n(w.g.re, w.g.numbers(), T(0));
    std::fill_n(w.g.im, w.g.numbers(), T(0));
  }
  if (whole()) {
    std::copy_n(d_state, w.g.numbers(), w.g.re);
    std::copy_n(d_state + w.g.numbers(), w.g.numbers(), w.g.im);
    return;
  }
  if (!mixture()) {
    measured_probabilities(step, w);
    const UpdateInput<T> input = update_input(w);
    const Tile<T> g_roots = Work::tile(w.g_pure, shape_.ancilla);
    std::ranges::fill(w.g_pure, T(0));
    update_.update_backward(input, step.after, d_state, g_roots);
    for (std::size_t k = 0; k < w.probabilities.size(); ++k)
      g_roots.re[k] = input.psi.re[k] > 0 ? g_roots.re[k] / (2 * input.psi.re[k]) : T(0);
    if (!options_.mitigation.readout)
      misread(shape_.system, shape_.ancilla, noise_of(options_), Misread::kTransposed, g_roots.re);
    if (fold_)
      fold_->memory_backward(g_roots.re, w.d_values.data());
    else
      ancilla_probabilities_backward(shape_, g_roots.re, w.g);
    ancilla_of(step.before, w);  // the state that entered lay where the roots are
    return;
  }
  if (fold_) return fold_->memory_backward(d_state, w.d_values.data());
  trace_out_system_backward(shape_, d_state, w.g);
}

template <class T>
void NoisyRegisterCell<T>::run_step(const Step& step, Scratch& scratch) const {
  Work& w = static_cast<Work&>(scratch);
  enter(step, w);
  if (!product()) step_.run(w.rho, w.bound());
  if (fold_) {
    fold_inputs(w, w.x.data());
    fold_->apply(w.x.data(), w.values.data());
  }
  if (step.y) {
    if (!fold_) density_expectations<T>(w.rho, readout_.terms(), w.values.data());
    readout_.combine(w.values.data(), options_.shots, step.draw_seed, step.draw_stream, step.time, step.y);
  }
  if (!fold_) rest_.run(w.rho);
  leave(step, w);
  if (step.watched) look(step, w);
}

// Of what the next step starts from: a mixture, or the pure state that is prepared.
template <class T>
void NoisyRegisterCell<T>::look(const Step& step, Work& w) const {
  if (whole()) return look_at_density(shape_.system + shape_.ancilla, step.after, step.watched);
  ancilla_of(step.after, w);
  look_at_density(shape_.ancilla, w.ancilla.data(), step.watched);
}

template <class T>
void NoisyRegisterCell<T>::step_backward(const Step& step, const StepGradient& gradient,
                                         Scratch& scratch) const {
  Work& w = static_cast<Work&>(scratch);
  enter(step, w);
  if (!product()) step_.run(w.rho, w.bound(), w.kept_step.data());
  if (fold_) {
    fold_backward(step, gradient, w);
  } else {
    rest_.run(w.rho, nullptr, w.kept_rest.data());
    leave_backward(step, gradient.d_state, w);
    rest_.backward(w.rho, w.g, nullptr, nullptr, w.kept_rest.data(), {});
    if (gradient.d_y) {
      readout_.combine_backward(gradient.d_y, w.d_values.data());
      density_expectations_backward<T>(w.g, readout_.terms(), w.d_values.data());
    }
  }
  std::ranges::fill(w.d_angles, T(0));
  if (!product())
    step_.backward(w.rho, w.g, w.bound(), w.angles.data(), w.kept_step.data(),
                   {gradient.d_parameters, w.d_angles.empty() ? nullptr : w.d_angles.data()});
  for (std::size_t k = 0; k < circuits_.rules.size(); ++k)
    for (std::size_t l = 0; l < kLanes<T>; ++l) {
      const std::size_t at = static_cast<std::size_t>(circuits_.rules[k].feature) * kLanes<T> + l;
      gradient.d_x[at] +=
          w.d_angles[k * kLanes<T> + l] * static_cast<T>(circuits_.rules[k].slope(step.x[at]));
    }
  enter_backward(step, gradient, w);
}

template <class T>
void NoisyRegisterCell<T>::fold_inputs(Work& w, T* x) const {
  if (product())
    fold_->products(w.system.data(), w.ancilla.data(), w.numbers.data(), x);
  else
    fold_->pack(w.rho, x);
}

// Writes the cotangents of what enters the fold; those of its matrix are summed over steps.
template <class T>
void NoisyRegisterCell<T>::fold_backward(const Step& step, const StepGradient& gradient, Work& w) const {
  if (step.time + 1 != std::exchange(w.time, step.time)) w.pairs.count = 0;  // another tile begins
  fold_inputs(w, w.x.data());
  if (!mixture()) fold_->apply(w.x.data(), w.values.data());
  std::ranges::fill(w.d_values, T(0));
  leave_backward(step, gradient.d_state, w);
  if (gradient.d_y) readout_.combine_backward(gradient.d_y, w.d_values.data());
  if (gradient.d_shared) {
    fold_->keep(w.pairs, w.x.data(), w.d_values.data(), gradient.d_shared);
    if (step.time == 0) fold_->flush(w.pairs, gradient.d_shared);
  }
  fold_->apply_backward(w.d_values.data(), w.d_x.data());
  if (!product()) fold_->unpack(w.d_x.data(), w.g);
}

template <class T>
void NoisyRegisterCell<T>::finish_backward(std::span<const T>, const double* d_shared, double* d_parameters) {
  if (fold_) fold_->add_gradient(d_shared, d_parameters);
}

template class NoisyRegisterCell<float>;
template class NoisyRegisterCell<double>;

}  // namespace ebit::inline cell
