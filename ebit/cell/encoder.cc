#include "ebit/cell/encoder.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "ebit/base/choice.h"

namespace ebit::inline cell {
namespace {

constexpr double kPi = std::numbers::pi;

double sech(double x) { return 1 / std::cosh(x); }

// cubic-angle, with f = tanh x: pi f, pi f^3 and pi sqrt(1 - f^2) = pi sech x, which keeps its derivative
// finite.
double cubic_ry(double x) { return kPi * std::tanh(x); }
double cubic_ry_slope(double x) { return kPi * sech(x) * sech(x); }
double cubic_rz(double x) {
  const double f = std::tanh(x);
  return kPi * f * f * f;
}
double cubic_rz_slope(double x) {
  const double f = std::tanh(x) * sech(x);
  return 3 * kPi * f * f;
}
double cubic_rx(double x) { return kPi * sech(x); }
double cubic_rx_slope(double x) { return -kPi * sech(x) * std::tanh(x); }

double arctan_square(double x) { return std::atan(x * x); }
double arctan_slope(double x) { return 1 / (1 + x * x); }
double arctan_square_slope(double x) { return 2 * x / (1 + x * x * x * x); }
double arctan(double x) { return std::atan(x); }

double arccos(double x) { return std::acos(x); }
// Infinite at -1 and 1; there the slope of the last number inside is taken.
double arccos_slope(double x) { return -1 / std::sqrt(std::max(1 - x * x, 1e-15)); }

double half_turn(double x) { return kPi * x; }
double half_turn_slope(double) { return kPi; }

bool any_number(double) { return true; }
bool unit_interval(double x) { return x >= -1 && x <= 1; }
bool bit(double x) { return x == 0 || x == 1; }

bool always_fits(int, int) { return true; }
bool one_wire_each(int wires, int features) { return features <= wires; }
bool exactly_one_wire_each(int wires, int features) { return features == wires; }

EncoderCircuit cubic_angle(int wires, int features, int register_wires) {
  EncoderCircuit e{Circuit(register_wires), {}};
  for (int q = 0; q < wires; ++q) {
    const int feature = q % features, first = static_cast<int>(e.rules.size());
    e.circuit.add(GateId::kRY, {q}, {Angle::per_sample(first)});
    e.circuit.add(GateId::kRZ, {q}, {Angle::per_sample(first + 1)});
    e.circuit.add(GateId::kRX, {q}, {Angle::per_sample(first + 2)});
    e.rules.push_back({feature, cubic_ry, cubic_ry_slope});
    e.rules.push_back({feature, cubic_rz, cubic_rz_slope});
    e.rules.push_back({feature, cubic_rx, cubic_rx_slope});
  }
  return e;
}

EncoderCircuit arctan_angle(int wires, int features, int register_wires) {
  EncoderCircuit e{Circuit(register_wires), {}};
  for (int q = 0; q < wires; ++q) {
    const int feature = q % features, first = static_cast<int>(e.rules.size());
    e.circuit.add(GateId::kH, {q});
    e.circuit.add(GateId::kRY, {q}, {Angle::per_sample(first)});
    e.circuit.add(GateId::kRZ, {q}, {Angle::per_sample(first + 1)});
    e.rules.push_back({feature, arctan, arctan_slope});
    e.rules.push_back({feature, arctan_square, arctan_square_slope});
  }
  return e;
}

// Every wire takes all features, by RY, RX, RY, ... in turn.
EncoderCircuit arccos_angle(int wires, int features, int register_wires) {
  EncoderCircuit e{Circuit(register_wires), {}};
  for (int q = 0; q < wires; ++q)
    for (int f = 0; f < features; ++f) {
      e.circuit.add(f % 2 ? GateId::kRX : GateId::kRY, {q},
                    {Angle::per_sample(static_cast<int>(e.rules.size()))});
      e.rules.push_back({f, arccos, arccos_slope});
    }
  return e;
}

// The same with RY on the last feature: RY; RX RY; RY RX RY.
EncoderCircuit arccos_angle_ry_last(int wires, int features, int register_wires) {
  EncoderCircuit e{Circuit(register_wires), {}};
  for (int q = 0; q < wires; ++q)
    for (int f = 0; f < features; ++f) {
      e.circuit.add((features - f) % 2 ? GateId::kRY : GateId::kRX, {q},
                    {Angle::per_sample(static_cast<int>(e.rules.size()))});
      e.rules.push_back({f, arccos, arccos_slope});
    }
  return e;
}

// X^b = H P(pi b) H.
EncoderCircuit basis(int wires, int, int register_wires) {
  EncoderCircuit e{Circuit(register_wires), {}};
  for (int q = 0; q < wires; ++q) {
    e.circuit.add(GateId::kH, {q}).add(GateId::kP, {q}, {Angle::per_sample(q)}).add(GateId::kH, {q});
    e.rules.push_back({q, half_turn, half_turn_slope});
  }
  return e;
}

const Encoder kEncoders[] = {
    {.name = "linear-amplitude",
     .help = "psi = a/|a| with a trainable a = W x + b in R^(2^wires).",
     .source = "Daskin 2025 (arXiv:2505.06774), Eq. 3",
     .feature_rule = "any number of features",
     .fits = always_fits,
     .build = nullptr,
     .accepts = any_number,
     .domain = "any number"},
    {.name = "cubic-angle",
     .help = "RY(pi f) RZ(pi f^3) RX(pi sqrt(1-f^2)) on each wire, f = tanh x of feature (wire mod F).",
     .source = "Daskin's extended code, 2026",
     .feature_rule = "at most one feature a wire",
     .fits = one_wire_each,
     .build = cubic_angle,
     .accepts = any_number,
     .domain = "any number"},
    {.name = "arctan-angle",
     .help = "H RY(arctan x) RZ(arctan x^2) on each wire, x of feature (wire mod F).",
     .source = "Chen, Yoo, Fang 2020 (arXiv:2009.01783), Sec. III",
     .feature_rule = "at most one feature a wire",
     .fits = one_wire_each,
     .build = arctan_angle,
     .accepts = any_number,
     .domain = "any number"},
    {.name = "arccos-angle",
     .help = "RY(arccos x) on each wire; further features by RX, RY, ... in turn.",
     .source = "Li et al. 2023 (arXiv:2302.03244); Fellner et al. 2025 (arXiv:2504.12416)",
     .feature_rule = "any number of features",
     .fits = always_fits,
     .build = arccos_angle,
     .accepts = unit_interval,
     .domain = "numbers in [-1, 1]"},
    {.name = "basis",
     .help = "The computational basis state of F = wires bits; on top of a state it flips the wires whose "
             "bit is 1.",
     .source = "Bausch 2020 (arXiv:2006.14619)",
     .feature_rule = "exactly one feature a wire",
     .fits = exactly_one_wire_each,
     .build = basis,
     .accepts = bit,
     .domain = "0 or 1"},
    {.name = "arccos-angle-ry-last",
     .help = "R(arccos x) of every feature on each wire, RY of the last, RX and RY in turn before it.",
     .source = "Fellner et al. 2025 (arXiv:2504.12416), the code of its QRNN",
     .feature_rule = "any number of features",
     .fits = always_fits,
     .build = arccos_angle_ry_last,
     .accepts = unit_interval,
     .domain = "numbers in [-1, 1]"},
};

}  // namespace

std::span<const Encoder> encoders() { return kEncoders; }

const Encoder& find_encoder(std::string_view name) { return find_row(kEncoders, "unknown encoder", name); }

}  // namespace ebit::inline cell
