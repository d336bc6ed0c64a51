#include "ebit/analysis/study/hidden_loss.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ebit/cell/cell_problem.h"

namespace ebit::analysis {
namespace {

RegisterOptions cell_with(const std::string& hidden) {
  RegisterOptions options;
  options.encoder = "cubic-angle", options.ansatz = "strongly-entangling", options.hidden = hidden;
  return options;
}

HiddenLoss loss_of(const RegisterOptions& options, std::size_t samples = 9, std::size_t steps = 4) {
  const CellProblem<double> problem(options, samples, steps, 5);
  RegisterCell<double> cell(options);
  return hidden_loss(cell, problem.parameters, problem.input());
}

// The density memory is exact: what it loses is rounding, but for the correlation with the discarded system.
TEST(HiddenLoss, DensityLosesNothingOfTheAncilla) {
  const HiddenLoss loss = loss_of(cell_with("density"));
  EXPECT_EQ(loss.entropy_removed, 0);
  EXPECT_EQ(loss.infidelity, 0);
  EXPECT_NEAR(loss.distance, 0, 1e-14);
  EXPECT_NEAR(loss.distance_last, 0, 1e-14);
  EXPECT_NEAR(loss.holevo, loss.holevo_density, 1e-14);
  EXPECT_GT(loss.holevo, 1e-3);
  EXPECT_GT(loss.correlation_lost, 0.05);
}

TEST(HiddenLoss, CoherentKeepsBothRegisters) {
  const HiddenLoss loss = loss_of(cell_with("coherent"));
  EXPECT_EQ(loss.entropy_removed, 0);
  EXPECT_EQ(loss.infidelity, 0);
  EXPECT_EQ(loss.correlation_lost, 0);
  EXPECT_GT(loss.distance, 0.01);  // it is another memory than the density one
}

TEST(HiddenLoss, MeasurementsLose) {
  for (const char* hidden : {"collapse", "sample", "probabilities", "sqrt-probabilities", "marginals"}) {
    SCOPED_TRACE(hidden);
    const HiddenLoss loss = loss_of(cell_with(hidden));
    EXPECT_GT(loss.entropy_removed, 0.01);
    EXPECT_NEAR(loss.correlation_lost, 2 * loss.entropy_removed, 1e-12);
    EXPECT_GT(loss.infidelity, 0.01);
    EXPECT_GT(loss.distance, 0.01);
    EXPECT_GE(loss.holevo, 0);
    EXPECT_LE(loss.holevo, 2 + 1e-12);
  }
}

// Without an entangling gate system and ancilla never meet: nothing is lost by measuring the system.
TEST(HiddenLoss, NothingIsLostWithoutEntanglement) {
  RegisterOptions options = cell_with("collapse");
  options.custom_ansatz =
      parse_ansatz("gates = [{gate = \"RY\", wires = \"all\", angles = [\"a\"]}]", "ry.toml");
  const HiddenLoss loss = loss_of(options);
  EXPECT_NEAR(loss.entropy_removed, 0, 1e-9);
  EXPECT_NEAR(loss.infidelity, 0, 1e-12);
  EXPECT_NEAR(loss.distance, 0, 1e-7);
}

// After one step both memories come of the same rho, and where h is pure 1 - F <= D <= sqrt(1 - F) (Fuchs and
// van de Graaf 1999).
TEST(HiddenLoss, DistanceOfTheFirstStepFollowsTheFidelity) {
  for (const char* hidden : {"collapse", "probabilities", "marginals"}) {
    const HiddenLoss loss = loss_of(cell_with(hidden), 9, 1);
    EXPECT_GE(loss.distance, loss.infidelity - 1e-12) << hidden;
    EXPECT_LE(loss.distance, std::sqrt(loss.infidelity) + 1e-12) << hidden;
    EXPECT_EQ(loss.distance, loss.distance_last);
  }
}

}  // namespace
}  // namespace ebit::analysis
