#include "ebit/sim/dense_oracle.h"

#include "ebit/base/error.h"
#include "ebit/base/linear_algebra.h"

namespace ebit::inline sim::oracle {

Eigen::MatrixXcd embed(std::span<const Complex> small, std::span<const int> gate_wires, int wires) {
  const int n = 1 << wires, k = static_cast<int>(gate_wires.size()), m = 1 << k;
  // The gate's own index: the bits of a basis index at the gate's wires, the first wire most significant.
  const auto gate_index = [&](int index) {
    int bits = 0;
    for (int wire : gate_wires) bits = 2 * bits + ((index >> (wires - 1 - wire)) & 1);
    return bits;
  };
  const auto other_bits = [&](int index) {
    for (int wire : gate_wires) index &= ~(1 << (wires - 1 - wire));
    return index;
  };
  Eigen::MatrixXcd matrix = Eigen::MatrixXcd::Zero(n, n);
  for (int row = 0; row < n; ++row)
    for (int column = 0; column < n; ++column)
      if (other_bits(row) == other_bits(column))
        matrix(row, column) = small[static_cast<std::size_t>(gate_index(row) * m + gate_index(column))];
  return matrix;
}

Eigen::MatrixXcd circuit_matrix(const Circuit& circuit, std::span<const double> shared,
                                std::span<const double> per_sample) {
  circuit.require_unitary("one matrix");
  const int n = 1 << circuit.wires();
  Eigen::MatrixXcd product = Eigen::MatrixXcd::Identity(n, n);
  for (const Operation& operation : circuit.operations()) {
    const Gate& row = gate(operation.gate);
    std::vector<double> angles;
    for (int k = 0; k < row.angles; ++k) {
      const Angle& angle = operation.angles[k];
      double value = angle.value;
      if (angle.kind == Angle::Kind::kShared) value += angle.scale * shared[angle.index];
      if (angle.kind == Angle::Kind::kPerSample) value += angle.scale * per_sample[angle.index];
      angles.push_back(value);
    }
    const auto small =
        operation.matrix >= 0 ? circuit.matrices()[operation.matrix] : gate_matrix(row, angles);
    product = ebit::product(
        embed(small, {operation.wires.data(), static_cast<std::size_t>(row.wires)}, circuit.wires()),
        product);
  }
  return product;
}

Eigen::MatrixXcd pauli_matrix(std::string_view letters) {
  Eigen::MatrixXcd product = Eigen::MatrixXcd::Identity(1, 1);
  for (char letter : letters) {
    const Complex i(0, 1);
    Eigen::Matrix2cd pauli;
    if (letter == 'I') {
      pauli << 1, 0, 0, 1;
    } else if (letter == 'X') {
      pauli << 0, 1, 1, 0;
    } else if (letter == 'Y') {
      pauli << 0, -i, i, 0;
    } else if (letter == 'Z') {
      pauli << 1, 0, 0, -1;
    } else {
      fail("'{}' in \"{}\" is not one of I X Y Z", letter, letters);
    }
    // The Kronecker product: every entry becomes a block.
    Eigen::MatrixXcd larger(2 * product.rows(), 2 * product.cols());
    for (Eigen::Index row = 0; row < larger.rows(); ++row)
      for (Eigen::Index column = 0; column < larger.cols(); ++column)
        larger(row, column) = product(row / 2, column / 2) * pauli(row % 2, column % 2);
    product = larger;
  }
  return product;
}

Eigen::MatrixXcd ancilla_density(const Eigen::VectorXcd& psi, int system_wires) {
  const Eigen::Index systems = Eigen::Index{1} << system_wires, ancillas = psi.size() / systems;
  Eigen::MatrixXcd rho = Eigen::MatrixXcd::Zero(ancillas, ancillas);
  for (Eigen::Index i = 0; i < systems; ++i) {
    const Eigen::VectorXcd phi = psi.segment(i * ancillas, ancillas);
    rho += phi * phi.adjoint();
  }
  return rho;
}

}  // namespace ebit::inline sim::oracle
