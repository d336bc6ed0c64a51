// Pauli strings and their expectation values.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/sim/placement.h"
#include "ebit/sim/state.h"

namespace ebit::inline sim {

/// offset + scale * P for a Pauli string P: what a readout measures.
///
/// P = i^y_count X^x_mask Z^z_mask with wire 0 the most significant bit of the masks; Y = i X Z.
struct Observable {
  std::string text;        ///< as written: "Z1", "X0*Y2", "P(3)"
  std::size_t x_mask = 0;  ///< wires with X or Y
  std::size_t z_mask = 0;  ///< wires with Z or Y
  int y_count = 0;         ///< number of Ys
  double offset = 0;       ///< of the identity: 0.5 for P(q), else 0
  double scale = 1;        ///< of P: -0.5 for P(q), else 1
};

/// Reads an observable on `wires` wires: Pauli letters with wire numbers joined by '*' ("Z1", "X0*Y2"), "I"
/// for the identity, or "P(q)", the probability `(1 - <Z_q>)/2` to find wire q in |1>. Throws Error saying
/// what is wrong.
Observable parse_observable(std::string_view text, int wires);

/// Z of each of the first `count` of `wires` wires. Throws Error where there are fewer.
std::vector<Observable> z_of_first_wires(int count, int wires);

/// The observable that reads from a state in `layout` what `observable` reads from one in the usual layout.
Observable relabelled(const Observable& observable, const Layout& layout);

/// value_l = <psi_l| O |psi_l> for every lane; psi need not be normalised (the offset counts as offset *
/// <psi|psi>).
/// @param value [kLanes], written.
template <class T>
void expectation(const Tile<T>& psi, const Observable& observable, T* value);

/// g += 2 d_value O psi: the cotangent of expectation(). @param d_value [kLanes].
template <class T>
void expectation_backward(const Tile<T>& psi, const Observable& observable, const T* d_value,
                          const Tile<T>& g);

/// out += coefficient_l O psi_l for complex coefficients. @param re, im [kLanes].
template <class T>
void add_observable_times(const Tile<T>& psi, const Observable& observable, const T* re, const T* im,
                          const Tile<T>& out);

/// <a_l| O |b_l> for every lane. @param re, im [kLanes], written.
template <class T>
void matrix_element(const Tile<T>& a, const Observable& observable, const Tile<T>& b, T* re, T* im);

/// Expectations of every sample of a batch: [observables, batch] in float64. The simple way in.
template <class T>
std::vector<double> expectations(StateBatch<T>& state, std::span<const Observable> observables);

}  // namespace ebit::inline sim
