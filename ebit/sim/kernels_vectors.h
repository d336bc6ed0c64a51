// Vectors as wide as an instruction set's registers: GCC splits wider ones, and spills the pieces.
//
// For sources that are compiled once an instruction set (EBIT_ISA), see kernels_impl.h for their rules.
#pragma once

#include "ebit/sim/state.h"

#define EBIT_INLINE [[gnu::always_inline]] inline

namespace ebit::inline sim::vectors::EBIT_ISA {

#if defined(__AVX512F__)
inline constexpr int kVectorBytes = 64, kRegisters = 32;
#elif defined(__AVX2__)
inline constexpr int kVectorBytes = 32, kRegisters = 16;
#else
inline constexpr int kVectorBytes = 16, kRegisters = 16;
#endif

template <class T>
struct VectorOf {
  typedef T Type __attribute__((vector_size(kVectorBytes), may_alias));
};
template <class T>
using Vector = typename VectorOf<T>::Type;
template <class T>
inline constexpr int kWidth = kVectorBytes / static_cast<int>(sizeof(T));
// Vectors that hold one amplitude's lanes.
template <class T>
inline constexpr int kChunks = kLanes<T> / kWidth<T>;

template <class T>
EBIT_INLINE Vector<T> load(const T* p) {
  return *reinterpret_cast<const Vector<T>*>(p);
}
template <class T>
EBIT_INLINE void store(T* p, Vector<T> v) {
  *reinterpret_cast<Vector<T>*>(p) = v;
}

// coefficient[0] + coefficient[1] z + ...
template <class T>
EBIT_INLINE Vector<T> polynomial(const T* coefficient, int terms, Vector<T> z) {
  Vector<T> sum = Vector<T>{} + coefficient[terms - 1];
  for (int k = terms - 2; k >= 0; --k) sum = sum * z + coefficient[k];
  return sum;
}

}  // namespace ebit::inline sim::vectors::EBIT_ISA
