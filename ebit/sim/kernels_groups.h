// What all kernels share: vectors as wide as the instruction set's registers, and the walk over a gate's
// groups. Included by kernels_impl.h only, once an instruction set; see there.

namespace ebit::inline sim::kernels::EBIT_ISA {

using namespace vectors::EBIT_ISA;

EBIT_INLINE std::size_t parity(std::size_t bits) {
  return static_cast<std::size_t>(__builtin_popcountll(bits)) & 1;
}

// Calls body(row) for the row of every group where all targets read 0 (and all controls 1).
template <int kTargets, class Body>
EBIT_INLINE void for_each_group(const Placement& p, int wires, Body body) {
  const std::size_t groups = std::size_t{1} << (wires - kTargets);
  for (std::size_t k = 0; k < groups; ++k) {
    std::size_t row = k;
    for (int i = 0; i < kTargets; ++i) {
      const std::size_t low = row & (p.pivot[i] - 1);
      row = ((row ^ low) << 1) | low;
    }
    for (int t = 0; t < kTargets; ++t) row ^= p.x[t] & -parity(p.z[t] & row);
    bool active = true;
    for (int c = 0; c < p.controls; ++c) active = active && parity(p.control_z[c] & row);
    if (active) body(row);
  }
}

// The mask between the row where all targets read 0 and the row of member m.
template <int kTargets>
EBIT_INLINE std::size_t member(const Placement& p, int m) {
  std::size_t mask = 0;
  for (int t = 0; t < kTargets; ++t)
    if (m >> (kTargets - 1 - t) & 1) mask ^= p.x[t];
  return mask;
}

template <bool kInverse, class T>
void rotate_rows(const Tile<T>& psi, const std::uint32_t* rows, std::size_t count) {
  const auto row = [&](std::size_t i) { return std::size_t{rows[kInverse ? count - 1 - i : i]} * kLanes<T>; };
  T* const parts[] = {psi.re, psi.im};
  for (T* const numbers : parts) {
    Vector<T> first[kChunks<T>];
    std::size_t to = row(0);
    for (int c = 0; c < kChunks<T>; ++c) first[c] = load(numbers + to + c * kWidth<T>);
    for (std::size_t i = 1; i < count; ++i) {
      const std::size_t from = row(i);
      for (int c = 0; c < kChunks<T>; ++c)
        store(numbers + to + c * kWidth<T>, load(numbers + from + c * kWidth<T>));
      to = from;
    }
    for (int c = 0; c < kChunks<T>; ++c) store(numbers + to + c * kWidth<T>, first[c]);
  }
}

}  // namespace ebit::inline sim::kernels::EBIT_ISA
