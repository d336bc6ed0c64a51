#include "ebit/noise/simulator.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/base/parallel.h"
#include "ebit/base/random.h"
#include "ebit/noise/density_program.h"
#include "ebit/sim/dense_oracle.h"

namespace ebit::inline noise {
namespace {

// Every channel of the table, on gates that make nothing real or diagonal.
Circuit with_every_channel(int wires) {
  Circuit circuit(wires);
  int angle = 0;
  const auto turn = [&] {
    for (int q = 0; q < wires; ++q) {
      circuit.add(GateId::kRot, {q},
                  {Angle::shared(angle), Angle::shared(angle + 1, -0.5), Angle::per_sample(q % 2)});
      angle += 2;
    }
  };
  turn();
  int wire = 0;
  for (const Channel& row : channels()) {
    std::vector<double> parameters(row.parameters.size(), 0.07);
    if (row.id == ChannelId::kThermalRelaxation) parameters = {5e-5, 8e-5, 4e-6, 0.1};
    if (row.id == ChannelId::kReset) turn();
    if (row.id >= ChannelId::kReset) wire = 1;  // what the others do is seen on the wires that are not reset
    circuit.add_channel(row, std::vector<int>{wire}, parameters);
    if (row.most_wires == 2) circuit.add_channel(row, std::vector<int>{(wire + 1) % wires, wire}, parameters);
    circuit.add(GateId::kCRX, {wire, (wire + 1) % wires}, {Angle::shared(angle++)});
    wire = (wire + 1) % wires;
  }
  turn();
  return circuit.add(GateId::kRXX, {0, wires - 1}, {Angle::shared(0)});
}

std::vector<double> random_angles(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> angles;
  for (std::size_t i = 0; i < count; ++i) angles.push_back(random.uniform(-3, 3));
  return angles;
}

// Whole matrices and sums over Kraus operators.
Eigen::MatrixXcd slow_density(const Circuit& circuit, std::span<const double> shared,
                              std::span<const double> per_sample) {
  const int n = 1 << circuit.wires();
  Eigen::MatrixXcd rho = Eigen::MatrixXcd::Zero(n, n);
  rho(0, 0) = 1;
  for_each_item(
      circuit,
      [&](const Operation& operation) {
        Circuit alone(circuit.wires());
        const Gate& row = gate(operation.gate);
        alone.add(row, {operation.wires.data(), static_cast<std::size_t>(row.wires)},
                  {operation.angles.data(), static_cast<std::size_t>(row.angles)});
        const Eigen::MatrixXcd u = oracle::circuit_matrix(alone, shared, per_sample);
        rho = u * rho * u.adjoint();
      },
      [&](const PlacedChannel& placed) {
        Eigen::MatrixXcd sum = Eigen::MatrixXcd::Zero(n, n);
        for (const auto& kraus : channel(placed.channel).kraus(placed.values(), placed.count)) {
          const Eigen::MatrixXcd k = oracle::embed(kraus, placed.on(), circuit.wires());
          sum += k * rho * k.adjoint();
        }
        rho = sum;
      });
  return rho;
}

const std::vector<std::string> kRead = {"Z0", "X1", "Y0*X2", "Z0*Y1*Y2", "P(2)"};

std::vector<Observable> readout(int wires) {
  std::vector<Observable> all;
  for (const std::string& text : kRead) all.push_back(parse_observable(text, wires));
  return all;
}

TEST(DensityProgram, EqualsSumsOverKrausOperatorsOfWholeMatrices) {
  constexpr std::size_t kBatch = 11;
  const Circuit circuit = with_every_channel(3);
  const auto shared = random_angles(static_cast<std::size_t>(circuit.shared_parameters()), 1);
  const auto own = random_angles(2 * kBatch, 2);
  const auto observables = readout(3);
  const NoisyValues values = make_noise_simulator("density")->expectations(
      {.circuit = circuit, .shared = shared, .per_sample = own, .batch = kBatch, .readout = observables});
  for (const std::size_t b : {std::size_t{0}, std::size_t{7}, std::size_t{10}}) {
    const std::vector<double> angles = {own[b], own[kBatch + b]};
    const Eigen::MatrixXcd rho = slow_density(circuit, shared, angles);
    EXPECT_NEAR(rho.trace().real(), 1, 1e-13);
    const char* const letters[] = {"ZII", "IXI", "YIX", "ZYY", "IIZ"};
    for (std::size_t k = 0; k < observables.size(); ++k) {
      double wanted = (oracle::pauli_matrix(letters[k]) * rho).trace().real();
      if (k == 4) wanted = (1 - wanted) / 2;
      EXPECT_NEAR(values.value[k * kBatch + b], wanted, 1e-13) << kRead[k];
    }
  }
}

TEST(DensityProgram, BackwardIsTheDerivativeInAnglesStrengthsAndTheStateBefore) {
  const Circuit circuit = with_every_channel(3);
  auto shared = random_angles(static_cast<std::size_t>(circuit.shared_parameters()), 3);
  AlignedVector<double> own(2 * kLanes<double>);
  const auto drawn = random_angles(own.size(), 4);
  std::copy(drawn.begin(), drawn.end(), own.begin());
  const auto observables = readout(3);
  const auto weights = random_angles(observables.size() * kLanes<double>, 5);
  StateBatch<double> start(6, kLanes<double>);  // any matrix, Hermitian or not
  {
    const auto numbers = random_angles(2 * start.tile(0).numbers(), 6);
    std::copy_n(numbers.begin(), start.tile(0).numbers(), start.tile(0).re);
    std::copy_n(numbers.begin() + static_cast<std::ptrdiff_t>(start.tile(0).numbers()),
                start.tile(0).numbers(), start.tile(0).im);
  }
  const auto loss = [&](const Circuit& c) {
    DensityProgram<double> program(c);
    LaneMatrices<double> lanes;
    StateBatch<double> rho = start;
    std::vector<double> values(observables.size() * kLanes<double>);
    program.bind(shared);
    program.bind_lanes(own.data(), lanes);
    program.run(rho.tile(0), &lanes);
    density_expectations<double>(rho.tile(0), observables, values.data());
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) sum += weights[i] * values[i];
    return sum;
  };

  DensityProgram<double> program(circuit);
  LaneMatrices<double> lanes;
  StateBatch<double> rho = start, g(6, kLanes<double>);
  program.bind(shared);
  program.bind_lanes(own.data(), lanes);
  AlignedVector<double> kept(program.kept_numbers());
  program.run(rho.tile(0), &lanes, kept.data());
  density_expectations_backward<double>(g.tile(0), observables, weights.data());
  std::vector<double> d_shared(shared.size()), d_own(own.size()), d_channels(circuit.channels().size());
  program.backward(rho.tile(0), g.tile(0), &lanes, own.data(), kept.data(), {d_shared.data(), d_own.data()},
                   d_channels.data());

  constexpr double kStep = 1e-5, kNear = 2e-7;
  const auto slope = [&](double& number) {
    const double kept_number = number;
    number = kept_number + kStep;
    const double up = loss(circuit);
    number = kept_number - kStep;
    const double down = loss(circuit);
    number = kept_number;
    return (up - down) / (2 * kStep);
  };
  for (std::size_t p = 0; p < shared.size(); ++p) EXPECT_NEAR(d_shared[p], slope(shared[p]), kNear) << p;
  for (const std::size_t q : {std::size_t{0}, std::size_t{9}})
    EXPECT_NEAR(d_own[q], slope(own[q]), kNear) << q;
  for (const std::size_t i : {std::size_t{0}, std::size_t{77}, std::size_t{300}}) {
    EXPECT_NEAR(g.tile(0).re[i], slope(start.tile(0).re[i]), kNear);
    EXPECT_NEAR(g.tile(0).im[i], slope(start.tile(0).im[i]), kNear);
    EXPECT_NEAR(rho.tile(0).re[i], start.tile(0).re[i], 1e-12) << "rho is not what it was";
  }
  for (std::size_t k = 0; k < circuit.channels().size(); ++k) {
    const Channel& row = channel(circuit.channels()[k].channel);
    if (row.strength < 0) {
      EXPECT_EQ(d_channels[k], 0);
      continue;
    }
    const auto changed = [&](double factor) {
      Circuit other(3);
      std::size_t next = 0;
      for_each_item(
          circuit,
          [&](const Operation& operation) {
            const Gate& g_row = gate(operation.gate);
            other.add(g_row, {operation.wires.data(), static_cast<std::size_t>(g_row.wires)},
                      {operation.angles.data(), static_cast<std::size_t>(g_row.angles)});
          },
          [&](PlacedChannel placed) {
            if (next++ == k) placed.parameters[static_cast<std::size_t>(row.strength)] *= factor;
            other.add_channel(channel(placed.channel), placed.on(), placed.values());
          });
      return loss(other);
    };
    const double strength = circuit.channels()[k].parameters[static_cast<std::size_t>(row.strength)];
    const double wanted = (changed(1 + 1e-4) - changed(1 - 1e-4)) / 2e-4;  // by the strength's logarithm
    EXPECT_GT(std::abs(wanted), 1e-4) << row.name << " has no effect here";
    EXPECT_NEAR(d_channels[k] * strength, wanted, 1e-8 + 1e-6 * std::abs(wanted)) << row.name;
  }
}

TEST(Trajectories, AreTheSameBitsAtAnyNumberOfThreadsAndNameTheirSeed) {
  const Circuit circuit = with_every_channel(3);
  const auto shared = random_angles(static_cast<std::size_t>(circuit.shared_parameters()), 1);
  const auto own = random_angles(2 * 3, 2);
  const auto observables = readout(3);
  const NoisyRun run{
      .circuit = circuit, .shared = shared, .per_sample = own, .batch = 3, .readout = observables};
  const auto values = [&](int count, std::uint64_t seed) {
    set_threads(count);
    return make_noise_simulator("trajectories", {.trajectories = 1500, .seed = seed})->expectations(run);
  };
  const NoisyValues one = values(1, 1), three = values(3, 1), other = values(3, 2);
  set_threads(1);
  EXPECT_EQ(one.value, three.value);
  EXPECT_EQ(one.error, three.error);
  EXPECT_NE(one.value, other.value);
  const NoisyValues exact = make_noise_simulator("density")->expectations(run);
  for (std::size_t i = 0; i < exact.value.size(); ++i)
    EXPECT_LT(std::abs(one.value[i] - exact.value[i]), 4.5 * one.error[i]) << i;
}

TEST(NoiseSimulator, RefusesWhatItCannotRun) {
  EXPECT_THROW(make_noise_simulator("densities"), Error);
  EXPECT_THROW(make_noise_simulator("trajectories", {.trajectories = 1}), Error);
  const Circuit wide(9);
  EXPECT_THROW(density_matrix(wide), Error);
  EXPECT_THROW(Program<double>(with_every_channel(2)), Error);
}

}  // namespace
}  // namespace ebit::inline noise
