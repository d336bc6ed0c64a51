#include "ebit/sim/kernels.h"

#include <cstdlib>
#include <string>
#include <vector>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"

// The tables that kernels_*.cc define.
#define EBIT_DECLARE_TABLES(isa)                 \
  namespace ebit::kernels::isa {                 \
  extern const KernelTable<float> kFloatTable;   \
  extern const KernelTable<double> kDoubleTable; \
  }
EBIT_DECLARE_TABLES(baseline)
#ifdef EBIT_X86_KERNELS
EBIT_DECLARE_TABLES(avx2)
EBIT_DECLARE_TABLES(avx512)
#endif
#undef EBIT_DECLARE_TABLES

namespace ebit::kernels {
namespace {

// The tables of one precision that this processor can run, narrowest first.
template <class T>
std::vector<const KernelTable<T>*> find_usable() {
  constexpr bool kWide = sizeof(T) == 8;
  const auto pick = [](const KernelTable<float>& narrow,
                       const KernelTable<double>& wide) -> const KernelTable<T>* {
    if constexpr (kWide)
      return &wide;
    else
      return &narrow;
  };
  std::vector<const KernelTable<T>*> usable = {pick(baseline::kFloatTable, baseline::kDoubleTable)};
#ifdef EBIT_X86_KERNELS
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("popcnt"))
    usable.push_back(pick(avx2::kFloatTable, avx2::kDoubleTable));
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl"))
    usable.push_back(pick(avx512::kFloatTable, avx512::kDoubleTable));
#endif
  return usable;
}

template <class T>
const KernelTable<T>& choose() {
  const auto usable = usable_kernel_tables<T>();
  const char* const wanted = std::getenv("EBIT_SIMD");
  if (!wanted || !*wanted) return *usable.back();
  std::vector<std::string> names;
  for (const auto* table : usable) {
    if (table->name == wanted) return *table;
    names.emplace_back(table->name);
  }
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

}  // namespace ebit::kernels
