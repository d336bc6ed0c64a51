#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/grad/adjoint.h"
#include "ebit/grad/finite_difference.h"
#include "ebit/grad/parameter_shift.h"
#include "ebit/sim/observable.h"
#include "ebit/sim/random_circuit.h"

namespace ebit {
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
      Problem problem(random_circuit(wires, 25, random), random);
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
}  // namespace ebit
