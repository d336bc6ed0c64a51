// A batch of sequences through a measured cell: what all tiles share. Their steps are in measured_steps.cc.
#include "ebit/cell/measured/measured_cell.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "ebit/base/error.h"
#include "ebit/base/parallel.h"
#include "ebit/cell/finite_input.h"
#include "ebit/cell/measured/measured_workspace.h"
#include "ebit/cell/tape.h"
#include "ebit/cell/tile_groups.h"

namespace ebit::inline cell {
namespace {

constexpr double kStates = 16;  // of a workspace, about

// Before anything of the size of a state is made.
template <class T>
const MeasuredOptions& checked(const MeasuredOptions& options) {
  check(options);
  require_memory(fmt::format("a measured cell of {} qubits", options.qubits()),
                 std::ldexp(kStates * kLanes<T>, options.qubits()), sizeof(T));
  return options;
}

}  // namespace

template <class T>
MeasuredCell<T>::MeasuredCell(const MeasuredOptions& options)
    : options_(checked<T>(options)), form_(make_form<T>(options_)), segments_(form_->segments()) {
  freeze(segments_, options_.freeze);
}

template <class T>
MeasuredCell<T>::~MeasuredCell() = default;

template <class T>
std::string MeasuredCell<T>::summary() const {
  return fmt::format("measured, form {}, memory of {} qubit{}", options_.form, options_.qubits(),
                     options_.qubits() == 1 ? "" : "s");
}

template <class T>
Tile<T> MeasuredCell<T>::tile_of(AlignedVector<T>& numbers) const {
  return {numbers.data(), numbers.data() + row() / 2, options_.qubits()};
}

template <class T>
typename MeasuredCell<T>::TapeOffsets MeasuredCell<T>::tape_offsets(std::size_t samples,
                                                                    std::size_t steps) const {
  const std::size_t tiles = tiles_of<T>(samples);
  TapeLayout tape;
  TapeOffsets at{};
  at.h = tape.add<T>(tiles * (steps + 1) * row());
  at.outcome = tape.add<int>(tiles * steps * kLanes<T>);
  at.bytes = tape.bytes();
  return at;
}

template <class T>
std::size_t MeasuredCell<T>::tape_bytes(std::size_t samples, std::size_t steps) const {
  return tape_offsets(samples, steps).bytes;
}

template <class T>
typename MeasuredCell<T>::Tape MeasuredCell<T>::arrays_of(std::span<std::byte> tape, std::size_t samples,
                                                          std::size_t steps) const {
  const TapeOffsets at = tape_offsets(samples, steps);
  return {reinterpret_cast<T*>(tape.data() + at.h), reinterpret_cast<int*>(tape.data() + at.outcome)};
}

// Settings, outcomes, and states that have a norm.
template <class T>
void MeasuredCell<T>::check_input(const SequenceInput<T>& input) const {
  require_finite(*this, input);
  const bool shared = options_.form == "shared";
  const std::size_t numbers = inputs() - 1, group = shared ? 4 : numbers;
  for (std::size_t b = 0; b < input.samples; ++b) {
    const std::size_t length = input.lengths ? static_cast<std::size_t>(input.lengths[b]) : input.steps;
    for (std::size_t t = 0; t < length; ++t) {
      const T* const x = input.x + (b * input.steps + t) * inputs();
      for (std::size_t first = 0; first < numbers; first += group) {
        std::size_t ones = 0;
        for (std::size_t f = first; f < first + group; ++f) {
          require(x[f] == 0 || x[f] == 1, "input {} of sample {}, step {}, feature {} is not 0 or 1", x[f], b,
                  t, f);
          ones += x[f] == 1;
        }
        require(ones == 1 || (shared && ones == 0),
                "{} inputs of sample {}, step {}, from feature {} are 1: {}", ones, b, t, first,
                shared ? "a qubit has one letter of four, or none" : "a step has one setting");
      }
      const T outcome = x[numbers];
      require(
          outcome == 0 || outcome == 1 || outcome == -1,
          "input {} of sample {}, step {}, feature {} is not the outcome to project on: 0 or 1, or -1 for "
          "one that is drawn",
          outcome, b, t, numbers);
    }
    if (!input.state) continue;
    const T* const own = input.state + b * state_numbers();
    require(std::any_of(own, own + state_numbers(), [](T v) { return v != 0; }),
            "the state of sample {} before the first step is zero, which is no quantum state", b);
  }
}

template <class T>
void MeasuredCell<T>::make_workspaces(std::size_t groups) {
  while (workspaces_.size() < groups) workspaces_.push_back(std::make_unique<Workspace>(*this));
}

template <class T>
void MeasuredCell<T>::run_forward(std::span<const T> parameters, const SequenceInput<T>& input,
                                  const SequenceOutput<T>& output, std::span<std::byte> tape) {
  check_input(input);
  form_->bind(parameters.data());
  const TileGroups groups(tiles_of<T>(input.samples));
  make_workspaces(groups.count());
  const Call call{input, tape.empty() ? Tape{} : arrays_of(tape, input.samples, input.steps)};
  const auto body = [&](std::size_t group) {
    for (std::size_t tile = groups.first(group); tile < groups.end(group); ++tile)
      forward_tile(call, output, tile, *workspaces_[group]);
  };
  parallel_for(groups.count(), std::ref(body));  // a reference: a copy would be allocated
}

template <class T>
void MeasuredCell<T>::run_backward(std::span<const T> parameters, const SequenceInput<T>& input,
                                   std::span<const std::byte> tape, const SequenceCotangent<T>& cotangent,
                                   const SequenceGradient<T>& gradient) {
  form_->bind(parameters.data());
  const TileGroups groups(tiles_of<T>(input.samples));
  make_workspaces(groups.count());
  // The arrays are only read.
  const Call call{input,
                  arrays_of({const_cast<std::byte*>(tape.data()), tape.size()}, input.samples, input.steps)};
  const auto body = [&](std::size_t group) {
    Workspace& w = *workspaces_[group];
    std::ranges::fill(w.measured.sums, 0.0);
    for (std::size_t tile = groups.first(group); tile < groups.end(group); ++tile)
      backward_tile(call, cotangent, gradient, tile, w);
  };
  parallel_for(groups.count(), std::ref(body));
  if (!gradient.parameters) return;
  std::vector<double>& all = workspaces_.front()->measured.sums;
  for (std::size_t group = 1; group < groups.count(); ++group)
    for (std::size_t k = 0; k < all.size(); ++k) all[k] += workspaces_[group]->measured.sums[k];
  form_->add_gradient(all, gradient.parameters);
}

template class MeasuredCell<float>;
template class MeasuredCell<double>;

}  // namespace ebit::inline cell
