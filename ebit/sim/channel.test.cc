#include "ebit/sim/channel.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/sim/circuit.h"
#include "ebit/sim/draw.h"

namespace ebit::inline sim {
namespace {

// Parameters inside the ranges of a channel, none of them at a border.
std::vector<double> some_parameters(const Channel& row) {
  if (row.id == ChannelId::kThermalRelaxation) return {5e-5, 8e-5, 7e-6, 0.07};
  std::vector<double> parameters;
  for (std::size_t k = 0; k < row.parameters.size(); ++k)
    parameters.push_back(0.1 + 0.07 * static_cast<double>(k));
  return parameters;
}

// sum_k K (x) conj(K), the slow way to the superoperator.
std::vector<Complex> from_kraus(const Channel& row, std::span<const double> parameters, int wires) {
  const std::size_t n = std::size_t{1} << wires;
  std::vector<Complex> map(n * n * n * n);
  for (const auto& kraus : row.kraus(parameters, wires))
    for (std::size_t r = 0; r < n; ++r)
      for (std::size_t c = 0; c < n; ++c)
        for (std::size_t s = 0; s < n; ++s)
          for (std::size_t d = 0; d < n; ++d)
            map[(r * n + c) * n * n + s * n + d] += kraus[r * n + s] * std::conj(kraus[c * n + d]);
  return map;
}

TEST(Channel, SuperoperatorsAreTheSumOfTheirKrausOperators) {
  for (const Channel& row : channels())
    for (int wires = 1; wires <= row.most_wires; ++wires) {
      const auto parameters = some_parameters(row);
      const auto fast = superoperator(row, parameters, wires);
      const auto slow = from_kraus(row, parameters, wires);
      for (std::size_t e = 0; e < fast.size(); ++e)
        EXPECT_LT(std::abs(fast[e] - slow[e]), 1e-14) << row.name << " on " << wires << ", entry " << e;
    }
}

TEST(Channel, KrausOperatorsKeepTheTrace) {
  for (const Channel& row : channels())
    for (int wires = 1; wires <= row.most_wires; ++wires) {
      const std::size_t n = std::size_t{1} << wires;
      std::vector<Complex> sum(n * n);
      for (const auto& kraus : row.kraus(some_parameters(row), wires))
        for (std::size_t i = 0; i < n; ++i)
          for (std::size_t j = 0; j < n; ++j)
            for (std::size_t k = 0; k < n; ++k)
              sum[i * n + j] += std::conj(kraus[k * n + i]) * kraus[k * n + j];
      for (std::size_t e = 0; e < sum.size(); ++e)
        EXPECT_LT(std::abs(sum[e] - (e % (n + 1) == 0 ? 1.0 : 0.0)), 1e-14) << row.name;
    }
}

TEST(Channel, SlopesAreThoseOfFiniteDifferences) {
  for (const Channel& row : channels())
    for (int wires = 1; wires <= row.most_wires; ++wires)
      for (std::size_t k = 0; k < row.parameters.size(); ++k) {
        auto up = some_parameters(row), down = up;
        const double h = 1e-6 * up[k];
        up[k] += h, down[k] -= h;
        const auto slope = superoperator_slope(row, some_parameters(row), wires, static_cast<int>(k));
        const auto high = superoperator(row, up, wires), low = superoperator(row, down, wires);
        for (std::size_t e = 0; e < slope.size(); ++e) {
          const double expected = (high[e] - low[e]) / (2 * h);
          EXPECT_NEAR(slope[e], expected, 1e-7 * std::max(1.0, std::abs(expected)))
              << row.name << " by " << row.parameters[k].name;
        }
      }
}

TEST(Channel, StrengthZeroIsNoNoise) {
  for (const Channel& row : channels()) {
    if (row.strength < 0) continue;
    std::vector<double> parameters = some_parameters(row);
    parameters[static_cast<std::size_t>(row.strength)] = 0;
    if (row.id == ChannelId::kPauli) parameters = {0, 0, 0};
    const auto map = superoperator(row, parameters, 1);
    for (std::size_t e = 0; e < 16; ++e) EXPECT_EQ(map[e], e % 5 == 0 ? 1.0 : 0.0) << row.name;
  }
}

TEST(Channel, MixingOnesHaveKrausOperatorsThatAreUnitariesTimesANumber) {
  for (const Channel& row : channels()) {
    if (!row.mixes) continue;
    for (auto kraus : row.kraus(some_parameters(row), 1)) {
      const double size = std::norm(kraus[0]) + std::norm(kraus[2]);
      for (Complex& entry : kraus) entry /= std::sqrt(size);
      EXPECT_LT(unitarity_defect(kraus), 1e-14) << row.name;
    }
  }
}

TEST(Channel, ParametersOutOfRangeAreNamed) {
  const auto message = [](std::string_view name, std::vector<double> parameters) {
    try {
      check_parameters(channel(name), parameters);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  EXPECT_EQ(message("depolarizing", {1.5}), "lambda of depolarizing must be in [0, 1], not 1.5");
  EXPECT_EQ(message("thermal_relaxation", {1e-5, 3e-5, 1e-6, 0}),
            "thermal_relaxation: t2 = 3e-05 s is above 2 t1 = 2e-05 s, which no qubit can have");
  EXPECT_EQ(message("pauli", {0.5, 0.4, 0.3}),
            "pauli: px + py + pz is 1.2, but probabilities add up to 1 at most");
  EXPECT_EQ(message("reset", {}), "nothing");
  EXPECT_THROW(channel("depolarising"), Error);
}

TEST(Channel, CircuitsHoldChannelsBetweenGates) {
  Circuit circuit(2);
  circuit.add(GateId::kH, {0}).add_channel(ChannelId::kDepolarizing, {0}, {0.01});
  circuit.add(GateId::kCNOT, {0, 1}).add_channel(ChannelId::kDepolarizing, {0, 1}, {0.02});
  circuit.add_channel(ChannelId::kReset, {0});
  Circuit twice = circuit;
  twice.append(circuit);
  std::string order;
  for_each_item(
      twice, [&](const Operation& operation) { order += gate(operation.gate).name; },
      [&](const PlacedChannel& placed) {
        order += fmt::format("-{}{} ", channel(placed.channel).label, placed.count);
      });
  EXPECT_EQ(order, "H-dep1 CNOT-dep2 -|0>1 H-dep1 CNOT-dep2 -|0>1 ");
  EXPECT_EQ(gates_of(circuit).operations().size(), 2u);
  EXPECT_EQ(depth(circuit), 2);
  EXPECT_THROW(inverse(circuit), Error);
  EXPECT_THROW(circuit.add_channel(ChannelId::kReset, {0, 1}), Error);
  EXPECT_THROW(circuit.add_channel(ChannelId::kReset, {2}), Error);
  EXPECT_EQ("\n" + draw(circuit, {.ascii = true}), R"(
   +---+ +----------+     +----------+ +-----+
0 -| H |-| dep 0.01 |--@--|          |-| |0> |-
   +---+ +----------+  |  | dep 0.02 | +-----+
1 --------------------(+)-|          |---------
                          +----------+
)");
}

}  // namespace
}  // namespace ebit::inline sim
