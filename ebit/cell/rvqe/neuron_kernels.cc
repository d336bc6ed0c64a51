#include "ebit/cell/rvqe/neuron_kernels.h"

#include "ebit/base/error.h"
#include "ebit/sim/instruction_sets.h"
#include "ebit/sim/kernels.h"

// The tables that neuron_kernels_*.cc define.
#define EBIT_DECLARE(isa)                      \
  namespace ebit::inline cell::neurons::isa {  \
  extern const NeuronKernels<float> kFloats;   \
  extern const NeuronKernels<double> kDoubles; \
  }
EBIT_FOR_EACH_INSTRUCTION_SET(EBIT_DECLARE)
#undef EBIT_DECLARE

namespace ebit::inline cell {

template <class T>
const NeuronKernels<T>& find_neuron_kernels(std::string_view name) {
#define EBIT_ROW(isa) of_precision<T>(neurons::isa::kFloats, neurons::isa::kDoubles),
  static const NeuronKernels<T>* const tables[] = {EBIT_FOR_EACH_INSTRUCTION_SET(EBIT_ROW)};
#undef EBIT_ROW
  const NeuronKernels<T>* const found = find_table<NeuronKernels<T>>(tables, name);
  require(found != nullptr, "there are no loops of quantum neurons for the instruction set '{}'", name);
  return *found;
}

template <class T>
const NeuronKernels<T>& neuron_kernels() {
  static const NeuronKernels<T>& found = find_neuron_kernels<T>(kernels::kernel_table<T>().name);
  return found;
}

#define EBIT_INSTANTIATE(T)                          \
  template const NeuronKernels<T>& neuron_kernels(); \
  template const NeuronKernels<T>& find_neuron_kernels(std::string_view);
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
