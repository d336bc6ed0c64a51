#include "ebit/cell/recurrent_cell.h"

#include <algorithm>
#include <functional>

#include "ebit/base/parallel.h"
#include "ebit/cell/finite_input.h"
#include "ebit/cell/tape.h"
#include "ebit/cell/tile_groups.h"

namespace ebit::inline cell {

// What the tiles of one call share.
template <class T>
struct RecurrentCell<T>::Call {
  const T* parameters;
  const SequenceInput<T>& input;
  Tape tape;
};

// Memory of a group of tiles, which are run one after the other; nothing that results depend on is carried
// from one to the next but the sums.
template <class T>
struct RecurrentCell<T>::Workspace {
  std::unique_ptr<Scratch> scratch;
  AlignedVector<T> x;                      // [F] of the step
  AlignedVector<T> state;                  // [S] in front of a step
  AlignedVector<T> next;                   // [S] behind it, where there is no tape
  AlignedVector<T> kept;                   // where there is no tape
  AlignedVector<T> y;                      // [K], or its cotangent
  AlignedVector<T> watched;                // [W]
  AlignedVector<T> d_x;                    // [F]
  AlignedVector<T> d_state;                // [S] of the state between steps
  AlignedVector<T> d_step;                 // [S] of lanes that have the step; in: behind it, out: before it
  std::vector<double> sums;                // [P + shared_sums()] over the group's tiles
  std::size_t tile = 0;                    // which is run
  LaneMap lanes{1, 0};                     // which samples it holds
  LaneSteps<T> steps{{1, 0}, nullptr, 0};  // how long their sequences are

  explicit Workspace(const RecurrentCell<T>& cell) : scratch(cell.make_scratch()) {
    const auto size = [](std::initializer_list<AlignedVector<T>*> arrays, std::size_t numbers) {
      for (AlignedVector<T>* array : arrays) array->resize(numbers * kLanes<T>);
    };
    size({&x, &d_x}, cell.inputs());
    size({&state, &next, &d_state, &d_step}, cell.state_numbers());
    size({&kept}, cell.kept_numbers());
    size({&y}, cell.outputs());
    size({&watched}, numbers_of(cell.watched()));
    sums.resize(cell.parameters() + cell.shared_sums());
  }
};

template <class T>
RecurrentCell<T>::RecurrentCell() = default;

template <class T>
RecurrentCell<T>::~RecurrentCell() = default;

template <class T>
void RecurrentCell<T>::check_input(const SequenceInput<T>& input) const {
  require_finite(*this, input);
}

template <class T>
std::size_t RecurrentCell<T>::tape_bytes(std::size_t samples, std::size_t steps) const {
  const std::size_t tiles = tiles_of<T>(samples);
  TapeLayout tape;
  tape.add<T>(tiles * (steps + 1) * this->state_numbers() * kLanes<T>);
  tape.add<T>(tiles * steps * kept_numbers() * kLanes<T>);
  return tape.bytes();
}

template <class T>
typename RecurrentCell<T>::Tape RecurrentCell<T>::arrays_of(std::span<std::byte> tape, std::size_t samples,
                                                            std::size_t steps) const {
  if (tape.empty()) return {};
  TapeLayout layout;
  layout.add<T>(tiles_of<T>(samples) * (steps + 1) * this->state_numbers() * kLanes<T>);
  return {reinterpret_cast<T*>(tape.data()), reinterpret_cast<T*>(tape.data() + layout.bytes())};
}

template <class T>
void RecurrentCell<T>::make_workspaces(std::size_t groups) {
  while (workspaces_.size() < groups) workspaces_.push_back(std::make_unique<Workspace>(*this));
}

template <class T>
void RecurrentCell<T>::run_forward(std::span<const T> parameters, const SequenceInput<T>& input,
                                   const SequenceOutput<T>& output, std::span<std::byte> tape) {
  check_input(input);
  begin(parameters);
  const TileGroups groups(tiles_of<T>(input.samples));
  make_workspaces(groups.count());
  const Call call{parameters.data(), input, arrays_of(tape, input.samples, input.steps)};
  const auto body = [&](std::size_t group) {
    for (std::size_t tile = groups.first(group); tile < groups.end(group); ++tile)
      forward_tile(call, output, tile, *workspaces_[group]);
  };
  parallel_for(groups.count(), std::ref(body));  // a reference: a copy would be allocated
}

template <class T>
void RecurrentCell<T>::run_backward(std::span<const T> parameters, const SequenceInput<T>& input,
                                    std::span<const std::byte> tape, const SequenceCotangent<T>& cotangent,
                                    const SequenceGradient<T>& gradient) {
  begin(parameters);
  const TileGroups groups(tiles_of<T>(input.samples));
  make_workspaces(groups.count());
  // The arrays are only read.
  const Call call{parameters.data(), input,
                  arrays_of({const_cast<std::byte*>(tape.data()), tape.size()}, input.samples, input.steps)};
  const auto body = [&](std::size_t group) {
    Workspace& w = *workspaces_[group];
    std::ranges::fill(w.sums, 0.0);
    for (std::size_t tile = groups.first(group); tile < groups.end(group); ++tile)
      backward_tile(call, cotangent, gradient, tile, w);
  };
  parallel_for(groups.count(), std::ref(body));
  if (!gradient.parameters) return;
  const std::size_t count = this->parameters();
  d_shared_.assign(shared_sums(), 0.0);
  for (std::size_t group = 0; group < groups.count(); ++group) {
    const double* const sums = workspaces_[group]->sums.data();
    for (std::size_t p = 0; p < count; ++p) gradient.parameters[p] += sums[p];
    for (std::size_t k = 0; k < d_shared_.size(); ++k) d_shared_[k] += sums[count + k];
  }
  finish_backward(parameters, d_shared_.data(), gradient.parameters);
}

// Which samples the tile holds, how long they are, and their states in front of the first step.
template <class T>
void RecurrentCell<T>::start_tile(const Call& call, std::size_t tile, Workspace& w) const {
  const SequenceInput<T>& in = call.input;
  const std::size_t numbers = this->state_numbers();
  w.tile = tile;
  w.lanes = {in.samples, tile * kLanes<T>};
  w.steps = LaneSteps<T>(w.lanes, in.lengths, in.steps);
  std::ranges::fill(w.state, T(0));
  const std::span<const T> initial = initial_state();
  for (std::size_t i = 0; i < initial.size(); ++i)
    std::fill_n(w.state.data() + i * kLanes<T>, kLanes<T>, initial[i]);
  for (std::size_t l = 0; in.state && l < kLanes<T>; ++l)
    for (std::size_t i = 0; i < numbers; ++i)
      w.state[i * kLanes<T> + l] = in.state[w.lanes.sample(l) * numbers + i];
}

// Where the numbers of a step are: on the tape, or without one in the workspace.
template <class T>
typename RecurrentCell<T>::Step RecurrentCell<T>::step_at(const Call& call, std::size_t t,
                                                          Workspace& w) const {
  Step step{.parameters = call.parameters,
            .x = w.x.data(),
            .before = w.state.data(),
            .kept = w.kept.data(),
            .after = w.next.data(),
            .y = nullptr,
            .watched = nullptr,
            .draw_seed = call.input.draw_seed,
            .draw_stream = (call.input.draw_number << 24) + w.tile * kLanes<T>,
            .draw_number = call.input.draw_number,
            .time = t,
            .lanes = w.lanes,
            .lengths = &w.steps,
            .training = call.input.training};
  if (call.tape.states) {
    const std::size_t steps = call.input.steps;
    T* const before = call.tape.states + (w.tile * (steps + 1) + t) * w.state.size();
    step.before = before, step.after = before + w.state.size();
    step.kept = call.tape.kept + (w.tile * steps + t) * w.kept.size();
  }
  return step;
}

template <class T>
void RecurrentCell<T>::forward_tile(const Call& call, const SequenceOutput<T>& output, std::size_t tile,
                                    Workspace& w) const {
  start_tile(call, tile, w);
  const bool every_step = this->every_step();
  const std::size_t steps = call.input.steps, rows = every_step ? steps : 1;  // of y, a sample
  const std::size_t numbers = this->state_numbers(), looked_at = w.watched.size() / kLanes<T>;
  if (call.input.lengths && output.y) clear_past_end(w.lanes, w.steps, rows, this->outputs(), output.y);
  if (call.input.lengths && output.watched)
    clear_past_end(w.lanes, w.steps, steps, looked_at, output.watched);
  if (call.tape.states) std::ranges::copy(w.state, call.tape.states + tile * (steps + 1) * w.state.size());
  for (std::size_t t = 0; t < w.steps.longest; ++t) {
    load_step(w.lanes, w.steps, call.input, this->inputs(), t, w.x.data());
    Step step = step_at(call, t, w);
    if (output.y && (every_step || w.steps.any_ends(t + 1))) step.y = w.y.data();
    if (output.watched) step.watched = w.watched.data();
    run_step(step, *w.scratch);
    for (std::size_t l = 0; !w.steps.equal && l < kLanes<T>; ++l)
      if (!w.steps.runs(l, t)) copy_lane(step.before, l, numbers, step.after);  // has ended: its state stays
    if (step.y)
      store_rows(w.lanes, step.y, this->outputs(), rows, every_step ? t : 0, output.y,
                 [&](std::size_t l) { return w.steps.reads(l, t, every_step); });
    if (step.watched)
      store_rows(w.lanes, step.watched, looked_at, steps, t, output.watched,
                 [&](std::size_t l) { return w.steps.runs(l, t); });
    std::copy_n(step.after, w.state.size(), w.state.data());
  }
  if (output.state) store_lanes(w.lanes, w.state.data(), numbers, output.state);
}

template <class T>
void RecurrentCell<T>::backward_tile(const Call& call, const SequenceCotangent<T>& cotangent,
                                     const SequenceGradient<T>& gradient, std::size_t tile,
                                     Workspace& w) const {
  start_tile(call, tile, w);
  const bool every_step = this->every_step();
  const std::size_t steps = call.input.steps, numbers = this->state_numbers();
  double* const d_parameters = gradient.parameters ? w.sums.data() : nullptr;
  double* const d_shared = gradient.parameters ? w.sums.data() + this->parameters() : nullptr;
  if (call.input.lengths && gradient.x) clear_past_end(w.lanes, w.steps, steps, this->inputs(), gradient.x);
  std::ranges::fill(w.d_state, T(0));
  if (cotangent.state)
    load_gradient_rows(w.lanes, cotangent.state, numbers, 1, 0, w.d_state.data(),
                       [](std::size_t) { return true; });
  for (std::size_t t = w.steps.longest; t-- > 0;) {
    // Of a sequence that has ended, the state stays: its cotangent waits in d_state.
    for (std::size_t k = 0; k < w.d_state.size(); ++k) {
      w.d_step[k] = w.steps.runs(k % kLanes<T>, t) ? w.d_state[k] : T(0);
      w.d_state[k] -= w.d_step[k];
    }
    const bool read = cotangent.y && (every_step || w.steps.any_ends(t + 1));
    if (read)
      load_gradient_rows(w.lanes, cotangent.y, this->outputs(), every_step ? steps : 1, every_step ? t : 0,
                         w.y.data(), [&](std::size_t l) { return w.steps.reads(l, t, every_step); });
    load_step(w.lanes, w.steps, call.input, this->inputs(), t, w.x.data());
    std::ranges::fill(w.d_x, T(0));
    step_backward(step_at(call, t, w),
                  {read ? w.y.data() : nullptr, w.d_step.data(), w.d_x.data(), d_parameters, d_shared},
                  *w.scratch);
    if (gradient.x)
      store_rows(w.lanes, w.d_x.data(), this->inputs(), steps, t, gradient.x,
                 [&](std::size_t l) { return w.steps.runs(l, t); });
    for (std::size_t k = 0; k < w.d_state.size(); ++k) w.d_state[k] += w.d_step[k];
  }
  if (d_shared && !call.input.state) start_backward(w.d_state.data(), d_shared);
  if (gradient.state) store_lanes(w.lanes, w.d_state.data(), numbers, gradient.state);
}

template class RecurrentCell<float>;
template class RecurrentCell<double>;

}  // namespace ebit::inline cell
