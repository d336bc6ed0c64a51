// The Heisenberg picture: what a circuit with channels makes of operators, and its derivative.
#include "ebit/noise/density_program.h"
#include "ebit/noise/density_tiles.h"

namespace ebit::inline noise {

template <class T>
void DensityProgram<T>::run_adjoint(const Tile<T>& g, T* kept) const {
  std::size_t group = groups_;
  bool in_group = false;
  for (std::size_t i = items_.size(); i-- > 0;) {
    const Item& item = items_[i];
    if (!item.channel) {
      const auto& step = program_.steps()[item.index];
      program_.template apply<true>(step, item.column, conjugated(g), nullptr);
      program_.template apply<true>(step, item.row, g, nullptr);
      continue;
    }
    if (!in_group) {
      --group;
      if (kept) copy_tile(g, kept_tile(kept + group * 2 * g.numbers(), g.numbers(), g.wires));
    }
    apply_channel<true>(item, g);
    in_group = !item.opens;
  }
}

// L = Re <q, A_1^+ ... A_N^+ O>, so that gate i is met by q as it is behind the items before i, and by O as
// it is in front of those behind i: both go forward.
template <class T>
void DensityProgram<T>::adjoint_backward(const Tile<T>& g, const Tile<T>& q, const T* kept,
                                         const ParameterGradient<T>& gradient) const {
  std::size_t group = 0;
  for (const Item& item : items_) {
    if (item.channel) {
      if (item.opens) copy_tile(kept_tile(kept + group++ * 2 * g.numbers(), g.numbers(), g.wires), g);
      apply_channel<false>(item, q);
      continue;
    }
    const auto& step = program_.steps()[item.index];
    const bool wanted = step.trained && gradient.shared;
    const auto overlap =
        program_.kernel_table().overlap[item.row.targets - 1][static_cast<int>(step.structure)];
    alignas(kAlignment) T re[16 * kLanes<T>] = {}, im[16 * kLanes<T>] = {};
    program_.template apply<false>(step, item.row, g, nullptr);
    if (wanted) overlap(q, g, item.row, re, im);
    program_.template apply<false>(step, item.row, q, nullptr);
    program_.template apply<false>(step, item.column, conjugated(g), nullptr);
    if (wanted) overlap(conjugated(q), conjugated(g), item.column, re, im);
    program_.template apply<false>(step, item.column, conjugated(q), nullptr);
    if (wanted) add_step_gradient<T>(program_, step, nullptr, re, im, gradient);
  }
}

#define EBIT_INSTANTIATE(T)                                                                   \
  template void DensityProgram<T>::run_adjoint(const Tile<T>&, T*) const;                     \
  template void DensityProgram<T>::adjoint_backward(const Tile<T>&, const Tile<T>&, const T*, \
                                                    const ParameterGradient<T>&) const;
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline noise
