#include "ebit/cell/gate_encoder.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "ebit/base/choice.h"
#include "ebit/sim/kernels.h"

namespace ebit::inline cell {
namespace {

constexpr double kPi = std::numbers::pi;

double same(double y) { return y; }
double one(double) { return 1; }
double arctan(double y) { return std::atan(y); }
double arctan_slope(double y) { return 1 / (1 + y * y); }
double arctan_square(double y) { return std::atan(y * y); }
double arctan_square_slope(double y) { return 2 * y / (1 + y * y * y * y); }
double cos_square(double y) { return std::cos(y * y); }
double cos_square_slope(double y) { return -2 * y * std::sin(y * y); }

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
                                               {arccos, arccos_slope},
                                               {cos_square, cos_square_slope}};

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
constexpr const char* kHavlicek = "Havlicek et al. 2019 (Nature 567:209)";
constexpr const char* kHsu = "Hsu, Li, Chen 2025, QAOA-Meta-Learning (a750416)";

// The parts of rz-ry-chain behind its first one, and those of the inverse of a chain with angles -b.
std::vector<EncoderPart> chain_and_back(const GateRotation& a, const GateRotation& b) {
  return {{.rotations = {a, b}, .links = EncoderLinks::kChainBack},
          {.rotations = {{GateId::kRY, b.function, b.scale}, b}},
          {.hadamard = true}};
}

constexpr const char* kDiffQas = "Chen and Tiwari 2025 (arXiv:2508.14955)";

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
    {"ry", "RY(y) on each wire.", kDiffQas, false, {{GateId::kRY, kSame}}},
    {"rz", "RZ(y) on each wire: a phase, so that y never enters.", kDiffQas, false, {{GateId::kRZ, kSame}}},
    {"h-rx",
     "H RX(y) on each wire: a phase, so that y never enters.",
     kDiffQas,
     true,
     {{GateId::kRX, kSame}}},
    {"h-rz", "H RZ(y) on each wire.", kDiffQas, true, {{GateId::kRZ, kSame}}},
    {"zz",
     "H RZ(2 y) on each wire, then RZZ(2 (pi - y_i) (pi - y_j)) on every pair.",
     kHavlicek,
     true,
     {{GateId::kRZ, kSame, 2}},
     EncoderLinks::kPairs},
    {"zz-chain",
     "H RZ(2 y) on each wire, then RZZ(2 (pi - y_i) (pi - y_j)) on the pairs j = i + 1.",
     kHavlicek,
     true,
     {{GateId::kRZ, kSame, 2}},
     EncoderLinks::kNeighbours},
    {"rz-ry-chain",
     "H RZ(a) RY(a) on each wire, a = cos y^2, a chain of CNOTs, RZ(a).",
     kHsu,
     true,
     {{GateId::kRZ, kCosSquare}, {GateId::kRY, kCosSquare}},
     EncoderLinks::kChain,
     {{.rotations = {{GateId::kRZ, kCosSquare}}}}},
    {"rz-ry-chain-raw",
     "H RZ(y) RY(y) on each wire, a chain of CNOTs, RZ(y).",
     kHsu,
     true,
     {{GateId::kRZ, kSame}, {GateId::kRY, kSame}},
     EncoderLinks::kChain,
     {{.rotations = {{GateId::kRZ, kSame}}}}},
    {"rz-ry-chain-undone",
     "rz-ry-chain and its inverse: the identity, so that y never enters.",
     kHsu,
     true,
     {{GateId::kRZ, kCosSquare}, {GateId::kRY, kCosSquare}},
     EncoderLinks::kChain,
     chain_and_back({GateId::kRZ, kCosSquare}, {GateId::kRZ, kCosSquare, -1})},
    {"rz-ry-chain-inverse-raw",
     "rz-ry-chain, then the inverse of rz-ry-chain-raw.",
     kHsu,
     true,
     {{GateId::kRZ, kCosSquare}, {GateId::kRY, kCosSquare}},
     EncoderLinks::kChain,
     chain_and_back({GateId::kRZ, kCosSquare}, {GateId::kRZ, kSame, -1})},
};

// Calls `on_rotation(wire, rotation)` and `on_pair(i, j)` for every angle of a part in turn.
template <class OnRotation, class OnPair>
void for_each_angle(const std::vector<GateRotation>& rotations, EncoderLinks links, int numbers,
                    OnRotation on_rotation, OnPair on_pair) {
  for (int q = 0; q < numbers; ++q)
    for (const GateRotation& rotation : rotations) on_rotation(q, rotation);
  const int reach = links == EncoderLinks::kPairs ? numbers : links == EncoderLinks::kNeighbours ? 1 : 0;
  for (int i = 0; i < numbers; ++i)
    for (int j = i + 1; j < numbers && j <= i + reach; ++j) on_pair(i, j);
}

// The same for all parts.
template <class OnRotation, class OnPair>
void for_each_angle(const GateEncoder& encoder, int numbers, OnRotation on_rotation, OnPair on_pair) {
  for_each_angle(encoder.rotations, encoder.links, numbers, on_rotation, on_pair);
  for (const EncoderPart& part : encoder.more)
    for_each_angle(part.rotations, part.links, numbers, on_rotation, on_pair);
}

}  // namespace

std::vector<EncoderPart> GateEncoder::parts() const {
  std::vector<EncoderPart> all = {{hadamard, rotations, links}};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

int GateEncoder::angles(int numbers) const {
  int count = 0;
  for_each_angle(
      *this, numbers, [&](int, const GateRotation&) { ++count; }, [&](int, int) { ++count; });
  return count;
}

Circuit GateEncoder::build(int wires, int numbers, int repetitions) const {
  Circuit circuit(wires);
  for (int r = 0; r < repetitions; ++r) {
    int next = 0;
    for (const EncoderPart& part : parts()) {
      int seen = 0;  // wires that have their H
      const auto up_to = [&](int wire) {
        for (; seen < wire; ++seen)
          if (part.hadamard) circuit.add(GateId::kH, {seen});
      };
      for_each_angle(
          part.rotations, part.links, numbers,
          [&](int q, const GateRotation& rotation) {
            up_to(q + 1);
            circuit.add(rotation.gate, {q}, {Angle::per_sample(next++)});
          },
          [&](int i, int j) {
            up_to(wires);
            circuit.add(GateId::kRZZ, {i, j}, {Angle::per_sample(next++)});
          });
      up_to(wires);
      for (int q = 0; q + 1 < wires; ++q) {
        if (part.links == EncoderLinks::kChain) circuit.add(GateId::kCNOT, {q, q + 1});
        if (part.links == EncoderLinks::kChainBack)
          circuit.add(GateId::kCNOT, {wires - 2 - q, wires - 1 - q});
      }
    }
  }
  return circuit;
}

std::span<const GateEncoder> gate_encoders() { return kEncoders; }

const GateEncoder& find_gate_encoder(std::string_view name) {
  return find_row(kEncoders, "unknown encoder", name);
}

double GateRotation::value(double y) const { return kAngles[static_cast<int>(function)].value(y); }
double GateRotation::slope(double y) const { return kAngles[static_cast<int>(function)].slope(y); }

bool GateEncoder::gives_products() const {
  return links == EncoderLinks::kNone && more.empty() &&
         std::ranges::all_of(rotations, [](const GateRotation& rotation) {
           return rotation.scale == 1 && rotation.function != kCosSquare;
         });
}

PauliAxes axes_of(const GateEncoder& encoder) {
  bool present[3] = {encoder.hadamard, false, !encoder.hadamard};
  for (const GateRotation& rotation : encoder.rotations) {
    const Plane plane = plane_of(rotation);
    present[plane.u] = present[plane.v] = present[plane.u] || present[plane.v];
  }
  return {present[0], present[1], present[2]};
}

template <class T>
void encode(const GateEncoder& encoder, const GateKernels<T>& kernels, int numbers, const T* y, T* angles,
            T* slopes) {
  const auto row = [&](int q, int l) { return static_cast<double>(y[q * kLanes<T> + l]); };
  const auto next = [&] { angles += kLanes<T>, slopes += kLanes<T>; };
  for_each_angle(
      encoder, numbers,
      [&](int q, const GateRotation& rotation) {
        if (const auto angle = kernels.angle[static_cast<int>(rotation.function)]) {
          angle(y + q * kLanes<T>, kLanes<T>, angles, slopes);
        } else {
          for (int l = 0; l < kLanes<T>; ++l) {
            angles[l] = static_cast<T>(rotation.value(row(q, l)));
            slopes[l] = static_cast<T>(rotation.slope(row(q, l)));
          }
        }
        const T scale = static_cast<T>(rotation.scale);
        for (int l = 0; l < kLanes<T>; ++l) angles[l] *= scale, slopes[l] *= scale;
        next();
      },
      [&](int i, int j) {
        for (int l = 0; l < kLanes<T>; ++l)
          angles[l] = static_cast<T>(2 * (kPi - row(i, l)) * (kPi - row(j, l)));
        next();
      });
}

template <class T>
void encode_backward(const GateEncoder& encoder, int numbers, const T* y, const T* slopes, const T* d_angles,
                     T* d_y) {
  for_each_angle(
      encoder, numbers,
      [&](int q, const GateRotation&) {
        for (int l = 0; l < kLanes<T>; ++l) d_y[q * kLanes<T> + l] += *d_angles++ * *slopes++;
      },
      [&](int i, int j) {
        slopes += kLanes<T>;
        for (int l = 0; l < kLanes<T>; ++l) {
          const T d = *d_angles++;
          d_y[i * kLanes<T> + l] -= d * static_cast<T>(2 * (kPi - y[j * kLanes<T> + l]));
          d_y[j * kLanes<T> + l] -= d * static_cast<T>(2 * (kPi - y[i * kLanes<T> + l]));
        }
      });
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
  template void encode_backward(const GateEncoder&, int, const T*, const T*, const T*, T*);                \
  template void encode_features(const GateEncoder&, const GateKernels<T>&, int, const T*, T*, T*);         \
  template void encode_features_backward(const GateEncoder&, const GateKernels<T>&, int, const T*, T*, T*, \
                                         T*);
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
