#include "ebit/cell/controlled/activation.h"

#include "ebit/base/choice.h"
#include "ebit/sim/instruction_sets.h"
#include "ebit/sim/kernels.h"

// The tables that activation_*.cc define.
#define EBIT_DECLARE(isa)                        \
  namespace ebit::inline cell::activation::isa { \
  extern const ActivationTable<float> kFloats;   \
  extern const ActivationTable<double> kDoubles; \
  }
EBIT_FOR_EACH_INSTRUCTION_SET(EBIT_DECLARE)
#undef EBIT_DECLARE

namespace ebit::inline cell {

template <class T>
std::span<const Activation<T>> activations(std::string_view instruction_set) {
#define EBIT_ROW(isa) of_precision<T>(activation::isa::kFloats, activation::isa::kDoubles),
  static const ActivationTable<T>* const tables[] = {EBIT_FOR_EACH_INSTRUCTION_SET(EBIT_ROW)};
#undef EBIT_ROW
  const ActivationTable<T>* const found = find_table<ActivationTable<T>>(tables, instruction_set);
  require(found != nullptr, "there are no activations for the instruction set '{}'", instruction_set);
  return found->rows;
}

template <class T>
std::span<const Activation<T>> activations() {
  static const std::span<const Activation<T>> found = activations<T>(kernels::kernel_table<T>().name);
  return found;
}

template <class T>
const Activation<T>& find_activation(std::string_view name) {
  return find_row(activations<T>(), "unknown activation", name);
}

#define EBIT_INSTANTIATE(T)                                              \
  template std::span<const Activation<T>> activations();                 \
  template std::span<const Activation<T>> activations(std::string_view); \
  template const Activation<T>& find_activation(std::string_view);
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
