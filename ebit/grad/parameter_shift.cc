#include "ebit/grad/parameter_shift.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "ebit/base/error.h"

namespace ebit::inline grad {
namespace {

// One gate with one of its angles moved by `shift`, as a program of its own; the other gates come from
// `program`.
template <class T>
Program<T> shifted_gate(const Program<T>& program, const typename Program<T>::Step& step, int k,
                        double shift) {
  Circuit one(program.circuit().wires());
  std::array<Angle, kMaxGateAngles> angles = step.operation.angles;
  angles[k].value += shift;
  one.add(*step.gate, {step.operation.wires.data(), static_cast<std::size_t>(step.gate->wires)},
          {angles.data(), static_cast<std::size_t>(step.gate->angles)});
  Program<T> alone(one);
  std::vector<T> shared(static_cast<std::size_t>(one.shared_parameters()), T(0));
  const auto bound = program.parameters();
  for (std::size_t i = 0; i < shared.size(); ++i) shared[i] = static_cast<T>(bound[i]);
  alone.bind(shared);
  return alone;
}

// Re<g|psi> lane by lane.
template <class T>
void dot(const Tile<T>& g, const Tile<T>& psi, double* out) {
  std::fill_n(out, kLanes<T>, 0.0);
  for (std::size_t i = 0; i < psi.numbers(); ++i)
    out[i % kLanes<T>] += g.re[i] * psi.re[i] + g.im[i] * psi.im[i];
}

}  // namespace

double shift_derivative(const std::function<double(double)>& f, double at,
                        std::span<const double> frequencies) {
  constexpr double pi = std::numbers::pi, root2 = std::numbers::sqrt2;
  if (frequencies.size() == 1) {
    const double w = frequencies[0];
    return w / 2 * (f(at + pi / (2 * w)) - f(at - pi / (2 * w)));
  }
  require(frequencies.size() == 2 && frequencies[1] == 2 * frequencies[0],
          "no parameter-shift rule for these {} frequencies", frequencies.size());
  const double w = frequencies[1];  // four-term rule, shifts pi/2 and 3 pi/2 in units of 1/w
  const double inner = f(at + pi / (2 * w)) - f(at - pi / (2 * w));
  const double outer = f(at + 3 * pi / (2 * w)) - f(at - 3 * pi / (2 * w));
  return w * ((root2 + 1) / (4 * root2) * inner - (root2 - 1) / (4 * root2) * outer);
}

template <class T>
void parameter_shift_backward(const Program<T>& program, const LaneMatrices<T>* lanes, const T* lane_angles,
                              const Tile<T>& psi, const Tile<T>& g, const ParameterGradient<T>& gradient) {
  program.run_inverse(psi, lanes);  // psi_in
  LaneMatrices<T> own;
  program.bind_every_step(lane_angles, own);
  const std::size_t numbers = psi.numbers();
  AlignedVector<T> copy(2 * numbers);
  const Tile<T> work{copy.data(), copy.data() + numbers, psi.wires};
  const auto steps = program.steps();
  for (std::size_t s = 0; s < steps.size(); ++s) {
    if (!steps[s].trained) continue;
    for (int k = 0; k < steps[s].gate->angles; ++k) {
      const Angle& angle = steps[s].operation.angles[k];
      if (angle.kind == Angle::Kind::kConstant) continue;
      const double w = steps[s].gate->frequency[k];
      double f[2][kLanes<T>];
      for (int side = 0; side < 2; ++side) {
        const double shift = (side ? -1 : 1) * std::numbers::pi / (2 * w);
        const Program<T> alone = shifted_gate(program, steps[s], k, shift);
        LaneMatrices<T> alone_lanes;
        alone.bind_lanes(lane_angles, alone_lanes);
        std::copy_n(psi.re, numbers, work.re);
        std::copy_n(psi.im, numbers, work.im);
        for (std::size_t i = 0; i < steps.size(); ++i)
          if (i == s)
            alone.run(work, &alone_lanes);
          else
            program.template apply<false>(steps[i], work, &own);
        dot(g, work, f[side]);
      }
      for (int l = 0; l < kLanes<T>; ++l) {
        const double d = angle.scale * w / 2 * (f[0][l] - f[1][l]);
        if (angle.kind == Angle::Kind::kShared) {
          if (gradient.shared) gradient.shared[angle.index] += d;
        } else if (gradient.per_sample) {
          gradient.per_sample[angle.index * kLanes<T> + l] += static_cast<T>(d);
        }
      }
    }
  }
  program.run_inverse(g, lanes);
}

#define EBIT_INSTANTIATE(T)                                                                      \
  template void parameter_shift_backward<T>(const Program<T>&, const LaneMatrices<T>*, const T*, \
                                            const Tile<T>&, const Tile<T>&, const ParameterGradient<T>&);
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline grad
