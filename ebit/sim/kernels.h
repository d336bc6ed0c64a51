// The inner loops: one gate on one tile, forward and backward side by side. Trusts its input.
#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include "ebit/sim/state.h"

namespace ebit::kernels {

/// Which amplitudes a gate mixes: groups of 2^targets amplitudes whose index differs in the target bits only.
struct Placement {
  int targets = 1;
  std::array<std::size_t, 2>
      target_bit{};          ///< bit of a target in a basis index; [0] is the matrix's high bit
  std::size_t controls = 0;  ///< bits that must all be 1
  int fixed_count = 0;       ///< targets and controls together
  std::array<std::size_t, kMaxGateWires> fixed{};  ///< their bits, smallest first

  /// The k-th basis index whose target bits are 0 and control bits are 1.
  std::size_t base(std::size_t k) const {
    for (int i = 0; i < fixed_count; ++i) {
      const std::size_t low = k & (fixed[i] - 1);
      k = ((k ^ low) << 1) | low;
    }
    return k | controls;
  }
};

inline Placement place(const Gate& gate, const std::array<int, kMaxGateWires>& wires, int total_wires) {
  Placement placement;
  placement.targets = gate.targets();
  placement.fixed_count = gate.wires;
  for (int i = 0; i < gate.wires; ++i) {
    const std::size_t bit = std::size_t{1} << (total_wires - 1 - wires[i]);
    int slot = i;  // insertion sort, smallest bit first
    for (; slot > 0 && placement.fixed[slot - 1] > bit; --slot)
      placement.fixed[slot] = placement.fixed[slot - 1];
    placement.fixed[slot] = bit;
    if (i < gate.controls)
      placement.controls |= bit;
    else
      placement.target_bit[i - gate.controls] = bit;
  }
  return placement;
}

/// Matrix entries that all samples share. Entry e of [2^targets, 2^targets], row by row.
template <class T>
struct SharedMatrix {
  static constexpr bool kPerLane = false;
  const T* re;  ///< [entries]
  const T* im;  ///< [entries]
  T real(int e, int) const { return re[e]; }
  T imag(int e, int) const { return im[e]; }
};

/// Matrix entries of each sample.
template <class T>
struct LaneMatrix {
  static constexpr bool kPerLane = true;
  const T* re;  ///< [entries, kLanes]
  const T* im;  ///< [entries, kLanes]
  T real(int e, int lane) const { return re[e * kLanes<T> + lane]; }
  T imag(int e, int lane) const { return im[e * kLanes<T> + lane]; }
};

/// Calls body(offset) for every group's first amplitude; offset counts numbers: index * kLanes.
template <class T, class Body>
inline void for_each_group(const Placement& p, int wires, Body body) {
  const std::size_t groups = std::size_t{1} << (wires - p.fixed_count);
  const std::size_t run = p.fixed[0];  // groups side by side in memory
  for (std::size_t k = 0; k < groups; k += run) {
    const std::size_t first = p.base(k) * kLanes<T>;
    for (std::size_t r = 0; r < run; ++r) body(first + r * kLanes<T>);
  }
}

/// Offset, in numbers, of member `m` of a group from its first amplitude.
template <int kTargets, class T>
inline std::size_t member(const Placement& p, int m) {
  if constexpr (kTargets == 1) return m ? p.target_bit[0] * kLanes<T> : 0;
  return ((m & 2 ? p.target_bit[0] : 0) + (m & 1 ? p.target_bit[1] : 0)) * kLanes<T>;
}

/// psi <- U psi, or U^+ psi with kAdjoint, for a target matrix of the given structure.
template <int kTargets, Structure kStructure, bool kAdjoint, class T, class Matrix>
inline void apply(const Tile<T>& psi, const Placement& p, const Matrix& u) {
  constexpr int kN = 1 << kTargets, kW = kLanes<T>;
  std::size_t at[kN];
  for (int m = 0; m < kN; ++m) at[m] = member<kTargets, T>(p, m);
  for_each_group<T>(p, psi.wires, [&](std::size_t offset) {
    T* re = psi.re + offset;
    T* im = psi.im + offset;
    if constexpr (kStructure == Structure::kFlip) {
      constexpr int kA = kTargets == 1 ? 0 : 1, kB = kTargets == 1 ? 1 : 2;
#pragma omp simd
      for (int l = 0; l < kW; ++l) {
        std::swap(re[at[kA] + l], re[at[kB] + l]);
        std::swap(im[at[kA] + l], im[at[kB] + l]);
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
            const T a = u.real(e, l);
            out_re += a * in_re[j];
            out_im += a * in_im[j];
            if constexpr (kStructure != Structure::kReal) {
              const T b = kAdjoint ? -u.imag(e, l) : u.imag(e, l);
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

/// overlap_e += conj(g_i) psi_j for entry e = (i, j) of the target matrix, summed over groups, lane by lane.
/// With psi before the gate and g behind it, dL/dangle = Re sum_e overlap_e (dU/dangle)_e.
template <int kTargets, Structure kStructure, class T>
inline void accumulate_overlap(const Tile<T>& psi, const Tile<T>& g, const Placement& p, T* overlap_re,
                               T* overlap_im) {
  constexpr int kN = 1 << kTargets, kW = kLanes<T>;
  alignas(kAlignment) T sum_re[kN * kN][kW] = {}, sum_im[kN * kN][kW] = {};
  std::size_t at[kN];
  for (int m = 0; m < kN; ++m) at[m] = member<kTargets, T>(p, m);
  for_each_group<T>(p, psi.wires, [&](std::size_t offset) {
    for (int i = 0; i < kN; ++i)
      for (int j = 0; j < kN; ++j) {
        if (kStructure == Structure::kDiagonal && i != j) continue;
        const T *gr = g.re + offset + at[i], *gi = g.im + offset + at[i];
        const T *pr = psi.re + offset + at[j], *pi = psi.im + offset + at[j];
#pragma omp simd
        for (int l = 0; l < kW; ++l) {
          sum_re[i * kN + j][l] += gr[l] * pr[l] + gi[l] * pi[l];
          if constexpr (kStructure != Structure::kReal)
            sum_im[i * kN + j][l] += gr[l] * pi[l] - gi[l] * pr[l];
        }
      }
  });
  for (int e = 0; e < kN * kN; ++e)
    for (int l = 0; l < kW; ++l)
      overlap_re[e * kW + l] += sum_re[e][l], overlap_im[e * kW + l] += sum_im[e][l];
}

/// Calls f.template operator()<targets, structure>() with the gate's targets and structure as constants.
template <class F>
inline void dispatch(int targets, Structure structure, F f) {
  const auto with_targets = [&]<int kTargets>() {
    switch (structure) {
      case Structure::kGeneral:
        return f.template operator()<kTargets, Structure::kGeneral>();
      case Structure::kReal:
        return f.template operator()<kTargets, Structure::kReal>();
      case Structure::kDiagonal:
        return f.template operator()<kTargets, Structure::kDiagonal>();
      case Structure::kFlip:
        return f.template operator()<kTargets, Structure::kFlip>();
    }
  };
  targets == 1 ? with_targets.template operator()<1>() : with_targets.template operator()<2>();
}

}  // namespace ebit::kernels
