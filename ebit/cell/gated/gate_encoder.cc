#include "ebit/cell/gated/gate_encoder.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "ebit/base/choice.h"
#include "ebit/sim/state.h"

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

constexpr const char* kCao = "Cao et al. 2023 (Quantum Mach. Intell. 5:26)";
constexpr const char* kHavlicek = "Havlicek et al. 2019 (Nature 567:209)";
constexpr const char* kHsu = "Hsu, Li, Chen 2025, QAOA-Meta-Learning (a750416)";

// The parts of rz-ry-chain behind its first one, and those of the inverse of a chain with angles -b.
std::vector<EncoderPart> chain_and_back(const GateRotation& a, const GateRotation& b) {
  return {{.rotations = {a, b}, .links = EncoderLinks::kChainBack},
          {.rotations = {{GateId::kRY, b.value, b.slope, b.scale}, b}},
          {.hadamard = true}};
}

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
    {"zz",
     "H RZ(2 y) on each wire, then RZZ(2 (pi - y_i) (pi - y_j)) on every pair.",
     kHavlicek,
     true,
     {{GateId::kRZ, same, one, 2}},
     EncoderLinks::kPairs},
    {"zz-chain",
     "H RZ(2 y) on each wire, then RZZ(2 (pi - y_i) (pi - y_j)) on the pairs j = i + 1.",
     kHavlicek,
     true,
     {{GateId::kRZ, same, one, 2}},
     EncoderLinks::kNeighbours},
    {"rz-ry-chain",
     "H RZ(a) RY(a) on each wire, a = cos y^2, a chain of CNOTs, RZ(a).",
     kHsu,
     true,
     {{GateId::kRZ, cos_square, cos_square_slope}, {GateId::kRY, cos_square, cos_square_slope}},
     EncoderLinks::kChain,
     {{.rotations = {{GateId::kRZ, cos_square, cos_square_slope}}}}},
    {"rz-ry-chain-raw",
     "H RZ(y) RY(y) on each wire, a chain of CNOTs, RZ(y).",
     kHsu,
     true,
     {{GateId::kRZ, same, one}, {GateId::kRY, same, one}},
     EncoderLinks::kChain,
     {{.rotations = {{GateId::kRZ, same, one}}}}},
    {"rz-ry-chain-undone",
     "rz-ry-chain and its inverse: the identity, so that y never enters.",
     kHsu,
     true,
     {{GateId::kRZ, cos_square, cos_square_slope}, {GateId::kRY, cos_square, cos_square_slope}},
     EncoderLinks::kChain,
     chain_and_back({GateId::kRZ, cos_square, cos_square_slope},
                    {GateId::kRZ, cos_square, cos_square_slope, -1})},
    {"rz-ry-chain-inverse-raw",
     "rz-ry-chain, then the inverse of rz-ry-chain-raw.",
     kHsu,
     true,
     {{GateId::kRZ, cos_square, cos_square_slope}, {GateId::kRY, cos_square, cos_square_slope}},
     EncoderLinks::kChain,
     chain_and_back({GateId::kRZ, cos_square, cos_square_slope}, {GateId::kRZ, same, one, -1})},
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

template <class T>
void encode(const GateEncoder& encoder, int numbers, const T* y, T* angles) {
  const auto row = [&](int q, int l) { return static_cast<double>(y[q * kLanes<T> + l]); };
  for_each_angle(
      encoder, numbers,
      [&](int q, const GateRotation& rotation) {
        for (int l = 0; l < kLanes<T>; ++l)
          *angles++ = static_cast<T>(rotation.scale * rotation.value(row(q, l)));
      },
      [&](int i, int j) {
        for (int l = 0; l < kLanes<T>; ++l)
          *angles++ = static_cast<T>(2 * (kPi - row(i, l)) * (kPi - row(j, l)));
      });
}

template <class T>
void encode_backward(const GateEncoder& encoder, int numbers, const T* y, const T* d_angles, T* d_y) {
  const auto row = [&](int q, int l) { return static_cast<double>(y[q * kLanes<T> + l]); };
  for_each_angle(
      encoder, numbers,
      [&](int q, const GateRotation& rotation) {
        for (int l = 0; l < kLanes<T>; ++l)
          d_y[q * kLanes<T> + l] += *d_angles++ * static_cast<T>(rotation.scale * rotation.slope(row(q, l)));
      },
      [&](int i, int j) {
        for (int l = 0; l < kLanes<T>; ++l) {
          const T d = *d_angles++;
          d_y[i * kLanes<T> + l] -= d * static_cast<T>(2 * (kPi - row(j, l)));
          d_y[j * kLanes<T> + l] -= d * static_cast<T>(2 * (kPi - row(i, l)));
        }
      });
}

#define EBIT_INSTANTIATE(T)                                    \
  template void encode(const GateEncoder&, int, const T*, T*); \
  template void encode_backward(const GateEncoder&, int, const T*, const T*, T*);
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
