// The time steps of one tile of a controlled cell, forward and backward.
#include <algorithm>
#include <cmath>

#include "ebit/cell/controlled/controlled_workspace.h"
#include "ebit/grad/adjoint.h"

namespace ebit::inline cell {
namespace {

// Rounding makes gates unitary to an epsilon only. Every so many steps the norm is set back to what it was at
// the start, which keeps it to 1e-6 over any number of steps in float32.
constexpr std::size_t kNormSteps = 2;

template <class T>
void squared_norms(const Tile<T>& psi, double* norm) {
  constexpr std::size_t kW = kLanes<T>;
  std::fill_n(norm, kW, 0.0);
  for (std::size_t at = 0; at < psi.numbers(); at += kW)
#pragma omp simd
    for (std::size_t l = 0; l < kW; ++l) {
      const double re = psi.re[at + l], im = psi.im[at + l];
      norm[l] += re * re + im * im;
    }
}

template <class T>
void restore_norms(const Tile<T>& psi, const double* norm) {
  constexpr std::size_t kW = kLanes<T>;
  double now[kW];
  squared_norms(psi, now);
  T factor[kW];
  for (std::size_t l = 0; l < kW; ++l)
    factor[l] = now[l] > 0 ? static_cast<T>(std::sqrt(norm[l] / now[l])) : T(1);
  for (std::size_t at = 0; at < psi.numbers(); at += kW)
#pragma omp simd
    for (std::size_t l = 0; l < kW; ++l) psi.re[at + l] *= factor[l], psi.im[at + l] *= factor[l];
}

// A sample's numbers [2, 2^n] into or out of a lane of a tile.
template <class T>
void load_lane(const T* numbers, std::size_t lane, const Tile<T>& tile) {
  for (std::size_t i = 0; i < tile.dimension(); ++i) {
    tile.re[i * kLanes<T> + lane] = numbers[i];
    tile.im[i * kLanes<T> + lane] = numbers[tile.dimension() + i];
  }
}

template <class T>
void store_lane(const Tile<T>& tile, std::size_t lane, T* numbers) {
  for (std::size_t i = 0; i < tile.dimension(); ++i) {
    numbers[i] = tile.re[i * kLanes<T> + lane];
    numbers[tile.dimension() + i] = tile.im[i * kLanes<T> + lane];
  }
}

}  // namespace

// Random numbers of a sample's step: dropout first, then the measurement's.
template <class T>
std::uint64_t ControlledCell<T>::draws_a_step() const {
  return ffn_.units() + (measurement_.collapses ? 1 : 0) +
         (measurement_.shots ? outputs() * static_cast<std::size_t>(options_.shots) : 0);
}

// Which samples the tile holds, how long they are, and psi_0 and z_0 where `w` is to run forward.
template <class T>
void ControlledCell<T>::load_start(const Call& c, std::size_t tile, Workspace& w) const {
  const SequenceInput<T>& in = c.input;
  const LaneMap lanes{in.samples, tile * kLanes<T>};
  w.tile = tile;
  w.draws = {in.draw_seed, in.draw_number, lanes};
  w.steps = LaneSteps<T>(lanes, in.lengths, in.steps);
  if (!in.state) {
    load_tile(initial_.data(), w.psi.tile(0));
    std::ranges::copy(initial_values_, w.z.begin());
    return;
  }
  for (std::size_t l = 0; l < kLanes<T>; ++l) {
    const T* const own = in.state + lanes.sample(l) * state_numbers();
    load_lane(own, l, w.psi.tile(0));
    for (std::size_t k = 0; k < outputs(); ++k) w.z[k * kLanes<T> + l] = own[2 * dimension() + k];
  }
}

// theta_t = angle_scale FFN([x_t; z_{t-1}]), and the gates' matrices.
template <class T>
void ControlledCell<T>::find_angles(const Call& c, std::size_t step, const T* z, Workspace& w) const {
  T* const v = ffn_.input(w.ffn);
  load_step(w.draws.lanes, w.steps, c.input, inputs(), step, v);
  std::copy_n(z, outputs() * kLanes<T>, v + inputs() * kLanes<T>);
  ffn_.forward(c.parameters, c.input.training ? &w.draws : nullptr, step * draws_a_step(), w.ffn,
               w.angles.data());
  const T scale = static_cast<T>(options_.angle_scale);
  for (T& angle : w.angles) angle *= scale;
  program_.bind_lanes(w.angles.data(), w.lanes);
}

// psi_{t-1} to psi_t, before it is read.
template <class T>
void ControlledCell<T>::run_step(const Call& c, std::size_t step, Workspace& w) const {
  const Tile<T> psi = w.psi.tile(0);
  find_angles(c, step, w.z.data(), w);
  program_.run(psi, &w.lanes);
  if (!measurement_.collapses && step % kNormSteps == kNormSteps - 1) restore_norms(psi, w.norm);
  const std::size_t at = w.tile * c.input.steps + step;
  if (c.tape.states) store_tile(psi, c.tape.states + at * 2 * psi.numbers());
  if (!projection_) return;
  for (std::size_t l = 0; l < kLanes<T>; ++l)
    w.uniform[l] = static_cast<T>(w.draws.uniform(l, step * draws_a_step() + ffn_.units()));
  projection_->draw(psi, w.uniform, w.probability.data(), w.outcome);
  projection_->collapse(psi, w.outcome, w.inverse);
  if (c.tape.outcome) std::copy_n(w.outcome, kLanes<T>, c.tape.outcome + at * kLanes<T>);
}

// z_t of psi_t to w.z, in the lanes whose sequence has not ended.
template <class T>
void ControlledCell<T>::read_step(std::size_t step, Workspace& w) const {
  readout_.read(w.psi.tile(0), w.read.data());
  if (measurement_.shots)
    take_shots<T>(observables_, options_.shots, w.draws, step * draws_a_step() + ffn_.units(), w.read.data());
  for (std::size_t k = 0; k < outputs(); ++k)
    for (std::size_t l = 0; l < kLanes<T>; ++l)
      if (w.steps.runs(l, step)) w.z[k * kLanes<T> + l] = w.read[k * kLanes<T> + l];
}

template <class T>
void ControlledCell<T>::forward_tile(const Call& c, const SequenceOutput<T>& output,
                                     const ControlledObserver<T>& observer, std::size_t tile,
                                     Workspace& w) const {
  load_start(c, tile, w);
  const Tile<T> psi = w.psi.tile(0), ended = w.g.tile(0);
  const LaneMap& lanes = w.draws.lanes;
  const std::size_t row = outputs() * kLanes<T>;
  const bool every_step = options_.every_step;
  const std::size_t rows = every_step ? c.input.steps : 1;  // of y, a sample
  squared_norms(psi, w.norm);
  T* const kept = c.tape.z ? c.tape.z + tile * (c.input.steps + 1) * row : nullptr;
  if (kept) std::copy_n(w.z.data(), row, kept);
  if (c.input.lengths && output.y) clear_past_end(lanes, w.steps, rows, outputs(), output.y);
  // Keeps the states of the sequences that have `count` steps: their lanes run on, unused.
  const auto keep_ended = [&](std::size_t count) {
    for (std::size_t l = 0; l < kLanes<T>; ++l) {
      if (!w.steps.ends(l, count)) continue;
      copy_lane(psi.re, l, dimension(), ended.re);
      copy_lane(psi.im, l, dimension(), ended.im);
    }
  };
  keep_ended(0);
  for (std::size_t t = 0; t < w.steps.longest; ++t) {
    run_step(c, t, w);
    read_step(t, w);
    if (options_.reset) projection_->reset(psi, w.outcome);
    if (observer) observer(tile, t, psi, w.z.data());
    if (w.steps.any_ends(t + 1)) keep_ended(t + 1);
    if (kept) std::copy_n(w.z.data(), row, kept + (t + 1) * row);
    if (output.y && (every_step || w.steps.any_ends(t + 1)))
      store_rows(lanes, w.z.data(), outputs(), rows, every_step ? t : 0, output.y,
                 [&](std::size_t l) { return w.steps.reads(l, t, every_step); });
  }
  if (c.tape.last) store_tile(ended, c.tape.last + tile * 2 * psi.numbers());
  for (std::size_t l = 0; output.state && l < kLanes<T> && lanes.real(l); ++l) {
    T* const own = output.state + lanes.sample(l) * state_numbers();
    store_lane(ended, l, own);
    for (std::size_t k = 0; k < outputs(); ++k) own[2 * dimension() + k] = w.z[k * kLanes<T> + l];
  }
}

// From the cotangents of psi_t and z_t to that of the state behind the circuit, which is left in psi.
// @param d_z [K, kLanes], zero in lanes whose sequence has ended.
template <class T>
void ControlledCell<T>::read_step_backward(const Call& c, std::size_t step, const T* d_z,
                                           Workspace& w) const {
  const Tile<T> psi = w.psi.tile(0), g = w.g.tile(0);
  const std::size_t at = w.tile * c.input.steps + step;
  const T* const stored = c.tape.states ? c.tape.states + at * 2 * psi.numbers() : nullptr;
  if (stored) load_tile(stored, psi);
  if (!projection_) return readout_.read_backward(psi, d_z, g);
  const int* const outcome = c.tape.outcome + at * kLanes<T>;
  projection_->collapse(psi, outcome, w.inverse);
  if (options_.reset) projection_->reset_backward(g, outcome);
  readout_.read_backward(psi, d_z, g);
  projection_->collapse_backward(psi, outcome, w.inverse, g);
  load_tile(stored, psi);
}

// From the cotangents of psi_t, w.g, and z_t, w.d_z, to those of psi_{t-1}, z_{t-1} and x_t.
template <class T>
void ControlledCell<T>::step_backward(const Call& c, std::size_t step, bool parameters, Workspace& w) const {
  const Tile<T> psi = w.psi.tile(0), g = w.g.tile(0);
  const std::size_t row = outputs() * kLanes<T>;
  // Of a sequence that has ended, z_t is z_{t-1}.
  for (std::size_t k = 0; k < outputs(); ++k)
    for (std::size_t l = 0; l < kLanes<T>; ++l) {
      const std::size_t i = k * kLanes<T> + l;
      w.read[i] = w.steps.runs(l, step) ? w.d_z[i] : T(0);
      w.d_z[i] -= w.read[i];
    }
  read_step_backward(c, step, w.read.data(), w);
  find_angles(c, step, c.tape.z + (w.tile * (c.input.steps + 1) + step) * row, w);
  std::ranges::fill(w.d_angles, T(0));
  adjoint_backward<T>(program_, &w.lanes, w.angles.data(), psi, g, {nullptr, w.d_angles.data()});
  if (!c.tape.states && step % kNormSteps == 0) restore_norms(psi, w.norm);
  const T scale = static_cast<T>(options_.angle_scale);
  for (T& d : w.d_angles) d *= scale;
  ffn_.backward(c.parameters, w.d_angles.data(), w.ffn, parameters ? w.d_parameters.data() : nullptr);
  for (std::size_t i = 0; i < row; ++i) w.d_z[i] += w.ffn.d_input[inputs() * kLanes<T> + i];
}

template <class T>
void ControlledCell<T>::backward_tile(const Call& c, const SequenceCotangent<T>& cotangent,
                                      const SequenceGradient<T>& gradient, std::size_t tile,
                                      Workspace& w) const {
  load_start(c, tile, w);
  const Tile<T> psi = w.psi.tile(0), g = w.g.tile(0);
  const LaneMap& lanes = w.draws.lanes;
  const std::size_t steps = c.input.steps, row = outputs() * kLanes<T>;
  const bool every_step = options_.every_step;
  const T* const last = c.tape.last + tile * 2 * psi.numbers();
  load_tile(last, psi);
  squared_norms(psi, w.norm);
  std::fill_n(g.re, g.numbers(), T(0));
  std::fill_n(g.im, g.numbers(), T(0));
  std::ranges::fill(w.d_z, T(0));
  if (c.input.lengths && gradient.x) clear_past_end(lanes, w.steps, steps, inputs(), gradient.x);
  // Lets the sequences of `count` steps in: the others' lanes have no cotangent yet.
  const auto let_in = [&](std::size_t count) {
    for (std::size_t l = 0; l < kLanes<T>; ++l) {
      if (!w.steps.ends(l, count)) continue;
      copy_lane(last, l, dimension(), psi.re);
      copy_lane(last + psi.numbers(), l, dimension(), psi.im);
      if (!cotangent.state || !lanes.real(l)) continue;
      const T* const own = cotangent.state + lanes.sample(l) * state_numbers();
      load_lane(own, l, g);
      for (std::size_t k = 0; k < outputs(); ++k) w.d_z[k * kLanes<T> + l] = own[2 * dimension() + k];
    }
  };
  for (std::size_t t = w.steps.longest; t-- > 0;) {
    if (w.steps.any_ends(t + 1)) let_in(t + 1);
    if (cotangent.y && (every_step || w.steps.any_ends(t + 1))) {
      load_gradient_rows(lanes, cotangent.y, outputs(), every_step ? steps : 1, every_step ? t : 0,
                         w.d_row.data(), [&](std::size_t l) { return w.steps.reads(l, t, every_step); });
      for (std::size_t i = 0; i < row; ++i) w.d_z[i] += w.d_row[i];
    }
    step_backward(c, t, gradient.parameters != nullptr, w);
    if (gradient.x)
      store_rows(lanes, w.ffn.d_input.data(), inputs(), steps, t, gradient.x,
                 [&](std::size_t l) { return w.steps.runs(l, t); });
  }
  if (w.steps.any_ends(0)) let_in(0);
  if (gradient.parameters) ffn_.flush(w.ffn, w.d_parameters.data());
  store_start_gradient(c, gradient, w);
}

// The cotangents of psi_0 and z_0, to where they are wanted.
template <class T>
void ControlledCell<T>::store_start_gradient(const Call& c, const SequenceGradient<T>& gradient,
                                             Workspace& w) const {
  const Tile<T> psi = w.psi.tile(0), g = w.g.tile(0);
  const LaneMap& lanes = w.draws.lanes;
  for (std::size_t l = 0; gradient.state && l < kLanes<T> && lanes.real(l); ++l) {
    T* const own = gradient.state + lanes.sample(l) * state_numbers();
    store_lane(g, l, own);
    for (std::size_t k = 0; k < outputs(); ++k) own[2 * dimension() + k] = w.d_z[k * kLanes<T> + l];
  }
  if (c.input.state || !preparation_ || !gradient.parameters) return;
  load_tile(initial_.data(), psi);
  readout_.read_backward(psi, w.d_z.data(), g);
  for (std::size_t i = 0; i < dimension(); ++i)
    for (std::size_t l = 0; l < kLanes<T>; ++l) {
      w.d_initial[i] += g.re[i * kLanes<T> + l];
      w.d_initial[dimension() + i] += g.im[i * kLanes<T> + l];
    }
}

#define EBIT_INSTANTIATE(T)                                                                                \
  template void ControlledCell<T>::forward_tile(                                                           \
      const Call&, const SequenceOutput<T>&, const ControlledObserver<T>&, std::size_t, Workspace&) const; \
  template void ControlledCell<T>::backward_tile(const Call&, const SequenceCotangent<T>&,                 \
                                                 const SequenceGradient<T>&, std::size_t, Workspace&) const;
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
