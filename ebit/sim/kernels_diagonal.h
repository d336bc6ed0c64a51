// Diagonal gates, each with one entry where the parity of some bits of a row is even and another where it is
// odd: all of a sweep at once, forward and backward with overlaps.
// Included by kernels_impl.h only, once an instruction set; see there.
//
// They commute, so that a row's amplitude is multiplied once, by the product of their entries, which is made
// beforehand for every pattern of parities. Diagonal operators stay the same behind, between and before them:
// one product of state and cotangent a row has the overlaps of them all.

namespace ebit::inline sim::kernels::EBIT_ISA {

inline constexpr int kPatterns = 1 << kMaxDiagonal;

// The pattern of a row: bit t is the parity that gate t reads.
EBIT_INLINE std::size_t pattern(const Placement& p, std::size_t row) {
  std::size_t bits = 0;
  for (int t = 0; t < p.targets; ++t) bits |= parity(p.z[t] & row) << t;
  return bits;
}

// Calls body(offset of the row, pattern) for every row: patterns of a sum (xor) are sums of patterns.
template <class T, class Body>
EBIT_INLINE void for_each_pattern(const Tile<T>& psi, const Placement& p, Body body) {
  constexpr std::size_t kBlock = 16;
  const std::size_t rows = std::size_t{1} << psi.wires, block = rows < kBlock ? rows : kBlock;
  std::size_t low[kBlock];
  for (std::size_t row = 0; row < block; ++row) low[row] = pattern(p, row);
  for (std::size_t first = 0; first < rows; first += block) {
    const std::size_t high = pattern(p, first);
    for (std::size_t row = 0; row < block; ++row)
      body((first + row) * static_cast<std::size_t>(kLanes<T>), high ^ low[row]);
  }
}

// What the gates multiply the amplitude of a row of each pattern by, or the adjoint.
template <bool kAdjoint, class T>
struct Phases {
  alignas(kAlignment) T re[kPatterns][kLanes<T>], im[kPatterns][kLanes<T>];

  EBIT_INLINE Phases(int count, const T* const* matrices) {
    for (int c = 0; c < kLanes<T>; c += kWidth<T>) {
      store(re[0] + c, Vector<T>{} + T(1)), store(im[0] + c, Vector<T>{});
      for (int t = 0; t < count; ++t) {
        const T* const matrix = matrices[t] + c;
        for (int bits = 0; bits < 1 << t; ++bits) {
          multiply(bits, matrix + 3 * kLanes<T>, bits | 1 << t, c);
          multiply(bits, matrix, bits, c);
        }
      }
    }
  }

  // to <- from times the entry at `entry` of a [kLocalNumbers, kLanes] matrix.
  EBIT_INLINE void multiply(int from, const T* entry, int to, int c) {
    const Vector<T> a = load(entry),
                    b = kAdjoint ? -load(entry + 4 * kLanes<T>) : load(entry + 4 * kLanes<T>);
    const Vector<T> x = load(re[from] + c), y = load(im[from] + c);
    store(re[to] + c, a * x - b * y), store(im[to] + c, a * y + b * x);
  }

  EBIT_INLINE void apply(const Tile<T>& psi, std::size_t at, std::size_t bits, int c) const {
    const Vector<T> a = load(re[bits] + c), b = load(im[bits] + c);
    const Vector<T> x = load(psi.re + at + c), y = load(psi.im + at + c);
    store(psi.re + at + c, a * x - b * y), store(psi.im + at + c, a * y + b * x);
  }
};

template <bool kAdjoint, class T>
void diagonal(const Tile<T>& psi, const Placement& p, const T* const* matrices) {
  const Phases<kAdjoint, T> phases(p.targets, matrices);
  for_each_pattern(psi, p, [&](std::size_t at, std::size_t bits) {
#pragma GCC unroll 4
    for (int c = 0; c < kLanes<T>; c += kWidth<T>) phases.apply(psi, at, bits, c);
  });
}

template <class T>
void diagonal_backward(const Tile<T>& psi, const Tile<T>& g, const Placement& p, const T* const* matrices,
                       T* overlaps) {
  const Phases<true, T> phases(p.targets, matrices);
  alignas(kAlignment) T sums[kPatterns][kLanes<T>];  // of Im conj(g) psi, over the rows of a pattern
  const int patterns = 1 << p.targets;
  for (int bits = 0; bits < patterns; ++bits)
    for (int c = 0; c < kLanes<T>; c += kWidth<T>) store(sums[bits] + c, Vector<T>{});
  for_each_pattern(psi, p, [&](std::size_t at, std::size_t bits) {
#pragma GCC unroll 4
    for (int c = 0; c < kLanes<T>; c += kWidth<T>) {
      store(sums[bits] + c, load(sums[bits] + c) + load(g.re + at + c) * load(psi.im + at + c) -
                                load(g.im + at + c) * load(psi.re + at + c));
      phases.apply(psi, at, bits, c), phases.apply(g, at, bits, c);
    }
  });
  for (int t = 0; t < p.targets; ++t)
    for (int c = 0; c < kLanes<T>; c += kWidth<T>) {
      Vector<T> projector[2] = {};
      for (int bits = 0; bits < patterns; ++bits) projector[bits >> t & 1] += load(sums[bits] + c);
      T* const own = overlaps + t * kOverlaps * kLanes<T> + c;
      store(own, Vector<T>{}), store(own + kLanes<T>, Vector<T>{});  // X and Y: no angle asks for them
      store(own + 2 * kLanes<T>, projector[0]), store(own + 3 * kLanes<T>, projector[1]);
    }
}

}  // namespace ebit::inline sim::kernels::EBIT_ISA
