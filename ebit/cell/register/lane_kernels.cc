#include "ebit/cell/register/lane_kernels.h"

#include "ebit/base/error.h"
#include "ebit/sim/instruction_sets.h"
#include "ebit/sim/kernels.h"

// The tables that lane_kernels_*.cc define.
#define EBIT_DECLARE(isa)                    \
  namespace ebit::inline cell::lanes::isa {  \
  extern const LaneKernels<float> kFloats;   \
  extern const LaneKernels<double> kDoubles; \
  }
EBIT_FOR_EACH_INSTRUCTION_SET(EBIT_DECLARE)
#undef EBIT_DECLARE

namespace ebit::inline cell {

template <class T>
const LaneKernels<T>& find_lane_kernels(std::string_view name) {
#define EBIT_ROW(isa) of_precision<T>(lanes::isa::kFloats, lanes::isa::kDoubles),
  static const LaneKernels<T>* const tables[] = {EBIT_FOR_EACH_INSTRUCTION_SET(EBIT_ROW)};
#undef EBIT_ROW
  const LaneKernels<T>* const found = find_table<LaneKernels<T>>(tables, name);
  require(found != nullptr, "there are no loops of a time step for the instruction set '{}'", name);
  return *found;
}

template <class T>
const LaneKernels<T>& lane_kernels() {
  static const LaneKernels<T>& found = find_lane_kernels<T>(kernels::kernel_table<T>().name);
  return found;
}

#define EBIT_INSTANTIATE(T)                      \
  template const LaneKernels<T>& lane_kernels(); \
  template const LaneKernels<T>& find_lane_kernels(std::string_view);
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
