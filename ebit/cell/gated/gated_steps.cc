// The time steps of one tile of a gated cell, forward and backward.
#include <algorithm>

#include "ebit/cell/gated/gated_workspace.h"
#include "ebit/cell/lstm_gates.h"

namespace ebit::inline cell {

// Which samples the tile holds, how long they are, and their states before the first step.
template <class T>
void GatedCell<T>::load_start(const Call& call, std::size_t tile, Workspace& w) const {
  const SequenceInput<T>& in = call.input;
  w.tile = tile;
  w.lanes = {in.samples, tile * kLanes<T>};
  w.draws = {in.draw_seed, (in.draw_number << 24) + tile * kLanes<T>, 0};
  w.steps = LaneSteps<T>(w.lanes, in.lengths, in.steps);
  std::ranges::fill(w.c, T(0));
  std::ranges::fill(w.h, T(0));
  const std::size_t first = state_numbers() - hidden_numbers();  // of h in a state
  for (std::size_t l = 0; in.state && l < kLanes<T>; ++l) {
    const T* const own = in.state + w.lanes.sample(l) * state_numbers();
    for (std::size_t i = 0; i < first; ++i) w.c[i * kLanes<T> + l] = own[i];
    for (std::size_t i = 0; i < hidden_numbers(); ++i) w.h[i * kLanes<T> + l] = own[first + i];
  }
}

// Where the numbers of a step are: on the tape, or without one in the workspace.
template <class T>
typename GatedCell<T>::Step GatedCell<T>::step_at(const Call& call, std::size_t step, Workspace& w) const {
  const Tape& tape = call.tape;
  if (!tape.h) return {w.c.data(), w.h.data(), w.gates.data(), w.c_next.data(), w.h_next.data()};
  const std::size_t steps = call.input.steps, at = w.tile * (steps + 1) + step;
  const std::size_t hidden = hidden_numbers() * kLanes<T>;
  T* const c = gru_ ? w.c.data() : tape.c + at * row();
  T* const h = tape.h + at * hidden;
  return {c, h, tape.gates + (w.tile * steps + step) * state_gates_ * row(),
          gru_ ? w.c_next.data() : c + row(), h + hidden};
}

// v of x [F, kLanes] and h [H, kLanes].
template <class T>
void GatedCell<T>::join(const T* x, const T* h, T* v) const {
  const std::size_t own = inputs() * kLanes<T>, hidden = hidden_numbers() * kLanes<T>;
  std::copy_n(x, own, v + (h_first_ ? hidden : 0));
  std::copy_n(h, hidden, v + (h_first_ ? 0 : own));
}

// Adds the parts of d_v to the cotangents of x and h.
template <class T>
void GatedCell<T>::split(const T* d_v, T* d_x, T* d_h) const {
  const std::size_t own = inputs() * kLanes<T>, hidden = hidden_numbers() * kLanes<T>;
  for (std::size_t i = 0; i < own; ++i) d_x[i] += d_v[(h_first_ ? hidden : 0) + i];
  for (std::size_t i = 0; i < hidden; ++i) d_h[i] += d_v[(h_first_ ? 0 : own) + i];
}

template <class T>
void GatedCell<T>::run_step(const Call& call, const Step& step, Workspace& w) const {
  join(w.x.data(), step.h_before, w.v.data());
  look(0, w.v.data(), static_cast<std::size_t>(sizes_.width), w);
  if (gru_)
    run_gru(call, step, w);
  else
    run_lstm(call, step, w);
}

template <class T>
void GatedCell<T>::run_lstm(const Call& call, const Step& step, Workspace& w) const {
  run_gates(call, state_gates(), w.v.data(), step.gates, w);
  if (options_.peepholes) open_memory_gates(call, step);
  lstm_step(LstmGates<const T>(step.gates, row(), options_.coupled), step.c_before, row(), step.c,
            w.u.data());
  if (options_.peepholes) open_output_gate(call, step, w.u.data());
  if (six()) look(static_cast<std::size_t>(sizes_.width), w.u.data(), cell_numbers(), w);
  if (six())
    run_gates(call, Gates(gates_).subspan(state_gates_, 1), w.u.data(), step.h, w);
  else
    std::ranges::copy(w.u, step.h);
}

template <class T>
void GatedCell<T>::run_gru(const Call& call, const Step& step, Workspace& w) const {
  run_gates(call, Gates(gates_).first(2), w.v.data(), step.gates, w);
  const T *const r = step.gates, *const z = r + row();
  T* const candidate = step.gates + 2 * row();
  for (std::size_t k = 0; k < row(); ++k) w.u[k] = r[k] * step.h_before[k];
  join(w.x.data(), w.u.data(), w.reset.data());
  run_gates(call, Gates(gates_).subspan(2, 1), w.reset.data(), candidate, w);
  for (std::size_t k = 0; k < row(); ++k) {
    const T keep = z_keeps_ ? z[k] : 1 - z[k];
    step.h[k] = keep * step.h_before[k] + (1 - keep) * candidate[k];
  }
}

template <class T>
void GatedCell<T>::forward_tile(const Call& call, const SequenceOutput<T>& output, std::size_t tile,
                                Workspace& w) const {
  load_start(call, tile, w);
  const bool every_step = options_.every_step;
  const std::size_t rows = every_step ? call.input.steps : 1;  // of y, a sample
  if (call.input.lengths && output.y) clear_past_end(w.lanes, w.steps, rows, outputs(), output.y);
  if (call.tape.c) std::ranges::copy(w.c, call.tape.c + tile * (call.input.steps + 1) * row());
  if (call.tape.h)
    std::ranges::copy(w.h, call.tape.h + tile * (call.input.steps + 1) * hidden_numbers() * kLanes<T>);
  w.looked_at = output.watched != nullptr;
  const std::size_t seen = numbers_of(watched_);
  if (call.input.lengths && w.looked_at)
    clear_past_end(w.lanes, w.steps, call.input.steps, seen, output.watched);
  for (std::size_t t = 0; t < w.steps.longest; ++t) {
    load_step(w.lanes, w.steps, call.input, inputs(), t, w.x.data());
    w.draws.step = t;
    const Step step = step_at(call, t, w);
    run_step(call, step, w);
    for (std::size_t l = 0; !w.steps.equal && l < kLanes<T>; ++l) {
      if (w.steps.runs(l, t)) continue;  // the states of sequences that have ended stay
      if (!gru_) copy_lane(step.c_before, l, cell_numbers(), step.c);
      copy_lane(step.h_before, l, hidden_numbers(), step.h);
    }
    const bool read = output.y && (every_step || w.steps.any_ends(t + 1));
    if (six() && (read || w.looked_at)) run_gates(call, Gates(gates_).last(1), w.u.data(), w.out.data(), w);
    if (read)
      store_rows(w.lanes, six() ? w.out.data() : step.h, outputs(), rows, every_step ? t : 0, output.y,
                 [&](std::size_t l) { return w.steps.reads(l, t, every_step); });
    if (w.looked_at)
      store_rows(w.lanes, w.watched.data(), seen, call.input.steps, t, output.watched,
                 [&](std::size_t l) { return w.steps.runs(l, t); });
    std::copy_n(step.c, row(), w.c.data());
    std::copy_n(step.h, w.h.size(), w.h.data());
  }
  const std::size_t first = state_numbers() - hidden_numbers();
  for (std::size_t l = 0; output.state && l < kLanes<T> && w.lanes.real(l); ++l) {
    T* const own = output.state + w.lanes.sample(l) * state_numbers();
    for (std::size_t i = 0; i < first; ++i) own[i] = w.c[i * kLanes<T> + l];
    for (std::size_t i = 0; i < hidden_numbers(); ++i) own[first + i] = w.h[i * kLanes<T> + l];
  }
}

// From the cotangents of c_t and h_t in w.d_c_step and w.d_h_step to those of c_{t-1} and h_{t-1} there, and
// of x_t in w.x. @param d_y of the prediction; null: zero, or another architecture; used up.
template <class T>
void GatedCell<T>::lstm_backward(const Call& call, const Step& step, T* d_y, double* d_parameters,
                                 Workspace& w) const {
  const LstmGates<const T> gates(step.gates, row(), options_.coupled);
  const LstmGates<T> d_gates(w.d_gates.data(), row(), options_.coupled);
  const T* d_u = w.d_h_step.data();
  if (six()) {
    lstm_output(gates.o, step.c, row(), w.u.data());
    gates_backward(call, Gates(gates_).subspan(state_gates_, 1), w.u.data(), nullptr, w.d_h_step.data(),
                   w.d_u.data(), d_parameters, w);
    if (d_y) {
      gates_backward(call, Gates(gates_).last(1), w.u.data(), nullptr, d_y, w.d_sum.data(), d_parameters, w);
      for (std::size_t k = 0; k < row(); ++k) w.d_u[k] += w.d_sum[k];
    }
    d_u = w.d_u.data();
  }
  if (options_.peepholes) {  // o reads c: its cotangent is part of c's
    lstm_output(d_u, step.c, row(), w.d_peephole.data());
    output_gate_backward(call, step, w.d_peephole.data(), w.d_c_step.data(), d_parameters);
  }
  lstm_step_backward(gates, step.c_before, step.c, d_u, row(), w.d_c_step.data(), d_gates);
  if (options_.peepholes) {
    std::ranges::copy(w.d_peephole, d_gates.o);
    memory_gates_backward(call, step, d_gates.f, w.d_c_step.data(), d_parameters);
  }
  gates_backward(call, state_gates(), w.v.data(), step.gates, d_gates.f, w.d_v.data(), d_parameters, w);
  std::ranges::fill(w.x, T(0));
  std::ranges::fill(w.d_h_step, T(0));
  split(w.d_v.data(), w.x.data(), w.d_h_step.data());
}

// Likewise.
template <class T>
void GatedCell<T>::gru_backward(const Call& call, const Step& step, double* d_parameters,
                                Workspace& w) const {
  const T *const r = step.gates, *const z = r + row(), *const candidate = z + row();
  T *const d_r = w.d_gates.data(), *const d_z = d_r + row(), *const d_candidate = d_z + row();
  for (std::size_t k = 0; k < row(); ++k) {
    const T keep = z_keeps_ ? z[k] : 1 - z[k];
    const T d_keep = w.d_h_step[k] * (step.h_before[k] - candidate[k]);
    d_z[k] = z_keeps_ ? d_keep : -d_keep;
    d_candidate[k] = w.d_h_step[k] * (1 - keep);
    w.d_h_step[k] *= keep;
    w.u[k] = r[k] * step.h_before[k];
  }
  join(w.x.data(), w.u.data(), w.reset.data());
  gates_backward(call, Gates(gates_).subspan(2, 1), w.reset.data(), candidate, d_candidate, w.d_reset.data(),
                 d_parameters, w);
  std::ranges::fill(w.x, T(0));
  std::ranges::fill(w.d_u, T(0));
  split(w.d_reset.data(), w.x.data(), w.d_u.data());
  for (std::size_t k = 0; k < row(); ++k) {
    d_r[k] = w.d_u[k] * step.h_before[k];
    w.d_h_step[k] += w.d_u[k] * r[k];
  }
  gates_backward(call, Gates(gates_).first(2), w.v.data(), r, d_r, w.d_v.data(), d_parameters, w);
  split(w.d_v.data(), w.x.data(), w.d_h_step.data());
}

template <class T>
void GatedCell<T>::backward_tile(const Call& call, const SequenceCotangent<T>& cotangent,
                                 const SequenceGradient<T>& gradient, std::size_t tile, Workspace& w) const {
  load_start(call, tile, w);
  const std::size_t steps = call.input.steps, first = state_numbers() - hidden_numbers();
  const bool every_step = options_.every_step;
  double* const d_parameters = gradient.parameters ? w.d_parameters.data() : nullptr;
  if (call.input.lengths && gradient.x) clear_past_end(w.lanes, w.steps, steps, inputs(), gradient.x);
  std::ranges::fill(w.d_c, T(0));
  std::ranges::fill(w.d_h, T(0));
  for (std::size_t l = 0; cotangent.state && l < kLanes<T> && w.lanes.real(l); ++l) {
    const T* const own = cotangent.state + w.lanes.sample(l) * state_numbers();
    for (std::size_t i = 0; i < first; ++i) w.d_c[i * kLanes<T> + l] = own[i];
    for (std::size_t i = 0; i < hidden_numbers(); ++i) w.d_h[i * kLanes<T> + l] = own[first + i];
  }
  // Of a sequence that has ended, the state stays: its cotangents wait in d_c and d_h.
  const auto take_running = [&](std::size_t t, AlignedVector<T>& all, AlignedVector<T>& own) {
    for (std::size_t k = 0; k < all.size(); ++k) {
      own[k] = w.steps.runs(k % kLanes<T>, t) ? all[k] : T(0);
      all[k] -= own[k];
    }
  };
  for (std::size_t t = w.steps.longest; t-- > 0;) {
    take_running(t, w.d_c, w.d_c_step);
    take_running(t, w.d_h, w.d_h_step);
    const bool read = cotangent.y && (every_step || w.steps.any_ends(t + 1));
    if (read)
      load_gradient_rows(w.lanes, cotangent.y, outputs(), every_step ? steps : 1, every_step ? t : 0,
                         w.out.data(), [&](std::size_t l) { return w.steps.reads(l, t, every_step); });
    if (read && !six())
      for (std::size_t k = 0; k < w.d_h_step.size(); ++k) w.d_h_step[k] += w.out[k];
    w.draws.step = t;
    const Step step = step_at(call, t, w);
    load_step(w.lanes, w.steps, call.input, inputs(), t, w.x.data());
    join(w.x.data(), step.h_before, w.v.data());
    if (gru_)
      gru_backward(call, step, d_parameters, w);
    else
      lstm_backward(call, step, read ? w.out.data() : nullptr, d_parameters, w);
    if (d_parameters) w.count_step();
    if (gradient.x)
      store_rows(w.lanes, w.x.data(), inputs(), steps, t, gradient.x,
                 [&](std::size_t l) { return w.steps.runs(l, t); });
    for (std::size_t k = 0; k < w.d_c.size(); ++k) w.d_c[k] += w.d_c_step[k];
    for (std::size_t k = 0; k < w.d_h.size(); ++k) w.d_h[k] += w.d_h_step[k];
  }
  if (d_parameters) w.settle();
  for (std::size_t l = 0; gradient.state && l < kLanes<T> && w.lanes.real(l); ++l) {
    T* const own = gradient.state + w.lanes.sample(l) * state_numbers();
    for (std::size_t i = 0; i < first; ++i) own[i] = w.d_c[i * kLanes<T> + l];
    for (std::size_t i = 0; i < hidden_numbers(); ++i) own[first + i] = w.d_h[i * kLanes<T> + l];
  }
}

#define EBIT_INSTANTIATE(T)                                                                                \
  template void GatedCell<T>::forward_tile(const Call&, const SequenceOutput<T>&, std::size_t, Workspace&) \
      const;                                                                                               \
  template void GatedCell<T>::backward_tile(const Call&, const SequenceCotangent<T>&,                      \
                                            const SequenceGradient<T>&, std::size_t, Workspace&) const;
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
