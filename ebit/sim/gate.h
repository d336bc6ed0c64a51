// The gate table: one row a gate. Parser, simulator, derivatives, drawing, help and tests all read it.
#pragma once

#include <array>
#include <complex>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace ebit::inline sim {

/// Most wires of a circuit: a basis state is one number of 64 bits.
inline constexpr int kMaxWires = 64;

using Complex = std::complex<double>;  ///< an amplitude or matrix entry

/// Names a row of the gate table; gate(id) is the row.
enum class GateId : std::uint8_t {
  kI,        ///< identity
  kX,        ///< Pauli X
  kY,        ///< Pauli Y
  kZ,        ///< Pauli Z
  kH,        ///< Hadamard
  kS,        ///< diag(1, i)
  kSdg,      ///< inverse of S
  kT,        ///< diag(1, exp(i pi/4))
  kTdg,      ///< inverse of T
  kSX,       ///< square root of X
  kSXdg,     ///< inverse of SX
  kRX,       ///< exp(-i a X/2)
  kRY,       ///< exp(-i a Y/2)
  kRZ,       ///< exp(-i a Z/2)
  kP,        ///< diag(1, exp(i a))
  kRot,      ///< RZ(c) RY(b) RZ(a)
  kU3,       ///< U3(theta, phi, lambda) of OpenQASM
  kCNOT,     ///< controlled X
  kCY,       ///< controlled Y
  kCZ,       ///< controlled Z
  kCRX,      ///< controlled RX
  kCRY,      ///< controlled RY
  kCRZ,      ///< controlled RZ
  kToffoli,  ///< X with two controls
  kSWAP,     ///< exchanges two wires
  kISWAP,    ///< SWAP with a factor i on what moves
  kISWAPdg,  ///< inverse of iSWAP
  kRXX,      ///< exp(-i a XX/2)
  kRYY,      ///< exp(-i a YY/2)
  kRZZ,      ///< exp(-i a ZZ/2)
  kMatrix1,  ///< a 2x2 unitary that the circuit keeps
  kMatrix2,  ///< a 4x4 unitary that the circuit keeps
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
  GateId gate;                                            ///< the gate that undoes this one
  std::array<std::int8_t, kMaxGateAngles> from{0, 1, 2};  ///< index of the angle of this gate that is taken
  std::array<std::int8_t, kMaxGateAngles> sign{-1, -1, -1};  ///< 1 or -1
};

/// A Pauli axis of a rotation.
enum class Axis : std::uint8_t { kX, kY, kZ };

/// exp(-i angle axis / 2), or with `phase` diag(1, exp(i angle)), which differs from RZ by a phase.
struct Rotation {
  Axis axis;           ///< what it turns about
  int angle;           ///< which of the gate's angles it takes
  bool phase = false;  ///< diag(1, exp(i angle)) instead
};

/// One gate. A controlled gate is its target matrix, applied where all controls are 1: its first `controls`
/// wires are the controls, the others the targets, the first target the most significant bit of the matrix.
struct Gate {
  GateId id;              ///< its place in gates()
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
  /// One-wire gates with angles: the gate as rotations, the one that acts first first; what neighbours are
  /// fused by. Of two wires: rotations about the axis' Pauli on both, as ZZ. Empty where the gate is not made
  /// of rotations: it then runs by itself.
  std::span<const Rotation> rotations;
  InverseRule inverse;  ///< how it is undone; matrix gates are undone by their conjugate transpose
  std::string_view generator_text;  ///< the generators for people
  std::string_view help;            ///< one sentence, with the matrix

  int targets() const { return wires - controls; }  ///< how many of the wires are targets
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

}  // namespace ebit::inline sim
