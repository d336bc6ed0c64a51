#include "ebit/sim/state_preparation.h"

#include <Eigen/Dense>
#include <bit>
#include <cmath>

#include "ebit/base/error.h"

namespace ebit::inline sim {
namespace {

double norm(std::span<const double> numbers) {
  double sum = 0;
  for (const double x : numbers) sum += x * x;
  return std::sqrt(sum);
}

// Rotations of wires[k], angle[p] where the wires before it read the bits p.
void uniformly_controlled(Circuit& circuit, GateId rotation, std::span<const int> wires, std::size_t k,
                          std::span<const double> angle) {
  const std::size_t count = std::size_t{1} << k;
  const auto gray = [](std::size_t i) { return i ^ (i >> 1); };
  for (std::size_t i = 0; i < count; ++i) {
    double theta = 0;
    for (std::size_t p = 0; p < count; ++p) theta += (std::popcount(p & gray(i)) % 2 ? -1 : 1) * angle[p];
    circuit.add(rotation, {wires[k]}, {Angle::constant(theta / static_cast<double>(count))});
    if (k == 0) return;
    const auto bit = static_cast<std::size_t>(std::countr_zero(gray(i) ^ gray((i + 1) % count)));
    circuit.add(GateId::kCNOT, {wires[k - 1 - bit], wires[k]});
  }
}

// Signed amplitudes, or the absolute values of complex ones.
void append_real(Circuit& circuit, std::span<const int> wires, std::span<const double> a) {
  const std::size_t n = wires.size();
  std::vector<double> angle;
  for (std::size_t k = 0; k < n; ++k) {
    const std::size_t half = a.size() >> (k + 1);
    angle.assign(std::size_t{1} << k, 0.0);
    for (std::size_t p = 0; p < angle.size(); ++p) {
      const auto block = a.subspan(2 * half * p, 2 * half);
      angle[p] = half == 1 ? 2 * std::atan2(block[1], block[0])
                           : 2 * std::atan2(norm(block.subspan(half)), norm(block.first(half)));
    }
    uniformly_controlled(circuit, GateId::kRY, wires, k, angle);
  }
}

// a = U diag(s) V^T as a matrix of the two wires' bits: one CNOT.
void append_real_pair(Circuit& circuit, std::span<const int> wires, std::span<const double> a) {
  Eigen::Matrix2d matrix;
  matrix << a[0], a[1], a[2], a[3];
  const Eigen::JacobiSVD<Eigen::Matrix2d> svd(matrix, Eigen::ComputeFullU | Eigen::ComputeFullV);
  const Eigen::Matrix2d u = svd.matrixU(), v = svd.matrixV();
  double second = svd.singularValues()[1];
  if (u.determinant() < 0) second = -second;
  if (v.determinant() < 0) second = -second;
  const auto turn = [](const Eigen::Matrix2d& m) {
    return Angle::constant(2 * std::atan2(m(1, 0), m(0, 0)));
  };
  circuit.add(GateId::kRY, {wires[0]}, {Angle::constant(2 * std::atan2(second, svd.singularValues()[0]))});
  circuit.add(GateId::kCNOT, {wires[0], wires[1]});
  circuit.add(GateId::kRY, {wires[0]}, {turn(u)});
  circuit.add(GateId::kRY, {wires[1]}, {turn(v)});
}

// From the last wire up: an RZ by the difference of two phases, their mean is left to the wire before.
void append_phases(Circuit& circuit, std::span<const int> wires, std::vector<double> phase) {
  for (std::size_t k = wires.size(); k-- > 0;) {
    std::vector<double> difference, mean;
    for (std::size_t p = 0; 2 * p < phase.size(); ++p) {
      difference.push_back(phase[2 * p + 1] - phase[2 * p]);
      mean.push_back((phase[2 * p + 1] + phase[2 * p]) / 2);
    }
    uniformly_controlled(circuit, GateId::kRZ, wires, k, difference);
    phase = std::move(mean);
  }
}

}  // namespace

void append_state_preparation(Circuit& circuit, std::span<const int> wires,
                              std::span<const Complex> amplitudes) {
  require(!wires.empty() && amplitudes.size() == std::size_t{1} << wires.size(),
          "a state of {} wires has 2^{} amplitudes, not {}", wires.size(), wires.size(), amplitudes.size());
  std::vector<double> size, phase;
  bool real = true;
  for (const Complex a : amplitudes) {
    real &= a.imag() == 0;
    size.push_back(std::abs(a));
    phase.push_back(std::arg(a));
  }
  require(norm(size) > 0, "the zero vector is no state: it has no direction to prepare");
  if (real) {
    for (std::size_t i = 0; i < size.size(); ++i) size[i] = amplitudes[i].real();
    wires.size() == 2 ? append_real_pair(circuit, wires, size) : append_real(circuit, wires, size);
    return;
  }
  append_real(circuit, wires, size);
  append_phases(circuit, wires, std::move(phase));
}

}  // namespace ebit::inline sim
