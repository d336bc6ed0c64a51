#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/grad/adjoint.h"
#include "ebit/grad/finite_difference.h"
#include "ebit/grad/parameter_shift.h"
#include "ebit/sim/dense_oracle.h"
#include "ebit/sim/observable.h"
#include "ebit/sim/random_circuit.h"

namespace ebit::inline grad {
namespace {

// One tile of a random problem: L = Re<g|circuit(psi)> summed over the samples.
struct Problem {
  static constexpr int kW = kLanes<double>;
  Circuit circuit;
  std::vector<double> shared, lanes;  // [P], [Q, kW]
  StateBatch<double> psi, g;

  Problem(const Circuit& c, Random& random)
      : circuit(c),
        shared(random_numbers<double>(static_cast<std::size_t>(c.shared_parameters()), 3, random)),
        lanes(random_numbers<double>(static_cast<std::size_t>(c.per_sample_parameters() * kW), 3, random)),
        psi(c.wires(), kW),
        g(c.wires(), kW) {
    randomize(psi, random);
    randomize(g, random);
  }

  StateBatch<double> forward() const {
    StateBatch<double> out = psi;
    run<double>(circuit, out, shared, lanes);
    return out;
  }
  double loss() const {
    const StateBatch<double> out = forward();
    double sum = 0;
    for (std::size_t b = 0; b < kW; ++b)
      for (std::size_t i = 0; i < (1u << psi.wires()); ++i)
        sum += (std::conj(g.amplitude(b, i)) * out.amplitude(b, i)).real();
    return sum;
  }

  struct Result {
    std::vector<double> shared, lanes;
    StateBatch<double> psi, g;
  };
  template <class Backward>
  Result backward(Backward method) const {
    Result r{std::vector<double>(shared.size()), std::vector<double>(lanes.size()), forward(), g};
    Program<double> program(circuit);
    program.bind(shared);
    LaneMatrices<double> matrices;
    program.bind_lanes(lanes.data(), matrices);
    method(program, &matrices, lanes.data(), r.psi.tile(0), r.g.tile(0),
           ParameterGradient<double>{r.shared.data(), r.lanes.data()});
    return r;
  }
};

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  EXPECT_EQ(a.size(), b.size());
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::abs(a[i] - b[i]));
  return worst;
}

TEST(Gradient, AdjointEqualsParameterShiftAndFiniteDifference) {
  for (int wires = 1; wires <= 4; ++wires)
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
      SCOPED_TRACE(testing::Message() << wires << " wires, seed " << seed);
      Random random(seed, static_cast<std::uint64_t>(wires));
      const std::span<const GateId> among =
          seed % 2 ? std::span<const GateId>(kJoinedGates) : std::span<const GateId>();
      Problem problem(random_circuit(wires, 25, random, /*per_sample=*/true, among), random);
      const auto adjoint = problem.backward(adjoint_backward<double>);
      const auto shift = problem.backward(parameter_shift_backward<double>);
      EXPECT_LT(largest_difference(adjoint.shared, shift.shared), 1e-12);
      EXPECT_LT(largest_difference(adjoint.lanes, shift.lanes), 1e-12);
      const auto loss = [&] { return problem.loss(); };
      EXPECT_LT(largest_difference(adjoint.shared, finite_difference<double>(loss, problem.shared, 1e-5)),
                1e-7);
      EXPECT_LT(largest_difference(adjoint.lanes, finite_difference<double>(loss, problem.lanes, 1e-5)),
                1e-7);
    }
}

// The slow, obvious way: every state between gates is stored, every gate a dense matrix.
struct StoredStates {
  std::vector<double> shared, per_sample;  // gradients of one sample
  Eigen::VectorXcd g;                      // cotangent of the input

  StoredStates(const Circuit& circuit, const std::vector<double>& angles, const std::vector<double>& own,
               const Eigen::VectorXcd& psi, const Eigen::VectorXcd& g_out)
      : shared(angles.size()), per_sample(own.size()), g(g_out) {
    const auto& operations = circuit.operations();
    const auto value = [&](const Angle& angle) {
      if (angle.kind == Angle::Kind::kConstant) return angle.value;
      const auto& from = angle.kind == Angle::Kind::kShared ? angles : own;
      return angle.value + angle.scale * from[static_cast<std::size_t>(angle.index)];
    };
    std::vector<Eigen::VectorXcd> states = {psi};
    std::vector<Eigen::MatrixXcd> matrices;
    std::vector<std::vector<double>> values;
    for (const Operation& operation : operations) {
      const Gate& row = gate(operation.gate);
      values.emplace_back();
      for (int k = 0; k < row.angles; ++k) values.back().push_back(value(operation.angles[k]));
      const auto small =
          row.matrix ? gate_matrix(row, values.back()) : operation_matrix(circuit, operation, values.back());
      matrices.push_back(oracle::embed(small, wires_of(operation, row), circuit.wires()));
      states.push_back(matrices.back() * states.back());
    }
    for (std::size_t i = operations.size(); i-- > 0;) {
      const Gate& row = gate(operations[i].gate);
      for (int k = 0; k < row.angles; ++k) {
        const Angle& angle = operations[i].angles[k];
        if (angle.kind == Angle::Kind::kConstant) continue;
        // -i G on the part of the space where the controls are 1.
        const int outer = 1 << row.wires, inner = row.dimension();
        std::vector<Complex> generator(static_cast<std::size_t>(inner * inner));
        row.generator(values[i].data(), k, generator.data());
        std::vector<Complex> whole(static_cast<std::size_t>(outer * outer), 0.0);
        for (int a = 0; a < inner; ++a)
          for (int b = 0; b < inner; ++b)
            whole[static_cast<std::size_t>((outer - inner + a) * outer + outer - inner + b)] =
                Complex(0, -1) * generator[static_cast<std::size_t>(a * inner + b)];
        const Eigen::VectorXcd moved =
            oracle::embed(whole, wires_of(operations[i], row), circuit.wires()) * states[i + 1];
        auto& to = angle.kind == Angle::Kind::kShared ? shared : per_sample;
        to[static_cast<std::size_t>(angle.index)] += angle.scale * g.dot(moved).real();
      }
      g = matrices[i].adjoint() * g;
    }
  }

  static std::span<const int> wires_of(const Operation& operation, const Gate& row) {
    return {operation.wires.data(), static_cast<std::size_t>(row.wires)};
  }
};

// @param among the gates of the circuits, see random_circuit.
template <class T>
void adjoint_equals_stored_states(double tolerance, std::span<const GateId> among = {}) {
  constexpr std::size_t kW = kLanes<T>;
  for (int wires = 1; wires <= 5; ++wires)
    for (const std::size_t batch : {1u, 3u, 8u, 17u}) {
      const std::uint64_t seed = 1000 * static_cast<std::uint64_t>(wires) + batch;
      SCOPED_TRACE(testing::Message() << wires << " wires, seed " << seed);
      Random random(seed);
      const Circuit circuit = random_circuit(wires, 30, random, /*per_sample=*/true, among);
      const auto shared = random_numbers<T>(static_cast<std::size_t>(circuit.shared_parameters()), 3, random);
      const auto own =
          random_numbers<T>(static_cast<std::size_t>(circuit.per_sample_parameters()) * batch, 3, random);
      StateBatch<T> psi(wires, batch), g(wires, batch);
      randomize(psi, random), randomize(g, random);
      StateBatch<T> out = psi, g_in = g;
      Program<T> program(circuit);
      program.bind(shared);
      std::vector<double> d_shared(shared.size(), 0.0), expected_shared(shared.size(), 0.0);
      std::vector<AlignedVector<T>> d_own;
      for (std::size_t t = 0; t < out.tiles(); ++t) {
        AlignedVector<T> angles;
        if (!own.empty()) gather_lanes<T>(own, batch, t, angles);
        LaneMatrices<T> lanes;
        program.bind_lanes(angles.data(), lanes);
        program.run(out.tile(t), &lanes);
        d_own.emplace_back(angles.size(), T(0));
        // Lanes behind the last sample must not count: their cotangent is zero.
        adjoint_backward<T>(program, &lanes, angles.data(), out.tile(t), g_in.tile(t),
                            {d_shared.data(), d_own.back().data()});
      }
      const std::vector<double> angles(shared.begin(), shared.end());
      for (std::size_t b = 0; b < batch; ++b) {
        Eigen::VectorXcd psi_b(1 << wires), g_b(1 << wires);
        for (std::size_t i = 0; i < (std::size_t{1} << wires); ++i)
          psi_b[static_cast<Eigen::Index>(i)] = psi.amplitude(b, i),
          g_b[static_cast<Eigen::Index>(i)] = g.amplitude(b, i);
        std::vector<double> own_b;
        for (std::size_t q = 0; q < own.size() / batch; ++q) own_b.push_back(own[q * batch + b]);
        const StoredStates expected(circuit, angles, own_b, psi_b, g_b);
        for (std::size_t p = 0; p < angles.size(); ++p) expected_shared[p] += expected.shared[p];
        for (std::size_t q = 0; q < own_b.size(); ++q)
          ASSERT_NEAR(d_own[b / kW][q * kW + b % kW], expected.per_sample[q], tolerance);
        for (std::size_t i = 0; i < (std::size_t{1} << wires); ++i) {
          ASSERT_LT(std::abs(out.amplitude(b, i) - psi.amplitude(b, i)), tolerance);
          ASSERT_LT(std::abs(g_in.amplitude(b, i) - expected.g[static_cast<Eigen::Index>(i)]), tolerance);
        }
      }
      for (std::size_t p = 0; p < angles.size(); ++p)
        ASSERT_NEAR(d_shared[p], expected_shared[p], static_cast<double>(batch) * tolerance);
    }
}

TEST(Gradient, AdjointEqualsStoredStatesInFloat64) { adjoint_equals_stored_states<double>(1e-13); }
TEST(Gradient, AdjointEqualsStoredStatesInFloat32) { adjoint_equals_stored_states<float>(3e-5); }
TEST(Gradient, AdjointOfJoinedGatesEqualsStoredStates) {
  adjoint_equals_stored_states<double>(1e-13, kJoinedGates);
  adjoint_equals_stored_states<float>(3e-5, kJoinedGates);
}

TEST(Gradient, TheInputStateComesBackAndItsCotangentIsTheDerivative) {
  Random random(9);
  Problem problem(random_circuit(4, 30, random), random);
  for (const auto& result :
       {problem.backward(adjoint_backward<double>), problem.backward(parameter_shift_backward<double>)})
    for (std::size_t b = 0; b < Problem::kW; b += 3)
      for (std::size_t i = 0; i < 16; ++i) {
        EXPECT_LT(std::abs(result.psi.amplitude(b, i) - problem.psi.amplitude(b, i)), 1e-13);
        const Complex center = problem.psi.amplitude(b, i);
        const Complex g = result.g.amplitude(b, i);
        for (const Complex direction : {Complex(1, 0), Complex(0, 1)}) {
          const double h = 1e-4;  // the loss is linear in the input, so a large step is exact
          problem.psi.set(b, i, center + h * direction);
          const double above = problem.loss();
          problem.psi.set(b, i, center - h * direction);
          const double below = problem.loss();
          problem.psi.set(b, i, center);
          EXPECT_NEAR((above - below) / (2 * h), direction.real() > 0 ? g.real() : g.imag(), 1e-10);
        }
      }
}

// The expectation rules that a quantum computer would use, for every gate with angles.
TEST(Gradient, ExpectationShiftRulesHoldForEveryGate) {
  Random random(4);
  const Observable observable = parse_observable("X0*Y2", 3);
  for (const Gate& row : gates()) {
    if (row.angles == 0) continue;
    SCOPED_TRACE(row.name);
    for (int k = 0; k < row.angles; ++k) {
      Circuit before = random_circuit(3, 10, random, false), after = random_circuit(3, 10, random, false);
      Circuit circuit(3);
      circuit.append(before);
      const int first = circuit.shared_parameters();
      std::vector<Angle> angles;
      for (int j = 0; j < row.angles; ++j) angles.push_back(Angle::shared(first + j));
      const int wires[] = {2, 0, 1};
      circuit.add(row, {wires, static_cast<std::size_t>(row.wires)}, angles);
      circuit.append(after, first + row.angles);
      auto shared = random_numbers<double>(static_cast<std::size_t>(circuit.shared_parameters()), 3, random);
      const std::size_t moved = static_cast<std::size_t>(first + k);
      const double center = shared[moved];
      const auto f = [&](double x) {
        shared[moved] = x;
        StateBatch<double> state(3, 1);
        state.reset();
        run<double>(circuit, state, shared);
        return expectations(state, std::span(&observable, 1))[0];
      };
      const double h = 1e-5;
      EXPECT_NEAR(shift_derivative(f, center, row.expectation_frequencies),
                  (f(center + h) - f(center - h)) / (2 * h), 1e-9);
    }
  }
  const double strange[] = {1.0, 3.0};
  EXPECT_THROW(shift_derivative([](double x) { return x; }, 0, strange), Error);
}

// Norm and input after many gates forward and backward: what un-computation rests on.
TEST(Gradient, TenThousandGatesComeBack) {
  Random random(8);
  Circuit circuit(4);
  const Circuit block = random_circuit(4, 100, random, false);
  for (int i = 0; i < 100; ++i) circuit.append(block, circuit.shared_parameters());
  Problem problem(circuit, random);
  const auto result = problem.backward(adjoint_backward<double>);
  double worst = 0;
  for (std::size_t i = 0; i < 16; ++i)
    worst = std::max(worst, std::abs(result.psi.amplitude(0, i) - problem.psi.amplitude(0, i)));
  EXPECT_LT(worst, 1e-11);
}

}  // namespace
}  // namespace ebit::inline grad
