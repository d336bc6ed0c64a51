// How a hidden state enters a time step, is read and leaves it: one engine for each kind of memory.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "ebit/cell/encoding.h"
#include "ebit/cell/hidden_update.h"
#include "ebit/sim/observable.h"

namespace ebit {

/// Memory for the time steps of one tile, allocated once a sequence.
template <class T>
struct StepWorkspace {
  AlignedVector<T> numbers;  ///< the memory that all tiles below are views of
  std::vector<Tile<T>> psi /** [columns] states of both registers */, g;  ///< [columns] cotangents of psi
  Tile<T> system /** encoded input, [2^n_s] */, g_system;                 ///< cotangent of system
  Tile<T> ancilla /** hidden state as amplitudes, [2^n_a] */, g_ancilla;  ///< cotangent of ancilla
  EncodingScratch<T> encoding;                                            ///< scratch memory of the encoder
  alignas(kAlignment) T uniform[kLanes<T>] = {};  ///< in [0, 1), new each step where the update draws
  int outcome[kLanes<T>] = {};  ///< the system's outcome i* of each lane, where the update measures

  StepWorkspace(RegisterShape shape, std::size_t columns);  ///< `columns`: MemoryEngine::columns(); all zero
};

/// What all steps of a cell share.
template <class T>
struct StepContext {
  RegisterShape shape;          ///< wires of the two registers
  const Encoding<T>& encoding;  ///< how x enters
  const T* encoder_parameters;  ///< flat, as Encoding::segments()
  GradientMethod method;        ///< how the encoder's gates are differentiated
  T epsilon;                    ///< of the hidden update
  T encoder_epsilon;            ///< of the encoder, in this step
};

/// One kind of memory. h is [numbers, kLanes]; y is [observables, kLanes]; `_backward` functions add to d_h,
/// d_x and d_parameters, write g where they say so, and take the workspace as their forward function left it.
template <class T>
class MemoryEngine {
 public:
  virtual ~MemoryEngine() = default;

  virtual std::size_t numbers() const = 0;           ///< real numbers of h, a sample
  virtual std::size_t columns() const { return 1; }  ///< states run for each sample
  /// True where psi_out is the next h, so that a backward step can start from it and recover the h before.
  virtual bool reversible() const { return false; }

  /// psi_in from x and h. @returns -1, or the first lane whose input cannot be encoded (the zero vector).
  virtual int enter(const StepContext<T>& c, const T* x, const T* h, StepWorkspace<T>& w) const = 0;
  /// From psi = psi_in and g = its cotangent (both overwritten) to those of x, h and the encoder's
  /// parameters. A reversible engine leaves the h before in psi and its cotangent in g instead of adding to
  /// d_h.
  virtual void enter_backward(const StepContext<T>& c, const T* x, const T* h, StepWorkspace<T>& w, T* d_x,
                              T* d_h, double* d_parameters) const = 0;

  /// Expectation values of psi_out.
  virtual void read(std::span<const Observable> readout, const T* h, const StepWorkspace<T>& w,
                    T* y) const = 0;
  /// Adds to g (and to d_h where h weighs the columns).
  virtual void read_backward(std::span<const Observable> readout, const T* h, const T* d_y,
                             StepWorkspace<T>& w, T* d_h) const = 0;

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

}  // namespace ebit
