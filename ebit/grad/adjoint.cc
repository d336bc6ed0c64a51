#include "ebit/grad/adjoint.h"

namespace ebit {
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

}  // namespace

template <class T>
void adjoint_backward(const Program<T>& program, const LaneMatrices<T>* lanes, const T* lane_angles,
                      const Tile<T>& psi, const Tile<T>& g, const ParameterGradient<T>& gradient) {
  const auto steps = program.steps();
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    program.template apply<true>(*step, psi, lanes);
    if (step->trained && (gradient.shared || gradient.per_sample)) {
      alignas(kAlignment) T re[16 * kLanes<T>] = {}, im[16 * kLanes<T>] = {};
      program.kernel_table().overlap[step->placement.targets - 1][static_cast<int>(step->structure)](
          psi, g, step->placement, re, im);
      if (step->lane_matrix >= 0)
        add_lane_gradient(program, *step, lane_angles, re, im, gradient);
      else if (gradient.shared)
        add_shared_gradient(program, *step, re, im, gradient.shared);
    }
    program.template apply<true>(*step, g, lanes);
  }
}

#define EBIT_INSTANTIATE(T)                                                                              \
  template void adjoint_backward<T>(const Program<T>&, const LaneMatrices<T>*, const T*, const Tile<T>&, \
                                    const Tile<T>&, const ParameterGradient<T>&);
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit
