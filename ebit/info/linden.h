// Unitaries on a qubit and a qutrit that make more entanglement than they can destroy.
//
// A unitary with E_up = 2, the most that a qubit allows, makes 2 ebits of some product state: Phi+ on A'A and
// a state on BB' with rho_B of eigenvalues p. With B_{alpha a} = <alpha|U|a> of the A parts this asks for
//
//     Tr[B_{alpha a} rho_B B_{alpha' a'}^+] = 1/2 delta delta          (Linden, Smolin, Winter 2009,
//     quant-ph/0511217)
//
// which is a condition of its own beside unitarity; both are met by projecting on one and the other in turn.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "ebit/info/power.h"

namespace ebit::inline info {

/// A unitary on 2x3 that makes 2 ebits, and how many it was seen to destroy.
struct GapUnitary {
  BipartiteUnitary unitary;         ///< on a qubit and a qutrit
  std::array<double, 3> rho_b{};    ///< eigenvalues p of rho_B from which it makes 2 ebits
  double e_up = 0;                  ///< ebits made of that state: 2 to rounding
  double e_down = 0;                ///< the best E_down found, with ancillas 2x3: a lower bound
  std::vector<Complex> state_down;  ///< the state that reaches it, [2, 2, 3, 3]
  double schmidt_entropy = 0;       ///< of the operator, in bits; E_down is no less
};

/// Ancillas twice as large as the parts: E_down is a supremum over ancillas of any size, and these still
/// gain.
inline constexpr std::array<int, 2> kLargerAncillas{4, 6};

/// How to search.
struct GapOptions {
  int samples = 60;        ///< random unitaries with E_up = 2, 1 or more
  int descents = 3;        ///< from so many of the samples, those of the lowest E_down
  int steps = 60;          ///< of each descent at most, 0 or more
  int starts = 8;          ///< of each E_down within the search
  int last_starts = 256;   ///< of both powers of the best one found
  int larger_starts = 32;  ///< of its E_down with larger ancillas
  std::uint64_t seed = 1;  ///< decides everything
};

/// What was found.
struct GapSearch {
  std::vector<GapUnitary> samples;            ///< the random ones, in order
  std::vector<std::vector<double>> descents;  ///< E_down along each descent, its sample's first
  GapUnitary best;                            ///< the one with the lowest E_down
  PowerResult up;                             ///< its E_up, searched with ancillas 2x3 from last_starts
  PowerResult down;                           ///< its E_down, likewise
  PowerResult down_larger;                    ///< its E_down with ancillas of kLargerAncillas: a little more
};

/// Searches unitaries with E_up = 2 for a low E_down: random ones, then from the best of them steps against
/// the slope of E_down in U (that of the state which reaches it), each followed by the projections. Every
/// E_down is a maximum that was found, hence a lower bound: the gap 2 - E_down is at most what it seems.
/// `progress` is called before each unitary with how many were tried, and how many at most; false from it
/// ends the search with what is there. Results do not depend on the number of threads. Throws Error for
/// counts below those of GapOptions and where it was ended before the first sample.
GapSearch search_gap(const GapOptions& options, const std::function<bool(int, int)>& progress = {});

/// A unitary near `matrix` [6, 6] that makes 2 ebits of a state with these eigenvalues of rho_B (their sum
/// 1). Its e_up tells whether the projections came to an end; what concerns E_down is left empty.
GapUnitary project_on_gap(const Eigen::MatrixXcd& matrix, const std::array<double, 3>& rho_b);

}  // namespace ebit::inline info
