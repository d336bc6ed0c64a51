// The hidden state is the ancilla's density matrix, carried exactly through the channel of a step.
#pragma once

#include "ebit/cell/register/memory_engine.h"

namespace ebit::inline cell {

/// Memory::kMixture. h is re [2^n_a, 2^n_a, kLanes], im likewise: rho_jk with j the row.
///
/// The step's circuit runs on the columns |x>|j> for every ancilla basis state j, giving M_j. With them
///   rho'_kk' = sum_(i, j, j') M_j(i, k) rho_jj' conj(M_j'(i, k'))     (the channel Tr_sys U (|x><x| (x) rho)
///   U^+) y        = Re sum_(j, j') rho_jj' <M_j'| O |M_j>.
template <class T>
class MixtureMemory : public MemoryEngine<T> {
 public:
  explicit MixtureMemory(RegisterShape shape) : shape_(shape) {}  ///< for registers of these sizes

  std::size_t numbers() const override { return 2 * shape_.ancillas() * shape_.ancillas(); }
  std::size_t columns() const override { return shape_.ancillas(); }

  int enter(const StepContext<T>& c, const T* x, const T* h, StepWorkspace<T>& w) const override;
  void enter_backward(const StepContext<T>& c, const T* x, const T* h, StepWorkspace<T>& w, T* d_x, T* d_h,
                      double* d_parameters) const override;
  void read(std::span<const Observable> readout, const T* h, const StepWorkspace<T>& w, T* y) const override;
  void read_backward(std::span<const Observable> readout, const T* h, const T* d_y, StepWorkspace<T>& w,
                     T* d_h) const override;
  void leave(const StepContext<T>& c, const T* h, StepWorkspace<T>& w, T* h_next) const override;
  void leave_backward(const StepContext<T>& c, const T* h, const T* h_next, const T* d_h_next,
                      StepWorkspace<T>& w, T* d_h) const override;

 private:
  // Offset of rho_jk's lanes in the real half of h.
  std::size_t at(std::size_t j, std::size_t k) const { return (j * shape_.ancillas() + k) * kLanes<T>; }
  std::size_t half() const { return shape_.ancillas() * shape_.ancillas() * kLanes<T>; }

  RegisterShape shape_;
};

}  // namespace ebit::inline cell
