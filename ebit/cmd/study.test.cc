// ebit study with tiny sizes: the frame, every study, and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "ebit/base/atomic_file.h"
#include "ebit/cmd/test_support.h"

namespace ebit::cmd {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

// A study of two seeds on a short series.
Outcome study(std::vector<std::string> arguments, const std::string& place) {
  arguments.insert(arguments.begin(), "study");
  for (const char* more : {"--set", "points=60", "--epochs", "2", "--seeds", "2", "--baselines",
                           "persistence", "-q", "--json", "-o"})
    arguments.emplace_back(more);
  arguments.push_back(place);
  return ebit(arguments);
}

json result_of(const Outcome& outcome) {
  EXPECT_EQ(outcome.status, kOk) << outcome.error;
  return json::parse(outcome.out, nullptr, false);
}

std::vector<json> rows_with(const json& result, const std::string& key, const json& value) {
  std::vector<json> rows;
  for (const json& row : result.at("rows"))
    if (row.value(key, json()) == value) rows.push_back(row);
  return rows;
}

TEST(Study, ListsItsTable) {
  const Outcome list = ebit({"study"});
  EXPECT_EQ(list.status, kOk);
  for (const char* name : {"registers", "depth", "hidden", "plateau", "specialise", "noise", "shots"})
    EXPECT_THAT(list.out, HasSubstr(name));
  EXPECT_EQ(json::parse(ebit({"study", "--json"}).out).size(), 7u);
}

// Two trainings a seed, each used at every strength, exactly, by three numbers of shots and mitigated.
TEST(Study, NoiseUsesEveryTrainingAtEveryStrength) {
  const json found = result_of(study({"noise", "--values", "0,1,30"}, folder("noise")));
  ASSERT_EQ(found["rows"].size(), 2u * 3u * 5u * 2u);
  const auto none = rows_with(found, "in use", "0"), noisy = rows_with(found, "in use", "30");
  ASSERT_EQ(none.size(), 20u);
  for (std::size_t i = 0; i < none.size(); ++i) {
    EXPECT_EQ(none[i]["shots"], noisy[i]["shots"]);
    if (none[i]["mitigated"] == false || noisy[i]["mitigated"] == false) {
      EXPECT_NE(none[i]["RMSE"], noisy[i]["RMSE"]);
    }
  }
  // Without noise there is nothing to mitigate.
  for (const json& row : none)
    for (const json& other : none)
      if (row["trained"] == other["trained"] && row["seed"] == other["seed"] && row["shots"] == 0 &&
          other["shots"] == 0) {
        EXPECT_NEAR(row["RMSE"].get<double>(), other["RMSE"].get<double>(), 1e-9);
      }
}

// Every hidden update by two numbers of shots; errors fall as 1/sqrt(N), and collapse keeps few shots.
TEST(Study, ShotsMeasuresEveryProtocol) {
  const fs::path place = folder("shots");
  const Outcome done = ebit({"study", "shots", "--values", "100,2000", "--depths", "4", "--samples", "30",
                             "-q", "--json", "-o", place});
  ASSERT_EQ(done.status, kOk) << done.error;
  const json rows = json::parse(done.out)["rows"];
  ASSERT_EQ(rows.size(), 14u);
  for (std::size_t i = 0; i < rows.size(); i += 2) {
    const std::string hidden = rows[i]["hidden"];
    const double few = rows[i]["rms"], many = rows[i + 1]["rms"];
    EXPECT_LT(many, few) << hidden;
    if (hidden == "collapse") {
      EXPECT_LT(rows[i]["kept"], 0.5);
      continue;
    }
    // Each shot is +-1; what rounds prepare adds to that.
    EXPECT_LT(many, 2.5 / std::sqrt(2000)) << hidden;
    EXPECT_GT(many, 0.2 / std::sqrt(2000)) << hidden;
  }
  const fs::path other = folder("shots-refused");
  EXPECT_THAT(ebit({"study", "shots", "--values", "0", "-q", "-o", other}).error,
              HasSubstr("no number of shots"));
  EXPECT_THAT(ebit({"study", "shots", "--epochs", "3", "-q", "-o", other}).error,
              HasSubstr("trains nothing"));
}

// RY on every wire, two layers of each circuit: 2 * 2 n angles, and nothing else is trained.
TEST(Study, RegistersCountsAndGoesOn) {
  const fs::path place = folder("registers");
  const json first = result_of(study({"registers", "--values", "1,2,1+1"}, place.string()));
  ASSERT_EQ(first["rows"].size(), 7u);
  for (const auto& [size, qubits] : {std::pair{"2+1", 3}, {"2+2", 4}, {"1+1", 2}}) {
    const auto rows = rows_with(first, "qubits", size);
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_NE(rows[0]["seed"], rows[1]["seed"]);
    for (const json& row : rows) {
      EXPECT_EQ(row["parameters"], 4 * qubits);
      EXPECT_EQ(row["epochs"], 2);
      EXPECT_LE(row["ebits_most"].get<double>(), row["ebits_available"].get<double>() + 1e-9);
      EXPECT_LE(row["ebits_mean"], row["ebits_most"]);
      EXPECT_GT(row["test RMSE"].get<double>(), 0);
    }
  }
  EXPECT_EQ(rows_with(first, "model", "persistence").size(), 1u);
  for (const char* file :
       {"study.csv", "study.json", "report.html", "plots/errors.svg", "plots/entanglement.png"})
    EXPECT_TRUE(fs::exists(place / file)) << file;
  EXPECT_EQ(std::ranges::count(read_file(place / "study.csv"), '\n'), 8);

  // Nothing is trained again (seconds are the same), or only what is missing, to the same numbers.
  EXPECT_EQ(result_of(study({"registers", "--values", "1,2,1+1"}, place.string())), first);
  fs::remove_all(place / "2+2");
  const json again = result_of(study({"registers", "--values", "1,2,1+1"}, place.string()));
  EXPECT_EQ(rows_with(again, "qubits", "2+1"), rows_with(first, "qubits", "2+1"));
  for (std::size_t k = 0; k < 2; ++k)
    EXPECT_EQ(rows_with(again, "qubits", "2+2")[k]["test RMSE"],
              rows_with(first, "qubits", "2+2")[k]["test RMSE"]);

  const Outcome other = study({"registers", "--values", "1"}, place.string());
  EXPECT_EQ(other.status, kBadInput);
  EXPECT_THAT(other.error, HasSubstr("--overwrite"));
  EXPECT_EQ(result_of(study({"registers", "--values", "1", "--overwrite"}, place.string()))["rows"].size(),
            3u);
  EXPECT_FALSE(fs::exists(place / "1+1"));
}

TEST(Study, DepthCountsParameters) {
  const json result = result_of(study({"depth", "--values", "1,3"}, folder("depth")));
  for (const int layers : {1, 3})
    for (const json& row : rows_with(result, "layers", std::to_string(layers)))
      EXPECT_EQ(row["parameters"], 2 * layers * 4);
  EXPECT_EQ(result["rows"].size(), 5u);
}

// The input of a qubit is [x; z], so that the network is a map of 1 + 3 n numbers to the circuit's angles.
TEST(Study, QrnnVariesQubitsAndLayers) {
  const json sizes =
      result_of(study({"registers", "--model", "qrnn", "--values", "2,3"}, folder("qrnn-qubits")));
  ASSERT_EQ(sizes["rows"].size(), 5u);
  for (const char* qubits : {"2", "3"})
    for (const json& row : rows_with(sizes, "qubits", qubits)) {
      EXPECT_EQ(row["model"], "qrnn");
      EXPECT_EQ(row["ebits_available"], 1);
      EXPECT_LE(row["ebits_most"].get<double>(), 1 + 1e-9);
    }
  EXPECT_LT(rows_with(sizes, "qubits", "2")[0]["parameters"],
            rows_with(sizes, "qubits", "3")[0]["parameters"]);
  const json layers = result_of(
      study({"depth", "--model", "qrnn", "--qubits", "2", "--values", "1,2"}, folder("qrnn-depth")));
  EXPECT_LT(rows_with(layers, "layers", "1")[0]["parameters"],
            rows_with(layers, "layers", "2")[0]["parameters"]);
}

TEST(Study, HiddenSaysWhatIsLost) {
  const json result = result_of(study({"hidden", "--values", "collapse,density,coherent"}, folder("hidden")));
  for (const json& row : rows_with(result, "hidden update", "density")) {
    EXPECT_EQ(row["entropy_removed"], 0);
    EXPECT_NEAR(row["trace_distance_last"].get<double>(), 0, 1e-13);
    EXPECT_NEAR(row["holevo"].get<double>(), row["holevo_density"].get<double>(), 1e-13);
  }
  for (const json& row : rows_with(result, "hidden update", "collapse"))
    EXPECT_GT(row["entropy_removed"].get<double>(), 1e-4);
  EXPECT_EQ(rows_with(result, "hidden update", "coherent").size(), 2u);
}

TEST(Study, SpecialiseKeepsTheBounds) {
  const fs::path place = folder("specialise");
  const json result = result_of(study({"specialise"}, place.string()));
  ASSERT_EQ(result["rows"].size(), 16u);  // structures x seeds x before and after x unitaries
  for (const json& row : result["rows"]) {
    EXPECT_LE(row["made"].get<double>(), row["e_up"].get<double>() + 1e-9);
    EXPECT_LE(row["destroyed"].get<double>(), row["e_down"].get<double>() + 1e-9);
    EXPECT_NEAR(row["change"].get<double>(), row["made"].get<double>() - row["destroyed"].get<double>(),
                1e-12);
  }
  EXPECT_EQ(result["findings"].size(), 4u);
  EXPECT_EQ(result_of(study({"specialise"}, place.string())), result);
}

TEST(Study, PlateauMeasuresEveryPoint) {
  const fs::path place = folder("plateau");
  const std::vector<std::string> command = {"study", "plateau",   "--values", "2,3",         "--depths",
                                            "1,2",   "--samples", "16",       "--ansatz",    "zz-ring",
                                            "-q",    "--json",    "-o",       place.string()};
  const json result = result_of(ebit(command));
  ASSERT_EQ(result["rows"].size(), 8u);
  std::set<std::string> seen;
  for (const json& row : result["rows"]) {
    seen.insert(row["range"].get<std::string>() + row["qubits"].dump() + row["layers"].dump());
    EXPECT_GT(row["variance_all"].get<double>(), 0);
  }
  EXPECT_EQ(seen.size(), 8u);
  EXPECT_EQ(result_of(ebit(command)), result);
}

TEST(Study, RefusesWithOneLineAndLeavesNothing) {
  const std::string place = folder("refused");
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"register"}, "did you mean 'registers'?"},
      {{"registers", "--values", "0"}, "is no size of registers"},
      {{"registers", "--values", "1,1"}, "twice"},
      {{"registers", "--values", "2,2+2"}, "twice"},
      {{"depth", "--values", "two"}, "is no number of layers"},
      {{"hidden", "--values", "densty"}, "did you mean 'density'?"},
      {{"specialise", "--values", "flip"}, "is not one of the choices; known: flipped, adjoint"},
      {{"specialise", "--preset", "li-pqrnn", "--layers-dis", "0"}, "at least 1 layer"},
      {{"depth", "--model", "lstm"}, "has no quantum memory"},
      {{"hidden", "--model", "qrnn"}, "it has no hidden update"},
      {{"specialise", "--model", "qrnn"}, "it has no U_dis"},
      {{"registers", "--model", "qrnn", "--values", "1"}, "is no number of qubits with a cut"},
      {{"depth", "--depths", "2"}, "--depths is for plateau and shots"},
      {{"depth", "nowhere.csv"}, "--set has no effect here"},
      {{"plateau"}, "plateau trains nothing"},
  };
  for (const auto& [arguments, words] : cases) {
    const Outcome outcome = study(arguments, place);
    EXPECT_EQ(outcome.status, kBadInput) << words;
    EXPECT_THAT(outcome.error, HasSubstr(words));
    EXPECT_EQ(std::count(outcome.error.begin(), outcome.error.end(), '\n'), 1) << outcome.error;
    EXPECT_FALSE(fs::exists(place)) << words;
  }
  const auto plateau = [&](const std::string& option, const std::string& value) {
    return ebit({"study", "plateau", option, value, "-q", "-o", place}).error;
  };
  EXPECT_THAT(plateau("--values", "1"), HasSubstr("not between 2 and 16"));
  EXPECT_THAT(plateau("--depths", "0"), HasSubstr("not between 1 and 1000"));
  EXPECT_THAT(plateau("--samples", "1"), HasSubstr("at least 2"));
  EXPECT_FALSE(fs::exists(place));
  fs::create_directories(place);
  write_file_atomically(fs::path(place) / "mine.txt", "mine");
  EXPECT_THAT(study({"depth", "--overwrite"}, place).error, HasSubstr("holds something else"));
  EXPECT_TRUE(fs::exists(fs::path(place) / "mine.txt"));
}

}  // namespace
}  // namespace ebit::cmd
