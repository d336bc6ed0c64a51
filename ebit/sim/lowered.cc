#include "ebit/sim/lowered.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "ebit/base/error.h"

namespace ebit::inline sim {
namespace {

constexpr double kPi = std::numbers::pi;

Angle times(Angle angle, double factor) {
  return {angle.kind, angle.index, angle.scale * factor, angle.value * factor};
}
Angle number(double radians) { return Angle::constant(radians); }

class Lowering {
 public:
  Lowering(const Circuit& circuit, std::span<const GateId> allowed)
      : circuit_(circuit), allowed_(allowed), out_(circuit.wires()) {}

  Circuit run() {
    for_each_item(
        circuit_, [&](const Operation& operation) { take(operation); },
        [&](const PlacedChannel& placed) {
          out_.add_channel(channel(placed.channel), placed.on(), placed.values());
        });
    return std::move(out_);
  }

 private:
  bool knows(GateId id) const { return std::ranges::find(allowed_, id) != allowed_.end(); }

  void take(const Operation& operation) {
    const auto& w = operation.wires;
    if (operation.matrix >= 0) {
      const auto& matrix = circuit_.matrices()[static_cast<std::size_t>(operation.matrix)];
      return operation.gate == GateId::kMatrix1 ? one_wire(w[0], matrix) : two_wires(w[0], w[1], matrix);
    }
    put(operation.gate, w, operation.angles);
  }

  // A gate, made of others where it is not known.
  void put(GateId id, std::array<int, 3> w, std::array<Angle, 3> a) {
    using enum GateId;
    if (knows(id)) {
      const Gate& row = gate(id);
      out_.add(row, {w.data(), static_cast<std::size_t>(row.wires)},
               {a.data(), static_cast<std::size_t>(row.angles)});
      return;
    }
    const auto one = [&](GateId g, int q, Angle angle = {}) { put(g, {q}, {angle}); };
    const auto two = [&](GateId g, int p, int q, Angle angle = {}) { put(g, {p, q}, {angle}); };
    // U on the target around what stands between: the same on both wires of RXX and RYY.
    switch (id) {
      case kI:
        return;
      case kY:
        return one(kRY, w[0], number(kPi));
      case kZ:
        return one(kRZ, w[0], number(kPi));
      case kSX:
        return one(kRX, w[0], number(kPi / 2));
      case kSXdg:
        return one(kRX, w[0], number(-kPi / 2));
      case kP:
        return one(kRZ, w[0], a[0]);
      case kRot:
        return one(kRZ, w[0], a[0]), one(kRY, w[0], a[1]), one(kRZ, w[0], a[2]);
      case kU3:
        return one(kRZ, w[0], a[2]), one(kRY, w[0], a[0]), one(kRZ, w[0], a[1]);
      case kCY:
        return one(kSdg, w[1]), two(kCNOT, w[0], w[1]), one(kS, w[1]);
      case kCZ:
        return one(kH, w[1]), two(kCNOT, w[0], w[1]), one(kH, w[1]);
      case kCRX:
        return one(kH, w[1]), two(kCRZ, w[0], w[1], a[0]), one(kH, w[1]);
      case kCRY:
      case kCRZ: {
        const GateId turn = id == kCRY ? kRY : kRZ;
        one(turn, w[1], times(a[0], 0.5)), two(kCNOT, w[0], w[1]);
        return one(turn, w[1], times(a[0], -0.5)), two(kCNOT, w[0], w[1]);
      }
      case kToffoli:
        return toffoli(w);
      case kSWAP:
        return two(kCNOT, w[0], w[1]), two(kCNOT, w[1], w[0]), two(kCNOT, w[0], w[1]);
      case kISWAP:
      case kISWAPdg:
        return iswap(w, id == kISWAPdg);
      case kRZZ:
        return two(kCNOT, w[0], w[1]), one(kRZ, w[1], a[0]), two(kCNOT, w[0], w[1]);
      case kRXX:
        return one(kH, w[0]), one(kH, w[1]), two(kRZZ, w[0], w[1], a[0]), one(kH, w[0]), one(kH, w[1]);
      case kRYY:
        for (const int q : {w[0], w[1]}) one(kRX, q, number(kPi / 2));
        two(kRZZ, w[0], w[1], a[0]);
        for (const int q : {w[0], w[1]}) one(kRX, q, number(-kPi / 2));
        return;
      default:
        fail("{} is not among the gates that a circuit is brought to", gate(id).name);
    }
  }

  void toffoli(std::array<int, 3> w) {
    using enum GateId;
    const auto one = [&](GateId g, int q) { put(g, {q}, {}); };
    const auto cnot = [&](int p, int q) { put(kCNOT, {p, q}, {}); };
    const int a = w[0], b = w[1], c = w[2];
    one(kH, c), cnot(b, c), one(kTdg, c), cnot(a, c), one(kT, c), cnot(b, c), one(kTdg, c), cnot(a, c);
    one(kT, b), one(kT, c), one(kH, c), cnot(a, b), one(kT, a), one(kTdg, b), cnot(a, b);
  }

  void iswap(std::array<int, 3> w, bool inverse) {
    using enum GateId;
    const auto one = [&](GateId g, int q) { put(g, {q}, {}); };
    const auto cnot = [&](int p, int q) { put(kCNOT, {p, q}, {}); };
    if (!inverse) {
      one(kS, w[0]), one(kS, w[1]), one(kH, w[0]), cnot(w[0], w[1]), cnot(w[1], w[0]), one(kH, w[1]);
    } else {
      one(kH, w[1]), cnot(w[1], w[0]), cnot(w[0], w[1]), one(kH, w[0]), one(kSdg, w[1]), one(kSdg, w[0]);
    }
  }

  void one_wire(int q, std::span<const Complex> matrix) {
    const auto [alpha, theta, phi, lambda] = zyz_angles(matrix);
    put(GateId::kRot, {q}, {number(lambda), number(theta), number(phi)});
  }

  // U on the wire `target` where `control` reads `value`; exp(i alpha) of U is a phase of the control.
  void controlled(int control, int value, int target, std::span<const Complex> matrix) {
    using enum GateId;
    const auto [alpha, theta, phi, lambda] = zyz_angles(matrix);
    if (value == 0) put(kX, {control}, {});
    put(kCRZ, {control, target}, {number(lambda)});
    put(kCRY, {control, target}, {number(theta)});
    put(kCRZ, {control, target}, {number(phi)});
    put(kRZ, {control}, {number(alpha)});  // diag(1, exp(i alpha)) up to a phase of the whole
    if (value == 0) put(kX, {control}, {});
  }

  // As a product of unitaries of two levels each: those that clear the entries below the diagonal, undone.
  void two_wires(int p, int q, std::span<const Complex> given) {
    std::vector<Complex> m(given.begin(), given.end());
    struct TwoLevel {
      int i, j;                     // basis states, i < j
      std::array<Complex, 4> undo;  // what brings entry (j, i) to 0
    };
    std::vector<TwoLevel> steps;
    // Neighbours in a Gray code differ in one wire: 0, 1, 3, 2.
    constexpr int kOrder[4] = {0, 1, 3, 2};
    for (int column = 0; column < 3; ++column)
      for (int k = 3; k > column; --k) {
        const int i = kOrder[k - 1], j = kOrder[k], c = kOrder[column];
        const Complex a = m[static_cast<std::size_t>(4 * i + c)], b = m[static_cast<std::size_t>(4 * j + c)];
        const double r = std::hypot(std::abs(a), std::abs(b));
        if (std::abs(b) <= 1e-15 * r) continue;
        const std::array<Complex, 4> undo = {std::conj(a) / r, std::conj(b) / r, -b / r, a / r};
        for (int e = 0; e < 4; ++e) {
          const Complex x = m[static_cast<std::size_t>(4 * i + e)],
                        y = m[static_cast<std::size_t>(4 * j + e)];
          m[static_cast<std::size_t>(4 * i + e)] = undo[0] * x + undo[1] * y;
          m[static_cast<std::size_t>(4 * j + e)] = undo[2] * x + undo[3] * y;
        }
        steps.push_back({i, j, undo});
      }
    // What is left is diagonal: a phase where wire p reads 0, and one where it reads 1, of wire q.
    const auto at = [&](int i) { return m[static_cast<std::size_t>(5 * i)]; };
    controlled(p, 0, q, std::array<Complex, 4>{at(0), 0, 0, at(1)});
    controlled(p, 1, q, std::array<Complex, 4>{at(2), 0, 0, at(3)});
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
      const auto& u = step->undo;
      std::array<Complex, 4> forward = {std::conj(u[0]), std::conj(u[2]), std::conj(u[1]), std::conj(u[3])};
      const bool on_q = (step->i ^ step->j) == 1;
      const int control = on_q ? p : q, target = on_q ? q : p;
      const int value = on_q ? step->i >> 1 : step->i & 1;
      const int low = on_q ? step->i & 1 : step->i >> 1;  // which state of the target i is
      if (low == 1) forward = {forward[3], forward[2], forward[1], forward[0]};
      controlled(control, value, target, forward);
    }
  }

  const Circuit& circuit_;
  std::span<const GateId> allowed_;
  Circuit out_;
};

}  // namespace

Circuit lowered(const Circuit& circuit, std::span<const GateId> allowed) {
  return Lowering(circuit, allowed).run();
}

std::array<double, 4> zyz_angles(std::span<const Complex> u) {
  const double theta = 2 * std::atan2(std::abs(u[2]), std::abs(u[0]));
  // U = e^(i alpha) [[e^(-i(phi+lambda)/2) c, -e^(-i(phi-lambda)/2) s], [e^(i(phi-lambda)/2) s,
  // e^(i(phi+lambda)/2) c]].
  const double alpha = std::arg(u[0] * u[3] - u[1] * u[2]) / 2;
  const bool has_c = std::abs(u[0]) > 1e-12, has_s = std::abs(u[2]) > 1e-12;
  const double sum = has_c ? 2 * (std::arg(u[3]) - alpha) : 0,
               difference = has_s ? 2 * (std::arg(u[2]) - alpha) : 0;
  if (!has_c) return {alpha, theta, difference, 0};
  if (!has_s) return {alpha, theta, sum, 0};
  return {alpha, theta, (sum + difference) / 2, (sum - difference) / 2};
}

}  // namespace ebit::inline sim
