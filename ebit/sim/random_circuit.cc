#include "ebit/sim/random_circuit.h"

#include <numeric>

#include "ebit/base/linear_algebra.h"

namespace ebit::inline sim {

Circuit rotation_layers(int wires, int layers, bool per_sample) {
  Circuit circuit(wires);
  int angle = 0;
  for (int layer = 0; layer < layers; ++layer) {
    for (int q = 0; q < wires; ++q)
      for (GateId id : {GateId::kRX, GateId::kRY, GateId::kRZ}) {
        circuit.add(id, {q}, {per_sample ? Angle::per_sample(angle) : Angle::shared(angle)});
        ++angle;
      }
    for (int q = 0; q < wires; ++q) circuit.add(GateId::kCNOT, {q, (q + 1) % wires});
  }
  return circuit;
}

std::vector<Complex> random_unitary(int n, Random& random) {
  Eigen::MatrixXcd gaussian(n, n);
  for (auto& entry : gaussian.reshaped()) entry = {random.normal(), random.normal()};
  const Eigen::MatrixXcd q = orthonormal_basis(gaussian);
  std::vector<Complex> rows(static_cast<std::size_t>(n * n));
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) rows[static_cast<std::size_t>(i * n + j)] = q(i, j);
  return rows;
}

Circuit random_circuit(int wires, int count, Random& random, bool per_sample, std::span<const GateId> among) {
  Circuit circuit(wires);
  for (int i = 0; i < count;) {
    const Gate& row =
        among.empty() ? gates()[random.below(gates().size())] : gate(among[random.below(among.size())]);
    if (row.wires > wires) continue;
    const auto order = random.permutation(static_cast<std::size_t>(wires));
    std::vector<int> places(order.begin(), order.begin() + row.wires);
    if (row.matrix) {
      std::vector<Angle> angles;
      for (int k = 0; k < row.angles; ++k) {
        const std::size_t kind = random.below(per_sample ? 3 : 2);
        if (kind == 0) angles.push_back(Angle::constant(random.uniform(-3, 3)));
        if (kind == 1)
          angles.push_back(Angle::shared(circuit.shared_parameters() + k, random.uniform(0.5, 2)));
        if (kind == 2)
          angles.push_back(Angle::per_sample(circuit.per_sample_parameters() + k, random.uniform(-2, -0.5)));
      }
      circuit.add(row, places, angles);
    } else {
      circuit.add_matrix(places, random_unitary(1 << row.wires, random));
    }
    ++i;
  }
  return circuit;
}

}  // namespace ebit::inline sim
