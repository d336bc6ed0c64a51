// How a hidden state enters a time step, is read and leaves it: one engine for each kind of memory.
#pragma once

#include <memory>
#include <span>

#include "ebit/cell/register/lane_kernels.h"
#include "ebit/cell/register/workspace.h"
#include "ebit/sim/observable.h"

namespace ebit::inline cell {

/// What all steps of a cell share.
template <class T>
struct StepContext {
  RegisterShape shape;           ///< wires of the two registers
  const Encoding<T>& encoding;   ///< how x enters
  const T* encoder_parameters;   ///< flat, as Encoding::segments()
  GradientMethod method;         ///< how the encoder's gates are differentiated
  T epsilon;                     ///< of the hidden update
  T encoder_epsilon;             ///< of the encoder, in this step
  bool real_states = false;      ///< imaginary parts of all states are zero
  bool real_cotangents = false;  ///< those of cotangents are not wanted
};

/// One kind of memory. h is [numbers, kLanes]; y is [observables, kLanes]; `_backward` functions add to d_h,
/// d_x and d_parameters, write g where they say so, and take the workspace as their forward function left it.
/// d_x may be null; d_parameters are the encoder's, [numbers, kLanes], lane by lane.
template <class T>
class MemoryEngine {
 public:
  virtual ~MemoryEngine() = default;

  virtual std::size_t numbers() const = 0;           ///< real numbers of h, a sample
  virtual std::size_t columns() const { return 1; }  ///< states run for each sample
  /// True where psi_out is the next h, so that a backward step can start from it and recover the h before.
  virtual bool reversible() const { return false; }

  /// psi_in, written to w.in, from x and h. @returns -1, or the first lane whose input cannot be encoded (the
  /// zero vector).
  virtual int enter(const StepContext<T>& c, const T* x, const T* h, StepWorkspace<T>& w) const = 0;
  /// What enter() leaves besides psi_in and the encoded input, for a step whose states are on the tape.
  virtual void restore(const T* h, StepWorkspace<T>& w) const { (void)h, (void)w; }
  /// From w.g_in, the cotangent of psi_in (overwritten), to those of x, h and the encoder's parameters. A
  /// reversible engine takes psi_in in w.psi too, and leaves the h before there and its cotangent in g_in
  /// instead of adding to d_h.
  virtual void enter_backward(const StepContext<T>& c, const T* x, const T* h, StepWorkspace<T>& w, T* d_x,
                              T* d_h, double* d_parameters) const = 0;

  /// Expectation values of psi_out: by default those of the one column.
  virtual void read(std::span<const Observable> readout, const T* h, const StepWorkspace<T>& w, T* y) const;
  /// Adds to g (and to d_h where h weighs the columns).
  virtual void read_backward(std::span<const Observable> readout, const T* h, const T* d_y,
                             StepWorkspace<T>& w, T* d_h) const;

  /// The next h from psi_out.
  virtual void leave(const StepContext<T>& c, const T* h, StepWorkspace<T>& w, T* h_next) const = 0;
  /// Adds to g the cotangent of psi_out (and to d_h where h weighs the columns).
  virtual void leave_backward(const StepContext<T>& c, const T* h, const T* h_next, const T* d_h_next,
                              StepWorkspace<T>& w, T* d_h) const = 0;
};

/// The engine of a hidden update. Throws Error where the encoder cannot act on such a memory.
template <class T>
std::unique_ptr<MemoryEngine<T>> make_memory_engine(const HiddenUpdate<T>& update, RegisterShape shape,
                                                    const Encoder& encoder);

}  // namespace ebit::inline cell
