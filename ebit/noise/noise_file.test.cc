// Both simulators against the reference files of tests/golden/noise.
#include "ebit/noise/noise_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "ebit/base/atomic_file.h"
#include "ebit/noise/simulator.h"

namespace ebit::inline noise {
namespace {

using nlohmann::json;

std::vector<std::string> files() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(EBIT_SOURCE_DIR "/tests/golden/noise"))
    if (entry.path().extension() == ".json" && entry.path().stem().string().find("device_") != 0)
      paths.push_back(entry.path().string());
  std::sort(paths.begin(), paths.end());
  return paths;
}

double distance(const std::vector<Complex>& own, const json& wanted) {
  double largest = 0;
  const std::size_t n = wanted["re"].size();
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      largest = std::max(largest, std::abs(own[i * n + j] - Complex(wanted["re"][i][j], wanted["im"][i][j])));
  return largest;
}

class NoiseFiles : public testing::TestWithParam<std::string> {};

TEST_P(NoiseFiles, GiveTheirNumbersFromTheProgramAndFromTheRule) {
  constexpr double kTolerance = 1e-11;
  const json wanted = json::parse(read_file(GetParam()));
  for (const NoiseSource source : {NoiseSource::kProgram, NoiseSource::kRule}) {
    const NoiseFile file = read_noise_file(GetParam(), source);
    const NoiseValues values = exact_values(file);
    EXPECT_LT(distance(values.density_matrix, wanted["density_matrix"]), kTolerance);
    ASSERT_EQ(values.expectations.size(), wanted["expectations"].size());
    for (const auto& [name, value] : values.expectations)
      EXPECT_NEAR(value, wanted["expectations"][name].get<double>(), kTolerance) << name;
    for (std::size_t i = 0; i < values.probabilities.size(); ++i)
      EXPECT_NEAR(values.probabilities[i], wanted["outcome_probabilities"][i].get<double>(), kTolerance);
    ASSERT_EQ(values.read_probabilities.size(),
              wanted.contains("readout") ? values.probabilities.size() : 0u);
    for (std::size_t i = 0; i < values.read_probabilities.size(); ++i)
      EXPECT_NEAR(values.read_probabilities[i], wanted["read_probabilities"][i].get<double>(), kTolerance);
    for (const auto& [name, value] : values.read_expectations)
      EXPECT_NEAR(value, wanted["read_expectations"][name].get<double>(), kTolerance) << name;
    ASSERT_EQ(values.snapshots.size(), wanted.contains("snapshots") ? wanted["snapshots"].size() : 0u);
    for (const auto& [name, rho] : values.snapshots) {
      EXPECT_LT(distance(rho, wanted["snapshots"][name]["density_matrix"]), kTolerance) << name;
      EXPECT_LT(distance(trace_first(rho, file.wires, file.system),
                         wanted["snapshots"][name]["ancilla_density_matrix"]),
                kTolerance)
          << name;
    }
    ASSERT_EQ(values.y.size(), wanted.contains("y") ? wanted["y"].size() : 0u);
    for (std::size_t t = 0; t < values.y.size(); ++t)
      EXPECT_NEAR(values.y[t], wanted["y"][t].get<double>(), kTolerance) << t;
  }
}

TEST_P(NoiseFiles, TrajectoriesAgreeWithinTheirErrors) {
  const NoiseFile file = read_noise_file(GetParam(), NoiseSource::kProgram);
  Circuit whole(file.wires);
  for (const NoisePart& part : file.parts) whole.append(part.circuit);
  std::vector<Observable> readout;
  for (const std::string& text : file.expectations) readout.push_back(parse_observable(text, file.wires));
  const NoisyRun run{.circuit = whole, .readout = readout};
  const NoisyValues exact = make_noise_simulator("density")->expectations(run);
  const NoisyValues drawn =
      make_noise_simulator("trajectories", {.trajectories = 100000, .seed = 7})->expectations(run);
  for (std::size_t k = 0; k < readout.size(); ++k)
    EXPECT_LE(std::abs(drawn.value[k] - exact.value[k]), 4.5 * drawn.error[k] + 1e-12)
        << readout[k].text << ": " << drawn.value[k] << " +- " << drawn.error[k] << ", exactly "
        << exact.value[k];
}

INSTANTIATE_TEST_SUITE_P(All, NoiseFiles, testing::ValuesIn(files()), [](const auto& named) {
  return std::filesystem::path(named.param).stem().string();
});

TEST(NoiseFile, ThereAreFifteen) { EXPECT_EQ(files().size(), 15u); }

}  // namespace
}  // namespace ebit::inline noise
