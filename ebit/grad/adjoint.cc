#include "ebit/grad/adjoint.h"

#include <algorithm>

namespace ebit::inline grad {
namespace {

// dU/dangle_k = -i G_k U of a target matrix, [n, n].
void derivative_matrix(const Gate& gate, const double* angles, int k, Complex* out) {
  const int n = gate.dimension();
  Complex u[16], g[16];
  gate.matrix(angles, u);
  gate.generator(angles, k, g);
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) {
      Complex sum = 0;
      for (int m = 0; m < n; ++m) sum += g[i * n + m] * u[m * n + j];
      out[i * n + j] = Complex(0, -1) * sum;
    }
}

// Re sum_e overlap_e derivative_e for one lane, or for lanes already summed (stride 1).
template <class Number>
double contract(const Number* re, const Number* im, int entries, int stride, const Complex* derivative) {
  double sum = 0;
  for (int e = 0; e < entries; ++e)
    sum += re[e * stride] * derivative[e].real() - im[e * stride] * derivative[e].imag();
  return sum;
}

template <class T>
void add_shared_gradient(const Program<T>& program, const typename Program<T>::Step& step,
                         const T* overlap_re, const T* overlap_im, double* d_shared) {
  const int entries = step.gate->dimension() * step.gate->dimension();
  double re[16] = {}, im[16] = {};
  for (int e = 0; e < entries; ++e)
    for (int l = 0; l < kLanes<T>; ++l)
      re[e] += overlap_re[e * kLanes<T> + l], im[e] += overlap_im[e * kLanes<T> + l];
  const auto angles = program.shared_angles(step);
  for (int k = 0; k < step.gate->angles; ++k) {
    const Angle& angle = step.operation.angles[k];
    if (angle.kind != Angle::Kind::kShared) continue;
    Complex derivative[16];
    derivative_matrix(*step.gate, angles.data(), k, derivative);
    d_shared[angle.index] += angle.scale * contract(re, im, entries, 1, derivative);
  }
}

// A gate with at least one per-sample angle: its matrix differs from lane to lane.
template <class T>
void add_lane_gradient(const Program<T>& program, const typename Program<T>::Step& step, const T* lane_angles,
                       const T* overlap_re, const T* overlap_im, const ParameterGradient<T>& gradient) {
  const int entries = step.gate->dimension() * step.gate->dimension();
  for (int l = 0; l < kLanes<T>; ++l) {
    auto angles = program.shared_angles(step);
    for (int k = 0; k < step.gate->angles; ++k) {
      const Angle& angle = step.operation.angles[k];
      if (angle.kind == Angle::Kind::kPerSample)
        angles[k] = angle.value + angle.scale * lane_angles[angle.index * kLanes<T> + l];
    }
    for (int k = 0; k < step.gate->angles; ++k) {
      const Angle& angle = step.operation.angles[k];
      if (angle.kind == Angle::Kind::kConstant) continue;
      Complex derivative[16];
      derivative_matrix(*step.gate, angles.data(), k, derivative);
      const double d = angle.scale * contract(overlap_re + l, overlap_im + l, entries, kLanes<T>, derivative);
      if (angle.kind == Angle::Kind::kShared) {
        if (gradient.shared) gradient.shared[angle.index] += d;
      } else if (gradient.per_sample) {
        gradient.per_sample[angle.index * kLanes<T> + l] += static_cast<T>(d);
      }
    }
  }
}

// A gate that runs by itself.
template <class T>
void undo_step(const Program<T>& program, const Sweep& sweep, const LaneMatrices<T>* lanes,
               const T* lane_angles, const Tile<T>& psi, const Tile<T>& g, bool wanted,
               const ParameterGradient<T>& gradient) {
  const auto& step = program.steps()[static_cast<std::size_t>(sweep.item[0])];
  const kernels::Placement& placement = sweep.placement;
  program.template apply<true>(step, placement, psi, lanes);
  if (wanted) {
    alignas(kAlignment) T re[16 * kLanes<T>] = {}, im[16 * kLanes<T>] = {};
    program.kernel_table().overlap[placement.targets - 1][static_cast<int>(step.structure)](psi, g, placement,
                                                                                            re, im);
    add_step_gradient(program, step, lane_angles, re, im, gradient);
  }
  program.template apply<true>(step, placement, g, lanes);
}

// Im<g|P|psi> behind a factor of a local gate, lane by lane: P = X, Y, Z and the identity.
template <class T>
struct Overlaps {
  alignas(kAlignment) T pauli[3][kLanes<T>];
  alignas(kAlignment) T identity[kLanes<T>];
};

template <class T>
void add_factor_gradient(const LocalFactor& factor, const Overlaps<T>& overlaps,
                         const ParameterGradient<T>& gradient) {
  // dU/dangle = -i G U: the derivative is Im<g|G|psi> with G half the axis, or (Z - 1)/2 for the phase.
  const T* const own = overlaps.pauli[static_cast<int>(factor.rotation.axis)];
  const T scale = static_cast<T>(factor.angle.scale / 2);
  alignas(kAlignment) T d[kLanes<T>];
  for (int l = 0; l < kLanes<T>; ++l)
    d[l] = scale * (factor.rotation.phase ? own[l] - overlaps.identity[l] : own[l]);
  const auto index = static_cast<std::size_t>(factor.angle.index);
  if (factor.angle.kind == Angle::Kind::kShared && gradient.shared) {
    double sum = 0;
    for (int l = 0; l < kLanes<T>; ++l) sum += d[l];
    gradient.shared[index] += sum;
  }
  if (factor.angle.kind == Angle::Kind::kPerSample && gradient.per_sample)
    for (int l = 0; l < kLanes<T>; ++l)
      gradient.per_sample[index * kLanes<T> + static_cast<std::size_t>(l)] += d[l];
}

// Overlaps before a factor from those behind it: they turn as the Paulis do under V P V^+.
template <class T>
void turn_back(const LocalFactor& factor, const T* sine, const T* cosine, Overlaps<T>& overlaps) {
  auto& pauli = overlaps.pauli;
  if (factor.constant) {
    for (int l = 0; l < kLanes<T>; ++l) {
      const T x = pauli[0][l], y = pauli[1][l], z = pauli[2][l];
      for (int j = 0; j < 3; ++j)
        pauli[j][l] = static_cast<T>(factor.turn[j][0]) * x + static_cast<T>(factor.turn[j][1]) * y +
                      static_cast<T>(factor.turn[j][2]) * z;
    }
    return;
  }
  const int axis = static_cast<int>(factor.rotation.axis);
  T *const first = pauli[(axis + 1) % 3], *const second = pauli[(axis + 2) % 3];
  for (int l = 0; l < kLanes<T>; ++l) {  // sine and cosine are those of half the angle
    const T c = cosine[l] * cosine[l] - sine[l] * sine[l], s = 2 * sine[l] * cosine[l];
    const T a = first[l], b = second[l];
    first[l] = c * a + s * b;
    second[l] = c * b - s * a;
  }
}

template <class T>
void add_local_gradient(const Program<T>& program, const LocalGate& local, const LaneMatrices<T>* lanes,
                        const T* behind, const ParameterGradient<T>& gradient) {
  Overlaps<T> overlaps;
  for (int l = 0; l < kLanes<T>; ++l) {
    const T zero = behind[2 * kLanes<T> + l], one = behind[3 * kLanes<T> + l];
    overlaps.pauli[0][l] = behind[l], overlaps.pauli[1][l] = behind[kLanes<T> + l];
    overlaps.pauli[2][l] = zero - one, overlaps.identity[l] = zero + one;
  }
  for (int f = local.first + local.count - 1; f >= local.first; --f) {
    const LocalFactor& factor = program.plan().factors[static_cast<std::size_t>(f)];
    if (!factor.constant) add_factor_gradient(factor, overlaps, gradient);
    if (f == local.first) break;
    if (local.per_lane) {
      const std::size_t at = static_cast<std::size_t>(f) * kLanes<T>;
      turn_back(factor, lanes->sine.data() + at, lanes->cosine.data() + at, overlaps);
    } else {
      const auto [s, c] = program.shared_half_angle(f);
      T sine[kLanes<T>], cosine[kLanes<T>];
      std::fill_n(sine, kLanes<T>, static_cast<T>(s)), std::fill_n(cosine, kLanes<T>, static_cast<T>(c));
      turn_back(factor, sine, cosine, overlaps);
    }
  }
}

// @param overlaps [locals, kOverlaps, kLanes] behind the sweep's gates.
template <class T>
void add_sweep_gradient(const Program<T>& program, const Sweep& sweep, const LaneMatrices<T>* lanes,
                        const T* overlaps, const ParameterGradient<T>& gradient) {
  for (int t = 0; t < sweep.locals; ++t) {
    const LocalGate& local = program.plan().locals[static_cast<std::size_t>(sweep.item[t])];
    if (local.trained)
      add_local_gradient(program, local, lanes, overlaps + t * kernels::kOverlaps * kLanes<T>, gradient);
  }
}

// Local gates.
template <class T>
void undo_locals(const Program<T>& program, const Sweep& sweep, const LaneMatrices<T>* lanes,
                 const Tile<T>& psi, const Tile<T>& g, bool wanted, const ParameterGradient<T>& gradient) {
  const T* matrices[kMaxDiagonal];
  program.local_matrices(sweep, lanes, matrices);
  const auto& kernels = program.kernel_table();
  const int last = sweep.locals - 1;
  if (!wanted) {
    const auto undo = sweep.diagonal ? kernels.diagonal[true] : kernels.local[last][sweep.real][true];
    undo(psi, sweep.placement, matrices);
    undo(g, sweep.placement, matrices);
    return;
  }
  alignas(kAlignment) T overlaps[kMaxDiagonal * kernels::kOverlaps * kLanes<T>];
  const auto undo = sweep.diagonal ? kernels.diagonal_backward : kernels.local_backward[last][sweep.real];
  undo(psi, g, sweep.placement, matrices, overlaps);
  add_sweep_gradient(program, sweep, lanes, overlaps, gradient);
}

template <class T>
void undo(const Program<T>& program, const Sweep& sweep, const LaneMatrices<T>* lanes, const T* lane_angles,
          const Tile<T>& psi, const Tile<T>& g, const ParameterGradient<T>& gradient) {
  const bool wanted = sweep.trained && (gradient.shared || gradient.per_sample);
  if (sweep.locals > 0)
    undo_locals(program, sweep, lanes, psi, g, wanted, gradient);
  else
    undo_step(program, sweep, lanes, lane_angles, psi, g, wanted, gradient);
}

// Gates that make a product state of |0...0>: nothing before them is asked for.
template <class T>
void read_opening(const Program<T>& program, const Sweep& sweep, const LaneMatrices<T>* lanes,
                  const Tile<T>& psi, const Tile<T>& g, const ParameterGradient<T>& gradient) {
  if (!sweep.trained) return;
  alignas(kAlignment) T overlaps[kMaxFused * kernels::kOverlaps * kLanes<T>];
  program.kernel_table().local_overlap[sweep.locals - 1][sweep.real](psi, g, sweep.placement, overlaps);
  add_sweep_gradient(program, sweep, lanes, overlaps, gradient);
}

}  // namespace

template <class T>
void adjoint_backward(const Program<T>& program, const LaneMatrices<T>* lanes, const T* lane_angles,
                      const Tile<T>& psi, const Tile<T>& g, const ParameterGradient<T>& gradient) {
  program.last_layout(psi);
  program.last_layout(g);
  adjoint_backward_relabelled(program, lanes, lane_angles, psi, g, gradient);
}

template <class T>
void adjoint_backward_relabelled(const Program<T>& program, const LaneMatrices<T>* lanes,
                                 const T* lane_angles, const Tile<T>& psi, const Tile<T>& g,
                                 const ParameterGradient<T>& gradient) {
  const auto& sweeps = program.plan().backward;
  for (auto sweep = sweeps.rbegin(); sweep != sweeps.rend(); ++sweep)
    undo(program, *sweep, lanes, lane_angles, psi, g, gradient);
}

template <class T>
void adjoint_backward_from_zero(const Program<T>& program, const LaneMatrices<T>* lanes, const T* lane_angles,
                                const Tile<T>& psi, const Tile<T>& g, const ParameterGradient<T>& gradient) {
  const auto& sweeps = program.plan().backward;
  for (auto sweep = sweeps.rbegin(); sweep != sweeps.rend(); ++sweep)
    if (sweep->opening)
      read_opening(program, *sweep, lanes, psi, g, gradient);
    else
      undo(program, *sweep, lanes, lane_angles, psi, g, gradient);
}

template <class T>
void add_step_gradient(const Program<T>& program, const typename Program<T>::Step& step, const T* lane_angles,
                       const T* overlap_re, const T* overlap_im, const ParameterGradient<T>& gradient) {
  if (step.lane_matrix >= 0)
    add_lane_gradient(program, step, lane_angles, overlap_re, overlap_im, gradient);
  else if (gradient.shared)
    add_shared_gradient(program, step, overlap_re, overlap_im, gradient.shared);
}

#define EBIT_INSTANTIATE(T)                                                                                  \
  template void adjoint_backward<T>(const Program<T>&, const LaneMatrices<T>*, const T*, const Tile<T>&,     \
                                    const Tile<T>&, const ParameterGradient<T>&);                            \
  template void adjoint_backward_relabelled<T>(const Program<T>&, const LaneMatrices<T>*, const T*,          \
                                               const Tile<T>&, const Tile<T>&, const ParameterGradient<T>&); \
  template void add_step_gradient<T>(const Program<T>&, const typename Program<T>::Step&, const T*,          \
                                     const T*, const T*, const ParameterGradient<T>&);                       \
  template void adjoint_backward_from_zero<T>(const Program<T>&, const LaneMatrices<T>*, const T*,           \
                                              const Tile<T>&, const Tile<T>&, const ParameterGradient<T>&);
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline grad
