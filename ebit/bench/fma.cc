#include "ebit/bench/fma.h"

#include "ebit/sim/instruction_sets.h"

// The loops that fma_*.cc define.
#define EBIT_DECLARE(isa)                       \
  namespace ebit::bench::isa {                  \
  extern const LimitLoops<float> kFloatLoops;   \
  extern const LimitLoops<double> kDoubleLoops; \
  }
EBIT_FOR_EACH_INSTRUCTION_SET(EBIT_DECLARE)
#undef EBIT_DECLARE

namespace ebit::bench {

template <class T>
const LimitLoops<T>& limit_loops(std::string_view name) {
#define EBIT_ROW(isa) of_precision<T>(isa::kFloatLoops, isa::kDoubleLoops),
  static const LimitLoops<T>* const tables[] = {EBIT_FOR_EACH_INSTRUCTION_SET(EBIT_ROW)};
#undef EBIT_ROW
  const LimitLoops<T>* const found = find_table<LimitLoops<T>>(tables, name);
  return found ? *found : *tables[0];
}

template const LimitLoops<float>& limit_loops(std::string_view name);
template const LimitLoops<double>& limit_loops(std::string_view name);

}  // namespace ebit::bench
