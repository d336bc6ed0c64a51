// Tables of functions that are compiled once for each instruction set, and how to find the one of a name.
//
// X.cc picks among what X_baseline.cc, X_avx2.cc and X_avx512.cc define: see ebit_instruction_sets() in
// cmake/EbitLayer.cmake, and kernels.cc for an example.
#pragma once

#include <span>
#include <string_view>
#include <type_traits>

/// Expands row(isa, ...) for every instruction set that the including file was built with.
#ifdef EBIT_X86_KERNELS
#define EBIT_FOR_EACH_INSTRUCTION_SET(row, ...)                                 \
  row(baseline __VA_OPT__(, ) __VA_ARGS__) row(avx2 __VA_OPT__(, ) __VA_ARGS__) \
      row(avx512 __VA_OPT__(, ) __VA_ARGS__)
#else
#define EBIT_FOR_EACH_INSTRUCTION_SET(row, ...) row(baseline __VA_OPT__(, ) __VA_ARGS__)
#endif

namespace ebit::inline sim {

/// Of two tables, the one for numbers T: float or double.
template <class T, class Narrow, class Wide>
constexpr const auto* of_precision(const Narrow& narrow, const Wide& wide) {
  if constexpr (std::is_same_v<T, double>)
    return &wide;
  else
    return &narrow;
}

/// The table called `name`, or null where there is none.
template <class Table>
const Table* find_table(std::span<const Table* const> tables, std::string_view name) {
  for (const Table* table : tables)
    if (table->name == name) return table;
  return nullptr;
}

}  // namespace ebit::inline sim
