#include "ebit/grad/expectation_program.h"

#include <algorithm>

namespace ebit::inline grad {

template <class T>
void ExpectationProgram<T>::forward(const T* angles, ExpectationWorkspace<T>& w, T* values) const {
  program_.bind_lanes(angles, w.lanes);
  program_.run_from_zero(w.psi.tile(0), &w.lanes);
  readout_.read(w.psi.tile(0), values);
}

template <class T>
void ExpectationProgram<T>::backward(const T* angles, const T* d_values, ExpectationWorkspace<T>& w,
                                     const ParameterGradient<T>& gradient) const {
  const Tile<T> g = w.g.tile(0);
  std::fill_n(g.re, g.numbers(), T(0));
  std::fill_n(g.im, g.numbers(), T(0));
  readout_.read_backward(w.psi.tile(0), d_values, g);
  adjoint_backward_from_zero(program_, &w.lanes, angles, w.psi.tile(0), g, gradient);
}

template class ExpectationProgram<float>;
template class ExpectationProgram<double>;

}  // namespace ebit::inline grad
