#include "ebit/cell/controlled/activation.h"

#include "ebit/base/choice.h"
#include "ebit/cell/kernel_tables.h"

EBIT_KERNEL_TABLES(ActivationTable, activation, activation_table, "activations")

namespace ebit::inline cell {

template <class T>
std::span<const Activation<T>> activations(std::string_view instruction_set) {
  return find_activation_table<T>(instruction_set).rows;
}

template <class T>
std::span<const Activation<T>> activations() {
  return activation_table<T>().rows;
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
