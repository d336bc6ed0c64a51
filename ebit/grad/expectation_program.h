// A variational circuit as a function: from angles to expectation values of circuit|0...0>, and back.
#pragma once

#include "ebit/grad/adjoint.h"
#include "ebit/sim/readout.h"

namespace ebit::inline grad {

/// Memory of an ExpectationProgram for one tile; make one a thread and reuse it.
template <class T>
struct ExpectationWorkspace {
  StateBatch<T> psi;      ///< circuit|0...0>, in the circuit's last layout
  StateBatch<T> g;        ///< its cotangent
  LaneMatrices<T> lanes;  ///< matrices of the angles of the last forward()
};

/// values_k = <0...0| C^+ O_k C |0...0> of a circuit C, for one tile of samples at a time. What a "quantum
/// layer" is made of, and the fastest way to run one: no amplitude is moved for a CNOT, and the first gates
/// cost next to nothing.
template <class T>
class ExpectationProgram {
 public:
  /// @param observables what is read, K of them, on the circuit's wires.
  ExpectationProgram(const Circuit& circuit, std::span<const Observable> observables,
                     const kernels::KernelTable<T>& table = kernels::kernel_table<T>())
      : program_(circuit, table), readout_(observables, program_.plan().last, table) {}

  /// Evaluates the shared angles, [shared_parameters] radians; must come before the first forward().
  void bind(std::span<const T> shared) { program_.bind(shared); }

  /// Memory for forward() and backward(). Throws Error where the machine has too little.
  ExpectationWorkspace<T> workspace() const {
    const int wires = program_.circuit().wires();
    return {StateBatch<T>(wires, kLanes<T>), StateBatch<T>(wires, kLanes<T>), {}};
  }

  /// @param angles [per_sample_parameters, kLanes] radians. @param values [K, kLanes], written.
  void forward(const T* angles, ExpectationWorkspace<T>& w, T* values) const;

  /// Vector-Jacobian product of the last forward() with `w`, whose states it uses up.
  /// @param angles as in forward(). @param d_values [K, kLanes]. @param gradient added to.
  void backward(const T* angles, const T* d_values, ExpectationWorkspace<T>& w,
                const ParameterGradient<T>& gradient) const;

  std::size_t outputs() const { return readout_.size(); }  ///< K
  const Program<T>& program() const { return program_; }   ///< the circuit
  const Readout<T>& readout() const { return readout_; }   ///< what is read, in the circuit's last layout

 private:
  Program<T> program_;
  Readout<T> readout_;
};

}  // namespace ebit::inline grad
