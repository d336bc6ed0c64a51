// A circuit as a function from angles to expectation values, exact or as a noisy device gives them.
#pragma once

#include <memory>

#include "ebit/cell/noisy/noisy_circuit.h"
#include "ebit/grad/expectation_program.h"

namespace ebit::inline cell {

/// Memory of a CircuitFunction for one tile; make one a thread and reuse it.
template <class T>
struct CircuitWorkspace {
  ExpectationWorkspace<T> exact;                         ///< of circuits without noise
  std::unique_ptr<NoisyCircuitWorkspace<T>> noisy = {};  ///< of others; may be null
  CircuitDraws draws = {};                               ///< of the next run, where outcomes are drawn
};

/// An ExpectationProgram, or where the cell is to run on a device a NoisyCircuit: what every cell is made of
/// whose circuits are functions within a classical recursion.
template <class T>
class CircuitFunction {
 public:
  /// Throws Error as ExpectationProgram and NoisyCircuit do; for channels without `use` being active.
  CircuitFunction(const Circuit& circuit, std::span<const Observable> observables, const NoiseUse& use = {})
      : exact_(use.active() ? gates_of(circuit) : circuit, observables),
        noisy_(use.active() ? std::make_unique<NoisyCircuit<T>>(circuit, observables, use) : nullptr) {
    if (!use.active()) check(use);
  }

  /// Evaluates the shared angles, [shared_parameters] radians; must come before the first forward().
  void bind(std::span<const T> shared) { noisy_ ? noisy_->bind(shared) : exact_.bind(shared); }

  /// Memory for forward() and backward(). Throws Error where the machine has too little.
  CircuitWorkspace<T> workspace() const {
    return {exact_.workspace(), noisy_ ? noisy_->workspace() : nullptr, {}};
  }

  /// @param angles [per_sample_parameters, kLanes] radians. @param values [K, kLanes], written.
  void forward(const T* angles, CircuitWorkspace<T>& w, T* values) const {
    noisy_ ? noisy_->forward(angles, w.draws, *w.noisy, values) : exact_.forward(angles, w.exact, values);
  }

  /// Vector-Jacobian product of the last forward() with `w`, whose states it uses up.
  void backward(const T* angles, const T* d_values, CircuitWorkspace<T>& w,
                const ParameterGradient<T>& gradient) const {
    noisy_ ? noisy_->backward(angles, d_values, w.draws, *w.noisy, gradient)
           : exact_.backward(angles, d_values, w.exact, gradient);
  }

  std::size_t outputs() const { return exact_.outputs(); }        ///< K
  const Program<T>& program() const { return exact_.program(); }  ///< the circuit's gates
  bool noisy() const { return noisy_ != nullptr; }                ///< whether it is run as on a device

 private:
  ExpectationProgram<T> exact_;
  std::unique_ptr<NoisyCircuit<T>> noisy_;  // null: exact
};

}  // namespace ebit::inline cell
