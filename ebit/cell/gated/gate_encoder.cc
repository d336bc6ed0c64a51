#include "ebit/cell/gated/gate_encoder.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/choice.h"
#include "ebit/sim/state.h"

namespace ebit::inline cell {
namespace {

double same(double y) { return y; }
double one(double) { return 1; }
double arctan(double y) { return std::atan(y); }
double arctan_slope(double y) { return 1 / (1 + y * y); }
double arctan_square(double y) { return std::atan(y * y); }
double arctan_square_slope(double y) { return 2 * y / (1 + y * y * y * y); }

// Of numbers clamped to [-1, 1]. The slopes are infinite at the ends; there, and where the clamp holds, they
// count as 0: a number outside stays what it is for the gradient.
double arcsin(double y) { return std::asin(std::clamp(y, -1.0, 1.0)); }
double arcsin_slope(double y) { return y > -1 && y < 1 ? 1 / std::sqrt((1 - y) * (1 + y)) : 0; }
double arccos(double y) { return std::acos(std::clamp(y, -1.0, 1.0)); }
double arccos_slope(double y) { return -arcsin_slope(y); }

constexpr const char* kCao = "Cao et al. 2023 (Quantum Mach. Intell. 5:26)";

constexpr const char* kDiffQas = "Chen and Tiwari 2025 (arXiv:2508.14955)";

const GateEncoder kEncoders[] = {
    {"arctan-angle",
     "H RY(arctan y) RZ(arctan y^2) on each wire.",
     "Chen, Yoo, Fang 2020 (arXiv:2009.01783)",
     true,
     {{GateId::kRY, arctan, arctan_slope}, {GateId::kRZ, arctan_square, arctan_square_slope}}},
    {"arctan-angle-no-h",
     "RY(arctan y) RZ(arctan y^2) on each wire.",
     kCao,
     false,
     {{GateId::kRY, arctan, arctan_slope}, {GateId::kRZ, arctan_square, arctan_square_slope}}},
    {"h-rx-arctan",
     "H RX(arctan y) on each wire: a phase, so that y never enters.",
     kCao,
     true,
     {{GateId::kRX, arctan, arctan_slope}}},
    {"h-rx-rz-arctan",
     "H RX(arctan y) RZ(arctan y^2) on each wire; RX is a phase, so that the sign of y is lost.",
     kCao,
     true,
     {{GateId::kRX, arctan, arctan_slope}, {GateId::kRZ, arctan_square, arctan_square_slope}}},
    {"arcsin-arccos",
     "RY(arcsin y) RZ(arccos y) on each wire, y clamped to [-1, 1].",
     kCao,
     false,
     {{GateId::kRY, arcsin, arcsin_slope}, {GateId::kRZ, arccos, arccos_slope}}},
    {"h-ry", "H RY(y) on each wire.", "Chen's later release, 2024", true, {{GateId::kRY, same, one}}},
    {"rx",
     "RX(y) on each wire.",
     "Di Sipio 2021, qlstm; PennyLane's AngleEmbedding",
     false,
     {{GateId::kRX, same, one}}},
    {"ry", "RY(y) on each wire.", kDiffQas, false, {{GateId::kRY, same, one}}},
    {"rz",
     "RZ(y) on each wire: a phase, so that y never enters.",
     kDiffQas,
     false,
     {{GateId::kRZ, same, one}}},
    {"h-rx",
     "H RX(y) on each wire: a phase, so that y never enters.",
     kDiffQas,
     true,
     {{GateId::kRX, same, one}}},
    {"h-rz", "H RZ(y) on each wire.", kDiffQas, true, {{GateId::kRZ, same, one}}},
};

}  // namespace

Circuit GateEncoder::build(int wires) const {
  Circuit circuit(wires);
  int next = 0;
  for (int q = 0; q < wires; ++q) {
    if (hadamard) circuit.add(GateId::kH, {q});
    for (const GateRotation& rotation : rotations)
      circuit.add(rotation.gate, {q}, {Angle::per_sample(next++)});
  }
  return circuit;
}

std::span<const GateEncoder> gate_encoders() { return kEncoders; }

const GateEncoder& find_gate_encoder(std::string_view name) {
  return find_row(kEncoders, "unknown encoder of a gated cell", name);
}

template <class T>
void encode(const GateEncoder& encoder, int wires, const T* y, T* angles) {
  for (int q = 0; q < wires; ++q, y += kLanes<T>)
    for (const GateRotation& rotation : encoder.rotations)
      for (int l = 0; l < kLanes<T>; ++l)
        *angles++ = static_cast<T>(rotation.value(static_cast<double>(y[l])));
}

template <class T>
void encode_backward(const GateEncoder& encoder, int wires, const T* y, const T* d_angles, T* d_y) {
  for (int q = 0; q < wires; ++q, y += kLanes<T>, d_y += kLanes<T>)
    for (const GateRotation& rotation : encoder.rotations)
      for (int l = 0; l < kLanes<T>; ++l)
        d_y[l] += *d_angles++ * static_cast<T>(rotation.slope(static_cast<double>(y[l])));
}

#define EBIT_INSTANTIATE(T)                                    \
  template void encode(const GateEncoder&, int, const T*, T*); \
  template void encode_backward(const GateEncoder&, int, const T*, const T*, T*);
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
