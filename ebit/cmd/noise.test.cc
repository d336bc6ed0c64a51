// Noise, shots and what is done about errors, as users ask for them, on models of every family with circuits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "ebit/base/atomic_file.h"
#include "ebit/cmd/test_support.h"

namespace ebit::cmd {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// A short training on a short series; its folder is `place`.
Outcome train(const std::string& place, const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"train",    "--generator", "noisy-sine", "--set", "points=60",
                                        "--epochs", "1",           "--window",   "3",     "--baselines",
                                        "none",     "--no-plots",  "-q",         "-o",    place};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return ebit(arguments);
}

json evaluated(const std::string& place, const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"evaluate", place, "--json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Outcome run = ebit(arguments);
  EXPECT_EQ(run.status, kOk) << run.error;
  return json::parse(run.out, nullptr, false);
}

struct Model {
  const char* name;
  std::vector<std::string> sizes;
};

std::vector<Model> models() {
  return {{"gated", {"--qubits", "2"}},
          {"qrnn", {"--qubits", "2"}},
          {"qfwp", {"--qubits", "2", "--measured-wires", "0"}},
          {"d-qnn", {"--qubits", "2"}},
          {"qk-lstm", {"--qubits", "2", "--references", "2"}},
          {"register", {"--n-system", "1", "--n-ancilla", "1", "--hidden", "density"}}};
}

TEST(NoiseCommand, EveryFamilyTrainsIsEvaluatedAndForecastsWithNoise) {
  for (const Model& model : models()) {
    SCOPED_TRACE(model.name);
    const std::string place = folder(model.name);
    std::vector<std::string> arguments = {"--model", model.name, "--noise", "depolarizing"};
    arguments.insert(arguments.end(), model.sizes.begin(), model.sizes.end());
    const Outcome run = train(place, arguments);
    ASSERT_EQ(run.status, kOk) << run.error;
    const json own = evaluated(place, {}), strong = evaluated(place, {"--noise", "depolarizing*10"});
    EXPECT_NE(own.at("models").dump(), strong.at("models").dump());
    EXPECT_THAT(own.at("models").dump(), HasSubstr("noise depolarizing"));
    EXPECT_THAT(evaluated(place, {"--shots", "50"}).at("models").dump(), HasSubstr("50 shots"));
    EXPECT_THAT(evaluated(place, {"--trajectories", "5"}).at("models").dump(), HasSubstr("5 trajectories"));
    const Outcome forecast = ebit({"forecast", place, "--shots", "50", "--no-plots"});
    EXPECT_EQ(forecast.status, kOk) << forecast.error;
    EXPECT_THAT(forecast.out, Not(HasSubstr("have changed"))) << "shots are no other data";
  }
}

TEST(NoiseCommand, TrainsByMeasuredGradients) {
  const std::string place = folder("spsa");
  for (const char* gradient : {"spsa", "parameter-shift"}) {
    const Outcome run = train(
        place, {"--overwrite", "--hidden", "density", "--n-system", "1", "--n-ancilla", "1", "--layers-en",
                "1", "--layers-dis", "0", "--noise", "none", "--shots", "20", "--gradient", gradient});
    EXPECT_EQ(run.status, kOk) << run.error;
    EXPECT_THAT(read_file(fs::path(place) / "metrics.json"),
                HasSubstr(std::string("gradients by ") + gradient));
  }
}

// Raw values and mitigated ones are told apart wherever they are shown.
TEST(NoiseCommand, RawAndMitigatedValuesAreToldApart) {
  const std::string place = folder("mitigated");
  ASSERT_EQ(train(place, {"--hidden", "density", "--noise", "sherbrooke"}).status, kOk);
  const std::vector<std::string> asked = {"--extrapolate-noise", "1,2,3", "--mitigate-readout"};
  const json both = evaluated(place, asked);
  EXPECT_EQ(both.at("mitigation"),
            "noise extrapolated from 1, 2, 3 (richardson), misreading undone on average");
  EXPECT_EQ(both.at("raw").at("models").dump(), evaluated(place, {}).at("models").dump());
  EXPECT_NE(both.at("raw").at("models").dump(), both.at("mitigated").at("models").dump());
  const Outcome text = ebit({"evaluate", place, "--extrapolate-noise", "1,3", "--noise-scaling", "fold",
                             "--extrapolation", "linear"});
  EXPECT_THAT(text.out, AllOf(HasSubstr("raw\n"),
                              HasSubstr("mitigated: noise extrapolated from 1, 3 (linear, gates folded)")));
  const Outcome forecast = ebit({"forecast", place, "--mitigate-readout", "--no-plots"});
  EXPECT_EQ(forecast.status, kOk) << forecast.error;
  EXPECT_THAT(forecast.out, AllOf(HasSubstr("raw"), HasSubstr("values are mitigated (misreading undone")));
  EXPECT_THAT(read_file(fs::path(place) / "forecast.csv"), HasSubstr(" raw"));
}

TEST(NoiseCommand, OfPanelsToo) {
  const std::string place = folder("mitigated-panel"), data = place + ".csv";
  std::string text = "shop,y\n";
  for (const char* shop : {"a", "b"})
    for (int row = 0; row < 40; ++row)
      text += fmt::format("{},{}\n", shop, std::sin(0.5 * row) + (shop[0] == 'b' ? 2 : 0));
  fs::create_directories(fs::path(place).parent_path());
  write_file_atomically(data, text);
  const Outcome trained =
      ebit({"train",       data,      "--id",       "shop",     "--target", "y",        "--hidden",
            "density",     "--noise", "sherbrooke", "--epochs", "1",        "--window", "3",
            "--baselines", "none",    "--no-plots", "-q",       "-o",       place});
  ASSERT_EQ(trained.status, kOk) << trained.error;
  const auto forecast = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"forecast", place, "--json", "--no-plots", "--interval", "0"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome run = ebit(arguments);
    EXPECT_EQ(run.status, kOk) << run.error;
    return json::parse(run.out, nullptr, false);
  };
  const json raw = forecast({}), both = forecast({"--mitigate-readout"});
  EXPECT_THAT(read_file(fs::path(place) / "forecast.csv"), HasSubstr(",y raw"));
  EXPECT_THAT(both.at("notes").dump(), HasSubstr("raw ones stand beside them"));
  for (const std::size_t series : {0, 1}) {
    const json own = both.at("series").at(series).at("forecast").at(0);
    EXPECT_EQ(own.at("raw"), raw.at("series").at(series).at("forecast").at(0).at("values"));
    EXPECT_NE(own.at("raw"), own.at("values"));
  }
}

TEST(NoiseCommand, InspectShowsTheMixture) {
  const std::string place = folder("inspected");
  ASSERT_EQ(train(place, {"--hidden", "density", "--noise", "depolarizing*5"}).status, kOk);
  const Outcome run = ebit({"inspect", place, "--json", "--no-plots", "--windows", "6"});
  ASSERT_EQ(run.status, kOk) << run.error;
  const json seen = json::parse(run.out);
  EXPECT_EQ(seen.at("noise"), "noise depolarizing*5");
  ASSERT_EQ(seen.at("steps").size(), 3u);
  for (const json& step : seen.at("steps")) {
    EXPECT_LT(step.at("purity").at("mean").get<double>(),
              step.at("purity_without_noise").at("mean").get<double>());
    EXPECT_GT(step.at("entropy").at("mean").get<double>(), 0);
  }
  EXPECT_THAT(ebit({"inspect", place, "--no-plots", "--windows", "6"}).out,
              HasSubstr("the memory's purity is"));
  // Without noise the run's memory is looked at as before.
  EXPECT_THAT(ebit({"inspect", place, "--noise", "", "--no-plots", "--windows", "6", "--powers", "none"}).out,
              HasSubstr("bound check"));
  EXPECT_THAT(ebit({"inspect", place, "--trajectories", "5"}).error, HasSubstr("keep no density matrix"));
  EXPECT_THAT(ebit({"inspect", place, "--powers", "full"}).error, HasSubstr("pure states"));
}

TEST(NoiseCommand, TasksRunWithNoiseToo) {
  const std::string place = folder("digits");
  const Outcome run =
      ebit({"task",        "digits", "--model",    "gated", "--qubits",     "2",  "--noise",  "depolarizing",
            "--shots",     "10",     "--limit",    "40",    "--test-limit", "20", "--epochs", "1",
            "--baselines", "none",   "--no-plots", "-q",    "-o",           place});
  ASSERT_EQ(run.status, kOk) << run.error;
  EXPECT_THAT(evaluated(place, {}).at("models").dump(), HasSubstr("10 shots"));
}

TEST(NoiseCommand, WhatHasNoEffectIsRefused) {
  const auto refusal = [](const std::vector<std::string>& more) {
    const Outcome run = train(folder("refused"), more);
    EXPECT_EQ(run.status, 2) << run.error;
    EXPECT_EQ(std::count(run.error.begin(), run.error.end(), '\n'), 1) << run.error;
    return run.error;
  };
  // esn is solved at once, and takes no epochs.
  EXPECT_THAT(ebit({"train", "--generator", "henon", "--model", "esn", "--noise", "depolarizing"}).error,
              HasSubstr("it has no circuits"));
  EXPECT_THAT(refusal({"--model", "rbf-lstm", "--noise", "depolarizing"}), HasSubstr("no circuits"));
  EXPECT_THAT(refusal({"--model", "gated", "--gradient", "spsa"}), HasSubstr("with --noise or --shots"));
  EXPECT_THAT(refusal({"--gradient", "spsa", "--hidden", "density"}), HasSubstr("say --shots"));
  EXPECT_THAT(refusal({"--perturbation", "0.2", "--hidden", "density", "--shots", "5"}),
              HasSubstr("with --gradient spsa"));
  EXPECT_THAT(refusal({"--mitigate-readout"}), HasSubstr("a noise model that is not none"));
  EXPECT_THAT(refusal({"--hidden", "density", "--noise", "none", "--extrapolate-noise", "1,2"}),
              HasSubstr("a noise model that is not none"));
  EXPECT_THAT(refusal({"--hidden", "density", "--noise", "depolarizing", "--extrapolation", "linear"}),
              HasSubstr("with --extrapolate-noise"));
  EXPECT_THAT(refusal({"--hidden", "density", "--noise", "depolarizing", "--extrapolate-noise", "1,x"}),
              HasSubstr("'x' is no strength"));
  EXPECT_THAT(refusal({"--model", "gated", "--noise", "depolarizing", "--trajectories", "5"}),
              HasSubstr("no gradient to train by"));
  EXPECT_THAT(refusal({"--hidden", "density", "--noise", "depolarizing", "--track-entropy", "1"}),
              HasSubstr("ebit inspect shows purity"));
  EXPECT_THAT(refusal({"--hidden", "collapse", "--noise", "depolarizing", "--gradient", "parameter-shift"}),
              HasSubstr("no state vector to keep"));
}

}  // namespace
}  // namespace ebit::cmd
