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

// [L, n, k] where the ansatz has k angles a wire.
std::vector<std::int64_t> angle_shape(const GatedOptions& o) {
  const int angles = ansatz_of(o).angles_per_layer(o.qubits), each = angles / o.qubits;
  if (angles % o.qubits != 0) return {o.layers, angles};
  if (each == 1) return {o.layers, o.qubits};
  return {o.layers, o.qubits, each};
}

std::vector<Observable> first_wires(int measured, int wires) {
  std::vector<Observable> observables;
  for (int q = 0; q < measured; ++q) observables.push_back(parse_observable(fmt::format("Z{}", q), wires));
  return observables;
}

}  // namespace

template <class T>
GatedCell<T>::GatedCell(const GatedOptions& options)
    : options_(checked<T>(options)),
      sizes_(sizes_of(options)),
      gru_(options.architecture == "gru"),
      h_first_(options.order == "h-first"),
      z_keeps_(options.update == "z-keeps"),
      encoder_(find_gate_encoder(options.encoder)),
      kernels_(dense_kernels<T>()),
      circuit_(gate_circuit(options)) {
  require(circuit_.shared_parameters() >= 1, "the ansatz '{}' has no angles to train",
          ansatz_of(options).name);
  const std::vector<std::string> names = gate_names(options);
  const auto wires = static_cast<std::size_t>(options.qubits);
  std::vector<int> before, behind;
  std::vector<std::size_t> angles;
  add_linears("linear_in", options.linear_in, names, wires, static_cast<std::size_t>(sizes_.width), before);
  const InitialRange range = options.init_deviation > 0 ? normal_range(options.init_deviation)
                                                        : InitialRange{options.init_low, options.init_high};
  for (const std::string& name : names) {
    angles.push_back(numbers_of(segments_));
    add_segment(segments_, fmt::format("circuits.{}.angles", name), angle_shape(options), range);
  }
  add_linears("linear_out", options.linear_out, names, cell_numbers(),
              static_cast<std::size_t>(sizes_.measured), behind);
  gates_.reserve(names.size());
  for (std::size_t g = 0; g < names.size(); ++g) {
    const int measured = names[g] == "hidden"       ? sizes_.hidden
                         : names[g] == "prediction" ? options.qubits
                                                    : sizes_.measured;
    const std::size_t width = takes_u(names[g]) ? static_cast<std::size_t>(measured) : cell_numbers();
    const Squash squash = takes_u(names[g])        ? Squash::kNone
                          : is_candidate(names[g]) ? Squash::kTanh
                                                   : Squash::kSigmoid;
    gates_.push_back({ExpectationProgram<T>(circuit_, first_wires(measured, options.qubits)), angles[g],
                      before[g], behind[g], squash, static_cast<std::size_t>(measured), width});
    if (!takes_u(names[g])) ++state_gates_;
  }
}

template <class T>
GatedCell<T>::~GatedCell() = default;

// Linear maps of all gates together or of each; `indices` says which one each gate has.
template <class T>
void GatedCell<T>::add_linears(const std::string& name, const std::string& choice,
                               std::span<const std::string> gates, std::size_t rows, std::size_t columns,
                               std::vector<int>& indices) {
  const auto add = [&](const std::string& full) {
    InitialRange weight = linear_range(columns), bias = linear_bias_range(columns);
    weight.single = bias.single = false;
    Linear linear{numbers_of(segments_), 0, rows, columns};
    linear.bias = add_segment(segments_, full + ".weight",
                              {static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns)}, weight);
    add_segment(segments_, full + ".bias", {static_cast<std::int64_t>(rows)}, bias);
    linears_.push_back(linear);
    return static_cast<int>(linears_.size()) - 1;
  };
  indices.assign(gates.size(), choice == "shared" ? add(name) : -1);
  if (choice == "per-gate")
    for (std::size_t g = 0; g < gates.size(); ++g) indices[g] = add(fmt::format("{}.{}", name, gates[g]));
}

template <class T>
std::string GatedCell<T>::summary() const {
  return fmt::format("gated {}{}, hidden size {}, {} circuits of {} qubits, {} layer{} of {}",
                     options_.architecture, options_.coupled ? " (coupled)" : "", sizes_.hidden,
                     gates_.size(), options_.qubits, options_.layers, options_.layers == 1 ? "" : "s",
                     ansatz_of(options_).name);
}

template <class T>
void GatedCell<T>::bind(std::span<const T> parameters) {
  const auto count = static_cast<std::size_t>(circuit_.shared_parameters());
  for (Gate& gate : gates_) gate.program.bind(parameters.subspan(gate.angles, count));
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

template <class T>
void GatedCell<T>::run_forward(std::span<const T> parameters, const SequenceInput<T>& input,
                               const SequenceOutput<T>& output, std::span<std::byte> tape) {
  require_finite(*this, input);
  bind(parameters);
  const TileGroups groups(tiles_of<T>(input.samples));
  make_workspaces(groups.count());
  const Call call{parameters.data(), input,
                  tape.empty() ? Tape{} : arrays_of(tape, input.samples, input.steps)};
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
  bind(parameters);
  const TileGroups groups(tiles_of<T>(input.samples));
  make_workspaces(groups.count());
  // The arrays are only read.
  const Call call{parameters.data(), input,
                  arrays_of({const_cast<std::byte*>(tape.data()), tape.size()}, input.samples, input.steps)};
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

template class GatedCell<float>;
template class GatedCell<double>;

}  // namespace ebit::inline cell
