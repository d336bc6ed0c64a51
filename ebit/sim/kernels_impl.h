// The kernels' source, compiled once for each instruction set: kernels_*.cc define EBIT_ISA and include this
// file.
//
// Nothing here may call an inline function that other files could also call: the linker would keep one copy
// of it, perhaps the one with instructions that the processor lacks. Hence no std functions, and a namespace
// of its own.
#include "ebit/sim/kernels.h"

#define EBIT_INLINE [[gnu::always_inline]] inline

#include "ebit/sim/kernels_groups.h"
#include "ebit/sim/kernels_local.h"
#include "ebit/sim/kernels_math.h"

namespace ebit::kernels::EBIT_ISA {

template <int kTargets, Structure kStructure, bool kPerLane, bool kAdjoint, class T>
void apply(const Tile<T>& psi, const Placement& p, const T* u_re, const T* u_im) {
  constexpr int kN = 1 << kTargets, kW = kLanes<T>;
  const auto re_at = [&](int e, int l) { return kPerLane ? u_re[e * kW + l] : u_re[e]; };
  const auto im_at = [&](int e, int l) { return kPerLane ? u_im[e * kW + l] : u_im[e]; };
  std::size_t mask[kN];
  for (int m = 0; m < kN; ++m) mask[m] = member<kTargets>(p, m);
  for_each_group<kTargets>(p, psi.wires, [&](std::size_t row) {
    T* __restrict re = psi.re;
    T* __restrict im = psi.im;
    std::size_t at[kN];
    for (int m = 0; m < kN; ++m) at[m] = (row ^ mask[m]) * kW;
    if constexpr (kStructure == Structure::kFlip) {
      constexpr int kA = kTargets == 1 ? 0 : 1, kB = kTargets == 1 ? 1 : 2;
#pragma omp simd
      for (int l = 0; l < kW; ++l) {
        const T a_re = re[at[kA] + l], a_im = im[at[kA] + l];
        re[at[kA] + l] = re[at[kB] + l], im[at[kA] + l] = im[at[kB] + l];
        re[at[kB] + l] = a_re, im[at[kB] + l] = a_im;
      }
    } else {
#pragma omp simd
      for (int l = 0; l < kW; ++l) {
        T in_re[kN], in_im[kN];
        for (int m = 0; m < kN; ++m) in_re[m] = re[at[m] + l], in_im[m] = im[at[m] + l];
        for (int i = 0; i < kN; ++i) {
          T out_re = 0, out_im = 0;
          for (int j = 0; j < kN; ++j) {
            if (kStructure == Structure::kDiagonal && i != j) continue;
            const int e = kAdjoint ? j * kN + i : i * kN + j;
            const T a = re_at(e, l);
            out_re += a * in_re[j];
            out_im += a * in_im[j];
            if constexpr (kStructure != Structure::kReal) {
              const T b = kAdjoint ? -im_at(e, l) : im_at(e, l);
              out_re -= b * in_im[j];
              out_im += b * in_re[j];
            }
          }
          re[at[i] + l] = out_re, im[at[i] + l] = out_im;
        }
      }
    }
  });
}

template <int kTargets, Structure kStructure, class T>
void overlap(const Tile<T>& psi, const Tile<T>& g, const Placement& p, T* re, T* im) {
  constexpr int kN = 1 << kTargets, kW = kLanes<T>;
  alignas(kAlignment) T sum_re[kN * kN][kW] = {}, sum_im[kN * kN][kW] = {};
  std::size_t mask[kN];
  for (int m = 0; m < kN; ++m) mask[m] = member<kTargets>(p, m);
  for_each_group<kTargets>(p, psi.wires, [&](std::size_t row) {
    std::size_t at[kN];
    for (int m = 0; m < kN; ++m) at[m] = (row ^ mask[m]) * kW;
    for (int i = 0; i < kN; ++i)
      for (int j = 0; j < kN; ++j) {
        if (kStructure == Structure::kDiagonal && i != j) continue;
        const T *gr = g.re + at[i], *gi = g.im + at[i];
        const T *pr = psi.re + at[j], *pi = psi.im + at[j];
#pragma omp simd
        for (int l = 0; l < kW; ++l) {
          sum_re[i * kN + j][l] += gr[l] * pr[l] + gi[l] * pi[l];
          if constexpr (kStructure != Structure::kReal)
            sum_im[i * kN + j][l] += gr[l] * pi[l] - gi[l] * pr[l];
        }
      }
  });
  for (int e = 0; e < kN * kN; ++e)
    for (int l = 0; l < kW; ++l) re[e * kW + l] += sum_re[e][l], im[e * kW + l] += sum_im[e][l];
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
  fill_row<1, Structure::kFlip>(table), fill_row<2, Structure::kFlip>(table);
  fill_local<1>(table), fill_local<2>(table), fill_local<3>(table);
  table.sincos = sincos<T>;
  table.rotate[0] = rotate_x<T>, table.rotate[1] = rotate_y<T>, table.rotate[2] = rotate_z<T>;
  table.rotate[3] = shift_phase<T>;
  return table;
}

#define EBIT_STRING_(x) #x
#define EBIT_STRING(x) EBIT_STRING_(x)
extern constexpr KernelTable<float> kFloatTable = make_table<float>(EBIT_STRING(EBIT_ISA));
extern constexpr KernelTable<double> kDoubleTable = make_table<double>(EBIT_STRING(EBIT_ISA));

}  // namespace ebit::kernels::EBIT_ISA
