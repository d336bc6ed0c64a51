// The gate table: one row a gate. Parser, simulator, derivatives, drawing, help and tests all read it.
#pragma once

#include <array>
#include <complex>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace ebit {

using Complex = std::complex<double>;

/// Names a row of the gate table; gate(id) is the row.
enum class GateId : std::uint8_t {
  kI,
  kX,
  kY,
  kZ,
  kH,
  kS,
  kSdg,
  kT,
  kTdg,
  kSX,
  kSXdg,
  kRX,
  kRY,
  kRZ,
  kP,
  kRot,
  kU3,
  kCNOT,
  kCY,
  kCZ,
  kCRX,
  kCRY,
  kCRZ,
  kToffoli,
  kSWAP,
  kISWAP,
  kISWAPdg,
  kRXX,
  kRYY,
  kRZZ,
  kMatrix1,
  kMatrix2,
};

inline constexpr int kMaxGateWires = 3;   ///< wires of the widest gate, controls included
inline constexpr int kMaxGateAngles = 3;  ///< angles of the gate with most of them

/// What is known of the nonzero pattern of a gate's matrix; the simulator has a kernel for each.
enum class Structure : std::uint8_t {
  kGeneral,   ///< any complex matrix
  kReal,      ///< all entries real
  kDiagonal,  ///< only diagonal entries
  kFlip,      ///< one target: X. Two targets: SWAP
};

/// How a gate is undone: `gate` with angle k = sign[k] * (this gate's angle from[k]).
struct InverseRule {
  GateId gate;
  std::array<std::int8_t, kMaxGateAngles> from{0, 1, 2};
  std::array<std::int8_t, kMaxGateAngles> sign{-1, -1, -1};
};

/// One gate. A controlled gate is its target matrix, applied where all controls are 1: its first `controls`
/// wires are the controls, the others the targets, the first target the most significant bit of the matrix.
struct Gate {
  GateId id;
  std::string_view name;  ///< as written in circuits and shown by `ebit gates`
  std::string_view qasm;  ///< name in OpenQASM 3's stdgates.inc, or "" where it has none
  int wires;              ///< controls and targets
  int controls;           ///< how many of the wires are controls
  int angles;             ///< number of angles, in radians
  Structure structure;    ///< of the target matrix
  /// Writes the target matrix, row by row, [2^targets, 2^targets].
  void (*matrix)(const double* angles, Complex* out);
  /// Writes the Hermitian G_k with dU/dangle_k = -i G_k U, of the target matrix U; null without angles.
  void (*generator)(const double* angles, int k, Complex* out);
  /// For angle k: amplitudes behind the gate are a + b cos(w angle) + c sin(w angle), w = frequency[k] (an
  /// eigenvalue distance of the generator). It decides the parameter-shift rules, see grad/parameter_shift.h.
  std::array<double, kMaxGateAngles> frequency;
  /// Angular frequencies of expectation values in any angle: {1}: the two-term rule; {1/2, 1}: four terms.
  std::span<const double> expectation_frequencies;
  InverseRule inverse;
  std::string_view generator_text;  ///< the generators for people
  std::string_view help;            ///< one sentence, with the matrix

  int targets() const { return wires - controls; }
  int dimension() const { return 1 << targets(); }  ///< rows of the target matrix
};

/// All gates, in the order of GateId.
std::span<const Gate> gates();

/// The row of `id`.
const Gate& gate(GateId id);

/// The row called `name` (case ignored). Throws Error with the nearest name where there is none.
const Gate& gate(std::string_view name);

/// The whole matrix of a gate, controls included, row by row, [2^wires, 2^wires]; the first wire is the most
/// significant bit. For kMatrix1 and kMatrix2 there is no such matrix: theirs are kept by the circuit.
std::vector<Complex> gate_matrix(const Gate& gate, std::span<const double> angles);

/// The conjugate transpose of a square matrix given row by row.
std::vector<Complex> conjugate_transpose(std::span<const Complex> matrix);

/// The largest entry of |U^+ U - 1| of a square matrix given row by row: 0 for a unitary one.
double unitarity_defect(std::span<const Complex> matrix);

}  // namespace ebit
