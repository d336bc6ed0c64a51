#include "ebit/sim/gate.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <numbers>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/base/utf8.h"

namespace ebit::inline sim {
namespace {

constexpr Complex kImaginary{0, 1};

using Matrix2 = std::array<Complex, 4>;
constexpr Matrix2 kPauliX{0, 1, 1, 0};
constexpr Matrix2 kPauliY{0, -kImaginary, kImaginary, 0};
constexpr Matrix2 kPauliZ{1, 0, 0, -1};

void store(std::initializer_list<Complex> entries, Complex* out) {
  std::copy(entries.begin(), entries.end(), out);
}

// The functions below are the `matrix` and `generator` columns of the table, one line a gate where it fits.

template <int kRe, int kIm>  // diag(1, (kRe + i kIm) / |...|)
void phase_matrix(const double*, Complex* out) {
  store({1, 0, 0, Complex(kRe, kIm) / std::hypot(kRe, kIm)}, out);
}
void identity_matrix(const double*, Complex* out) { store({1, 0, 0, 1}, out); }
void x_matrix(const double*, Complex* out) { std::copy(kPauliX.begin(), kPauliX.end(), out); }
void y_matrix(const double*, Complex* out) { std::copy(kPauliY.begin(), kPauliY.end(), out); }
void h_matrix(const double*, Complex* out) {
  constexpr double r = std::numbers::sqrt2 / 2;
  store({r, r, r, -r}, out);
}
template <int kSign>
void sx_matrix(const double*, Complex* out) {
  const Complex a(0.5, 0.5 * kSign), b(0.5, -0.5 * kSign);
  store({a, b, b, a}, out);
}

// exp(-i angle P / 2) of a Pauli matrix P.
template <const Matrix2& kPauli>
void rotation_matrix(const double* angle, Complex* out) {
  const double c = std::cos(angle[0] / 2), s = std::sin(angle[0] / 2);
  for (int i = 0; i < 4; ++i) {
    const Complex p = kPauli[i];
    // -i s p, written out so that real and imaginary parts stay exact zeros where they are zero.
    out[i] = Complex((i % 3 == 0 ? c : 0.0) + s * p.imag(), -s * p.real());
  }
}
template <const Matrix2& kPauli>
void rotation_generator(const double*, int, Complex* out) {
  for (int i = 0; i < 4; ++i) out[i] = 0.5 * kPauli[i];
}

void p_matrix(const double* angle, Complex* out) { store({1, 0, 0, std::polar(1.0, angle[0])}, out); }
void p_generator(const double*, int, Complex* out) { store({0, 0, 0, -1}, out); }

void multiply2(const Complex* a, const Complex* b, Complex* out) {
  store({a[0] * b[0] + a[1] * b[2], a[0] * b[1] + a[1] * b[3], a[2] * b[0] + a[3] * b[2],
         a[2] * b[1] + a[3] * b[3]},
        out);
}

// out = A m A^+ for 2x2 matrices.
void conjugate2(const Complex* a, const Complex* m, Complex* out) {
  Complex am[4];
  multiply2(a, m, am);
  const Complex adjoint[4] = {std::conj(a[0]), std::conj(a[2]), std::conj(a[1]), std::conj(a[3])};
  multiply2(am, adjoint, out);
}

void rot_matrix(const double* angle, Complex* out) {
  Complex first[4], second[4], third[4], partial[4];
  rotation_matrix<kPauliZ>(angle, first);
  rotation_matrix<kPauliY>(angle + 1, second);
  rotation_matrix<kPauliZ>(angle + 2, third);
  multiply2(second, first, partial);
  multiply2(third, partial, out);
}
void rot_generator(const double* angle, int k, Complex* out) {
  // dU/dangle_k = -i (A (P/2) A^+) U, where A is what comes after the k-th factor.
  Complex half[4], after[4];
  if (k == 2) return rotation_generator<kPauliZ>(angle, 0, out);
  rotation_matrix<kPauliZ>(angle + 2, after);
  if (k == 1) {
    rotation_generator<kPauliY>(angle, 0, half);
    return conjugate2(after, half, out);
  }
  Complex second[4], both[4];
  rotation_matrix<kPauliY>(angle + 1, second);
  multiply2(after, second, both);
  rotation_generator<kPauliZ>(angle, 0, half);
  conjugate2(both, half, out);
}

void u3_matrix(const double* angle, Complex* out) {
  const double c = std::cos(angle[0] / 2), s = std::sin(angle[0] / 2);
  const Complex phi = std::polar(1.0, angle[1]), lambda = std::polar(1.0, angle[2]);
  store({c, -lambda * s, phi * s, phi * lambda * c}, out);
}
void u3_generator(const double* angle, int k, Complex* out) {
  const Complex phi = std::polar(1.0, angle[1]);
  if (k == 0) return store({0, -0.5 * kImaginary * std::conj(phi), 0.5 * kImaginary * phi, 0}, out);
  if (k == 1) return store({0, 0, 0, -1}, out);
  Complex u[4];
  u3_matrix(angle, u);
  const Complex minus_one_projector[4] = {0, 0, 0, -1};
  conjugate2(u, minus_one_projector, out);
}

void swap_matrix(const double*, Complex* out) {
  store({1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1}, out);
}
template <int kSign>
void iswap_matrix(const double*, Complex* out) {
  const Complex i(0, kSign);
  store({1, 0, 0, 0, 0, 0, i, 0, 0, i, 0, 0, 0, 0, 0, 1}, out);
}

// P (x) P of a Pauli matrix, entry (row, column) of 4x4.
template <const Matrix2& kPauli>
Complex pair_entry(int row, int column) {
  return kPauli[(row >> 1) * 2 + (column >> 1)] * kPauli[(row & 1) * 2 + (column & 1)];
}
template <const Matrix2& kPauli>  // exp(-i angle P (x) P / 2)
void pair_rotation_matrix(const double* angle, Complex* out) {
  const double c = std::cos(angle[0] / 2), s = std::sin(angle[0] / 2);
  for (int i = 0; i < 16; ++i)
    out[i] = Complex(i % 5 == 0 ? c : 0.0, -s * pair_entry<kPauli>(i / 4, i % 4).real());
}
template <const Matrix2& kPauli>
void pair_rotation_generator(const double*, int, Complex* out) {
  for (int i = 0; i < 16; ++i) out[i] = 0.5 * pair_entry<kPauli>(i / 4, i % 4);
}

constexpr Rotation kAboutX[] = {{Axis::kX, 0}}, kAboutY[] = {{Axis::kY, 0}}, kAboutZ[] = {{Axis::kZ, 0}};
constexpr Rotation kPhase[] = {{Axis::kZ, 0, true}};
constexpr Rotation kAsRot[] = {{Axis::kZ, 0}, {Axis::kY, 1}, {Axis::kZ, 2}};
constexpr Rotation kAsU3[] = {{Axis::kZ, 2, true}, {Axis::kY, 0}, {Axis::kZ, 1, true}};

constexpr double kTwoTerm[] = {1.0};
constexpr double kFourTerm[] = {0.5, 1.0};

constexpr auto kGeneral = Structure::kGeneral;
constexpr auto kReal = Structure::kReal;
constexpr auto kDiagonal = Structure::kDiagonal;
constexpr auto kFlip = Structure::kFlip;

// A gate without angles.
constexpr Gate fixed(GateId id, std::string_view name, std::string_view qasm, int wires, int controls,
                     Structure structure, void (*matrix)(const double*, Complex*), GateId inverse,
                     std::string_view help) {
  return {.id = id,
          .name = name,
          .qasm = qasm,
          .wires = wires,
          .controls = controls,
          .angles = 0,
          .structure = structure,
          .matrix = matrix,
          .generator = nullptr,
          .frequency = {},
          .expectation_frequencies = {},
          .rotations = {},
          .inverse = {.gate = inverse},
          .generator_text = "",
          .help = help};
}

// A gate of one angle that is undone by the opposite angle.
constexpr Gate rotation(GateId id, std::string_view name, std::string_view qasm, int wires, int controls,
                        Structure structure, void (*matrix)(const double*, Complex*),
                        void (*generator)(const double*, int, Complex*), double frequency,
                        std::string_view generator_text, std::string_view help,
                        std::span<const Rotation> rotations = {}) {
  return {.id = id,
          .name = name,
          .qasm = qasm,
          .wires = wires,
          .controls = controls,
          .angles = 1,
          .structure = structure,
          .matrix = matrix,
          .generator = generator,
          .frequency = {frequency},
          .expectation_frequencies = controls ? std::span<const double>(kFourTerm) : kTwoTerm,
          .rotations = rotations,
          .inverse = {.gate = id},
          .generator_text = generator_text,
          .help = help};
}

using enum GateId;
constexpr auto kRxMatrix = rotation_matrix<kPauliX>;
constexpr auto kRyMatrix = rotation_matrix<kPauliY>;
constexpr auto kRzMatrix = rotation_matrix<kPauliZ>;
constexpr auto kRxGenerator = rotation_generator<kPauliX>;
constexpr auto kRyGenerator = rotation_generator<kPauliY>;
constexpr auto kRzGenerator = rotation_generator<kPauliZ>;

const Gate kGates[] = {
    fixed(GateId::kI, "I", "id", 1, 0, kDiagonal, identity_matrix, GateId::kI, "Identity: does nothing."),
    fixed(kX, "X", "x", 1, 0, kFlip, x_matrix, kX, "Pauli X: swaps |0> and |1>."),
    fixed(kY, "Y", "y", 1, 0, kGeneral, y_matrix, kY, "Pauli Y = [[0, -i], [i, 0]]."),
    fixed(kZ, "Z", "z", 1, 0, kDiagonal, phase_matrix<-1, 0>, kZ, "Pauli Z = diag(1, -1)."),
    fixed(kH, "H", "h", 1, 0, kReal, h_matrix, kH, "Hadamard = [[1, 1], [1, -1]] / sqrt 2."),
    fixed(kS, "S", "s", 1, 0, kDiagonal, phase_matrix<0, 1>, kSdg, "diag(1, i), the square root of Z."),
    fixed(kSdg, "Sdg", "sdg", 1, 0, kDiagonal, phase_matrix<0, -1>, kS, "diag(1, -i), the inverse of S."),
    fixed(kT, "T", "t", 1, 0, kDiagonal, phase_matrix<1, 1>, kTdg,
          "diag(1, exp(i pi/4)), the square root of S."),
    fixed(kTdg, "Tdg", "tdg", 1, 0, kDiagonal, phase_matrix<1, -1>, kT,
          "diag(1, exp(-i pi/4)), the inverse of T."),
    fixed(kSX, "SX", "sx", 1, 0, kGeneral, sx_matrix<1>, kSXdg,
          "The square root of X, [[1+i, 1-i], [1-i, 1+i]] / 2."),
    fixed(kSXdg, "SXdg", "", 1, 0, kGeneral, sx_matrix<-1>, kSX, "The inverse of SX."),
    rotation(kRX, "RX", "rx", 1, 0, kGeneral, kRxMatrix, kRxGenerator, 0.5, "X/2", "exp(-i a X/2).", kAboutX),
    rotation(kRY, "RY", "ry", 1, 0, kReal, kRyMatrix, kRyGenerator, 0.5, "Y/2",
             "exp(-i a Y/2), a real rotation.", kAboutY),
    rotation(kRZ, "RZ", "rz", 1, 0, kDiagonal, kRzMatrix, kRzGenerator, 0.5, "Z/2", "exp(-i a Z/2).",
             kAboutZ),
    rotation(kP, "P", "p", 1, 0, kDiagonal, p_matrix, p_generator, 1.0, "-|1><1|",
             "Phase: diag(1, exp(i a)).", kPhase),
    {.id = kRot,
     .name = "Rot",
     .qasm = "",
     .wires = 1,
     .controls = 0,
     .angles = 3,
     .structure = kGeneral,
     .matrix = rot_matrix,
     .generator = rot_generator,
     .frequency = {0.5, 0.5, 0.5},
     .expectation_frequencies = kTwoTerm,
     .rotations = kAsRot,
     .inverse = {.gate = kRot, .from = {2, 1, 0}},
     .generator_text = "U Z U^+/2, RZ(c) Y RZ(-c)/2, Z/2",
     .help = "Rot(a, b, c) = RZ(c) RY(b) RZ(a), any rotation of a qubit."},
    {.id = kU3,
     .name = "U3",
     .qasm = "u3",
     .wires = 1,
     .controls = 0,
     .angles = 3,
     .structure = kGeneral,
     .matrix = u3_matrix,
     .generator = u3_generator,
     .frequency = {0.5, 1.0, 1.0},
     .expectation_frequencies = kTwoTerm,
     .rotations = kAsU3,
     .inverse = {.gate = kU3, .from = {0, 2, 1}},
     .generator_text = "(cos phi Y - sin phi X)/2, -|1><1|, -U |1><1| U^+",
     .help = "U3(theta, phi, lambda) = [[cos, -e^(i lambda) sin], [e^(i phi) sin, e^(i (phi + lambda)) cos]] "
             "of theta/2."},
    fixed(kCNOT, "CNOT", "cx", 2, 1, kFlip, x_matrix, kCNOT,
          "Controlled X: flips the second wire where the first is 1."),
    fixed(kCY, "CY", "cy", 2, 1, kGeneral, y_matrix, kCY, "Controlled Y."),
    fixed(kCZ, "CZ", "cz", 2, 1, kDiagonal, phase_matrix<-1, 0>, kCZ, "Controlled Z: diag(1, 1, 1, -1)."),
    rotation(kCRX, "CRX", "crx", 2, 1, kGeneral, kRxMatrix, kRxGenerator, 0.5, "|1><1| X/2",
             "Controlled RX."),
    rotation(kCRY, "CRY", "cry", 2, 1, kReal, kRyMatrix, kRyGenerator, 0.5, "|1><1| Y/2", "Controlled RY."),
    rotation(kCRZ, "CRZ", "crz", 2, 1, kDiagonal, kRzMatrix, kRzGenerator, 0.5, "|1><1| Z/2",
             "Controlled RZ."),
    fixed(kToffoli, "Toffoli", "ccx", 3, 2, kFlip, x_matrix, kToffoli,
          "Flips the third wire where the first two are 1."),
    fixed(kSWAP, "SWAP", "swap", 2, 0, kFlip, swap_matrix, kSWAP, "Exchanges two wires."),
    fixed(kISWAP, "iSWAP", "", 2, 0, kGeneral, iswap_matrix<1>, kISWAPdg,
          "Exchanges two wires, |01> and |10> times i."),
    fixed(kISWAPdg, "iSWAPdg", "", 2, 0, kGeneral, iswap_matrix<-1>, kISWAP, "The inverse of iSWAP."),
    rotation(kRXX, "RXX", "", 2, 0, kGeneral, pair_rotation_matrix<kPauliX>, pair_rotation_generator<kPauliX>,
             0.5, "XX/2", "exp(-i a XX/2).", kAboutX),
    rotation(kRYY, "RYY", "", 2, 0, kGeneral, pair_rotation_matrix<kPauliY>, pair_rotation_generator<kPauliY>,
             0.5, "YY/2", "exp(-i a YY/2)."),
    rotation(kRZZ, "RZZ", "", 2, 0, kDiagonal, pair_rotation_matrix<kPauliZ>,
             pair_rotation_generator<kPauliZ>, 0.5, "ZZ/2", "exp(-i a ZZ/2).", kAboutZ),
    fixed(kMatrix1, "Matrix1", "", 1, 0, kGeneral, nullptr, kMatrix1,
          "Any unitary 2x2 matrix, kept by the circuit."),
    fixed(kMatrix2, "Matrix2", "", 2, 0, kGeneral, nullptr, kMatrix2,
          "Any unitary 4x4 matrix, kept by the circuit."),
};

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

}  // namespace

std::span<const Gate> gates() { return kGates; }

const Gate& gate(GateId id) { return kGates[static_cast<std::size_t>(id)]; }

const Gate& gate(std::string_view name) {
  if (same_word(name, "CX")) return gate(kCNOT);
  for (const Gate& row : kGates)
    if (same_word(row.name, name)) return row;
  fail("unknown gate '{}'{}", shown(name), suggestion(name, names_of(kGates)));
}

std::vector<Complex> gate_matrix(const Gate& gate, std::span<const double> angles) {
  require(gate.matrix != nullptr, "the matrix of {} is kept by the circuit that uses it", gate.name);
  require(static_cast<int>(angles.size()) == gate.angles, "{} takes {} angles, not {}", gate.name,
          gate.angles, angles.size());
  const int inner = gate.dimension(), outer = 1 << gate.wires;
  Complex target[16];
  gate.matrix(angles.data(), target);
  std::vector<Complex> matrix(static_cast<std::size_t>(outer * outer), 0.0);
  for (int i = 0; i < outer; ++i) matrix[i * outer + i] = 1.0;
  // Controls are the most significant bits, so the target matrix is the last diagonal block.
  const int first = outer - inner;
  for (int i = 0; i < inner; ++i)
    for (int j = 0; j < inner; ++j) matrix[(first + i) * outer + first + j] = target[i * inner + j];
  return matrix;
}

std::vector<Complex> conjugate_transpose(std::span<const Complex> matrix) {
  const auto n = static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(matrix.size()))));
  std::vector<Complex> out(matrix.size());
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) out[j * n + i] = std::conj(matrix[i * n + j]);
  return out;
}

double unitarity_defect(std::span<const Complex> matrix) {
  const auto n = static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(matrix.size()))));
  double worst = 0;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      Complex sum = i == j ? -1.0 : 0.0;
      for (std::size_t k = 0; k < n; ++k) sum += std::conj(matrix[k * n + i]) * matrix[k * n + j];
      worst = std::max(worst, std::abs(sum));
    }
  return worst;
}

}  // namespace ebit::inline sim
