#include "ebit/bench/fma.h"

// The loops that fma_*.cc define.
#define EBIT_DECLARE_LOOPS(isa)                 \
  namespace ebit::bench::isa {                  \
  extern const LimitLoops<float> kFloatLoops;   \
  extern const LimitLoops<double> kDoubleLoops; \
  }
EBIT_DECLARE_LOOPS(baseline)
#ifdef EBIT_X86_KERNELS
EBIT_DECLARE_LOOPS(avx2)
EBIT_DECLARE_LOOPS(avx512)
#endif
#undef EBIT_DECLARE_LOOPS

namespace ebit::bench {
namespace {

template <class T>
std::span<const LimitLoops<T>* const> all_loops();

template <>
std::span<const LimitLoops<float>* const> all_loops() {
  static const LimitLoops<float>* const all[] = {
      &baseline::kFloatLoops,
#ifdef EBIT_X86_KERNELS
      &avx2::kFloatLoops,
      &avx512::kFloatLoops,
#endif
  };
  return all;
}

template <>
std::span<const LimitLoops<double>* const> all_loops() {
  static const LimitLoops<double>* const all[] = {
      &baseline::kDoubleLoops,
#ifdef EBIT_X86_KERNELS
      &avx2::kDoubleLoops,
      &avx512::kDoubleLoops,
#endif
  };
  return all;
}

}  // namespace

template <class T>
const LimitLoops<T>& limit_loops(std::string_view name) {
  for (const LimitLoops<T>* loops : all_loops<T>())
    if (loops->name == name) return *loops;
  return *all_loops<T>().front();
}

template const LimitLoops<float>& limit_loops(std::string_view name);
template const LimitLoops<double>& limit_loops(std::string_view name);

}  // namespace ebit::bench
