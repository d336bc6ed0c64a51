#include "ebit/cell/controlled/dense_kernels.h"

#include "ebit/base/error.h"
#include "ebit/sim/instruction_sets.h"
#include "ebit/sim/kernels.h"

// The tables that dense_kernels_*.cc define.
#define EBIT_DECLARE(isa)                     \
  namespace ebit::inline cell::dense::isa {   \
  extern const DenseKernels<float> kFloats;   \
  extern const DenseKernels<double> kDoubles; \
  }
EBIT_FOR_EACH_INSTRUCTION_SET(EBIT_DECLARE)
#undef EBIT_DECLARE

namespace ebit::inline cell {

template <class T>
const DenseKernels<T>& find_dense_kernels(std::string_view name) {
#define EBIT_ROW(isa) of_precision<T>(dense::isa::kFloats, dense::isa::kDoubles),
  static const DenseKernels<T>* const tables[] = {EBIT_FOR_EACH_INSTRUCTION_SET(EBIT_ROW)};
#undef EBIT_ROW
  const DenseKernels<T>* const found = find_table<DenseKernels<T>>(tables, name);
  require(found != nullptr, "there are no loops of a dense layer for the instruction set '{}'", name);
  return *found;
}

template <class T>
const DenseKernels<T>& dense_kernels() {
  static const DenseKernels<T>& found = find_dense_kernels<T>(kernels::kernel_table<T>().name);
  return found;
}

#define EBIT_INSTANTIATE(T)                        \
  template const DenseKernels<T>& dense_kernels(); \
  template const DenseKernels<T>& find_dense_kernels(std::string_view);
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
