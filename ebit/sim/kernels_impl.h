// The kernels' source, compiled once for each instruction set: kernels_*.cc define EBIT_ISA and include this
// file.
//
// Nothing here may call an inline function that other files could also call: the linker would keep one copy
// of it, perhaps the one with instructions that the processor lacks. Hence no std functions, and a namespace
// of its own.
#include "ebit/sim/kernels.h"
#include "ebit/sim/kernels_vectors.h"
// This needs both, and the others need it.
#include "ebit/sim/kernels_groups.h"
// They come last.
#include "ebit/sim/kernels_diagonal.h"
#include "ebit/sim/kernels_local.h"
#include "ebit/sim/kernels_math.h"

namespace ebit::inline sim::kernels::EBIT_ISA {

// A target matrix with lanes, where no store to a state can change it; the adjoint if asked for. Entries that
// the structure knows to be zero are left out.
template <int kTargets, Structure kStructure, class T>
struct TargetMatrix {
  static constexpr int kN = 1 << kTargets, kW = kLanes<T>;
  alignas(kAlignment) T re[kN * kN][kW], im[kN * kN][kW];

  EBIT_INLINE TargetMatrix(const T* from_re, const T* from_im, bool per_lane, bool adjoint) {
    for (int i = 0; i < kN; ++i)
      for (int j = 0; j < kN; ++j) {
        if (kStructure == Structure::kDiagonal && i != j) continue;
        const int e = i * kN + j, from = adjoint ? j * kN + i : e;
        for (int l = 0; l < kW; ++l) {
          re[e][l] = per_lane ? from_re[from * kW + l] : from_re[from];
          const T value = per_lane ? from_im[from * kW + l] : from_im[from];
          im[e][l] = adjoint ? -value : value;
        }
      }
  }
};

// One function for matrices with lanes and without, and for their adjoints: they differ in how the matrix is
// read only.
template <int kTargets, Structure kStructure, class T>
[[gnu::noinline]] void apply_matrix(const Tile<T>& psi, const Placement& p, const T* u_re, const T* u_im,
                                    bool per_lane, bool adjoint) {
  constexpr int kN = 1 << kTargets;
  const TargetMatrix<kTargets, kStructure, T> u(u_re, u_im, per_lane, adjoint);
  for_each_chunk<kTargets, T>(p, psi.wires, [&](const std::size_t* at, int chunk) {
    Group<kTargets, T> in, out;
    in.read(psi, at);
#pragma GCC unroll 4
    for (int i = 0; i < kN; ++i) {
      Vector<T> re{}, im{};
#pragma GCC unroll 4
      for (int j = 0; j < kN; ++j) {
        if (kStructure == Structure::kDiagonal && i != j) continue;
        const Vector<T> a = load(u.re[i * kN + j] + chunk * kWidth<T>);
        re += a * in.re[j], im += a * in.im[j];
        if constexpr (kStructure != Structure::kReal) {
          const Vector<T> b = load(u.im[i * kN + j] + chunk * kWidth<T>);
          re -= b * in.im[j], im += b * in.re[j];
        }
      }
      out.re[i] = re, out.im[i] = im;
    }
    out.write(psi, at);
  });
}

template <int kTargets, Structure kStructure, bool kPerLane, bool kAdjoint, class T>
void apply(const Tile<T>& psi, const Placement& p, const T* u_re, const T* u_im) {
  apply_matrix<kTargets, kStructure>(psi, p, u_re, u_im, kPerLane, kAdjoint);
}

// X, or SWAP: amplitudes trade places, whatever the matrix.
template <int kTargets, class T>
void flip(const Tile<T>& psi, const Placement& p, const T*, const T*) {
  for_each_chunk<kTargets, T>(p, psi.wires, [&](const std::size_t* at, int) {
    constexpr int kA = kTargets == 1 ? 0 : 1, kB = kTargets == 1 ? 1 : 2;
    const Vector<T> a_re = load(psi.re + at[kA]), a_im = load(psi.im + at[kA]);
    store(psi.re + at[kA], load(psi.re + at[kB])), store(psi.im + at[kA], load(psi.im + at[kB]));
    store(psi.re + at[kB], a_re), store(psi.im + at[kB], a_im);
  });
}

template <int kTargets, Structure kStructure, class T>
void overlap(const Tile<T>& psi, const Tile<T>& g, const Placement& p, T* re, T* im) {
  constexpr int kN = 1 << kTargets, kW = kLanes<T>;
  Vector<T> sum_re[kChunks<T>][kN * kN] = {}, sum_im[kChunks<T>][kN * kN] = {};
  for_each_chunk<kTargets, T>(p, psi.wires, [&](const std::size_t* at, int chunk) {
    Group<kTargets, T> state, cotangent;
    state.read(psi, at), cotangent.read(g, at);
#pragma GCC unroll 4
    for (int i = 0; i < kN; ++i)
#pragma GCC unroll 4
      for (int j = 0; j < kN; ++j) {
        if (kStructure == Structure::kDiagonal && i != j) continue;
        sum_re[chunk][i * kN + j] += cotangent.re[i] * state.re[j] + cotangent.im[i] * state.im[j];
        if constexpr (kStructure != Structure::kReal)
          sum_im[chunk][i * kN + j] += cotangent.re[i] * state.im[j] - cotangent.im[i] * state.re[j];
      }
  });
  for (int chunk = 0; chunk < kChunks<T>; ++chunk)
    for (int e = 0; e < kN * kN; ++e) {
      const int to = e * kW + chunk * kWidth<T>;
      store(re + to, load(re + to) + sum_re[chunk][e]);
      store(im + to, load(im + to) + sum_im[chunk][e]);
    }
}

template <int kTargets, Structure kStructure, class T>
constexpr void fill_row(KernelTable<T>& table) {
  auto& row = table.apply[kTargets - 1][static_cast<int>(kStructure)];
  row[0][0] = apply<kTargets, kStructure, false, false, T>;
  row[0][1] = apply<kTargets, kStructure, false, true, T>;
  row[1][0] = apply<kTargets, kStructure, true, false, T>;
  row[1][1] = apply<kTargets, kStructure, true, true, T>;
  table.overlap[kTargets - 1][static_cast<int>(kStructure)] = overlap<kTargets, kStructure, T>;
}

template <int kTargets, class T>
constexpr void fill_flip(KernelTable<T>& table) {
  for (auto& row : table.apply[kTargets - 1][static_cast<int>(Structure::kFlip)])
    row[0] = row[1] = flip<kTargets, T>;
  table.overlap[kTargets - 1][static_cast<int>(Structure::kFlip)] = overlap<kTargets, Structure::kGeneral, T>;
}

template <int kTargets, class T>
constexpr void fill_local(KernelTable<T>& table) {
  auto& row = table.local[kTargets - 1];
  row[0][0] = local<kTargets, false, false, T>, row[0][1] = local<kTargets, false, true, T>;
  row[1][0] = local<kTargets, true, false, T>, row[1][1] = local<kTargets, true, true, T>;
  table.local_backward[kTargets - 1][0] = local_backward<kTargets, false, T>;
  table.local_backward[kTargets - 1][1] = local_backward<kTargets, true, T>;
  table.local_overlap[kTargets - 1][0] = local_overlap<kTargets, false, T>;
  table.local_overlap[kTargets - 1][1] = local_overlap<kTargets, true, T>;
  table.local_expect[kTargets - 1][0] = local_expect<kTargets, false, T>;
  table.local_expect[kTargets - 1][1] = local_expect<kTargets, true, T>;
  table.local_pauli[kTargets - 1][0] = local_pauli<kTargets, false, T>;
  table.local_pauli[kTargets - 1][1] = local_pauli<kTargets, true, T>;
}

template <class T>
constexpr KernelTable<T> make_table(const char* name) {
  KernelTable<T> table{};
  table.name = name;
  fill_row<1, Structure::kGeneral>(table), fill_row<2, Structure::kGeneral>(table);
  fill_row<1, Structure::kReal>(table), fill_row<2, Structure::kReal>(table);
  fill_row<1, Structure::kDiagonal>(table), fill_row<2, Structure::kDiagonal>(table);
  fill_flip<1>(table), fill_flip<2>(table);
  fill_local<1>(table), fill_local<2>(table), fill_local<3>(table);
  table.diagonal[0] = diagonal<false, T>, table.diagonal[1] = diagonal<true, T>;
  table.diagonal_backward = diagonal_backward<T>;
  table.rotate_rows[0] = rotate_rows<false, T>, table.rotate_rows[1] = rotate_rows<true, T>;
  table.sincos = sincos<T>;
  table.rotate[0] = rotate_x<T>, table.rotate[1] = rotate_y<T>, table.rotate[2] = rotate_z<T>;
  table.rotate[3] = shift_phase<T>;
  return table;
}

#define EBIT_STRING_(x) #x
#define EBIT_STRING(x) EBIT_STRING_(x)
extern constexpr KernelTable<float> kFloatTable = make_table<float>(EBIT_STRING(EBIT_ISA));
extern constexpr KernelTable<double> kDoubleTable = make_table<double>(EBIT_STRING(EBIT_ISA));

}  // namespace ebit::inline sim::kernels::EBIT_ISA
