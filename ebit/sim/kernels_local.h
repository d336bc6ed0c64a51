// One-qubit gates on up to kMaxFused wires in one sweep: forward, backward with overlaps, and readout.
// Included by kernels_impl.h only, once an instruction set; see there.
//
// An amplitude is a cache line of lanes; a group of 2^kTargets of them is held in registers while all of its
// gates are applied, so that memory is touched once for several gates.

namespace ebit::inline sim::kernels::EBIT_ISA {

// A group's amplitudes in registers.
template <int kTargets, class T>
struct Group {
  static constexpr int kN = 1 << kTargets;
  Vector<T> re[kN], im[kN];

  EBIT_INLINE void read(const Tile<T>& psi, const std::size_t* at) {
#pragma GCC unroll 8
    for (int m = 0; m < kN; ++m) re[m] = load(psi.re + at[m]), im[m] = load(psi.im + at[m]);
  }
  EBIT_INLINE void write(const Tile<T>& psi, const std::size_t* at) const {
#pragma GCC unroll 8
    for (int m = 0; m < kN; ++m) store(psi.re + at[m], re[m]), store(psi.im + at[m], im[m]);
  }
};

// Calls body(low, high) for the pairs of members that differ in target t.
template <int kTargets, class Body>
EBIT_INLINE void for_each_pair(int t, Body body) {
  const int stride = 1 << (kTargets - 1 - t);
#pragma GCC unroll 8
  for (int m = 0; m < (1 << kTargets); ++m)
    if (!(m & stride)) body(m, m | stride);
}

// A 2x2 matrix in registers, or its adjoint.
template <bool kReal, bool kAdjoint, class T>
struct Matrix {
  Vector<T> re[4], im[4];

  EBIT_INLINE explicit Matrix(const T* numbers) {
#pragma GCC unroll 4
    for (int e = 0; e < 4; ++e) {
      const int from = kAdjoint ? (e & 1) * 2 + (e >> 1) : e;
      re[e] = load(numbers + from * kLanes<T>);
      if constexpr (!kReal) {
        const Vector<T> v = load(numbers + (4 + from) * kLanes<T>);
        im[e] = kAdjoint ? -v : v;
      }
    }
  }

  template <int kTargets>
  EBIT_INLINE void apply(Group<kTargets, T>& g, int i, int j) const {
    const Vector<T> ar = g.re[i], ai = g.im[i], br = g.re[j], bi = g.im[j];
    if constexpr (kReal) {
      g.re[i] = re[0] * ar + re[1] * br, g.im[i] = re[0] * ai + re[1] * bi;
      g.re[j] = re[2] * ar + re[3] * br, g.im[j] = re[2] * ai + re[3] * bi;
    } else {
      g.re[i] = re[0] * ar - im[0] * ai + re[1] * br - im[1] * bi;
      g.im[i] = re[0] * ai + im[0] * ar + re[1] * bi + im[1] * br;
      g.re[j] = re[2] * ar - im[2] * ai + re[3] * br - im[3] * bi;
      g.im[j] = re[2] * ai + im[2] * ar + re[3] * bi + im[3] * br;
    }
  }
};

// Calls body(at, chunk) for every group and every vector of its lanes: offsets of the members in numbers.
template <int kTargets, class T, class Body>
EBIT_INLINE void for_each_chunk(const Placement& p, int wires, Body body) {
  std::size_t mask[1 << kTargets];
  for (int m = 0; m < (1 << kTargets); ++m) mask[m] = member<kTargets>(p, m);
  for_each_group<kTargets>(p, wires, [&](std::size_t row) {
    std::size_t at[1 << kTargets];
#pragma GCC unroll 8
    for (int m = 0; m < (1 << kTargets); ++m) at[m] = (row ^ mask[m]) * kLanes<T>;
#pragma GCC unroll 4
    for (int chunk = 0; chunk < kChunks<T>; ++chunk) {
      body(at, chunk);
#pragma GCC unroll 8
      for (int m = 0; m < (1 << kTargets); ++m) at[m] += kWidth<T>;
    }
  });
}

// The matrices of a sweep, copied to where no store to a state can change them.
template <int kTargets, class T>
struct Matrices {
  alignas(kAlignment) T numbers[kTargets][kLocalNumbers * kLanes<T>];

  EBIT_INLINE explicit Matrices(const T* const* matrices) {
    for (int t = 0; t < kTargets; ++t)
      for (int k = 0; k < kLocalNumbers * kLanes<T>; k += kWidth<T>)
        store(numbers[t] + k, load(matrices[t] + k));
  }
};

template <int kTargets, bool kReal, bool kAdjoint, class T>
void local(const Tile<T>& psi, const Placement& p, const T* const* pointers) {
  const Matrices<kTargets, T> matrices(pointers);
  for_each_chunk<kTargets, T>(p, psi.wires, [&](const std::size_t* at, int chunk) {
    Group<kTargets, T> group;
    group.read(psi, at);
#pragma GCC unroll 3
    for (int t = 0; t < kTargets; ++t) {
      const Matrix<kReal, kAdjoint, T> u(matrices.numbers[t] + chunk * kWidth<T>);
      for_each_pair<kTargets>(t, [&](int i, int j) { u.apply(group, i, j); });
    }
    group.write(psi, at);
  });
}

// Running sums of the overlaps of one sweep.
template <int kTargets, bool kReal, class T>
struct Overlaps {
  Vector<T> sum[kChunks<T>][kTargets][kOverlaps] = {};

  EBIT_INLINE void add(const Group<kTargets, T>& psi, const Group<kTargets, T>& g, int t, int chunk) {
    auto& s = sum[chunk][t];
    for_each_pair<kTargets>(t, [&](int i, int j) {
      s[1] += g.re[j] * psi.re[i] + g.im[j] * psi.im[i] - g.re[i] * psi.re[j] - g.im[i] * psi.im[j];
      if constexpr (!kReal) {
        s[0] += g.re[i] * psi.im[j] - g.im[i] * psi.re[j] + g.re[j] * psi.im[i] - g.im[j] * psi.re[i];
        s[2] += g.re[i] * psi.im[i] - g.im[i] * psi.re[i];
        s[3] += g.re[j] * psi.im[j] - g.im[j] * psi.re[j];
      }
    });
  }
  EBIT_INLINE void write(T* overlaps) const {
    for (int t = 0; t < kTargets; ++t)
      for (int k = 0; k < kOverlaps; ++k)
        for (int chunk = 0; chunk < kChunks<T>; ++chunk)
          store(overlaps + (t * kOverlaps + k) * kLanes<T> + chunk * kWidth<T>, sum[chunk][t][k]);
  }
};

template <int kTargets, bool kReal, class T>
void local_backward(const Tile<T>& psi, const Tile<T>& g, const Placement& p, const T* const* pointers,
                    T* overlaps) {
  const Matrices<kTargets, T> matrices(pointers);
  Overlaps<kTargets, kReal, T> sums;
  for_each_chunk<kTargets, T>(p, psi.wires, [&](const std::size_t* at, int chunk) {
    Group<kTargets, T> state, cotangent;
    state.read(psi, at);
    cotangent.read(g, at);
#pragma GCC unroll 3
    for (int t = 0; t < kTargets; ++t) {
      sums.add(state, cotangent, t, chunk);
      const Matrix<kReal, true, T> u(matrices.numbers[t] + chunk * kWidth<T>);
      for_each_pair<kTargets>(t, [&](int i, int j) { u.apply(state, i, j), u.apply(cotangent, i, j); });
    }
    state.write(psi, at);
    cotangent.write(g, at);
  });
  sums.write(overlaps);
}

template <int kTargets, bool kReal, class T>
void local_overlap(const Tile<T>& psi, const Tile<T>& g, const Placement& p, T* overlaps) {
  Overlaps<kTargets, kReal, T> sums;
  for_each_chunk<kTargets, T>(p, psi.wires, [&](const std::size_t* at, int chunk) {
    Group<kTargets, T> state, cotangent;
    state.read(psi, at);
    cotangent.read(g, at);
#pragma GCC unroll 3
    for (int t = 0; t < kTargets; ++t) sums.add(state, cotangent, t, chunk);
  });
  sums.write(overlaps);
}

template <int kTargets, bool kFull, class T>
void local_expect(const Tile<T>& psi, const Placement& p, T* values) {
  Vector<T> sum[kChunks<T>][kTargets][3] = {};
  for_each_chunk<kTargets, T>(p, psi.wires, [&](const std::size_t* at, int chunk) {
    Group<kTargets, T> a;
    a.read(psi, at);
    Vector<T> weight[1 << kTargets];
#pragma GCC unroll 8
    for (int m = 0; m < (1 << kTargets); ++m) weight[m] = a.re[m] * a.re[m] + a.im[m] * a.im[m];
#pragma GCC unroll 3
    for (int t = 0; t < kTargets; ++t) {
      auto& s = sum[chunk][t];
      for_each_pair<kTargets>(t, [&](int i, int j) {
        s[2] += weight[i] - weight[j];
        if constexpr (kFull) {  // <X> + i <Y> = 2 conj(a_i) a_j
          s[0] += a.re[i] * a.re[j] + a.im[i] * a.im[j];
          s[1] += a.re[i] * a.im[j] - a.im[i] * a.re[j];
        }
      });
    }
  });
  for (int t = 0; t < kTargets; ++t)
    for (int k = 0; k < 3; ++k)
      for (int chunk = 0; chunk < kChunks<T>; ++chunk)
        store(values + (t * 3 + k) * kLanes<T> + chunk * kWidth<T>, sum[chunk][t][k] * T(k == 2 ? 1 : 2));
}

template <int kTargets, bool kFull, class T>
void local_pauli(const Tile<T>& psi, const Tile<T>& g, const Placement& p, const T* coefficients) {
  for_each_chunk<kTargets, T>(p, psi.wires, [&](const std::size_t* at, int chunk) {
    Group<kTargets, T> a, out;
    a.read(psi, at);
    out.read(g, at);
#pragma GCC unroll 3
    for (int t = 0; t < kTargets; ++t) {
      const T* const c = coefficients + t * 3 * kLanes<T> + chunk * kWidth<T>;
      const Vector<T> z = load(c + 2 * kLanes<T>);
      for_each_pair<kTargets>(t, [&](int i, int j) {
        out.re[i] += z * a.re[i], out.im[i] += z * a.im[i];
        out.re[j] -= z * a.re[j], out.im[j] -= z * a.im[j];
        if constexpr (kFull) {  // rows (x - i y) a_j and (x + i y) a_i
          const Vector<T> x = load(c), y = load(c + kLanes<T>);
          out.re[i] += x * a.re[j] + y * a.im[j], out.im[i] += x * a.im[j] - y * a.re[j];
          out.re[j] += x * a.re[i] - y * a.im[i], out.im[j] += x * a.im[i] + y * a.re[i];
        }
      });
    }
    out.write(g, at);
  });
}

}  // namespace ebit::inline sim::kernels::EBIT_ISA
