#include "ebit/sim/kernels.h"

#include <cstdlib>
#include <string>
#include <vector>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/sim/instruction_sets.h"

// The tables that kernels_*.cc define.
#define EBIT_DECLARE(isa)                        \
  namespace ebit::inline sim::kernels::isa {     \
  extern const KernelTable<float> kFloatTable;   \
  extern const KernelTable<double> kDoubleTable; \
  }
EBIT_FOR_EACH_INSTRUCTION_SET(EBIT_DECLARE)
#undef EBIT_DECLARE

namespace ebit::inline sim::kernels {
namespace {

// Whether this processor has what the instruction set of that name needs.
bool runs_here(std::string_view name) {
#ifdef EBIT_X86_KERNELS
  __builtin_cpu_init();
  if (name == "avx2")
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("popcnt");
  if (name == "avx512")
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
#endif
  return name == "baseline";
}

// The tables of one precision that this processor can run, narrowest first.
template <class T>
std::vector<const KernelTable<T>*> find_usable() {
  std::vector<const KernelTable<T>*> usable;
#define EBIT_ADD(isa) \
  if (runs_here(#isa)) usable.push_back(of_precision<T>(isa::kFloatTable, isa::kDoubleTable));
  EBIT_FOR_EACH_INSTRUCTION_SET(EBIT_ADD)
#undef EBIT_ADD
  return usable;
}

template <class T>
const KernelTable<T>& choose() {
  const auto usable = usable_kernel_tables<T>();
  const char* const wanted = std::getenv("EBIT_SIMD");
  if (!wanted || !*wanted) return *usable.back();
  if (const auto* const found = find_table<KernelTable<T>>(usable, wanted)) return *found;
  std::vector<std::string> names;
  for (const auto* table : usable) names.emplace_back(table->name);
  fail("EBIT_SIMD asks for '{}', which this processor or build does not have{}", wanted,
       suggestion(wanted, names));
}

}  // namespace

template <class T>
std::span<const KernelTable<T>* const> usable_kernel_tables() {
  static const std::vector<const KernelTable<T>*> usable = find_usable<T>();
  return usable;
}

template <class T>
const KernelTable<T>& kernel_table() {
  static const KernelTable<T>& chosen = choose<T>();
  return chosen;
}

#define EBIT_INSTANTIATE(T)                                                  \
  template std::span<const KernelTable<T>* const> usable_kernel_tables<T>(); \
  template const KernelTable<T>& kernel_table<T>();
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline sim::kernels
