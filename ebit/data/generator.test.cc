#include "ebit/data/generator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <map>
#include <numbers>

#include "ebit/base/testing/error_of.h"
#include "ebit/data/load.h"
#include "ebit/data/numpy_random.h"

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

// The series of Fellner et al. 2025 (arXiv:2504.12416), written by reservoirpy 0.3.12 to their last digits.
TEST(Generator, FellnersSeriesAreReproduced) {
  const auto stored = [](const char* name) {
    const SeriesOptions options;
    return load_series(std::filesystem::path(EBIT_SOURCE_DIR) / "tests/golden/series" / name, options, {});
  };
  const Series henon = stored("henon_1000.csv");
  EXPECT_EQ(generate_series("henon").values, henon.values) << "bit for bit, or chaos parts them in 90 steps";
  const Series mackey = stored("mackey_1000.csv"),
               own = generate_series("mackey-glass", {{"random", "numpy"}}, 5555);
  ASSERT_EQ(own.rows(), mackey.rows());
  for (std::size_t i = 0; i < own.rows(); ++i) ASSERT_NEAR(own.at(i, 0), mackey.at(i, 0), 1e-12) << i;
}

// scipy's sums run in another order, and the errors of rounding grow e-fold in a time of about 1.
TEST(Generator, FellnersLorenzSeriesIsReproducedAsLongAsRoundingIsSmall) {
  const SeriesOptions options;
  const Series stored = load_series(
      std::filesystem::path(EBIT_SOURCE_DIR) / "tests/golden/series/lorenz_1000.csv", options, {});
  const Series own = generate_series("lorenz", {{"integrator", "scipy"}, {"total", "10000"}});
  ASSERT_EQ(own.rows(), stored.rows());
  const auto apart = [&](std::size_t i) {
    double worst = 0;
    for (std::size_t c = 0; c < 3; ++c) worst = std::max(worst, std::abs(own.at(i, c) - stored.at(i, c)));
    return worst;
  };
  for (std::size_t i = 0; i < 1000; ++i)
    ASSERT_LT(apart(i), i <= 10 ? 1e-10 : i <= 300 ? 1e-6 : i <= 600 ? 1e-2 : 60) << i;
  // Not what a small step gives.
  EXPECT_GT(std::abs(generate_series("lorenz").at(0, 0) - stored.at(0, 0)), 0.1);
}

// numpy.random.default_rng(seed).random(2).
TEST(NumpyRandom, IsNumpys) {
  const std::map<std::uint64_t, std::array<double, 2>> expected{
      {0, {0.6369616873214543, 0.2697867137638703}},
      {5555, {0.13715417610404002, 0.5469033595330328}},
      {12345678901234567, {0.3400249035570695, 0.8968364486978223}}};
  for (const auto& [seed, numbers] : expected) {
    NumpyRandom random(seed);
    EXPECT_EQ(random.uniform(), numbers[0]) << seed;
    EXPECT_EQ(random.uniform(), numbers[1]) << seed;
  }
}

// The numbers below were computed with 40 digits by mpmath, recursions in plain Python.

TEST(Generator, FormulasMatchHighPrecision) {
  const auto near = [](std::string_view name, std::size_t row, double expected, double tolerance = 1e-12,
                       const GeneratorOptions& options = {}) {
    EXPECT_NEAR(generate_series(name, options).at(row, 0), expected, tolerance) << name << " row " << row;
  };
  near("bessel-j2", 0, 0.35283402861563772), near("bessel-j2", 1, 0.42842966194546901);
  near("bessel-j2", 100, 0.051474972121134497), near("bessel-j2", 255, -0.021528757344505366);
  near("delayed-quantum-control", 0, 4.814016052463533e-18, 1e-24), near("delayed-quantum-control", 200, 1);
  near("delayed-quantum-control", 250, 0.079559508882212052);
  near("delayed-quantum-control", 2199, 0.28639737770371819);
  near("sz1", 0, 1), near("sz1", 1, 0.99935713788596133), near("sz1", 30, -0.60310542087703332);
  near("sz1", 999, -1), near("sz1", 30, 0.9334824411853625, 1e-12, {{"j", "0.1"}});
  near("sz1", 0, 1, 1e-12, {{"j", "0.1"}});
  near("population-inversion", 0, 1), near("population-inversion", 999, std::cos(100.0));
  near("collapse-revival", 0, 1), near("collapse-revival", 1, 0.52015845124767855);
  near("collapse-revival", 10, -0.50861354817336176), near("collapse-revival", 250, -2.6145245230792473e-8);
  near("collapse-revival", 2499, -0.25357881006296181, 1e-10);
  near("multi-sine", 1, 0.5046801481203627), near("multi-sine", 499, -1.6168752376498752);
  near("multi-sine", 1, 4.240216636111998, 1e-12, {{"sines", "8"}});
  near("multi-sine", 499, -1.4458134827448075, 1e-11, {{"sines", "8"}});
  near("logistic", 1, 0.84), near("logistic", 10, 0.043421853445318986);
  near("logistic", 30, 0.950227789422571, 1e-6);
}

TEST(Generator, NarmaMatchesTheRecursion) {
  const std::map<std::string_view, std::array<double, 4>> expected{
      {"narma-2", {0.179, 0.18623413369178193, 0.1973730423875637, 0.19170277192656354}},
      {"narma-5", {0.1607208, 0.151082862617632, 0.21370779380386826, 0.16896202528089507}},
      {"narma-10", {0.1607208, 0.151082862617632, 0.2167375173373586, 0.18502367163194156}}};
  for (const auto& [name, y] : expected) {
    const Series s = generate_series(name);
    EXPECT_THAT(s.names, ElementsAre("y", "u"));
    EXPECT_EQ(s.at(0, 0), 0.196);
    EXPECT_NEAR(s.at(20, 1), 0.1764375482045315, 1e-14);
    const std::size_t rows[] = {1, 2, 20, 299};
    for (std::size_t k = 0; k < 4; ++k) EXPECT_NEAR(s.at(rows[k], 0), y[k], 1e-13) << name;
  }
  // The input that reservoirs are usually driven by.
  const auto u = column(generate_series("narma-10", {{"drive", "uniform"}, {"points", "2000"}}, 1), 1);
  EXPECT_GE(*std::min_element(u.begin(), u.end()), 0);
  EXPECT_LT(*std::max_element(u.begin(), u.end()), 0.5);
  EXPECT_NE(u, column(generate_series("narma-10", {{"drive", "uniform"}, {"points", "2000"}}, 2), 1));
  EXPECT_EQ(generate_series("narma-5", {{"order", "10"}}).values, generate_series("narma-10").values);
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
  EXPECT_THAT(error_of([] { generate_series("sz1", {{"j", "0.25"}}); }), HasSubstr("divides by"));
  EXPECT_THAT(error_of([] { generate_series("lorenz", {{"total", "9"}}); }), HasSubstr("total is 9"));
  EXPECT_THAT(error_of([] {
                generate_series("bessel-j2", {{"end", "1"}});
              }),
              HasSubstr("not behind begin 2"));
  EXPECT_THAT(error_of([] { generate_series("lorenz", {{"h", "0"}}); }), HasSubstr("must lie between"));
}

}  // namespace
}  // namespace ebit::inline data
