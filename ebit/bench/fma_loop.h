// The loops' source, compiled once for each instruction set: fma_*.cc define EBIT_ISA and include this
// file. As in ebit/sim/kernels_impl.h nothing here may call an inline function that other
// files could also call.
#include "ebit/bench/fma.h"
#include "ebit/sim/kernels_vectors.h"

namespace ebit::bench::EBIT_ISA {

using namespace vectors::EBIT_ISA;

// Twelve chains hide a latency of four to five cycles on two pipes and fit, with the two constants, in 16
// registers.
constexpr int kChains = 12;

template <class T>
T multiply_add(std::size_t rounds) {
  using V = Vector<T>;
  // Not known to the compiler, or it would work the loop out beforehand.
  volatile T factor = T(0.999), term = T(0.001);
  const V a = V{} + factor, b = V{} + term;
  // Each chain starts elsewhere: the compiler would run equal ones once.
  V c0 = a, c1 = a + b, c2 = c1 + b, c3 = c2 + b, c4 = c3 + b, c5 = c4 + b;
  V c6 = c5 + b, c7 = c6 + b, c8 = c7 + b, c9 = c8 + b, c10 = c9 + b, c11 = c10 + b;
  for (std::size_t i = 0; i < rounds; ++i) {
    c0 = c0 * a + b, c1 = c1 * a + b, c2 = c2 * a + b, c3 = c3 * a + b;
    c4 = c4 * a + b, c5 = c5 * a + b, c6 = c6 * a + b, c7 = c7 * a + b;
    c8 = c8 * a + b, c9 = c9 * a + b, c10 = c10 * a + b, c11 = c11 * a + b;
  }
  const V sum = c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11;
  T result = 0;
  for (int l = 0; l < kWidth<T>; ++l) result += sum[l];
  return result;
}

template <class T>
void scale(T* x, std::size_t count, T factor) {
  for (std::size_t i = 0; i < count; i += kWidth<T>) store(x + i, load(x + i) * factor);
}

template <class T>
constexpr LimitLoops<T> loops(std::string_view name) {
  return {name, multiply_add<T>, 2 * kChains * kWidth<T>, scale<T>};
}

#define EBIT_TEXT_OF(x) #x
#define EBIT_NAME_OF(x) EBIT_TEXT_OF(x)
extern const LimitLoops<float> kFloatLoops;
extern const LimitLoops<double> kDoubleLoops;
constinit const LimitLoops<float> kFloatLoops = loops<float>(EBIT_NAME_OF(EBIT_ISA));
constinit const LimitLoops<double> kDoubleLoops = loops<double>(EBIT_NAME_OF(EBIT_ISA));
#undef EBIT_NAME_OF
#undef EBIT_TEXT_OF

}  // namespace ebit::bench::EBIT_ISA
