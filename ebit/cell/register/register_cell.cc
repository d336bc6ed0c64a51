#include "ebit/cell/register/register_cell.h"

#include <cmath>
#include <cstring>

#include "ebit/base/error.h"
#include "ebit/cell/tape.h"
#include "ebit/info/entropy.h"

namespace ebit::inline cell {
namespace {

// The entropy that the options ask for, if any.
template <class T>
std::optional<AncillaEntropy<T>> entropy_of(const RegisterOptions& options, Memory memory,
                                            RegisterShape shape) {
  if (options.entropy.empty()) return std::nullopt;
  require(memory != Memory::kMixture,
          "hidden update '{}' keeps a mixed state, whose entropy counts ignorance and not entanglement: take "
          "another hidden update, or no entropy in the loss",
          options.hidden);
  require(find_engine(options.engine) != Engine::kFold ||
              find_entropy_stage(options.entropy_stage).stage != Stage::kEntangled,
          "engine 'fold' makes one matrix of U_en and U_dis, and entropy stage '{}' lies between them: take "
          "engine auto or gates, or stage disentangled",
          options.entropy_stage);
  return AncillaEntropy<T>(entropy(options.entropy), shape);
}

RegisterShape checked_shape(const RegisterOptions& options) {
  require(!is_noisy(options),
          "this looks into the state vector of a register cell, and one with noise or shots has none: leave "
          "--noise, "
          "--shots and --trajectories out");
  require(options.system >= 1, "the system register needs at least 1 wire, not {}", options.system);
  require(options.ancilla >= 1, "the ancilla register needs at least 1 wire, not {}", options.ancilla);
  require(options.layers_en >= 0 && options.layers_dis >= 0,
          "the numbers of layers must be 0 or more, not {} and {}", options.layers_en, options.layers_dis);
  require(options.init_low <= options.init_high && std::isfinite(options.init_high - options.init_low),
          "angles start in [{0}, {1}), but {0} is above {1} or not finite", options.init_low,
          options.init_high);
  return {options.system, options.ancilla};
}

// Refuses a register that the machine cannot hold before anything of its size is made.
template <class T>
RegisterShape shape_that_fits(const RegisterOptions& options) {
  const RegisterShape shape = checked_shape(options);
  const double columns =
      find_hidden_update<T>(options.hidden).memory == Memory::kMixture ? std::ldexp(1.0, shape.ancilla) : 1.0;
  require_memory(fmt::format("a register of {}+{} wires with hidden update '{}'", shape.system, shape.ancilla,
                             options.hidden),
                 4 * columns * std::ldexp(1.0, shape.system + shape.ancilla) * kLanes<T>, sizeof(T));
  return shape;
}

}  // namespace

template <class T>
RegisterCell<T>::RegisterCell(const RegisterOptions& options)
    : options_(options),
      shape_(shape_that_fits<T>(options)),
      update_(find_hidden_update<T>(options.hidden)),
      method_(find_gradient_method(options.gradient)),
      encoding_(find_encoder(options.encoder), options.system, options.features,
                update_.memory == Memory::kWholeState ? options.system + options.ancilla : options.system),
      engine_(make_memory_engine(update_, shape_, encoding_.encoder())),
      en_(build_ansatz(ansatz_of(options), shape_.system + shape_.ancilla, options.layers_en)),
      dis_(find_dis_structure(options.dis)
               .build(ansatz_of(options), shape_.system + shape_.ancilla, options.layers_dis)),
      dis_offset_(options.layers_en * ansatz_of(options).angles_per_layer(shape_.system + shape_.ancilla)),
      whole_(Circuit(en_.circuit()).append(dis_.circuit(), dis_offset_)),
      cost_(circuit_cost(whole_.plan())),
      entropy_(entropy_of<T>(options, update_.memory, shape_)),
      entropy_stage_(find_entropy_stage(options.entropy_stage).stage),
      wanted_(splits() ? Engine::kGates : find_engine(options.engine)),
      memory_(find_gradient_memory(options.gradient_memory)),
      fold_(whole_.circuit()),
      initial_hidden_(engine_->numbers(), T(0)) {
  const int wires = shape_.system + shape_.ancilla;
  require(
      !options.feedback,
      "readouts are fed back around a register cell, and this looks into one alone: leave --feedback out");
  readout_ = readouts_of(options);
  options_.readout.clear();
  for (const Observable& observable : readout_) options_.readout.push_back(observable.text);

  const std::int64_t angles = ansatz_of(options).angles_per_layer(wires);
  const InitialRange range{options.init_low, options.init_high};
  if (options.layers_en > 0)
    add_segment(segments_, "theta_en", {options.layers_en, angles}, range, SegmentKind::kQuantum);
  if (options.layers_dis > 0)
    add_segment(segments_, "theta_dis", {options.layers_dis, angles}, range, SegmentKind::kQuantum);
  encoder_offset_ = numbers_of(segments_);
  encoding_.add_segments(segments_);
  parameter_count_ = numbers_of(segments_);
  freeze(segments_, options.freeze);

  const std::size_t block = update_.block ? update_.block : initial_hidden_.size();
  for (std::size_t i = 0; i < initial_hidden_.size(); i += block) initial_hidden_[i] = 1;
  pool_ = std::make_unique<WorkspacePool<T>>(WorkspaceSizes{
      shape_, engine_->columns(), static_cast<std::size_t>(options.features), engine_->numbers(),
      readout_.size(), parameter_count_ - encoder_offset_, entropy_.has_value()});
}

template <class T>
Capabilities RegisterCell<T>::capabilities() const {
  return {
      .entropy = entropy_.has_value(), .draws = update_.draws, .training = false, .parameter_shift = true};
}

template <class T>
std::string RegisterCell<T>::summary() const {
  return fmt::format("register {}+{} qubits, {}, {} {}+{} layers, {}", options_.system, options_.ancilla,
                     options_.encoder, summary_of(ansatz_of(options_), shape_.system + shape_.ancilla),
                     options_.layers_en, options_.layers_dis, options_.hidden);
}

template <class T>
StateLayout RegisterCell<T>::layout(std::size_t steps, bool folded) const {
  constexpr std::size_t kW = 2 * kLanes<T>;
  return {steps, engine_->columns(), shape_.systems() * shape_.ancillas() * kW, shape_.systems() * kW,
          folded};
}

template <class T>
bool RegisterCell<T>::stores_states(std::size_t steps) const {
  // Half of a processor's second cache.
  constexpr std::size_t kSmall = 512 << 10;
  if (memory_ != GradientMemory::kAuto) return memory_ == GradientMemory::kStore;
  return layout(steps, true).numbers() * sizeof(T) <= kSmall;
}

template <class T>
EngineChoice RegisterCell<T>::engine(std::size_t samples, std::size_t steps, bool backward) const {
  const Arithmetic real = encoding_.real() ? Arithmetic::kReal : Arithmetic::kRealMatrix;
  const bool stored = stores_states(steps) || engine_->reversible();
  return choose_engine(wanted_, cost_,
                       {.tiles = tiles_of<T>(samples),
                        .steps = steps,
                        .columns = engine_->columns(),
                        .backward = backward,
                        .stored = stored,
                        .arithmetic = fold_.real() ? real : Arithmetic::kComplex,
                        .column_tiles = fold_.column_tiles()});
}

template <class T>
typename RegisterCell<T>::TapeOffsets RegisterCell<T>::tape_offsets(std::size_t samples,
                                                                    std::size_t steps) const {
  const std::size_t tiles = tiles_of<T>(samples), kept = engine_->reversible() ? 1 : steps + 1;
  const bool folded = engine(samples, steps).engine == Engine::kFold;
  TapeLayout tape;
  tape.add<RegisterPass>(1);
  TapeOffsets at{};
  at.hidden = tape.add<T>(tiles * kept * state_numbers() * kLanes<T>);
  at.outcome = tape.add<int>(update_.measures ? tiles * steps * kLanes<T> : 0);
  at.states = tape.add<T>(stores_states(steps) ? tiles * layout(steps, folded).numbers() : 0);
  at.bytes = tape.bytes();
  return at;
}

template <class T>
std::size_t RegisterCell<T>::tape_bytes(std::size_t samples, std::size_t steps) const {
  return tape_offsets(samples, steps).bytes;
}

template <class T>
typename RegisterCell<T>::Tape RegisterCell<T>::arrays_of(std::span<std::byte> tape, std::size_t samples,
                                                          std::size_t steps) const {
  const TapeOffsets at = tape_offsets(samples, steps);
  return {reinterpret_cast<T*>(tape.data() + at.hidden),
          update_.measures ? reinterpret_cast<int*>(tape.data() + at.outcome) : nullptr,
          stores_states(steps) ? reinterpret_cast<T*>(tape.data() + at.states) : nullptr};
}

template <class T>
RegisterPass RegisterCell<T>::pass(std::span<const std::byte> tape) {
  RegisterPass pass;
  std::memcpy(&pass, tape.data(), sizeof(pass));
  return pass;
}

template class RegisterCell<float>;
template class RegisterCell<double>;

}  // namespace ebit::inline cell
