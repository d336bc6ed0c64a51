#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/random.h"
#include "ebit/noise/density_program.h"

namespace ebit::inline noise {
namespace {

constexpr std::size_t kW = kLanes<double>;

// Every channel of the table between gates with shared angles, in groups of one and of two.
Circuit shared_circuit() {
  Circuit circuit(3);
  int angle = 0, wire = 0;
  for (const Channel& row : channels()) {
    circuit.add(GateId::kRot, {wire},
                {Angle::shared(angle), Angle::shared(angle + 1, -0.5), Angle::constant(0.4)});
    circuit.add(GateId::kCRX, {wire, (wire + 1) % 3}, {Angle::shared(angle + 2)});
    angle += 3;
    std::vector<double> parameters(row.parameters.size(), 0.07);
    if (row.id == ChannelId::kThermalRelaxation) parameters = {5e-5, 8e-5, 4e-6, 0.1};
    if (row.most_wires == 2) circuit.add_channel(row, std::vector<int>{(wire + 1) % 3, wire}, parameters);
    circuit.add_channel(row, std::vector<int>{wire}, parameters);
    wire = (wire + 1) % 3;
  }
  return circuit.add(GateId::kRXX, {0, 2}, {Angle::shared(0)}).add(GateId::kX, {1});
}

StateBatch<double> random_numbers_of(std::uint64_t seed) {
  Random random(seed);
  StateBatch<double> all(6, kW);
  for (std::size_t i = 0; i < all.tile(0).numbers(); ++i)
    all.tile(0).re[i] = random.normal(), all.tile(0).im[i] = random.normal();
  return all;
}

double dot(const Tile<double>& a, const Tile<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.numbers(); ++i) sum += a.re[i] * b.re[i] + a.im[i] * b.im[i];
  return sum;
}

std::vector<double> angles_of(const Circuit& circuit) {
  Random random(3);
  std::vector<double> angles(static_cast<std::size_t>(circuit.shared_parameters()));
  for (double& a : angles) a = random.uniform(-3, 3);
  return angles;
}

TEST(DensityAdjoint, IsTheAdjointOfTheCircuitsMap) {
  const Circuit circuit = shared_circuit();
  DensityProgram<double> program(circuit);
  program.bind(angles_of(circuit));
  StateBatch<double> rho = random_numbers_of(1), g = random_numbers_of(2);
  StateBatch<double> behind = rho, before = g;
  program.run(behind.tile(0));
  program.run_adjoint(before.tile(0));
  EXPECT_NEAR(dot(g.tile(0), behind.tile(0)), dot(before.tile(0), rho.tile(0)), 1e-10);
  EXPECT_GT(std::abs(dot(g.tile(0), behind.tile(0))), 1e-3);
}

TEST(DensityAdjoint, DerivativesAreFiniteDifferences) {
  const Circuit circuit = shared_circuit();
  std::vector<double> angles = angles_of(circuit);
  DensityProgram<double> program(circuit);
  const StateBatch<double> operators = random_numbers_of(5), cotangent = random_numbers_of(6);
  const auto loss = [&] {
    StateBatch<double> g = operators, q = cotangent;
    program.bind(angles);
    program.run_adjoint(g.tile(0));
    return dot(q.tile(0), g.tile(0));
  };
  program.bind(angles);
  StateBatch<double> g = operators, q = cotangent, start = operators, pushed = cotangent;
  std::vector<double> kept(program.kept_numbers()), slope(angles.size());
  program.run_adjoint(g.tile(0), kept.data());
  program.adjoint_backward(g.tile(0), q.tile(0), kept.data(), {slope.data(), nullptr});
  program.run(pushed.tile(0));
  for (std::size_t i = 0; i < g.tile(0).numbers(); ++i) {
    EXPECT_NEAR(g.tile(0).re[i], start.tile(0).re[i], 1e-12) << "g is not what it was";
    EXPECT_NEAR(q.tile(0).im[i], pushed.tile(0).im[i], 1e-12) << "q is not the cotangent";
  }
  for (std::size_t p = 0; p < angles.size(); ++p) {
    const double own = angles[p];
    angles[p] = own + 1e-5;
    const double up = loss();
    angles[p] = own - 1e-5;
    const double down = loss();
    angles[p] = own;
    EXPECT_NEAR(slope[p], (up - down) / 2e-5, 1e-6) << p;
  }
}

}  // namespace
}  // namespace ebit::inline noise
