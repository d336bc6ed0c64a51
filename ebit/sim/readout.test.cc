#include "ebit/sim/readout.h"

#include <gtest/gtest.h>

#include "ebit/sim/program.h"
#include "ebit/sim/random_circuit.h"

namespace ebit::inline sim {
namespace {

template <class T>
class ReadoutOf : public ::testing::Test {
 public:
  static constexpr double kTolerance = std::is_same_v<T, float> ? 2e-5 : 1e-13;
};
using Precisions = ::testing::Types<float, double>;
TYPED_TEST_SUITE(ReadoutOf, Precisions);

// Every Pauli of every wire, a repetition, longer strings, and observables with an offset.
std::vector<Observable> many_observables(int wires) {
  std::vector<Observable> list;
  const auto add = [&](const std::string& text) { list.push_back(parse_observable(text, wires)); };
  for (int q = 0; q < wires; ++q)
    for (const char* pauli : {"X", "Y", "Z"}) add(pauli + std::to_string(q));
  add("Z0");
  add("I");
  add("P(" + std::to_string(wires - 1) + ")");
  if (wires > 1) add("X0*Y1");
  if (wires > 2) add("Z2*Z0*Y1");
  return list;
}

// Together and one by one, behind a circuit whose CNOTs are left undone in memory.
TYPED_TEST(ReadoutOf, ManyTogetherEqualEachByItself) {
  using T = TypeParam;
  constexpr std::size_t kW = kLanes<T>;
  for (int wires = 1; wires <= 7; ++wires)
    for (const auto* table : kernels::usable_kernel_tables<T>()) {
      SCOPED_TRACE(testing::Message() << wires << " wires, " << table->name);
      Random random(static_cast<std::uint64_t>(wires));
      const Circuit circuit = random_circuit(wires, 30, random, /*per_sample=*/false);
      Program<T> program(circuit, *table);
      program.bind(random_numbers<T>(static_cast<std::size_t>(circuit.shared_parameters()), 3, random));
      StateBatch<T> moved(wires, kW), g(wires, kW);
      randomize(moved, random), randomize(g, random);
      StateBatch<T> usual = moved, g_usual = g;
      program.run_relabelled(moved.tile(0));
      program.run(usual.tile(0));
      program.last_layout(g.tile(0));

      const auto observables = many_observables(wires);
      const Readout<T> readout(observables, program.plan().last, *table);
      ASSERT_EQ(readout.size(), observables.size());
      AlignedVector<T> values(observables.size() * kW);
      readout.read(moved.tile(0), values.data());
      const auto d = random_numbers<T>(values.size(), 1, random);
      readout.read_backward(moved.tile(0), d.data(), g.tile(0));
      program.usual_layout(g.tile(0));
      for (std::size_t k = 0; k < observables.size(); ++k) {
        T expected[kW];
        expectation(usual.tile(0), observables[k], expected);
        for (std::size_t l = 0; l < kW; ++l)
          ASSERT_NEAR(values[k * kW + l], expected[l], this->kTolerance) << observables[k].text;
        expectation_backward(usual.tile(0), observables[k], d.data() + k * kW, g_usual.tile(0));
      }
      for (std::size_t b = 0; b < kW; ++b)
        for (std::size_t i = 0; i < (std::size_t{1} << wires); ++i)
          ASSERT_LT(std::abs(g.amplitude(b, i) - g_usual.amplitude(b, i)), 10 * this->kTolerance);
    }
}

}  // namespace
}  // namespace ebit::inline sim
