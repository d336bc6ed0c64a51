// Memory aligned to a cache line, for amplitudes.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace ebit::inline base {

/// Bytes of a cache line and of the widest vector register: every amplitude array starts on such a boundary.
inline constexpr std::size_t kAlignment = 64;

/// A std::allocator whose blocks start on a kAlignment boundary.
template <class T>
struct AlignedAllocator {
  using value_type = T;  ///< type of the objects
  AlignedAllocator() = default;
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>&) {}  ///< there is no state to copy
  T* allocate(std::size_t n) {
    return static_cast<T*>(::operator new (n * sizeof(T), std::align_val_t{kAlignment}));
  }  ///< room for n objects of T, not initialised; throws std::bad_alloc
  void deallocate(T* p, std::size_t) { ::operator delete (p, std::align_val_t{kAlignment}); }  ///< frees p
  template <class U>
  bool operator==(const AlignedAllocator<U>&) const {
    return true;
  }  ///< any AlignedAllocator can free what another allocated
};

template <class T>
using AlignedVector = std::vector<T, AlignedAllocator<T>>;  ///< data() on a kAlignment boundary

}  // namespace ebit::inline base
