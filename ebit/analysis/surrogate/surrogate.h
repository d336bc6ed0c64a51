// A gated cell without circuits: the same outputs from products of classical features.
//
// A gate's circuit meets a product state: the encoder turns each wire by functions of one number. So
// `<Z_k>` = sum over Pauli strings P of c_kP prod_q <P_q>(y_q), with c_kP = Tr(P U^+ Z_k U) / 2^n at any
// depth of the ansatz U, and <P_q> the encoder's Bloch vector of wire q: functions such as cos(arctan y),
// known in closed form. The coefficients are read off the observable in the Heisenberg picture, exactly.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ebit/cell/cell.h"
#include "ebit/cell/gated/gated_options.h"
#include "ebit/fit/safetensors.h"

namespace ebit::analysis {

/// The most wires of a circuit whose coefficients are extracted: 4^n of them an output.
inline constexpr int kMostSurrogateWires = 6;

/// y = W v + b; without rows: there is none.
struct SurrogateMap {
  std::size_t rows = 0;        ///< of W
  std::size_t columns = 0;     ///< of W
  std::vector<double> weight;  ///< [rows, columns]
  std::vector<double> bias;    ///< [rows]
};

/// A gate: numbers = A z + a, z_k = sum_t coefficient_kt prod_q feature(letter_tq, y_q), y = B v + b.
struct SurrogateGate {
  std::string name;                     ///< "forget", ...
  SurrogateMap before;                  ///< B
  SurrogateMap behind;                  ///< A
  bool shares_before = false;           ///< B is that of the gate before it
  std::vector<std::vector<int>> terms;  ///< [M] letters [n] of a Pauli string: 0 is 1, then x, y, z
  std::size_t measured = 0;             ///< readouts k
  std::vector<double> coefficients;     ///< [measured, M]
  std::vector<double> peephole;         ///< [C] weights of the cell state; empty: none
};

/// The whole cell.
struct Surrogate {
  GatedOptions options;              ///< of the cell
  GatedSizes sizes;                  ///< that follow from them
  std::vector<SurrogateGate> gates;  ///< in the order of the equations
  std::size_t possible = 0;  ///< coefficients that the encoder's features allow, all gates and readouts
  std::size_t nonzero = 0;   ///< those that are not zero
};

/// Why a cell has no surrogate, in a few words; empty: it has one.
std::string surrogate_obstacle(const GatedOptions& options);

/// Extracts the coefficients. @param parameters [P] as GatedCell takes them. Throws Error with the obstacle.
Surrogate extract_surrogate(const GatedOptions& options, std::span<const double> parameters);

/// Runs the classical model: the outputs behind each sequence's last step, [B, K], zero for one of length 0.
std::vector<double> run_surrogate(const Surrogate& surrogate, const SequenceInput<double>& input);

/// The model as tensors: for each gate NAME "NAME.terms" [M, n], "NAME.coefficients" [measured, M], and where
/// they are there "NAME.before.weight" ..., "NAME.behind.weight" ..., "NAME.peephole".
fit::TensorFile surrogate_file(const Surrogate& surrogate);

/// What those tensors mean, as Markdown.
std::string surrogate_readme(const Surrogate& surrogate);

}  // namespace ebit::analysis
