#include "ebit/cell/register/schmidt_kernels.h"

#include "ebit/base/error.h"
#include "ebit/sim/instruction_sets.h"
#include "ebit/sim/kernels.h"

// The tables that schmidt_kernels_*.cc define.
#define EBIT_DECLARE(isa)                       \
  namespace ebit::inline cell::schmidt::isa {   \
  extern const SchmidtKernels<float> kFloats;   \
  extern const SchmidtKernels<double> kDoubles; \
  }
EBIT_FOR_EACH_INSTRUCTION_SET(EBIT_DECLARE)
#undef EBIT_DECLARE

namespace ebit::inline cell {

template <class T>
const SchmidtKernels<T>& find_schmidt_kernels(std::string_view name) {
#define EBIT_ROW(isa) of_precision<T>(schmidt::isa::kFloats, schmidt::isa::kDoubles),
  static const SchmidtKernels<T>* const tables[] = {EBIT_FOR_EACH_INSTRUCTION_SET(EBIT_ROW)};
#undef EBIT_ROW
  const SchmidtKernels<T>* const found = find_table<SchmidtKernels<T>>(tables, name);
  require(found != nullptr, "there are no loops of a Schmidt decomposition for the instruction set '{}'",
          name);
  return *found;
}

template <class T>
const SchmidtKernels<T>& schmidt_kernels() {
  static const SchmidtKernels<T>& found = find_schmidt_kernels<T>(kernels::kernel_table<T>().name);
  return found;
}

#define EBIT_INSTANTIATE(T)                            \
  template const SchmidtKernels<T>& schmidt_kernels(); \
  template const SchmidtKernels<T>& find_schmidt_kernels(std::string_view);
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
