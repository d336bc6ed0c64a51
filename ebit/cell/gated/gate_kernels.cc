#include "ebit/cell/gated/gate_kernels.h"

#include "ebit/base/error.h"
#include "ebit/sim/instruction_sets.h"
#include "ebit/sim/kernels.h"

// The tables that gate_kernels_*.cc define.
#define EBIT_DECLARE(isa)                    \
  namespace ebit::inline cell::gates::isa {  \
  extern const GateKernels<float> kFloats;   \
  extern const GateKernels<double> kDoubles; \
  }
EBIT_FOR_EACH_INSTRUCTION_SET(EBIT_DECLARE)
#undef EBIT_DECLARE

namespace ebit::inline cell {

template <class T>
const GateKernels<T>& find_gate_kernels(std::string_view name) {
#define EBIT_ROW(isa) of_precision<T>(gates::isa::kFloats, gates::isa::kDoubles),
  static const GateKernels<T>* const tables[] = {EBIT_FOR_EACH_INSTRUCTION_SET(EBIT_ROW)};
#undef EBIT_ROW
  const GateKernels<T>* const found = find_table<GateKernels<T>>(tables, name);
  require(found != nullptr, "there are no loops of a gated cell for the instruction set '{}'", name);
  return *found;
}

template <class T>
const GateKernels<T>& gate_kernels() {
  static const GateKernels<T>& found = find_gate_kernels<T>(kernels::kernel_table<T>().name);
  return found;
}

#define EBIT_INSTANTIATE(T)                      \
  template const GateKernels<T>& gate_kernels(); \
  template const GateKernels<T>& find_gate_kernels(std::string_view);
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
