// The derivative of a circuit by running it backward: exact, one backward sweep for all parameters.
#pragma once

#include "ebit/sim/program.h"

namespace ebit::inline grad {

/// Where the gradients of a circuit's parameters are added.
template <class T>
struct ParameterGradient {
  double* shared = nullptr;  ///< [shared_parameters], summed over samples; null: not wanted
  T* per_sample = nullptr;   ///< [per_sample_parameters, kLanes]; null: not wanted
};

/// Vector-Jacobian product of psi_out = circuit(psi_in), by un-computation (Jones and Gacon 2020,
/// arXiv:2009.02823): each gate is undone on the state and on the cotangent, and the gradient of its angles
/// is read off in between. Nothing is stored and nothing is allocated.
///
/// @param lanes as Program::bind_lanes left it, and `lane_angles` [per_sample_parameters, kLanes] it was
/// bound to.
/// @param psi in: psi_out; out: psi_in.
/// @param g in: cotangent dL/d(re) + i dL/d(im) of psi_out; out: of psi_in.
/// @param gradient added to.
template <class T>
void adjoint_backward(const Program<T>& program, const LaneMatrices<T>* lanes, const T* lane_angles,
                      const Tile<T>& psi, const Tile<T>& g, const ParameterGradient<T>& gradient);

/// The same for states in the circuit's last layout (Program::run_relabelled); psi and g end in the usual
/// one.
template <class T>
void adjoint_backward_relabelled(const Program<T>& program, const LaneMatrices<T>* lanes,
                                 const T* lane_angles, const Tile<T>& psi, const Tile<T>& g,
                                 const ParameterGradient<T>& gradient);

/// The same for a state that came from Program::run_from_zero: no cotangent of |0...0> is computed, and what
/// psi and g hold afterwards is of no use.
template <class T>
void adjoint_backward_from_zero(const Program<T>& program, const LaneMatrices<T>* lanes, const T* lane_angles,
                                const Tile<T>& psi, const Tile<T>& g, const ParameterGradient<T>& gradient);

/// Adds the gradients of one step's angles from the overlaps KernelTable::overlap gives of it: [16, kLanes]
/// each.
/// @param lane_angles [per_sample_parameters, kLanes]; of a step with per-sample angles.
template <class T>
void add_step_gradient(const Program<T>& program, const typename Program<T>::Step& step, const T* lane_angles,
                       const T* overlap_re, const T* overlap_im, const ParameterGradient<T>& gradient);

}  // namespace ebit::inline grad
