// A batch of sequences through a gated cell: what all tiles share. Their steps are in gated_steps.cc.
#include "ebit/cell/gated/gated_cell.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "ebit/base/error.h"
#include "ebit/base/parallel.h"
#include "ebit/cell/finite_input.h"
#include "ebit/cell/gated/gated_workspace.h"
#include "ebit/cell/tape.h"
#include "ebit/cell/tile_groups.h"

namespace ebit::inline cell {
namespace {

// Before anything of the size of a state is made.
template <class T>
const GatedOptions& checked(const GatedOptions& options) {
  check(options);
  require(options.qubits <= 40, "{} qubits are more than any memory holds", options.qubits);
  require_memory(fmt::format("a circuit of {} qubits and its gradient", options.qubits),
                 std::ldexp(4.0 * kLanes<T>, options.qubits), sizeof(T));
  return options;
}

// The circuits in the order of the equations; those that take u instead of v last.
std::vector<std::string> gate_names(const GatedOptions& o) {
  if (o.architecture == "gru") return {"reset", "update", "candidate"};
  std::vector<std::string> names = {"forget", "input", "cell", "output"};
  if (o.coupled) names.erase(names.begin() + 1);
  if (o.architecture == "lstm-6") names.insert(names.end(), {"hidden", "prediction"});
  return names;
}

bool takes_u(std::string_view gate) { return gate == "hidden" || gate == "prediction"; }
bool is_candidate(std::string_view gate) { return gate == "cell" || gate == "candidate"; }

// [L, n, k] where the ansatz has k angles a wire; of a mixture all angles in a row.
std::vector<std::int64_t> shape_of_angles(const GatedOptions& o, std::span<const MixedCircuit> mixed) {
  if (mixed.empty()) return angle_shape(ansatz_of(o), o.qubits, o.layers);
  std::int64_t all = 0;
  for (const MixedCircuit& one : mixed) all += static_cast<std::int64_t>(one.angles);
  return {all};
}

// Whether a peephole leads from c to it.
bool sees_cell(const GatedOptions& o, std::string_view gate) {
  return o.peepholes && !takes_u(gate) && !is_candidate(gate);
}

}  // namespace

template <class T>
GatedCell<T>::GatedCell(const GatedOptions& options)
    : options_(checked<T>(options)),
      sizes_(sizes_of(options)),
      gru_(options.architecture == "gru"),
      h_first_(options.order == "h-first"),
      z_keeps_(options.update == "z-keeps"),
      trains_angles_(options.freeze == "none"),
      encoder_(encoder_of(options)),
      kernels_(dense_kernels<T>()),
      gate_kernels_(gate_kernels<T>()),
      circuit_(gate_circuit(options)) {
  const std::vector<MixedCircuit> mixed = mixed_circuits(options);
  require(!mixed.empty() || options.layers == 0 || circuit_.shared_parameters() >= 1,
          "the ansatz '{}' has no angles to train", ansatz_of(options).name);
  const std::vector<std::string> names = gate_names(options);
  const auto wires = static_cast<std::size_t>(options.qubits);
  std::vector<int> before, behind;
  std::vector<std::size_t> angles;
  add_linears("linear_in", options.linear_in, names, wires, static_cast<std::size_t>(sizes_.width), before);
  const InitialRange range = options.init_deviation > 0 ? normal_range(options.init_deviation)
                                                        : InitialRange{options.init_low, options.init_high};
  for (const std::string& name : names) {
    angles.push_back(numbers_of(segments_));
    if (options.layers > 0)
      add_segment(segments_, fmt::format("circuits.{}.angles", name), shape_of_angles(options, mixed), range,
                  SegmentKind::kQuantum);
  }
  const std::vector<std::size_t> weights = add_weights(names, mixed.size());
  add_linears("linear_out", options.linear_out, names, cell_numbers(),
              static_cast<std::size_t>(sizes_.measured), behind);
  peepholes_ = numbers_of(segments_);
  for (const std::string& name : names)
    if (sees_cell(options, name))
      add_segment(segments_, fmt::format("peepholes.{}", name), {sizes_.cell}, linear_range(cell_numbers()));
  freeze(segments_, options.freeze);
  gates_.reserve(names.size());
  const auto watch = [&](std::string name, std::size_t numbers) {
    return add_segment(watched_, std::move(name), {static_cast<std::int64_t>(numbers)}, {}) - numbers;
  };
  watch("v", static_cast<std::size_t>(sizes_.width));
  if (options.architecture == "lstm-6") watch("u", cell_numbers());
  for (std::size_t g = 0; g < names.size(); ++g) {
    const int measured = names[g] == "hidden"       ? sizes_.hidden
                         : names[g] == "prediction" ? options.qubits
                                                    : sizes_.measured;
    const std::size_t width = takes_u(names[g]) ? static_cast<std::size_t>(measured) : cell_numbers();
    const bool bare = takes_u(names[g]) || sees_cell(options, names[g]);
    const Squash squash = bare ? Squash::kNone : is_candidate(names[g]) ? Squash::kTanh : Squash::kSigmoid;
    const std::size_t seen = watch("z." + names[g], static_cast<std::size_t>(measured));
    if (squash != Squash::kNone) watch("gate." + names[g], width);
    gates_.push_back({CircuitFunction<T>(circuit_, z_of_first_wires(measured, options.qubits), options.noisy),
                      angles[g], before[g], behind[g], squash, static_cast<std::size_t>(measured), width,
                      seen});
    if (!mixed.empty()) {
      gates_.back().mixture.emplace(mixed, z_of_first_wires(measured, options.qubits), options.mixture_norm,
                                    options.noisy);
      gates_.back().weights = weights[g];
    }
    if (!takes_u(names[g])) ++state_gates_;
  }
  fold(angles);
}

template <class T>
GatedCell<T>::~GatedCell() = default;

// Linear maps of all gates together or of each; `indices` says which one each gate has.
template <class T>
void GatedCell<T>::add_linears(const std::string& name, const std::string& choice,
                               std::span<const std::string> gates, std::size_t rows, std::size_t columns,
                               std::vector<int>& indices) {
  const auto add = [&](const std::string& full) {
    linears_.push_back({add_linear(segments_, full, rows, columns), 0});
    return static_cast<int>(linears_.size()) - 1;
  };
  indices.assign(gates.size(), choice == "shared" ? add(name) : -1);
  if (choice == "per-gate")
    for (std::size_t g = 0; g < gates.size(); ++g) indices[g] = add(fmt::format("{}.{}", name, gates[g]));
}

// Weights of mixtures, of all gates together or of each; their offsets by gate.
template <class T>
std::vector<std::size_t> GatedCell<T>::add_weights(std::span<const std::string> gates, std::size_t circuits) {
  std::vector<std::size_t> offsets(gates.size());
  // As they are: on average a sum of 1.
  const double high = options_.mixture_norm == "none" && circuits > 0 ? 2 / static_cast<double>(circuits) : 1;
  for (std::size_t g = 0; circuits > 0 && g < gates.size(); ++g) {
    const bool own = options_.mixture == "per-gate";
    if (own || g == 0) {
      offsets[g] = numbers_of(segments_);
      add_segment(segments_, own ? fmt::format("mixture.{}.weights", gates[g]) : "mixture.weights",
                  {static_cast<std::int64_t>(circuits)}, {0, high}, SegmentKind::kClassical);
    } else {
      offsets[g] = offsets[0];
    }
  }
  return offsets;
}

template <class T>
std::string GatedCell<T>::summary() const {
  std::string circuits;
  if (const auto& mixture = gates_.front().mixture)
    circuits = fmt::format("a mixture of {} ({}{})", mixture->circuits(), options_.mixture,
                           options_.entanglement ? "" : ", without entanglement");
  else
    circuits = summary_of(ansatz_of(options_), options_.qubits);
  return fmt::format("gated {}{}{}, hidden size {}, {} circuits of {} qubits, {}", options_.architecture,
                     options_.coupled ? " (coupled)" : "", options_.peepholes ? " with peepholes" : "",
                     sizes_.hidden, gates_.size(), options_.qubits,
                     options_.layers == 0 ? fmt::format("{} alone", encoder_.name)
                                          : fmt::format("{} layer{} of {}", options_.layers,
                                                        options_.layers == 1 ? "" : "s", circuits)) +
         options_.noisy.text();
}

template <class T>
void GatedCell<T>::bind(std::span<const T> parameters) {
  const auto count = static_cast<std::size_t>(circuit_.shared_parameters());
  for (Gate& gate : gates_)
    if (auto& mixture = gate.mixture)
      mixture->bind(parameters.subspan(gate.angles, mixture->angles()),
                    parameters.subspan(gate.weights, mixture->circuits()));
    else
      gate.program.bind(parameters.subspan(gate.angles, count));
}

template <class T>
void GatedCell<T>::make_workspaces(std::size_t groups) {
  while (workspaces_.size() < groups) workspaces_.push_back(std::make_unique<Workspace>(*this));
}

template <class T>
typename GatedCell<T>::TapeOffsets GatedCell<T>::tape_offsets(std::size_t samples, std::size_t steps) const {
  const std::size_t tiles = tiles_of<T>(samples);
  TapeLayout tape;
  TapeOffsets at{};
  at.c = tape.add<T>(gru_ ? 0 : tiles * (steps + 1) * row());
  at.h = tape.add<T>(tiles * (steps + 1) * hidden_numbers() * kLanes<T>);
  at.gates = tape.add<T>(tiles * steps * state_gates_ * row());
  at.bytes = tape.bytes();
  return at;
}

template <class T>
std::size_t GatedCell<T>::tape_bytes(std::size_t samples, std::size_t steps) const {
  return tape_offsets(samples, steps).bytes;
}

template <class T>
typename GatedCell<T>::Tape GatedCell<T>::arrays_of(std::span<std::byte> tape, std::size_t samples,
                                                    std::size_t steps) const {
  const TapeOffsets at = tape_offsets(samples, steps);
  return {gru_ ? nullptr : reinterpret_cast<T*>(tape.data() + at.c), reinterpret_cast<T*>(tape.data() + at.h),
          reinterpret_cast<T*>(tape.data() + at.gates)};
}

// What the tiles of a call share, made ready.
template <class T>
typename GatedCell<T>::Call GatedCell<T>::start(std::span<const T> parameters, const SequenceInput<T>& input,
                                                std::span<std::byte> tape, bool watched) {
  const bool folded = !watched && engine(input.samples, input.steps).engine == Engine::kFold;
  if (folded)
    fold_->build(parameters, angle_offsets_);
  else
    bind(parameters);
  make_workspaces(TileGroups(tiles_of<T>(input.samples)).count());
  return {parameters.data(), input, tape.empty() ? Tape{} : arrays_of(tape, input.samples, input.steps),
          folded};
}

template <class T>
void GatedCell<T>::run_forward(std::span<const T> parameters, const SequenceInput<T>& input,
                               const SequenceOutput<T>& output, std::span<std::byte> tape) {
  require_finite(*this, input);
  const TileGroups groups(tiles_of<T>(input.samples));
  const Call call = start(parameters, input, tape, output.watched != nullptr);
  const auto body = [&](std::size_t group) {
    for (std::size_t tile = groups.first(group); tile < groups.end(group); ++tile)
      forward_tile(call, output, tile, *workspaces_[group]);
  };
  parallel_for(groups.count(), std::ref(body));  // a reference: a copy would be allocated
}

template <class T>
void GatedCell<T>::run_backward(std::span<const T> parameters, const SequenceInput<T>& input,
                                std::span<const std::byte> tape, const SequenceCotangent<T>& cotangent,
                                const SequenceGradient<T>& gradient) {
  const TileGroups groups(tiles_of<T>(input.samples));
  // The arrays are only read.
  const Call call = start(parameters, input, {const_cast<std::byte*>(tape.data()), tape.size()}, false);
  const auto body = [&](std::size_t group) {
    Workspace& w = *workspaces_[group];
    std::ranges::fill(w.d_parameters, 0.0);
    std::ranges::fill(w.totals, 0.0);
    for (std::size_t tile = groups.first(group); tile < groups.end(group); ++tile)
      backward_tile(call, cotangent, gradient, tile, w);
  };
  parallel_for(groups.count(), std::ref(body));
  if (gradient.parameters) add_gradient(call, groups.count(), gradient.parameters);
}

// The sums of all groups of tiles, always in this order: the same numbers at any number of threads.
template <class T>
void GatedCell<T>::add_gradient(const Call& call, std::size_t groups, double* d_parameters) {
  parts_.clear();
  for (std::size_t group = 0; group < groups; ++group) {
    const Workspace& w = *workspaces_[group];
    for (std::size_t p = 0; p < this->parameters(); ++p) d_parameters[p] += w.d_parameters[p];
    for (const Linear& linear : linears_) add_linear_gradient(linear, w.totals.data(), d_parameters);
    parts_.push_back(w.totals.data());
  }
  if (call.folded && trains_angles_) fold_->backward(parts_, d_parameters);
}

template class GatedCell<float>;
template class GatedCell<double>;

}  // namespace ebit::inline cell
