#include "ebit/cell/gradient_method.h"

#include "ebit/base/choice.h"
#include "ebit/grad/parameter_shift.h"

namespace ebit::inline cell {
namespace {

constexpr GradientMethodRow kMethods[] = {
    {"adjoint", GradientMethod::kAdjoint, "exact, by un-computation: one backward sweep for all angles"},
    {"parameter-shift", GradientMethod::kParameterShift,
     "by two shifted forward runs an angle and step: exact, or with shots as a device measures it; slow"},
    {"finite-difference", GradientMethod::kFiniteDifference,
     "central differences of the whole cell: two forward passes a parameter, for checks only"},
    {"spsa", GradientMethod::kSpsa,
     "with noise or shots: two measured forward passes a batch, all numbers moved at random at once (Spall "
     "1992)"},
};

}  // namespace

std::span<const GradientMethodRow> gradient_methods() { return kMethods; }

GradientMethod find_gradient_method(std::string_view name) {
  return find_row(kMethods, "unknown gradient method", name).method;
}

template <class T>
void circuit_backward(GradientMethod method, const Program<T>& program, const LaneMatrices<T>* lanes,
                      const T* lane_angles, const Tile<T>& psi, const Tile<T>& g,
                      const ParameterGradient<T>& gradient) {
  if (method == GradientMethod::kParameterShift)
    parameter_shift_backward(program, lanes, lane_angles, psi, g, gradient);
  else
    adjoint_backward(program, lanes, lane_angles, psi, g, gradient);
}

#define EBIT_INSTANTIATE(T)                                                                              \
  template void circuit_backward<T>(GradientMethod, const Program<T>&, const LaneMatrices<T>*, const T*, \
                                    const Tile<T>&, const Tile<T>&, const ParameterGradient<T>&);
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
