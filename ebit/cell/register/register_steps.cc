// The time steps of one tile of samples through a register cell, forward and backward.
#include <algorithm>

#include "ebit/base/error.h"
#include "ebit/base/random.h"
#include "ebit/cell/lanes.h"
#include "ebit/cell/register/register_cell.h"

namespace ebit::inline cell {
namespace {

// Makes the workspace's states those of a step on the tape; `zeros` as in StepWorkspace::use_fold.
template <class T>
void lay_on_tape(const StateLayout& layout, std::size_t t, bool real, T* states, StepWorkspace<T>& w) {
  const std::size_t half = layout.whole / 2;
  for (std::size_t c = 0; c < layout.columns; ++c) {
    T* const out = states + layout.out(t) + c * layout.whole;
    w.psi[c].re = out;
    if (!real) w.psi[c].im = out + half;
    if (!layout.folded) {
      w.in[c] = w.psi[c];
      continue;
    }
    T* const in = states + layout.in(t) + c * layout.whole;
    w.in[c].re = in;
    if (!real) w.in[c].im = in + half;
  }
}

template <class T>
void copy_state(const T* re, const T* im, bool real, const Tile<T>& to) {
  std::copy_n(re, to.numbers(), to.re);
  if (!real) std::copy_n(im, to.numbers(), to.im);
}

// Makes the states of a step on the tape the workspace's again: views where they are only read, copies where
// psi is overwritten on the way back.
template <class T>
void take_from_tape(const StateLayout& layout, std::size_t t, bool real, bool overwritten, const T* states,
                    StepWorkspace<T>& w) {
  if (!overwritten) lay_on_tape(layout, t, real, const_cast<T*>(states), w);
  for (std::size_t c = 0; overwritten && c < layout.columns; ++c) {
    const T* const out = states + layout.out(t) + c * layout.whole;
    copy_state(out, out + layout.whole / 2, real, w.psi[c]);
  }
  std::copy_n(states + layout.encoded(t), layout.system, w.system.re);
}

}  // namespace

template <class T>
StepContext<T> RegisterCell<T>::context(const Call& c, std::size_t step) const {
  // Where the hidden vector is normalised jointly with the encoded input, the encoder's own epsilon cancels;
  // the first step takes h_0, a state, as it is.
  const double encoder_epsilon = update_.normalises && step > 0 ? 0.0 : options_.epsilon;
  return {shape_,
          encoding_,
          c.encoder_parameters,
          method_,
          static_cast<T>(options_.epsilon),
          static_cast<T>(encoder_epsilon),
          c.states == Arithmetic::kReal,
          c.cotangents == Arithmetic::kReal};
}

template <class T>
void RegisterCell<T>::run_circuits(const Call& c, StepWorkspace<T>& w) const {
  for (std::size_t column = 0; column < w.psi.size(); ++column) {
    const Tile<T>&in = w.in[column], &out = w.psi[column];
    if (c.folded)
      kernels_.multiply[static_cast<int>(c.states)](fold_.matrix(), fold_.dimension(), in.re, in.im, out.re,
                                                    out.im);
    else
      whole_.run(out);
  }
}

// From g to g_in. Folded, the angles' gradients are collected later, from the states and cotangents of many
// steps.
template <class T>
void RegisterCell<T>::circuits_backward(const Call& c, StepWorkspace<T>& w, bool entropy,
                                        double* d_parameters) const {
  for (std::size_t column = 0; column < w.psi.size(); ++column) {
    const Tile<T>&psi = w.psi[column], &g = w.g[column], &g_in = w.g_in[column];
    if (c.folded) {
      kernels_.multiply[static_cast<int>(c.cotangents)](fold_.adjoint(), fold_.dimension(), g.re, g.im,
                                                        g_in.re, g_in.im);
    } else if (splits()) {
      circuit_backward<T>(method_, dis_, nullptr, nullptr, psi, g, {d_parameters + dis_offset_, nullptr});
      if (entropy) entropy_->backward(psi, w.entropy, g);
      circuit_backward<T>(method_, en_, nullptr, nullptr, psi, g, {d_parameters, nullptr});
    } else {
      circuit_backward<T>(method_, whole_, nullptr, nullptr, psi, g, {d_parameters, nullptr});
    }
  }
}

template <class T>
void RegisterCell<T>::draw(const SequenceInput<T>& input, std::size_t tile, std::size_t step,
                           StepWorkspace<T>& w) const {
  if (!update_.draws) return;
  for (std::size_t l = 0; l < kLanes<T>; ++l) {
    const std::uint64_t stream = (input.draw_number << 24) + tile * kLanes<T> + l;
    w.uniform[l] = static_cast<T>(random_uniform(input.draw_seed, stream, step));
  }
}

template <class T>
void RegisterCell<T>::forward_tile(const Call& c, const SequenceOutput<T>& output,
                                   const StepObserver<T>& observer, std::size_t tile) const {
  constexpr std::size_t kW = kLanes<T>;
  const SequenceInput<T>& input = c.input;
  const std::size_t numbers = state_numbers(), size = numbers * kW;
  const std::size_t rows = options_.every_step ? input.steps : 1;  // of y, a sample
  const LaneMap lanes{input.samples, tile * kW};
  const LaneSteps<T> steps(lanes, input.lengths, input.steps);
  const bool real = c.states == Arithmetic::kReal;
  typename WorkspacePool<T>::Lease lease(*pool_);
  StepWorkspace<T>& w = *lease;
  if (c.folded)
    w.use_fold(0, real), w.clear_imaginary();
  else
    w.use_gates();
  load_hidden(lanes, input.state, initial_hidden_, w.h.data());
  const bool keep_all = c.tape.hidden && !engine_->reversible();
  T* const kept = c.tape.hidden ? c.tape.hidden + tile * (keep_all ? input.steps + 1 : 1) * size : nullptr;
  if (keep_all) std::copy_n(w.h.data(), size, kept);
  T* const states = c.tape.states ? c.tape.states + tile * c.layout.numbers() : nullptr;
  if (input.lengths && output.y) clear_past_end(lanes, steps, rows, outputs(), output.y);
  if (input.lengths && output.entropy) clear_past_end(lanes, steps, input.steps, 1, output.entropy);
  // The hidden states of sequences that have ended: their lanes run on. Forward passes have no cotangents.
  T* const ended = w.d_next.data();
  const auto keep_ended = [&](std::size_t count) {
    for (std::size_t l = 0; !steps.equal && l < kW; ++l)
      if (steps.ends(l, count)) copy_lane(w.h.data(), l, numbers, ended);
  };
  keep_ended(0);

  for (std::size_t t = 0; t < steps.longest; ++t) {
    const StepContext<T> context = this->context(c, t);
    if (states) lay_on_tape(c.layout, t, real, states, w);
    load_step(lanes, steps, input, inputs(), t, w.x.data());
    if (const int zero = engine_->enter(context, w.x.data(), w.h.data(), w); zero >= 0) {
      const auto lane = static_cast<std::size_t>(zero);
      fail("sample {}, step {}: the encoder's vector W x + b is zero and has no direction to encode",
           lanes.sample(steps.runs(lane, t) ? lane : steps.leader), t);
    }
    if (states) std::copy_n(w.system.re, c.layout.system, states + c.layout.encoded(t));
    const auto look = [&](Stage stage) {
      if (observer) observer(stage, tile, t, w, w.h.data());
      if (!output.entropy || stage != entropy_stage_) return;
      entropy_->value(w.psi[0], w.entropy);
      store_rows(lanes, w.entropy.values.data(), 1, input.steps, t, output.entropy,
                 [&](std::size_t l) { return steps.runs(l, t); });
    };
    if (observer || splits()) {
      look(Stage::kEntered);
      for (const Tile<T>& column : w.psi) en_.run(column);
      look(Stage::kEntangled);
      for (const Tile<T>& column : w.psi) dis_.run(column);
    } else {
      run_circuits(c, w);
    }
    look(Stage::kDisentangled);
    if (output.y && (options_.every_step || steps.any_ends(t + 1))) {
      engine_->read(readout_, w.h.data(), w, w.values.data());
      store_rows(lanes, w.values.data(), outputs(), rows, options_.every_step ? t : 0, output.y,
                 [&](std::size_t l) { return steps.reads(l, t, options_.every_step); });
    }
    draw(input, tile, t, w);
    engine_->leave(context, w.h.data(), w, w.h_next.data());
    w.h.swap(w.h_next);
    if (observer) observer(Stage::kUpdated, tile, t, w, w.h.data());
    keep_ended(t + 1);
    if (keep_all) std::copy_n(w.h.data(), size, kept + (t + 1) * size);
    if (c.tape.outcome) std::copy_n(w.outcome, kW, c.tape.outcome + (tile * input.steps + t) * kW);
  }
  const T* const last = steps.equal ? w.h.data() : ended;
  if (kept && !keep_all) std::copy_n(last, size, kept);
  if (output.state) store_lanes(lanes, last, numbers, output.state);
}

template <class T>
void RegisterCell<T>::backward_tile(const Call& c, const SequenceCotangent<T>& cotangent,
                                    const SequenceGradient<T>& gradient, std::size_t tile,
                                    double* d_parameters, double* d_u) const {
  constexpr std::size_t kW = kLanes<T>;
  const SequenceInput<T>& input = c.input;
  const bool reversible = engine_->reversible(), real = c.states == Arithmetic::kReal;
  const std::size_t numbers = state_numbers(), size = numbers * kW;
  const std::size_t rows = options_.every_step ? input.steps : 1;  // of y, a sample
  const LaneMap lanes{input.samples, tile * kW};
  const LaneSteps<T> steps(lanes, input.lengths, input.steps);
  typename WorkspacePool<T>::Lease lease(*pool_);
  StepWorkspace<T>& w = *lease;
  const std::size_t chunk = w.chunk_steps();
  if (c.folded)
    w.use_fold(0, real), w.clear_imaginary();
  else
    w.use_gates();
  std::fill(w.d_encoder.begin(), w.d_encoder.end(), 0.0);
  std::fill(w.d_next.begin(), w.d_next.end(), T(0));
  const T* const kept = c.tape.hidden + tile * (reversible ? 1 : input.steps + 1) * size;
  const T* const states = c.tape.states ? c.tape.states + tile * c.layout.numbers() : nullptr;
  if (reversible) copy_state(kept, kept + w.psi[0].numbers(), real, w.psi[0]);
  if (input.lengths && gradient.x) clear_past_end(lanes, steps, input.steps, inputs(), gradient.x);
  // Lets the sequences of `count` steps in, with their last state where steps are undone.
  const auto let_in = [&](std::size_t count) {
    for (std::size_t l = 0; l < kW; ++l) {
      if (!steps.ends(l, count)) continue;
      if (reversible && !steps.equal) {
        copy_lane(kept, l, w.psi[0].dimension(), w.psi[0].re);
        if (!real) copy_lane(kept + w.psi[0].numbers(), l, w.psi[0].dimension(), w.psi[0].im);
      }
      for (std::size_t i = 0; cotangent.state && lanes.real(l) && i < numbers; ++i)
        w.d_next[i * kW + l] = cotangent.state[lanes.sample(l) * numbers + i];
    }
  };

  for (std::size_t t = steps.longest; t-- > 0;) {
    if (steps.any_ends(t + 1)) let_in(t + 1);
    const StepContext<T> context = this->context(c, t);
    const T* const h = reversible ? nullptr : kept + t * size;
    const T* const h_next = reversible ? nullptr : h + size;
    if (c.folded) w.use_fold(t % chunk, real);
    load_step(lanes, steps, input, inputs(), t, w.x.data());
    if (states) {
      take_from_tape(c.layout, t, real, !c.folded || reversible, states, w);
      engine_->restore(h, w);
    } else if (!reversible) {  // psi_out again; a reversible step starts from the one that it left behind
      engine_->enter(context, w.x.data(), h, w);
      run_circuits(c, w);
    } else if (c.folded) {
      const Tile<T>&in = w.in[0], &out = w.psi[0];
      kernels_.multiply[static_cast<int>(c.states)](fold_.adjoint(), fold_.dimension(), out.re, out.im, in.re,
                                                    in.im);
    }
    if (c.tape.outcome) std::copy_n(c.tape.outcome + (tile * input.steps + t) * kW, kW, w.outcome);
    for (const Tile<T>& g : w.g) std::fill_n(g.re, g.numbers(), T(0)), std::fill_n(g.im, g.numbers(), T(0));
    std::fill(w.d_h.begin(), w.d_h.end(), T(0));
    engine_->leave_backward(context, h, h_next, w.d_next.data(), w, w.d_h.data());
    if (cotangent.y && (options_.every_step || steps.any_ends(t + 1))) {
      load_gradient_rows(lanes, cotangent.y, outputs(), rows, options_.every_step ? t : 0, w.d_values.data(),
                         [&](std::size_t l) { return steps.reads(l, t, options_.every_step); });
      engine_->read_backward(readout_, h, w.d_values.data(), w, w.d_h.data());
    }
    if (cotangent.entropy) {
      load_gradient_rows(lanes, cotangent.entropy, 1, input.steps, t, w.entropy.d_values.data(),
                         [&](std::size_t l) { return steps.runs(l, t); });
      if (!splits()) entropy_->backward(w.psi[0], w.entropy, w.g[0]);
    }
    circuits_backward(c, w, cotangent.entropy != nullptr, d_parameters);
    const T* const first_in = states ? states + c.layout.in(t) : w.chunk_in();
    if (c.folded && reversible) {  // the encoder is undone on a copy: psi_in is still needed
      const T* const in = first_in + (states ? 0 : t % chunk * c.layout.whole);
      copy_state(in, in + c.layout.whole / 2, real, w.psi[0]);
    }
    std::fill(w.d_x.begin(), w.d_x.end(), T(0));
    engine_->enter_backward(context, w.x.data(), h, w, gradient.x ? w.d_x.data() : nullptr, w.d_h.data(),
                            w.d_encoder.data());
    if (c.folded && t % chunk == 0) {
      const std::size_t count = (std::min(steps.longest, t + chunk) - t) * c.layout.columns;
      kernels_.outer[static_cast<int>(c.states)](fold_.dimension(), count, w.chunk_g(), c.layout.whole,
                                                 first_in, c.layout.whole, d_u);
    }
    if (reversible) {
      std::copy_n(w.g_in[0].re, w.g_in[0].numbers(), w.d_h.data());
      std::copy_n(w.g_in[0].im, w.g_in[0].numbers(), w.d_h.data() + w.g_in[0].numbers());
    }
    if (gradient.x)
      store_rows(lanes, w.d_x.data(), inputs(), input.steps, t, gradient.x,
                 [&](std::size_t l) { return steps.runs(l, t); });
    w.d_h.swap(w.d_next);
  }
  if (steps.any_ends(0)) let_in(0);
  if (gradient.state) store_lanes(lanes, w.d_next.data(), numbers, gradient.state);
  for (std::size_t p = 0; p < parameter_count_ - encoder_offset_; ++p)
    for (std::size_t l = 0; l < kW; ++l) d_parameters[encoder_offset_ + p] += w.d_encoder[p * kW + l];
}

#define EBIT_INSTANTIATE(T)                                                                                  \
  template void RegisterCell<T>::forward_tile(const Call&, const SequenceOutput<T>&, const StepObserver<T>&, \
                                              std::size_t) const;                                            \
  template void RegisterCell<T>::backward_tile(const Call&, const SequenceCotangent<T>&,                     \
                                               const SequenceGradient<T>&, std::size_t, double*, double*)    \
      const;
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
