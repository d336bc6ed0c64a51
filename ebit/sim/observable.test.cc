#include "ebit/sim/observable.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "ebit/base/error.h"
#include "ebit/sim/dense_oracle.h"
#include "ebit/sim/random_circuit.h"

namespace ebit::inline sim {
namespace {

TEST(Observable, EveryStringOnThreeWiresEqualsTheOracle) {
  Random random(1);
  StateBatch<double> state(3, 9);
  randomize(state, random);
  const std::string letters = "IXYZ";
  for (int code = 0; code < 64; ++code) {
    const std::string word{letters[code / 16], letters[code / 4 % 4], letters[code % 4]};
    std::string text;
    for (int q = 0; q < 3; ++q)
      if (word[q] != 'I') text += fmt::format("{}{}{}", text.empty() ? "" : " * ", word[q], q);
    if (text.empty()) text = "I";
    const Observable observable = parse_observable(text, 3);
    const Eigen::MatrixXcd p = oracle::pauli_matrix(word);
    const auto values = expectations(state, std::span(&observable, 1));
    for (std::size_t b = 0; b < 9; ++b) {
      Eigen::VectorXcd psi(8);
      for (std::size_t i = 0; i < 8; ++i) psi[static_cast<Eigen::Index>(i)] = state.amplitude(b, i);
      EXPECT_NEAR(values[b], psi.dot(p * psi).real(), 1e-14) << word;
    }
  }
}

TEST(Observable, ProbabilityOfOne) {
  StateBatch<float> state(2, 1);
  state.set(0, 2, 0.6);  // |10>
  state.set(0, 1, 0.8);  // |01>
  const Observable observables[] = {parse_observable("P(0)", 2), parse_observable("p( 1 )", 2)};
  const auto values = expectations(state, std::span(observables));
  EXPECT_NEAR(values[0], 0.36, 1e-6);
  EXPECT_NEAR(values[1], 0.64, 1e-6);
}

TEST(Observable, BackwardIsTheDerivative) {
  Random random(2);
  for (const char* text : {"Z0", "X1*Y2", "Y0*Y1*Z2", "P(1)", "I"}) {
    const Observable observable = parse_observable(text, 3);
    StateBatch<double> state(3, 2), gradient(3, 2);
    randomize(state, random);
    double weight[8] = {1.5, -0.5, 0, 0, 0, 0, 0, 0};
    expectation_backward(state.tile(0), observable, weight, gradient.tile(0));
    const double h = 1e-6;
    for (std::size_t b = 0; b < 2; ++b)
      for (std::size_t i = 0; i < 8; ++i)
        for (const Complex direction : {Complex(1, 0), Complex(0, 1)}) {
          const Complex center = state.amplitude(b, i);
          double side[2];
          for (int s = 0; s < 2; ++s) {
            state.set(b, i, center + (s ? -h : h) * direction);
            side[s] = expectations(state, std::span(&observable, 1))[b];
          }
          state.set(b, i, center);
          const Complex g = gradient.amplitude(b, i);
          const double expected = direction.real() > 0 ? g.real() : g.imag();
          EXPECT_NEAR(weight[b] * (side[0] - side[1]) / (2 * h), expected, 1e-9) << text;
        }
  }
}

TEST(Observable, SaysWhatIsWrong) {
  for (const char* text : {"", "Z", "Z9", "Q1", "Z0*", "Z0*X0", "Z0 X1 junk", "P(1", "P1", "Z-1", "*Z0"})
    EXPECT_THROW(parse_observable(text, 3), Error) << text;
}

}  // namespace
}  // namespace ebit::inline sim
