#include "ebit/cell/register/workspace.h"

#include <algorithm>

namespace ebit::inline cell {

template <class T>
Tile<T> StepWorkspace<T>::take(T*& next, int wires) const {
  const std::size_t half = (std::size_t{1} << wires) * kLanes<T>;
  const Tile<T> tile{next, next + half, wires};
  next += 2 * half;
  return tile;
}

// The same with a gap between the parts, see half_tile().
template <class T>
Tile<T> StepWorkspace<T>::take_spaced(T*& next, int wires) const {
  const Tile<T> tile{next, next + half_tile<T>(wires), wires};
  next += 2 * half_tile<T>(wires);
  return tile;
}

template <class T>
StepWorkspace<T>::StepWorkspace(const WorkspaceSizes& sizes) : sizes_(sizes) {
  const RegisterShape shape = sizes.shape;
  const std::size_t whole = 2 * half_tile<T>(shape.system + shape.ancilla);
  numbers_.assign(2 * sizes.columns * whole + 4 * (shape.systems() + shape.ancillas()) * kLanes<T>, T(0));
  T* next = numbers_.data() + 2 * sizes.columns * whole;
  system = take(next, shape.system), g_system = take(next, shape.system);
  ancilla = take(next, shape.ancilla), g_ancilla = take(next, shape.ancilla);
  for (auto* views : {&in, &psi, &g, &g_in}) views->resize(sizes.columns);
  for (auto* lanes : {&x, &d_x}) lanes->assign(sizes.features * kLanes<T>, T(0));
  for (auto* lanes : {&h, &h_next, &d_h, &d_next}) lanes->assign(sizes.hidden * kLanes<T>, T(0));
  for (auto* lanes : {&values, &d_values}) lanes->assign(sizes.outputs * kLanes<T>, T(0));
  d_encoder.assign(sizes.encoder_numbers * kLanes<T>, 0.0);
  if (sizes.entropy) entropy = EntropyScratch<T>(shape);
  use_gates();
}

template <class T>
void StepWorkspace<T>::use_gates() {
  const int wires = sizes_.shape.system + sizes_.shape.ancilla;
  T* next = numbers_.data();
  for (std::size_t c = 0; c < sizes_.columns; ++c) in[c] = psi[c] = take_spaced(next, wires);
  for (std::size_t c = 0; c < sizes_.columns; ++c) g_in[c] = g[c] = take_spaced(next, wires);
}

template <class T>
void StepWorkspace<T>::use_fold(std::size_t slot, bool real) {
  const int wires = sizes_.shape.system + sizes_.shape.ancilla;
  const std::size_t half = (std::size_t{1} << wires) * kLanes<T>, columns = sizes_.columns;
  if (chunk_.empty()) {
    fold_.assign((2 * columns + 1) * half, T(0));
    chunk_.assign(2 * chunk_steps() * columns * 2 * half, T(0));
  }
  T *own = numbers_.data(), *own_g = fold_.data();
  T *slot_in = chunk_in() + slot * columns * 2 * half, *slot_g = chunk_g() + slot * columns * 2 * half;
  T* const zeros = fold_.data() + 2 * columns * half;
  for (std::size_t c = 0; c < columns; ++c) {
    psi[c] = take(own, wires), in[c] = take(slot_in, wires);
    g_in[c] = take(own_g, wires), g[c] = take(slot_g, wires);
    if (real) psi[c].im = in[c].im = zeros;
  }
}

template <class T>
void StepWorkspace<T>::clear_imaginary() {
  std::fill(fold_.begin(), fold_.end(), T(0));
  std::fill_n(g_system.im, g_system.numbers(), T(0));
  std::fill_n(g_ancilla.im, g_ancilla.numbers(), T(0));
}

template <class T>
std::unique_ptr<StepWorkspace<T>> WorkspacePool<T>::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto workspace = std::move(idle_.back());
      idle_.pop_back();
      return workspace;
    }
  }
  return std::make_unique<StepWorkspace<T>>(sizes_);
}

template <class T>
void WorkspacePool<T>::give(std::unique_ptr<StepWorkspace<T>> workspace) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(workspace));
}

#define EBIT_INSTANTIATE(T)         \
  template struct StepWorkspace<T>; \
  template class WorkspacePool<T>;
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
