// A batch of sequences through a gated cell: what all tiles share. Their steps are in gated_steps.cc.
#include "ebit/cell/gated/gated_cell.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "ebit/base/error.h"
#include "ebit/base/parallel.h"
#include "ebit/cell/finite_input.h"
#include "ebit/cell/gated/gated_workspace.h"
#include "ebit/cell/tape.h"
#include "ebit/cell/tile_groups.h"

namespace ebit::inline cell {
namespace {

// Draws by Box and Muller from 53 bits lie within 8.6 standard deviations.
constexpr double kDeviations = 9;

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

// Whether a peephole leads from c to it.
bool sees_cell(const GatedOptions& o, std::string_view gate) {
  return o.peepholes && !takes_u(gate) && !is_candidate(gate);
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
  InitialRange range{options.init_low, options.init_high};
  if (options.init_deviation > 0)
    range = {-kDeviations * options.init_deviation, kDeviations * options.init_deviation};
  for (const std::string& name : names) {
    angles.push_back(numbers_of(segments_));
    add_segment(segments_, fmt::format("circuits.{}.angles", name),
                angle_shape(ansatz_of(options), options.qubits, options.layers), range);
  }
  add_linears("linear_out", options.linear_out, names, cell_numbers(),
              static_cast<std::size_t>(sizes_.measured), behind);
  peepholes_ = numbers_of(segments_);
  for (const std::string& name : names)
    if (sees_cell(options, name))
      add_segment(segments_, fmt::format("peepholes.{}", name), {sizes_.cell}, linear_range(cell_numbers()));
  gates_.reserve(names.size());
  for (std::size_t g = 0; g < names.size(); ++g) {
    const int measured = names[g] == "hidden"       ? sizes_.hidden
                         : names[g] == "prediction" ? options.qubits
                                                    : sizes_.measured;
    const std::size_t width = takes_u(names[g]) ? static_cast<std::size_t>(measured) : cell_numbers();
    const bool bare = takes_u(names[g]) || sees_cell(options, names[g]);
    const Squash squash = bare ? Squash::kNone : is_candidate(names[g]) ? Squash::kTanh : Squash::kSigmoid;
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
    linears_.push_back(add_linear_map(segments_, full, rows, columns));
    return static_cast<int>(linears_.size()) - 1;
  };
  indices.assign(gates.size(), choice == "shared" ? add(name) : -1);
  if (choice == "per-gate")
    for (std::size_t g = 0; g < gates.size(); ++g) indices[g] = add(fmt::format("{}.{}", name, gates[g]));
}

template <class T>
std::string GatedCell<T>::summary() const {
  return fmt::format("gated {}{}{}, hidden size {}, {} circuits of {} qubits, {} layer{} of {}",
                     options_.architecture, options_.coupled ? " (coupled)" : "",
                     options_.peepholes ? " with peepholes" : "", sizes_.hidden, gates_.size(),
                     options_.qubits, options_.layers, options_.layers == 1 ? "" : "s",
                     ansatz_of(options_).name);
}

template <class T>
void GatedCell<T>::initialise(Draws& draws, double* parameters) const {
  for (const Segment& segment : segments_) {
    const std::span<double> numbers(parameters + segment.offset, segment.size);
    if (options_.init_deviation == 0 || !segment.name.starts_with("circuits.")) {
      draw(draws, segment.initial, numbers);
      continue;
    }
    for (double& number : numbers) {
      const double radius = std::sqrt(-2 * std::log(1 - draws.uniform(0, 1)));
      number = options_.init_deviation * radius * std::cos(2 * std::numbers::pi * draws.uniform(0, 1));
    }
  }
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
