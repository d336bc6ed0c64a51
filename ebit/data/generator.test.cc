#include "ebit/data/generator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "ebit/base/testing/error_of.h"

namespace ebit::inline data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<double> column(const Series& s, std::size_t c) {
  std::vector<double> out;
  for (std::size_t i = 0; i < s.rows(); ++i) out.push_back(s.at(i, c));
  return out;
}

TEST(Generator, EveryRowIsDocumentedAndRepeatable) {
  for (const auto& row : generator_table()) {
    EXPECT_FALSE(row.help.empty() || row.source.empty() || row.parameters.empty()) << row.name;
    for (const auto& p : row.parameters)
      EXPECT_FALSE(p.name.empty() || p.value.empty() || p.help.empty()) << row.name;
    const Series a = generate_series(row.name, {}, 3);
    EXPECT_EQ(a.source, row.name);
    EXPECT_EQ(a.times.size(), a.rows());
    EXPECT_EQ(std::to_string(a.rows()), generator_values(row, {}).text("points"));
    EXPECT_EQ(a.values, generate_series(row.name, {}, 3).values);
    EXPECT_EQ(generate_series(row.name, {{"points", "7"}}).rows(), 7u);
  }
}

TEST(Generator, SineWithoutNoiseIsTheSine) {
  const auto v = generate_series("noisy-sine", {{"noise", "none"}, {"amplitude", "2"}}).values;
  ASSERT_EQ(v.size(), 100u);
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_NEAR(v[i], 2 * std::sin(8 * std::numbers::pi * static_cast<double>(i) / 99), 1e-12);
  }
}

TEST(Generator, SineNoiseHasTheStatedSize) {
  // Uniform on [-0.1, 0.1]: standard deviation 0.1 / sqrt 3; the same Gaussian twice: 0.1 sqrt 2.
  const std::map<std::string, double> deviations{
      {"uniform", 0.1 / std::sqrt(3.0)}, {"gaussian", 0.1}, {"gaussian-twice", 0.1 * std::sqrt(2.0)}};
  for (const auto& [kind, expected] : deviations) {
    const auto v =
        generate_series("noisy-sine", {{"noise", kind}, {"amplitude", "0"}, {"points", "20000"}}, 11).values;
    double mean = 0, variance = 0;
    for (const double x : v) mean += x / 20000, variance += x * x / 20000;
    EXPECT_NEAR(mean, 0, 4 * expected / std::sqrt(20000.0)) << kind;
    EXPECT_NEAR(std::sqrt(variance), expected, 0.03 * expected) << kind;
    if (kind == "uniform") {
      EXPECT_LE(*std::max_element(v.begin(), v.end()), 0.1);
    }
  }
  EXPECT_NE(generate_series("noisy-sine", {}, 1).values, generate_series("noisy-sine", {}, 2).values);
}

// The reference numbers below come from programs written apart from this one, with steps 40 to 100 times
// finer.

TEST(Generator, PendulumMatchesAFinerIntegration) {
  const Series s = generate_series("damped-pendulum");
  EXPECT_THAT(s.names, ElementsAre("velocity", "angle"));
  EXPECT_EQ(s.at(0, 0), 3.0);
  EXPECT_EQ(s.at(0, 1), 0.0);
  EXPECT_NEAR(s.at(1, 0), 2.8614939197236606, 1e-10);
  EXPECT_NEAR(s.at(1, 1), 0.2466391944231064, 1e-10);
  EXPECT_NEAR(s.at(100, 0), 1.5920468941776988, 1e-9);
  EXPECT_NEAR(s.at(100, 1), 0.08364418608491234, 1e-9);
}

TEST(Generator, PendulumLosesEnergyOnlyByDamping) {
  const auto energy = [](const Series& s, std::size_t i) {
    return s.at(i, 0) * s.at(i, 0) / 2 - 9.81 * std::cos(s.at(i, 1));
  };
  const Series damped = generate_series("damped-pendulum"),
               free = generate_series("damped-pendulum", {{"damping", "0"}});
  for (std::size_t i = 1; i < 240; ++i) {
    EXPECT_LT(energy(damped, i), energy(damped, i - 1)) << i;
    EXPECT_NEAR(energy(free, i), energy(free, 0), 1e-8) << i;
  }
}

TEST(Generator, HenonIterates) {
  const Series s = generate_series("henon");
  EXPECT_EQ(s.at(0, 0), 0.0);
  EXPECT_EQ(s.at(1, 0), 1.0);
  EXPECT_NEAR(s.at(2, 0), -0.4, 1e-15);
  EXPECT_NEAR(s.at(2, 1), 0.3, 1e-15);
  EXPECT_NEAR(s.at(10, 0), -1.0461049983101596, 1e-12);
  EXPECT_NEAR(generate_series("henon", {{"drop", "9"}}).at(1, 0), -1.0461049983101596, 1e-12);
}

TEST(Generator, MackeyGlassMatchesAReference) {
  const Series s = generate_series("mackey-glass", {{"history", "0"}});
  EXPECT_EQ(s.at(0, 0), 1.2);
  EXPECT_NEAR(s.at(1, 0), 1.1175622817725406, 1e-12);
  EXPECT_NEAR(s.at(10, 0), 0.6524045811862813, 1e-12);
  EXPECT_NEAR(s.at(100, 0), 1.1719749348042179, 1e-10);
  const auto x = column(generate_series("mackey-glass", {}, 4), 0);
  EXPECT_GT(*std::min_element(x.begin(), x.end()), 0.2) << "the attractor for tau = 17";
  EXPECT_LT(*std::max_element(x.begin(), x.end()), 1.4);
  EXPECT_NE(column(generate_series("mackey-glass", {}, 5), 0), x) << "the history is drawn by seed";
  EXPECT_NEAR(generate_series("mackey-glass", {{"tau", "0"}}).at(1, 0), 1.2 * std::exp(-0.1), 1e-6)
      << "decay alone";
}

TEST(Generator, LorenzMatchesAFinerIntegration) {
  const Series s = generate_series("lorenz", {{"points", "100"}, {"drop", "0"}});
  EXPECT_THAT(s.names, ElementsAre("x", "y", "z"));
  EXPECT_EQ(s.at(0, 2), 1.0);
  EXPECT_NEAR(s.at(50, 0), -9.771403315918924, 1e-5);
  EXPECT_NEAR(s.at(50, 1), -10.315388791110323, 1e-5);
  EXPECT_NEAR(s.at(50, 2), 27.926471951186667, 1e-5);
}

TEST(Generator, BadInputIsNamed) {
  EXPECT_THAT(error_of([] { generate_series("noisy-sin"); }), HasSubstr("did you mean 'noisy-sine'?"));
  EXPECT_THAT(error_of([] {
                generate_series("henon", {{"point", "5"}});
              }),
              HasSubstr("did you mean 'points'?"));
  EXPECT_THAT(error_of([] {
                generate_series("henon", {{"points", "many"}});
              }),
              HasSubstr("points is 'many', which is not a number"));
  EXPECT_THAT(error_of([] {
                generate_series("henon", {{"points", "-5"}});
              }),
              HasSubstr("points is -5; it must lie between 2"));
  EXPECT_THAT(error_of([] { generate_series("henon", {{"points", "0"}}); }), HasSubstr("must lie between"));
  EXPECT_THAT(error_of([] { generate_series("henon", {{"points", "10.5"}}); }), HasSubstr("whole number"));
  EXPECT_THAT(error_of([] { generate_series("henon", {{"points", "nan"}}); }), HasSubstr("must lie between"));
  EXPECT_THAT(error_of([] {
                generate_series("noisy-sine", {{"noise", "gausian"}});
              }),
              HasSubstr("did you mean 'gaussian'?"));
  EXPECT_THAT(error_of([] {
                generate_series("henon", {{"a", "3"}});
              }),
              HasSubstr("grows beyond bounds at row"));
  EXPECT_THAT(error_of([] { generate_series("mackey-glass", {{"h", "20"}}); }), HasSubstr("tau / h"));
  EXPECT_THAT(error_of([] { generate_series("lorenz", {{"h", "0"}}); }), HasSubstr("must lie between"));
}

}  // namespace
}  // namespace ebit::inline data
