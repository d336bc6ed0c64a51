// A batch of sequences through an RVQE cell: what all tiles share. Their steps are in rvqe_steps.cc.
#include "ebit/cell/rvqe/rvqe_cell.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "ebit/base/error.h"
#include "ebit/base/parallel.h"
#include "ebit/cell/finite_input.h"
#include "ebit/cell/rvqe/rvqe_workspace.h"
#include "ebit/cell/tape.h"
#include "ebit/cell/tile_groups.h"

namespace ebit::inline cell {
namespace {

// Before anything of the size of a state is made: the states of a step, and the tables of all neurons.
template <class T>
const RvqeOptions& checked(const RvqeOptions& options) {
  check(options);
  const double neurons = options.workspace * (1.0 + options.stages) + options.bits();
  require_memory(fmt::format("an rvqe of {} qubits", options.qubits()),
                 std::ldexp((4.0 + options.stages) * kLanes<T> + 4 * neurons, options.qubits()),
                 sizeof(double));
  return options;
}

}  // namespace

template <class T>
RvqeCell<T>::RvqeCell(const RvqeOptions& options)
    : options_(checked<T>(options)),
      neurons_(options_, segments_),
      kernels_(neuron_kernels<T>()),
      lane_kernels_(lane_kernels<T>()) {
  freeze(segments_, options_.freeze);
}

template <class T>
RvqeCell<T>::~RvqeCell() = default;

template <class T>
std::string RvqeCell<T>::summary() const {
  return fmt::format(
      "rvqe, words of {} bits, workspace of {} qubits, {} stage{}, neurons of order {}, degree {}",
      options_.bits(), options_.workspace, options_.stages, options_.stages == 1 ? "" : "s", options_.order,
      options_.degree);
}

template <class T>
typename RvqeCell<T>::TapeOffsets RvqeCell<T>::tape_offsets(std::size_t samples, std::size_t steps) const {
  const std::size_t tiles = tiles_of<T>(samples);
  TapeLayout tape;
  TapeOffsets at{};
  at.h = tape.add<T>(tiles * (steps + 1) * row());
  at.outcome = tape.add<int>(tiles * steps * kLanes<T>);
  at.bytes = tape.bytes();
  return at;
}

template <class T>
std::size_t RvqeCell<T>::tape_bytes(std::size_t samples, std::size_t steps) const {
  return tape_offsets(samples, steps).bytes;
}

template <class T>
typename RvqeCell<T>::Tape RvqeCell<T>::arrays_of(std::span<std::byte> tape, std::size_t samples,
                                                  std::size_t steps) const {
  const TapeOffsets at = tape_offsets(samples, steps);
  return {reinterpret_cast<T*>(tape.data() + at.h), reinterpret_cast<int*>(tape.data() + at.outcome)};
}

// Words of bits and words to project on, and states that have a norm.
template <class T>
void RvqeCell<T>::check_input(const SequenceInput<T>& input) const {
  require_finite(*this, input);
  const T words = static_cast<T>(outputs());
  for (std::size_t b = 0; b < input.samples; ++b) {
    const std::size_t length = input.lengths ? static_cast<std::size_t>(input.lengths[b]) : input.steps;
    for (std::size_t t = 0; t < length; ++t) {
      const T* const x = input.x + (b * input.steps + t) * inputs();
      for (std::size_t f = 0; f < bits(); ++f)
        require(x[f] == 0 || x[f] == 1, "input {} of sample {}, step {}, feature {} is not a bit: 0 or 1",
                x[f], b, t, f);
      const T word = x[bits()];
      require(
          word == std::floor(word) && word >= -1 && word < words,
          "input {} of sample {}, step {}, feature {} is not the word to project on: 0 to {}, or -1 for one "
          "that is drawn",
          word, b, t, bits(), outputs() - 1);
    }
    if (!input.state) continue;
    const T* const own = input.state + b * state_numbers();
    require(std::any_of(own, own + state_numbers(), [](T v) { return v != 0; }),
            "the state of sample {} before the first step is zero, which is no quantum state", b);
  }
}

template <class T>
void RvqeCell<T>::make_workspaces(std::size_t groups) {
  while (workspaces_.size() < groups) workspaces_.push_back(std::make_unique<Workspace>(*this));
}

template <class T>
void RvqeCell<T>::run_forward(std::span<const T> parameters, const SequenceInput<T>& input,
                              const SequenceOutput<T>& output, std::span<std::byte> tape) {
  check_input(input);
  neurons_.bind(parameters.data());
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
void RvqeCell<T>::run_backward(std::span<const T> parameters, const SequenceInput<T>& input,
                               std::span<const std::byte> tape, const SequenceCotangent<T>& cotangent,
                               const SequenceGradient<T>& gradient) {
  neurons_.bind(parameters.data());
  const TileGroups groups(tiles_of<T>(input.samples));
  make_workspaces(groups.count());
  // The arrays are only read.
  const Call call{parameters.data(), input,
                  arrays_of({const_cast<std::byte*>(tape.data()), tape.size()}, input.samples, input.steps)};
  const auto body = [&](std::size_t group) {
    Workspace& w = *workspaces_[group];
    for (std::vector<double>* sums : {&w.d_cos, &w.d_sin, &w.d_angles}) std::ranges::fill(*sums, 0.0);
    for (std::size_t tile = groups.first(group); tile < groups.end(group); ++tile)
      backward_tile(call, cotangent, gradient, tile, w);
  };
  parallel_for(groups.count(), std::ref(body));
  if (!gradient.parameters) return;
  Workspace& all = *workspaces_.front();
  for (std::size_t group = 1; group < groups.count(); ++group)
    for (const auto sums : {&Workspace::d_cos, &Workspace::d_sin, &Workspace::d_angles})
      for (std::size_t k = 0; k < (all.*sums).size(); ++k) (all.*sums)[k] += ((*workspaces_[group]).*sums)[k];
  neurons_.backward(all.d_cos.data(), all.d_sin.data(), gradient.parameters);
  for (std::size_t k = 0; k < all.d_angles.size(); ++k) {
    const std::size_t workspace = static_cast<std::size_t>(options_.workspace);
    gradient.parameters[neurons_.angles(k / workspace) + k % workspace] += all.d_angles[k];
  }
}

template class RvqeCell<float>;
template class RvqeCell<double>;

}  // namespace ebit::inline cell
