#include "ebit/grad/expectation_program.h"

#include <gtest/gtest.h>

#include "ebit/grad/finite_difference.h"
#include "ebit/sim/random_circuit.h"

namespace ebit::inline grad {
namespace {

std::vector<Observable> observables_of(int wires) {
  std::vector<Observable> list;
  for (int q = 0; q < wires; ++q)
    for (const char* pauli : {"X", "Y", "Z"})
      list.push_back(parse_observable(pauli + std::to_string(q), wires));
  list.push_back(parse_observable("P(0)", wires));
  if (wires > 1) list.push_back(parse_observable("X0*Z1", wires));
  return list;
}

// The plain way: run the circuit in the usual layout, one observable at a time, full adjoint sweep.
template <class T>
void equals_the_plain_way(double tolerance) {
  constexpr std::size_t kW = kLanes<T>;
  for (int wires = 1; wires <= 7; ++wires)
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      SCOPED_TRACE(testing::Message() << wires << " wires, seed " << seed);
      Random random(seed, static_cast<std::uint64_t>(wires));
      const Circuit circuit = random_circuit(wires, 40, random);
      const auto observables = observables_of(wires);
      const auto shared = random_numbers<T>(static_cast<std::size_t>(circuit.shared_parameters()), 3, random);
      const auto angles =
          random_numbers<T>(static_cast<std::size_t>(circuit.per_sample_parameters()) * kW, 3, random);
      const auto d = random_numbers<T>(observables.size() * kW, 1, random);

      ExpectationProgram<T> fast(circuit, observables);
      fast.bind(shared);
      auto w = fast.workspace();
      AlignedVector<T> values(fast.outputs() * kW), d_angles(angles.size(), T(0));
      std::vector<double> d_shared(shared.size(), 0.0);
      fast.forward(angles.data(), w, values.data());
      fast.backward(angles.data(), d.data(), w, {d_shared.data(), d_angles.data()});

      Program<T> plain(circuit);
      plain.bind(shared);
      LaneMatrices<T> lanes;
      plain.bind_lanes(angles.data(), lanes);
      StateBatch<T> psi(wires, kW), g(wires, kW);
      psi.reset();
      plain.run(psi.tile(0), &lanes);
      for (std::size_t k = 0; k < observables.size(); ++k) {
        T expected[kW];
        expectation(psi.tile(0), observables[k], expected);
        for (std::size_t l = 0; l < kW; ++l) ASSERT_NEAR(values[k * kW + l], expected[l], tolerance);
        expectation_backward(psi.tile(0), observables[k], d.data() + k * kW, g.tile(0));
      }
      AlignedVector<T> d_angles_plain(angles.size(), T(0));
      std::vector<double> d_shared_plain(shared.size(), 0.0);
      adjoint_backward<T>(plain, &lanes, angles.data(), psi.tile(0), g.tile(0),
                          {d_shared_plain.data(), d_angles_plain.data()});
      for (std::size_t i = 0; i < d_shared.size(); ++i)
        ASSERT_NEAR(d_shared[i], d_shared_plain[i], 100 * tolerance);
      for (std::size_t i = 0; i < angles.size(); ++i)
        ASSERT_NEAR(d_angles[i], d_angles_plain[i], 100 * tolerance);
    }
}

TEST(ExpectationProgram, EqualsThePlainWayInFloat64) { equals_the_plain_way<double>(1e-13); }
TEST(ExpectationProgram, EqualsThePlainWayInFloat32) { equals_the_plain_way<float>(2e-5); }

TEST(ExpectationProgram, GradientIsTheFiniteDifference) {
  constexpr std::size_t kW = kLanes<double>;
  Random random(5);
  const Circuit circuit = random_circuit(4, 30, random);
  const auto observables = observables_of(4);
  const auto shared =
      random_numbers<double>(static_cast<std::size_t>(circuit.shared_parameters()), 3, random);
  auto angles =
      random_numbers<double>(static_cast<std::size_t>(circuit.per_sample_parameters()) * kW, 3, random);
  const auto d = random_numbers<double>(observables.size() * kW, 1, random);
  ExpectationProgram<double> program(circuit, observables);
  program.bind(shared);
  auto w = program.workspace();
  std::vector<double> values(d.size()), d_angles(angles.size(), 0.0);
  const auto loss = [&] {
    program.forward(angles.data(), w, values.data());
    double sum = 0;
    for (std::size_t i = 0; i < d.size(); ++i) sum += d[i] * values[i];
    return sum;
  };
  loss();
  program.backward(angles.data(), d.data(), w, {nullptr, d_angles.data()});
  const auto expected = finite_difference<double>(loss, angles, 1e-5);
  for (std::size_t i = 0; i < angles.size(); ++i) EXPECT_NEAR(d_angles[i], expected[i], 1e-8);
}

}  // namespace
}  // namespace ebit::inline grad
