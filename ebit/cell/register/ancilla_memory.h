// The hidden state is a pure state of the ancilla: psi_in = |encoded x> (x) |h>.
#pragma once

#include "ebit/cell/register/memory_engine.h"

namespace ebit::inline cell {

/// Memory::kAncillaState; what h is and how it is updated is the row's.
template <class T>
class AncillaMemory : public MemoryEngine<T> {
 public:
  /// Keeps a reference to `update`, a row of hidden_updates() of kind Memory::kAncillaState.
  AncillaMemory(const HiddenUpdate<T>& update, RegisterShape shape) : update_(update), shape_(shape) {}

  std::size_t numbers() const override { return update_.numbers(shape_); }

  int enter(const StepContext<T>& c, const T* x, const T* h, StepWorkspace<T>& w) const override {
    const int bad = c.encoding.prepare(x, c.encoder_parameters, c.encoder_epsilon, w.system, w.encoding);
    update_.prepare(shape_, h, w.ancilla);
    kernels_.tensor[c.real_states](w.system, w.ancilla, w.in[0]);
    return bad;
  }
  void restore(const T* h, StepWorkspace<T>& w) const override { update_.prepare(shape_, h, w.ancilla); }
  void enter_backward(const StepContext<T>& c, const T* x, const T* h, StepWorkspace<T>& w, T* d_x, T* d_h,
                      double* d_parameters) const override {
    kernels_.tensor_backward[c.real_cotangents](w.system, w.ancilla, w.g_in[0], w.g_system, w.g_ancilla);
    update_.prepare_backward(shape_, h, w.ancilla, w.g_ancilla, d_h);
    c.encoding.prepare_backward(x, c.encoder_parameters, c.encoder_epsilon, w.system, w.g_system, c.method,
                                w.encoding, d_x, d_parameters);
  }

  void leave(const StepContext<T>& c, const T*, StepWorkspace<T>& w, T* h_next) const override {
    update_.update(input(c, w, c.real_states), h_next);
  }
  void leave_backward(const StepContext<T>& c, const T*, const T* h_next, const T* d_h_next,
                      StepWorkspace<T>& w, T*) const override {
    update_.update_backward(input(c, w, c.real_cotangents), h_next, d_h_next, w.g[0]);
  }

 private:
  UpdateInput<T> input(const StepContext<T>& c, StepWorkspace<T>& w, bool real) const {
    return {shape_, w.psi[0], c.epsilon, w.uniform, w.outcome, w.g_ancilla, kernels_, real};
  }

  const HiddenUpdate<T>& update_;
  RegisterShape shape_;
  const LaneKernels<T>& kernels_ = lane_kernels<T>();
};

}  // namespace ebit::inline cell
