// The hidden state is the state of both registers: nothing is measured, and a step is undone by its inverse.
#pragma once

#include <algorithm>

#include "ebit/cell/register/memory_engine.h"

namespace ebit::inline cell {

/// Memory::kWholeState. h is re [2^n, kLanes], im [2^n, kLanes].
template <class T>
class WholeMemory : public MemoryEngine<T> {
 public:
  explicit WholeMemory(RegisterShape shape) : shape_(shape) {}  ///< for registers of n = n_s + n_a wires

  std::size_t numbers() const override { return 2 * shape_.systems() * shape_.ancillas(); }
  bool reversible() const override { return true; }

  int enter(const StepContext<T>& c, const T* x, const T* h, StepWorkspace<T>& w) const override {
    const Tile<T>& in = w.in[0];
    std::copy_n(h, in.numbers(), in.re);
    std::copy_n(h + in.numbers(), in.numbers(), in.im);
    c.encoding.apply(x, in, w.encoding);
    return -1;
  }
  void enter_backward(const StepContext<T>& c, const T* x, const T*, StepWorkspace<T>& w, T* d_x, T*,
                      double*) const override {
    c.encoding.apply_backward(x, w.psi[0], w.g_in[0], c.method, w.encoding, d_x);
  }

  void leave(const StepContext<T>&, const T*, StepWorkspace<T>& w, T* h_next) const override {
    std::copy_n(w.psi[0].re, w.psi[0].numbers(), h_next);
    std::copy_n(w.psi[0].im, w.psi[0].numbers(), h_next + w.psi[0].numbers());
  }
  void leave_backward(const StepContext<T>&, const T*, const T*, const T* d_h_next, StepWorkspace<T>& w,
                      T*) const override {
    const Tile<T>& g = w.g[0];
    for (std::size_t i = 0; i < g.numbers(); ++i)
      g.re[i] += d_h_next[i], g.im[i] += d_h_next[g.numbers() + i];
  }

 private:
  RegisterShape shape_;
};

}  // namespace ebit::inline cell
