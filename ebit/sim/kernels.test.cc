#include "ebit/sim/kernels.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "ebit/sim/program.h"
#include "ebit/sim/random_circuit.h"

namespace ebit::inline sim::kernels {
namespace {

TEST(Kernels, TheBaselineIsAlwaysThereAndTheWidestIsTaken) {
  const auto usable = usable_kernel_tables<double>();
  ASSERT_GE(usable.size(), 1u);
  EXPECT_EQ(usable[0]->name, "baseline");
  if (!std::getenv("EBIT_SIMD")) {
    EXPECT_EQ(&kernel_table<double>(), usable.back());
  }
}

// States after a random circuit and back, by every instruction set that this processor has.
template <class T>
void every_instruction_set_agrees(double tolerance) {
  for (int wires = 1; wires <= 6; ++wires) {
    SCOPED_TRACE(testing::Message() << wires << " wires");
    Random random(static_cast<std::uint64_t>(wires));
    const Circuit circuit = random_circuit(wires, 40, random);
    const auto shared = random_numbers<T>(static_cast<std::size_t>(circuit.shared_parameters()), 3, random);
    const auto lanes =
        random_numbers<T>(static_cast<std::size_t>(circuit.per_sample_parameters() * kLanes<T>), 3, random);
    StateBatch<T> start(wires, kLanes<T>);
    randomize(start, random);
    StateBatch<T> reference = start;
    for (const KernelTable<T>* table : usable_kernel_tables<T>()) {
      SCOPED_TRACE(table->name);
      Program<T> program(circuit, *table);
      program.bind(shared);
      LaneMatrices<T> matrices;
      program.bind_lanes(lanes.data(), matrices);
      StateBatch<T> state = start;
      program.run(state.tile(0), &matrices);
      if (table == usable_kernel_tables<T>()[0]) reference = state;
      for (std::size_t b = 0; b < state.batch(); ++b)
        for (std::size_t i = 0; i < (std::size_t{1} << wires); ++i)
          ASSERT_LT(std::abs(state.amplitude(b, i) - reference.amplitude(b, i)), tolerance);
      program.run_inverse(state.tile(0), &matrices);
      for (std::size_t i = 0; i < (std::size_t{1} << wires); ++i)
        ASSERT_LT(std::abs(state.amplitude(1, i) - start.amplitude(1, i)), tolerance);
    }
  }
}

TEST(Kernels, EveryInstructionSetAgreesInFloat64) { every_instruction_set_agrees<double>(1e-13); }
TEST(Kernels, EveryInstructionSetAgreesInFloat32) { every_instruction_set_agrees<float>(2e-5); }

// Against the C library, in units in the last place of 1, over small, ordinary and huge angles.
template <class T>
void sines_are_exact_to_rounding(double tolerance) {
  Random random(12);
  AlignedVector<T> x;
  for (double range : {1e-6, 1.0, 10.0, 1e3, 1e7})
    for (int i = 0; i < 20 * kLanes<T>; ++i) x.push_back(static_cast<T>(random.uniform(-range, range)));
  for (int i = 0; i < kLanes<T>; ++i) x.push_back(static_cast<T>((i - 4) * 1.5707963267948966));
  AlignedVector<T> sine(x.size()), cosine(x.size());
  for (const KernelTable<T>* table : usable_kernel_tables<T>()) {
    SCOPED_TRACE(table->name);
    table->sincos(x.data(), sine.data(), cosine.data(), x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      ASSERT_NEAR(sine[i], std::sin(static_cast<double>(x[i])), tolerance) << x[i];
      ASSERT_NEAR(cosine[i], std::cos(static_cast<double>(x[i])), tolerance) << x[i];
    }
  }
}

TEST(Kernels, SinesAreExactToRoundingInFloat64) { sines_are_exact_to_rounding<double>(2.3e-16); }
TEST(Kernels, SinesAreExactToRoundingInFloat32) { sines_are_exact_to_rounding<float>(1.2e-7); }

}  // namespace
}  // namespace ebit::inline sim::kernels
