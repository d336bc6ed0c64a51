#include "ebit/cell/gated/gate_encoder.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/choice.h"
#include "ebit/sim/kernels.h"

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

// The rows of AngleFunction in the slow, obvious way.
struct AngleRow {
  double (*value)(double y);
  double (*slope)(double y);
};
constexpr AngleRow kAngles[kAngleFunctions] = {{same, one},
                                               {arctan, arctan_slope},
                                               {arctan_square, arctan_square_slope},
                                               {arcsin, arcsin_slope},
                                               {arccos, arccos_slope}};

using enum AngleFunction;
// A rotation by an angle takes u to cos u - sin v and v to sin u + cos v, of the axes X = 0, Y = 1, Z = 2.
struct Plane {
  std::size_t u, v;
};
Plane plane_of(const GateRotation& rotation) {
  return rotation.gate == GateId::kRX   ? Plane{1, 2}
         : rotation.gate == GateId::kRY ? Plane{2, 0}
                                        : Plane{0, 1};
}

constexpr const char* kCao = "Cao et al. 2023 (Quantum Mach. Intell. 5:26)";

const GateEncoder kEncoders[] = {
    {"arctan-angle",
     "H RY(arctan y) RZ(arctan y^2) on each wire.",
     "Chen, Yoo, Fang 2020 (arXiv:2009.01783)",
     true,
     {{GateId::kRY, kArctan}, {GateId::kRZ, kArctanSquare}}},
    {"arctan-angle-no-h",
     "RY(arctan y) RZ(arctan y^2) on each wire.",
     kCao,
     false,
     {{GateId::kRY, kArctan}, {GateId::kRZ, kArctanSquare}}},
    {"h-rx-arctan",
     "H RX(arctan y) on each wire: a phase, so that y never enters.",
     kCao,
     true,
     {{GateId::kRX, kArctan}}},
    {"h-rx-rz-arctan",
     "H RX(arctan y) RZ(arctan y^2) on each wire; RX is a phase, so that the sign of y is lost.",
     kCao,
     true,
     {{GateId::kRX, kArctan}, {GateId::kRZ, kArctanSquare}}},
    {"arcsin-arccos",
     "RY(arcsin y) RZ(arccos y) on each wire, y clamped to [-1, 1].",
     kCao,
     false,
     {{GateId::kRY, kArcsin}, {GateId::kRZ, kArccos}}},
    {"h-ry", "H RY(y) on each wire.", "Chen's later release, 2024", true, {{GateId::kRY, kSame}}},
    {"rx",
     "RX(y) on each wire.",
     "Di Sipio 2021, qlstm; PennyLane's AngleEmbedding",
     false,
     {{GateId::kRX, kSame}}},
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

double GateRotation::value(double y) const { return kAngles[static_cast<int>(function)].value(y); }
double GateRotation::slope(double y) const { return kAngles[static_cast<int>(function)].slope(y); }

PauliAxes axes_of(const GateEncoder& encoder) {
  bool present[3] = {encoder.hadamard, false, !encoder.hadamard};
  for (const GateRotation& rotation : encoder.rotations) {
    const Plane plane = plane_of(rotation);
    present[plane.u] = present[plane.v] = present[plane.u] || present[plane.v];
  }
  return {present[0], present[1], present[2]};
}

template <class T>
void encode(const GateEncoder& encoder, const GateKernels<T>& kernels, int wires, const T* y, T* angles,
            T* slopes) {
  for (int q = 0; q < wires; ++q, y += kLanes<T>)
    for (const GateRotation& rotation : encoder.rotations) {
      kernels.angle[static_cast<int>(rotation.function)](y, kLanes<T>, angles, slopes);
      angles += kLanes<T>, slopes += kLanes<T>;
    }
}

template <class T>
void encode_backward(const GateEncoder& encoder, int wires, const T* slopes, const T* d_angles, T* d_y) {
  for (int q = 0; q < wires; ++q, d_y += kLanes<T>)
    for (std::size_t r = 0; r < encoder.rotations.size(); ++r)
      for (int l = 0; l < kLanes<T>; ++l) d_y[l] += *d_angles++ * *slopes++;
}

template <class T>
void encode_features(const GateEncoder& encoder, const GateKernels<T>& kernels, int wires, const T* y,
                     T* turns, T* features) {
  const std::size_t n = static_cast<std::size_t>(wires) * kLanes<T>;
  std::fill_n(features, 3 * n, T(0));
  std::fill_n(features + (encoder.hadamard ? 0 : 2 * n), n, T(1));  // |+>, or |0>
  for (const GateRotation& rotation : encoder.rotations) {
    T *const cosine = turns, *const sine = turns + n, *const slope = turns + 2 * n;
    if (rotation.function == kSame) {
      kernels::kernel_table<T>().sincos(y, sine, cosine, n);
      std::fill_n(slope, n, T(1));
    } else {
      kernels.turn[static_cast<int>(rotation.function)](y, n, cosine, sine, slope);
    }
    const Plane plane = plane_of(rotation);
    kernels.rotate_plane(n, cosine, sine, features + plane.u * n, features + plane.v * n);
    turns += 3 * n;
  }
}

template <class T>
void encode_features_backward(const GateEncoder& encoder, const GateKernels<T>& kernels, int wires,
                              const T* turns, T* features, T* d_features, T* d_y) {
  const std::size_t n = static_cast<std::size_t>(wires) * kLanes<T>;
  for (std::size_t r = encoder.rotations.size(); r-- > 0;) {
    const T *const cosine = turns + 3 * n * r, *const sine = cosine + n, *const slope = sine + n;
    const Plane plane = plane_of(encoder.rotations[r]);
    kernels.rotate_plane_back(n, cosine, sine, slope, features + plane.u * n, features + plane.v * n,
                              d_features + plane.u * n, d_features + plane.v * n, d_y);
  }
}

#define EBIT_INSTANTIATE(T)                                                                                \
  template void encode(const GateEncoder&, const GateKernels<T>&, int, const T*, T*, T*);                  \
  template void encode_backward(const GateEncoder&, int, const T*, const T*, T*);                          \
  template void encode_features(const GateEncoder&, const GateKernels<T>&, int, const T*, T*, T*);         \
  template void encode_features_backward(const GateEncoder&, const GateKernels<T>&, int, const T*, T*, T*, \
                                         T*);
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
