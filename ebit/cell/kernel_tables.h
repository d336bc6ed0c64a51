// How a cell's loops find the table of the machine's instruction set: X.cc is one EBIT_KERNEL_TABLES(), and
// X_baseline.cc, X_avx2.cc and X_avx512.cc define the tables, kFloats and kDoubles, in cell::space::isa.
#pragma once

#include "ebit/base/error.h"
#include "ebit/sim/instruction_sets.h"
#include "ebit/sim/kernels.h"

namespace ebit::inline cell {

/// The one of the tables that is called `name`; throws Error where there is none, saying what it is for.
template <class Table>
const Table& table_named(std::span<const Table* const> tables, std::string_view name, std::string_view what) {
  const Table* const found = find_table<Table>(tables, name);
  require(found != nullptr, "there are no loops of {} for the instruction set '{}'", what, name);
  return *found;
}

}  // namespace ebit::inline cell

#define EBIT_DECLARE_TABLES(isa, Table, space) \
  namespace ebit::inline cell::space::isa {    \
  extern const Table<float> kFloats;           \
  extern const Table<double> kDoubles;         \
  }
#define EBIT_TABLE_ROW(isa, space) of_precision<T>(space::isa::kFloats, space::isa::kDoubles),

/// Defines function<T>(), the Table<T> of this machine, and find_function<T>(instruction set), by
/// table_named().
#define EBIT_KERNEL_TABLES(Table, space, function, what)                                            \
  EBIT_FOR_EACH_INSTRUCTION_SET(EBIT_DECLARE_TABLES, Table, space)                                  \
  namespace ebit::inline cell {                                                                     \
  template <class T>                                                                                \
  const Table<T>& find_##function(std::string_view instruction_set) {                               \
    static const Table<T>* const tables[] = {EBIT_FOR_EACH_INSTRUCTION_SET(EBIT_TABLE_ROW, space)}; \
    return table_named<Table<T>>(tables, instruction_set, what);                                    \
  }                                                                                                 \
  template <class T>                                                                                \
  const Table<T>& function() {                                                                      \
    static const Table<T>& found = find_##function<T>(kernels::kernel_table<T>().name);             \
    return found;                                                                                   \
  }                                                                                                 \
  template const Table<float>& function();                                                          \
  template const Table<double>& function();                                                         \
  template const Table<float>& find_##function(std::string_view);                                   \
  template const Table<double>& find_##function(std::string_view);                                  \
  }
