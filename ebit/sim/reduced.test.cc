#include "ebit/sim/reduced.h"

#include <gtest/gtest.h>

#include "ebit/base/error.h"
#include "ebit/sim/dense_oracle.h"
#include "ebit/sim/random_circuit.h"

namespace ebit::inline sim {
namespace {

constexpr int kW = kLanes<double>;

TEST(Reduced, DensityOfTheLastWiresEqualsTheOracle) {
  Random random(1);
  StateBatch<double> state(4, kW);
  randomize(state, random);
  std::vector<double> re(16 * kW), im(16 * kW);
  const int keep[] = {2, 3};
  reduced_density<double>(state.tile(0), keep, re.data(), im.data());
  for (std::size_t b = 0; b < kW; ++b) {
    Eigen::VectorXcd psi(16);
    for (std::size_t i = 0; i < 16; ++i) psi[static_cast<Eigen::Index>(i)] = state.amplitude(b, i);
    const Eigen::MatrixXcd rho = oracle::ancilla_density(psi, 2);
    for (int j = 0; j < 4; ++j)
      for (int k = 0; k < 4; ++k) {
        const std::size_t e = static_cast<std::size_t>(j * 4 + k) * kW + b;
        EXPECT_LT(std::abs(rho(j, k) - Complex(re[e], im[e])), 1e-15);
      }
  }
}

TEST(Reduced, KeptWiresMayStandInAnyOrder) {
  StateBatch<double> state(3, 1);
  state.set(0, 0b110, 1);  // wire 0 = 1, wire 1 = 1, wire 2 = 0
  std::vector<double> re(16 * kW), im(16 * kW);
  const int keep[] = {2, 0};
  reduced_density<double>(state.tile(0), keep, re.data(), im.data());
  EXPECT_EQ(re[(0b01 * 4 + 0b01) * kW], 1.0);
  std::vector<double> p(8 * kW);
  probabilities(state.tile(0), p.data());
  EXPECT_EQ(p[0b110 * kW], 1.0);
}

TEST(Reduced, BackwardIsTheDerivative) {
  Random random(3);
  StateBatch<double> state(3, 1), g(3, 1);
  randomize(state, random);
  const int keep[] = {1, 2};
  const auto d_re = random_numbers<double>(16 * kW, 1, random),
             d_im = random_numbers<double>(16 * kW, 1, random);
  reduced_density_backward<double>(state.tile(0), keep, d_re.data(), d_im.data(), g.tile(0));
  const auto loss = [&] {
    std::vector<double> re(16 * kW), im(16 * kW);
    reduced_density<double>(state.tile(0), keep, re.data(), im.data());
    double sum = 0;
    for (std::size_t e = 0; e < 16; ++e) sum += d_re[e * kW] * re[e * kW] + d_im[e * kW] * im[e * kW];
    return sum;
  };
  const double h = 1e-5;
  for (std::size_t i = 0; i < 8; ++i)
    for (const Complex direction : {Complex(1, 0), Complex(0, 1)}) {
      const Complex center = state.amplitude(0, i);
      state.set(0, i, center + h * direction);
      const double above = loss();
      state.set(0, i, center - h * direction);
      const double below = loss();
      state.set(0, i, center);
      const Complex got = g.amplitude(0, i);
      EXPECT_NEAR((above - below) / (2 * h), direction.real() > 0 ? got.real() : got.imag(), 1e-9);
    }
}

TEST(Reduced, SaysWhatIsWrong) {
  StateBatch<double> state(2, 1);
  std::vector<double> re(16 * kW), im(16 * kW);
  const int twice[] = {1, 1}, missing[] = {2};
  EXPECT_THROW(reduced_density<double>(state.tile(0), twice, re.data(), im.data()), Error);
  EXPECT_THROW(reduced_density<double>(state.tile(0), missing, re.data(), im.data()), Error);
}

}  // namespace
}  // namespace ebit::inline sim
