// One Bell pair, one ebit: a circuit with an angle, its expectation values, and where the entanglement comes
// from.
//
// Needs ebit::sim alone.
#include <cmath>
#include <cstdio>
#include <exception>
#include <numbers>
#include <vector>

#include "ebit/sim/circuit.h"
#include "ebit/sim/observable.h"
#include "ebit/sim/program.h"
#include "ebit/sim/state.h"

int main() try {
  using ebit::Angle, ebit::GateId;

  // RY(angle) on wire 0, then CNOT: cos(angle/2)|00> + sin(angle/2)|11>. Each sample has its own angle.
  ebit::Circuit circuit(2);
  circuit.add(GateId::kRY, {0}, {Angle::per_sample(0)}).add(GateId::kCNOT, {0, 1});

  const std::vector<double> angles = {0.0, std::numbers::pi / 4, std::numbers::pi / 2};
  ebit::StateBatch<double> state(circuit.wires(), angles.size());
  state.reset();
  ebit::run<double>(circuit, state, {}, angles);

  const std::vector<ebit::Observable> observables = {ebit::parse_observable("Z0", 2),
                                                     ebit::parse_observable("Z0*Z1", 2)};
  const auto values =
      ebit::expectations(state, std::span<const ebit::Observable>(observables));  // [2, samples]

  std::printf("%8s %8s %8s %8s\n", "angle", "<Z0>", "<Z0 Z1>", "ebits");
  for (std::size_t sample = 0; sample < angles.size(); ++sample) {
    // One wire of a pure pair has the eigenvalues (1 +- <Z0>) / 2; their entropy is the entanglement.
    double ebits = 0;
    for (const double p : {(1 + values[sample]) / 2, (1 - values[sample]) / 2}) {
      if (p > 1e-12) ebits -= p * std::log2(p);
    }
    std::printf("%8.4f %8.4f %8.4f %8.4f\n", angles[sample], values[sample], values[angles.size() + sample],
                std::abs(ebits));
  }
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "bell: %s\n", error.what());
  return 1;
}
