#include "ebit/cell/lane_kernels.h"

#include "ebit/base/error.h"
#include "ebit/sim/kernels.h"

// The tables that lane_kernels_*.cc define.
#define EBIT_DECLARE_TABLES(isa)             \
  namespace ebit::lanes::isa {               \
  extern const LaneKernels<float> kFloats;   \
  extern const LaneKernels<double> kDoubles; \
  }
EBIT_DECLARE_TABLES(baseline)
#ifdef EBIT_X86_KERNELS
EBIT_DECLARE_TABLES(avx2)
EBIT_DECLARE_TABLES(avx512)
#endif
#undef EBIT_DECLARE_TABLES

namespace ebit {
namespace {

template <class T>
const LaneKernels<T>& pick(const LaneKernels<float>& narrow, const LaneKernels<double>& wide) {
  if constexpr (sizeof(T) == 8)
    return wide;
  else
    return narrow;
}

}  // namespace

template <class T>
const LaneKernels<T>& find_lane_kernels(std::string_view name) {
  const LaneKernels<T>* const tables[] = {
      &pick<T>(lanes::baseline::kFloats, lanes::baseline::kDoubles),
#ifdef EBIT_X86_KERNELS
      &pick<T>(lanes::avx2::kFloats, lanes::avx2::kDoubles),
      &pick<T>(lanes::avx512::kFloats, lanes::avx512::kDoubles),
#endif
  };
  for (const LaneKernels<T>* table : tables)
    if (table->name == name) return *table;
  fail("there are no loops of a time step for the instruction set '{}'", name);
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

}  // namespace ebit
