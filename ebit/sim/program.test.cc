#include "ebit/sim/program.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/base/parallel.h"
#include "ebit/sim/dense_oracle.h"
#include "ebit/sim/observable.h"
#include "ebit/sim/random_circuit.h"

namespace ebit::inline sim {
namespace {

template <class T>
constexpr double tolerance() {
  return std::is_same_v<T, float> ? 2e-5 : 1e-13;
}

template <class T>
Eigen::VectorXcd sample_of(const StateBatch<T>& state, std::size_t sample) {
  Eigen::VectorXcd psi(1 << state.wires());
  for (Eigen::Index i = 0; i < psi.size(); ++i) psi[i] = state.amplitude(sample, static_cast<std::size_t>(i));
  return psi;
}

template <class T>
class ProgramOf : public ::testing::Test {};
using Precisions = ::testing::Types<float, double>;
TYPED_TEST_SUITE(ProgramOf, Precisions);

// Every row of the gate table at every placement on 4 wires.
TYPED_TEST(ProgramOf, EveryGateAtEveryPlacementEqualsTheOracle) {
  using T = TypeParam;
  Random random(11);
  const int wires = 4;
  const auto check = [&](const Circuit& circuit) {
    StateBatch<T> state(wires, 3);
    randomize(state, random);
    std::vector<Eigen::VectorXcd> before;
    for (std::size_t b = 0; b < 3; ++b) before.push_back(sample_of(state, b));
    run<T>(circuit, state);
    const Eigen::MatrixXcd u = oracle::circuit_matrix(circuit, {});
    for (std::size_t b = 0; b < 3; ++b)
      ASSERT_LT((sample_of(state, b) - u * before[b]).cwiseAbs().maxCoeff(), tolerance<T>());
  };
  for (const Gate& row : gates()) {
    SCOPED_TRACE(row.name);
    for (int a = 0; a < wires; ++a)
      for (int b = 0; b < wires; ++b)
        for (int c = 0; c < wires; ++c) {
          if (a == b || b == c || a == c || (row.wires < 3 && c > b) || (row.wires < 2 && b > a)) continue;
          const int places[3] = {a, b, c};
          const std::span<const int> on(places, static_cast<std::size_t>(row.wires));
          Circuit circuit(wires);
          if (row.matrix) {
            std::vector<Angle> angles;
            for (int k = 0; k < row.angles; ++k) angles.push_back(Angle::constant(random.uniform(-3, 3)));
            circuit.add(row, on, angles);
          } else {
            circuit.add_matrix(on, random_unitary(1 << row.wires, random));
          }
          check(circuit);
        }
  }
}

// @param among the gates of the circuits, see random_circuit.
template <class T>
void random_circuits_equal_the_oracle(std::span<const GateId> among, int count) {
  for (int wires = 1; wires <= 6; ++wires)
    for (std::size_t batch : {1u, 3u, 8u, 17u}) {
      const std::uint64_t seed = 100 * static_cast<std::uint64_t>(wires) + batch;
      SCOPED_TRACE(testing::Message() << "seed " << seed);
      Random random(seed);
      const Circuit circuit = random_circuit(wires, count, random, /*per_sample=*/true, among);
      const auto shared = random_numbers<T>(static_cast<std::size_t>(circuit.shared_parameters()), 3, random);
      const auto lanes =
          random_numbers<T>(static_cast<std::size_t>(circuit.per_sample_parameters()) * batch, 3, random);
      StateBatch<T> state(wires, batch);
      randomize(state, random);
      std::vector<Eigen::VectorXcd> before;
      for (std::size_t b = 0; b < batch; ++b) before.push_back(sample_of(state, b));
      run<T>(circuit, state, shared, lanes);
      const std::vector<double> shared64(shared.begin(), shared.end());
      for (std::size_t b = 0; b < batch; ++b) {
        std::vector<double> own;
        for (int q = 0; q < circuit.per_sample_parameters(); ++q)
          own.push_back(lanes[static_cast<std::size_t>(q) * batch + b]);
        const Eigen::VectorXcd expected = oracle::circuit_matrix(circuit, shared64, own) * before[b];
        ASSERT_LT((sample_of(state, b) - expected).cwiseAbs().maxCoeff(), tolerance<T>());
      }
    }
}

TYPED_TEST(ProgramOf, RandomCircuitsEqualTheOracleAtManySizes) {
  random_circuits_equal_the_oracle<TypeParam>({}, 30);
}

TYPED_TEST(ProgramOf, JoinedGatesEqualTheOracleAtManySizes) {
  random_circuits_equal_the_oracle<TypeParam>(kJoinedGates, 60);
}

TYPED_TEST(ProgramOf, InverseUndoes) {
  using T = TypeParam;
  Random random(5);
  const Circuit circuit = random_circuit(5, 40, random, /*per_sample=*/false);
  const auto shared = random_numbers<T>(static_cast<std::size_t>(circuit.shared_parameters()), 3, random);
  StateBatch<T> state(5, 2);
  randomize(state, random);
  const Eigen::VectorXcd before = sample_of(state, 1);
  run<T>(circuit, state, shared);
  EXPECT_GT((sample_of(state, 1) - before).norm(), 0.1);
  run<T>(inverse(circuit), state, shared);
  EXPECT_LT((sample_of(state, 1) - before).norm(), tolerance<T>());
  Program<T> program(circuit);
  program.bind(shared);
  program.run(state.tile(0));
  program.run_inverse(state.tile(0));
  EXPECT_LT((sample_of(state, 1) - before).norm(), tolerance<T>());
}

TEST(Program, TwentyWiresKeepTheNorm) {
  Random random(6);
  StateBatch<float> state(20, 1);
  state.reset();
  Circuit circuit(20);
  for (int q = 0; q < 20; ++q) circuit.add(GateId::kRY, {q}, {Angle::constant(random.uniform(0, 3))});
  for (int q = 0; q < 20; ++q) circuit.add(GateId::kCNOT, {q, (q + 7) % 20});
  run<float>(circuit, state);
  double norm = 0;
  for (std::size_t i = 0; i < (1u << 20); ++i) norm += std::norm(state.amplitude(0, i));
  EXPECT_NEAR(norm, 1.0, 1e-5);
}

TEST(Program, SameNumbersAtAnyThreadCount) {
  const auto amplitude = [](int count) {
    set_threads(count);
    Random random(7);
    const Circuit circuit = random_circuit(4, 20, random);
    const auto shared =
        random_numbers<double>(static_cast<std::size_t>(circuit.shared_parameters()), 3, random);
    const auto lanes =
        random_numbers<double>(static_cast<std::size_t>(circuit.per_sample_parameters()) * 50, 3, random);
    StateBatch<double> state(4, 50);
    state.reset();
    run<double>(circuit, state, shared, lanes);
    set_threads(1);
    return state.amplitude(49, 5);
  };
  EXPECT_EQ(amplitude(1), amplitude(3));
}

TEST(Program, SaysWhatIsWrong) {
  StateBatch<double> state(2, 3);
  Circuit circuit(2);
  circuit.add(GateId::kRX, {0}, {Angle::shared(0)}).add(GateId::kRX, {1}, {Angle::per_sample(0)});
  const double one[] = {1.0};
  EXPECT_THROW(run<double>(circuit, state), Error);
  EXPECT_THROW((run<double>(circuit, state, one, one)), Error);
  EXPECT_THROW(circuit.add(GateId::kCNOT, {0, 0}), Error);
  EXPECT_THROW(circuit.add(GateId::kX, {2}), Error);
  EXPECT_THROW(circuit.add(GateId::kRX, {0}), Error);
  const int wire[] = {0};
  EXPECT_THROW(circuit.add_matrix(wire, {1, 0, 0, 0.5}), Error);
  EXPECT_THROW(Circuit(0), Error);
  try {
    StateBatch<double> impossible(40, 5);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("a batch of 5 states of 40 wires would take 128 TiB"),
              std::string::npos)
        << error.what();
  }
}

TEST(Program, TooManyWiresAreRefusedBeforeAnythingIsAllocated) {
  const auto refusal = [](auto&& body) -> std::string {
    try {
      body();
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_EQ(refusal([] { Circuit(70); }), "a circuit can have at most 64 wires, not 70");
  EXPECT_EQ(refusal([] { Circuit(2147483647); }), "a circuit can have at most 64 wires, not 2147483647");
  for (const int wires : {45, 63, 64}) {
    Circuit circuit(wires);
    circuit.add(GateId::kCNOT, {0, wires - 1});
    const std::string said = refusal([&] { Program<float> program(circuit); });
    EXPECT_NE(said.find("a state of " + std::to_string(wires) + " wires would take"), std::string::npos)
        << said;
    EXPECT_NE(said.find("wires fit here"), std::string::npos) << said;
    EXPECT_EQ(refusal([&] { parse_observable("Z0", wires); }), "accepted");
  }
  EXPECT_NE(refusal([] { parse_observable("Z0", 65); }), "accepted");
  for (const int wires : {64, 100, 5000})
    EXPECT_NE(refusal([&] { StateBatch<double>(wires, 1); }).find("would take"), std::string::npos);
}

}  // namespace
}  // namespace ebit::inline sim
