// Starting values against torch's own, from seeds.
#include "ebit/cell/draws.h"

#include <gtest/gtest.h>

#include <vector>

#include "ebit/cell/controlled/controlled_cell.h"

namespace ebit::inline cell {
namespace {

// torch.manual_seed(0); torch.rand(3), in float32 and in float64.
TEST(Draws, UniformNumbersAreTorchs) {
  MersenneDraws single(0), wide(0), high(std::uint64_t{1} << 32);
  for (float expected : {0.49625659F, 0.768221796F, 0.0884774327F})
    EXPECT_EQ(single.uniform_single(0, 1), expected);
  for (double expected : {0.97005300180655307, 0.70781986439978795, 0.45938294312745087})
    EXPECT_EQ(wide.uniform(0, 1), expected);
  EXPECT_EQ(high.uniform_single(0, 1), 0.49625659F) << "only the seed's low 32 bits count";
  // torch.manual_seed(5); torch.empty(2, dtype=torch.float64).uniform_(-0.3, 0.7)
  MersenneDraws shifted(5);
  EXPECT_EQ(shifted.uniform(-0.3, 0.7), 0.34201500662809409);
  EXPECT_EQ(shifted.uniform(-0.3, 0.7), -0.040242084823684687);
}

// torch.manual_seed(5); torch.nn.Linear(3, 2): weight, bias; then the same to(torch.float64) and
// reset_parameters().
const std::vector<double> kLinear = {0.381341994F, -0.431729913F, 0.470505476F,  0.369419903F,
                                     0.485093653F, -0.442659974F, -0.387527287F, 0.274725646F};
const std::vector<double> kAgain = {-0.27006466577156346, 0.4057949067101207,  0.091565110089931387,
                                    0.2540875527224693,   0.40116134951373766, -0.054188360959230589,
                                    -0.16383024747973135, -0.20123874861024721};

TEST(Draws, LinearMapsStartAsTorchs) {
  std::vector<double> numbers(8);
  MersenneDraws draws(5);
  draw(draws, linear_range(3), {numbers.data(), 6});
  draw(draws, linear_bias_range(3), {numbers.data() + 6, 2});
  EXPECT_EQ(numbers, kLinear);
}

// A network that was a torch Linear is drawn twice, and only the second draws count.
TEST(Draws, AControlledCellStartsAsItDidInTorch) {
  ControlledOptions options;
  options.inputs = 2, options.qubits = 1, options.ansatz = "basic-entangler-ry", options.readout = {"Z"};
  const ControlledCell<double> cell(options);
  ASSERT_EQ(cell.parameters(), 8u);
  std::vector<double> numbers(8);
  MersenneDraws draws(5);
  cell.initialise(draws, numbers.data());
  EXPECT_EQ(numbers, kAgain);
}

}  // namespace
}  // namespace ebit::inline cell
