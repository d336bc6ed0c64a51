#include "ebit/cell/register_cell.h"

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/info/entropy.h"

namespace ebit {
namespace {

constexpr DisStructure kDisStructures[] = {
    {"flipped",
     "the same circuit with its layers' angles in reverse order, as in Daskin's code; not an inverse",
     [](const Ansatz& ansatz, int wires, int layers) {
       return build_ansatz(ansatz, wires, layers, LayerOrder::kFlipped);
     }},
    {"adjoint", "the inverse circuit with angles of its own: U_dis = U_en^-1 where the angles are equal",
     [](const Ansatz& ansatz, int wires, int layers) {
       return inverse(build_ansatz(ansatz, wires, layers));
     }},
};

const DisStructure& find_dis_structure(std::string_view name) {
  for (const auto& row : kDisStructures)
    if (row.name == name) return row;
  fail("unknown structure of U_dis '{}'{}", name, suggestion(name, names_of(kDisStructures)));
}

constexpr EntropyStage kEntropyStages[] = {
    {"disentangled", Stage::kDisentangled, "after U_dis: of the state that is read and measured"},
    {"entangled", Stage::kEntangled, "after U_en; the circuits then run gate by gate"},
};

Stage find_entropy_stage(std::string_view name) {
  for (const auto& row : kEntropyStages)
    if (row.name == name) return row.stage;
  fail("unknown entropy stage '{}'{}", name, suggestion(name, names_of(kEntropyStages)));
}

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
              find_entropy_stage(options.entropy_stage) != Stage::kEntangled,
          "engine 'fold' makes one matrix of U_en and U_dis, and entropy stage '{}' lies between them: take "
          "engine auto or gates, or stage disentangled",
          options.entropy_stage);
  return AncillaEntropy<T>(entropy(options.entropy), shape);
}

RegisterShape checked_shape(const RegisterOptions& options) {
  require(options.system >= 1, "the system register needs at least 1 wire, not {}", options.system);
  require(options.ancilla >= 1, "the ancilla register needs at least 1 wire, not {}", options.ancilla);
  require(options.layers_en >= 0 && options.layers_dis >= 0,
          "the numbers of layers must be 0 or more, not {} and {}", options.layers_en, options.layers_dis);
  return {options.system, options.ancilla};
}

const Ansatz& ansatz_of(const RegisterOptions& options) {
  return options.custom_ansatz ? *options.custom_ansatz : find_ansatz(options.ansatz);
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

std::span<const DisStructure> dis_structures() { return kDisStructures; }
std::span<const EntropyStage> entropy_stages() { return kEntropyStages; }

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
      entropy_(entropy_of<T>(options, update_.memory, shape_)),
      entropy_stage_(find_entropy_stage(options.entropy_stage)),
      wanted_(splits() ? Engine::kGates : find_engine(options.engine)),
      memory_(find_gradient_memory(options.gradient_memory)),
      fold_(whole_.circuit()),
      initial_hidden_(engine_->numbers(), T(0)) {
  const int wires = shape_.system + shape_.ancilla;
  if (options_.readout.empty()) options_.readout = {fmt::format("Z{}", shape_.system - 1)};
  for (const auto& text : options_.readout) readout_.push_back(parse_observable(text, wires));

  const auto add = [this](std::string name, std::vector<std::int64_t> shape) {
    std::size_t size = 1;
    for (std::int64_t extent : shape) size *= static_cast<std::size_t>(extent);
    segments_.push_back({std::move(name), std::move(shape), parameter_count_, size});
    parameter_count_ += size;
  };
  const std::int64_t angles = ansatz_of(options).angles_per_layer(wires);
  if (options.layers_en > 0) add("theta_en", {options.layers_en, angles});
  if (options.layers_dis > 0) add("theta_dis", {options.layers_dis, angles});
  encoder_offset_ = parameter_count_;
  for (const Segment& segment : encoding_.segments()) add(segment.name, segment.shape);

  const std::size_t block = update_.block ? update_.block : initial_hidden_.size();
  for (std::size_t i = 0; i < initial_hidden_.size(); i += block) initial_hidden_[i] = 1;
  pool_ = std::make_unique<WorkspacePool<T>>(WorkspaceSizes{
      shape_, engine_->columns(), static_cast<std::size_t>(options.features), engine_->numbers(),
      readout_.size(), parameter_count_ - encoder_offset_, entropy_.has_value()});
}

template <class T>
StateLayout RegisterCell<T>::layout(std::size_t steps, bool folded) const {
  constexpr std::size_t kW = 2 * kLanes<T>;
  return {steps, engine_->columns(), shape_.systems() * shape_.ancillas() * kW, shape_.systems() * kW,
          folded};
}

template <class T>
bool RegisterCell<T>::stores_states(std::size_t steps) const {
  constexpr std::size_t kSmall = 512 << 10;
  if (memory_ != GradientMemory::kAuto) return memory_ == GradientMemory::kStore;
  return layout(steps, true).numbers() * sizeof(T) <= kSmall;
}

template <class T>
EngineChoice RegisterCell<T>::engine(std::size_t samples, std::size_t steps, bool backward) const {
  const Arithmetic real = encoding_.real() ? Arithmetic::kReal : Arithmetic::kRealMatrix;
  const bool stored = stores_states(steps) || engine_->reversible();
  return choose_engine<T>(wanted_, whole_.plan(),
                          {.tiles = tiles_of<T>(samples),
                           .steps = steps,
                           .columns = engine_->columns(),
                           .backward = backward,
                           .stored = stored,
                           .arithmetic = fold_.real() ? real : Arithmetic::kComplex,
                           .column_tiles = fold_.column_tiles()});
}

template class RegisterCell<float>;
template class RegisterCell<double>;

}  // namespace ebit
