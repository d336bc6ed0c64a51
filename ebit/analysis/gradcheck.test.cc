#include "ebit/analysis/gradcheck.h"

#include <gtest/gtest.h>

#include "ebit/base/error.h"

namespace ebit::analysis {
namespace {

const GradientProblem kSmall{.batch = 2, .steps = 2};

TEST(GradientCheck, EveryFamilyAgreesInBothPrecisions) {
  ControlledOptions qrnn;
  qrnn.qubits = 2, qrnn.angle_scale = 0.5;
  for (const CellOptions& options :
       {CellOptions(RegisterOptions{}), CellOptions(qrnn), CellOptions(GatedOptions{}),
        CellOptions(KernelOptions{}), CellOptions(FastWeightsOptions{})})
    for (const char* dtype : {"float64", "float32"}) {
      SCOPED_TRACE(std::string(family_of(options).name) + " " + dtype);
      GradientProblem problem = kSmall;
      problem.dtype = dtype;
      const GradientCheck check = check_gradients("it", options, problem);
      EXPECT_EQ(check.name, "it");
      EXPECT_TRUE(check.same());
      EXPECT_EQ(check.blocks.back().name, "hidden state");
      double largest = 0;
      for (const GradientBlock& block : check.blocks) largest = std::max(largest, block.largest);
      EXPECT_GT(largest, 1e-3) << "zeros would agree as well";
    }
}

TEST(GradientCheck, ComparesParameterShiftWhereThereIsOne) {
  for (const GradientBlock& block : check_gradients("register", RegisterOptions{}, kSmall).blocks)
    EXPECT_TRUE(block.shift);
  ControlledOptions qrnn;
  qrnn.qubits = 2;
  for (const GradientBlock& block : check_gradients("qrnn", qrnn, kSmall).blocks) EXPECT_FALSE(block.shift);
}

TEST(GradientCheck, TellsADifference) {
  EXPECT_FALSE((Compared{2, 1}.same()));
  EXPECT_FALSE((Compared{std::numeric_limits<double>::quiet_NaN(), 1}.same()));
  GradientCheck check{"it", {{.name = "a", .finite = {0, 1}}}};
  EXPECT_TRUE(check.same());
  check.blocks[0].shift = Compared{2, 1};
  EXPECT_FALSE(check.same());
}

TEST(GradientCheck, RefusesWhatCannotBeChecked) {
  GradientProblem none = kSmall;
  none.steps = 0;
  EXPECT_THROW(check_gradients("", RegisterOptions{}, none), Error);
  none = kSmall, none.dtype = "float16";
  EXPECT_THROW(check_gradients("", RegisterOptions{}, none), Error);
  ControlledOptions shots;
  shots.measurement = "shots";
  EXPECT_THROW(check_gradients("", shots, kSmall), Error);
}

}  // namespace
}  // namespace ebit::analysis
