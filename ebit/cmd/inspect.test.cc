// ebit inspect, as its user runs it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "ebit/base/atomic_file.h"
#include "ebit/cmd/test_support.h"
#include "ebit/experiment/runs/run_folder.h"
#include "ebit/settings/resolve.h"

namespace ebit::cmd {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// A short training; returns its folder.
std::string trained(const std::string& name, const std::vector<std::string>& more) {
  const std::string place = folder("inspect-" + name);
  std::vector<std::string> arguments = {"train",       "--generator", "noisy-sine", "--epochs", "2",
                                        "--baselines", "none",        "--window",   "4",        "--no-plots",
                                        "-q",          "-o",          place};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Outcome run = ebit(arguments);
  EXPECT_EQ(run.status, kOk) << run.error;
  return place;
}

json looked_at(const std::vector<std::string>& arguments) {
  std::vector<std::string> all = {"inspect"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  all.insert(all.end(), {"--json", "--no-plots", "--windows", "12"});
  const Outcome run = ebit(all);
  EXPECT_EQ(run.status, kOk) << run.error;
  return json::parse(run.out);
}

// With short searches for the powers of a register cell.
json inspected(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--starts", "4"});
  return looked_at(arguments);
}

TEST(InspectCommand, TablesPlotsAndPage) {
  const std::string place = trained("page", {"--track-entropy", "1"});
  const Outcome run = ebit({"inspect", place, "--starts", "4"});
  EXPECT_EQ(run.status, kOk) << run.error;
  EXPECT_THAT(run.out, AllOf(HasSubstr("after U_en"), HasSubstr("E_down"), HasSubstr("U_dis U_en"),
                             HasSubstr("no step of"), HasSubstr("inspect.html")));
  for (const char* name : {"memory", "memory-hidden", "memory-training"})
    for (const char* kind : {".png", ".svg"})
      EXPECT_TRUE(fs::exists(fs::path(place) / "plots" / (std::string(name) + kind))) << name << kind;
  EXPECT_THAT(read_file(fs::path(place) / "inspect.html"), HasSubstr("Over the training"));
  EXPECT_EQ(ebit({"report", place}).status, kOk);
  EXPECT_THAT(read_file(fs::path(place) / "report.html"), HasSubstr("Entanglement over the training"));
}

TEST(InspectCommand, EveryMemoryHasItsNumbers) {
  struct Case {
    const char *hidden, *encoder, *system, *ancilla;
  };
  for (const Case& c : {Case{"collapse", "linear-amplitude", "2", "2"},
                        {"probabilities", "cubic-angle", "1", "2"},
                        {"density", "linear-amplitude", "1", "2"},
                        {"coherent", "cubic-angle", "2", "1"}}) {
    SCOPED_TRACE(c.hidden);
    const std::string place = trained(c.hidden, {"--hidden", c.hidden, "--encoder", c.encoder, "--n-system",
                                                 c.system, "--n-ancilla", c.ancilla});
    const json found = inspected({place});
    const bool mixed = std::string(c.hidden) == "density", whole = std::string(c.hidden) == "coherent";
    ASSERT_EQ(found["steps"].size(), 4u);
    ASSERT_EQ(found["unitaries"].size(), 3u);
    EXPECT_EQ(found["windows"], 12);
    EXPECT_EQ(found["mixed"], mixed);
    const json& last = found["steps"][3];
    EXPECT_EQ(last.contains("negativity_after_en"), mixed);
    EXPECT_EQ(last.contains("outcome_probability"), std::string(c.hidden) == "collapse");
    EXPECT_EQ(last.contains("fidelity"), !whole);
    if (!whole) {
      EXPECT_LE(last["fidelity"]["greatest"], 1 + 1e-9);
      EXPECT_GT(last["fidelity"]["mean"], 0);
    }
    if (!mixed && !whole) {
      EXPECT_NEAR(last["ancilla_before"]["greatest"].get<double>(), 0, 1e-9);
    }
    EXPECT_GT(last["gradient"]["mean"], 0);
    double most = 0;
    for (const json& unitary : found["unitaries"]) {
      EXPECT_TRUE(unitary["searched"]);
      EXPECT_FALSE(unitary["broken"]);
      for (const char* power : {"e_up", "e_down"}) {
        EXPECT_LE(unitary[power]["most"], unitary[power]["power"].get<double>() + 1e-7);
        EXPECT_LE(unitary[power]["power"], unitary[power]["upper_bound"].get<double>() + 1e-9);
        most = std::max(most, unitary[power]["most"].get<double>());
      }
    }
    EXPECT_GT(most, 1e-3) << "an inspection of zeros would pass every comparison";
  }
}

// One step, collapse: the fidelity with the channel's state is what survives the first update.
TEST(InspectCommand, FirstStepsOfBothMemoriesAgree) {
  const json found = inspected({trained("agree", {"--hidden", "collapse"})});
  const json& first = found["steps"][0];
  EXPECT_NEAR(first["fidelity"]["mean"], first["survived"]["mean"].get<double>(), 1e-9);
}

TEST(InspectCommand, OtherDataSeedsAndParts) {
  const std::string place = trained("seeds", {"--seeds", "2", "--validation", "0.2"});
  EXPECT_EQ(inspected({place})["seed"], 1);
  EXPECT_EQ(inspected({place, "--seed", "2", "--part", "validation"})["part"], "validation");
  const fs::path csv = fs::path(place) / "other.csv";
  std::string text = "value\n";
  for (int i = 0; i < 30; ++i) text += std::to_string(std::sin(0.4 * i)) + "\n";
  write_file_atomically(csv, text);
  const json other = inspected({place, "--data", csv.string(), "--powers", "none"});
  EXPECT_EQ(other["part"], "all");
  EXPECT_EQ(other["windows_available"], 26);
  EXPECT_TRUE(other["unitaries"][0]["e_up"]["power"].is_null());
}

TEST(InspectCommand, StatefulModelsAreOneSequence) {
  const json found = inspected({trained("stateful", {"--stateful", "--stride", "4", "--hidden", "density"})});
  ASSERT_EQ(found["steps"].size(), 4u);
  // The first step of a window goes on from the window before; only the very first one starts pure.
  EXPECT_GT(found["steps"][0]["ancilla_before"]["greatest"], 1e-6);
  EXPECT_NEAR(found["steps"][0]["ancilla_before"]["least"].get<double>(), 0, 1e-9);
}

// The memory of a qrnn has no registers: a cut through its qubits is looked at.
TEST(InspectCommand, QrnnShowsACutAndItsReadouts) {
  const std::string place = trained("qrnn", {"--model", "qrnn", "--qubits", "3", "--angle-scale", "1"});
  const json found = looked_at({place});
  ASSERT_EQ(found["steps"].size(), 4u);
  EXPECT_EQ(found["cut"], json({0}));
  EXPECT_EQ(found["entropy"]["available"], 1);
  double most = 0;
  for (const json& step : found["steps"]) {
    EXPECT_LE(step["entropy"]["greatest"].get<double>(), 1 + 1e-9);
    EXPECT_GE(step["entropy"]["least"].get<double>(), -1e-9);
    most = std::max(most, step["entropy"]["greatest"].get<double>());
    for (const char* readout : {"readout X0", "readout Y1", "readout Z2"})
      EXPECT_LE(std::abs(step[readout]["mean"].get<double>()), 1 + 1e-9) << readout;
    EXPECT_GT(step["gradient"]["mean"], 0);
  }
  EXPECT_GT(most, 1e-6);
  EXPECT_NEAR(found["entropy"]["most"], most, 1e-12);

  // Both sides of a cut of a pure state have the same entropy.
  const json other = looked_at({place, "--cut", "2,1"});
  EXPECT_EQ(other["cut"], json({1, 2}));
  EXPECT_NEAR(other["entropy"]["most"], most, 1e-9);

  const Outcome run = ebit({"inspect", place, "--windows", "5"});
  EXPECT_EQ(run.status, kOk) << run.error;
  EXPECT_THAT(run.out, AllOf(HasSubstr("entropy"), HasSubstr("<X0>"),
                             HasSubstr("most entanglement of qubit 0"), HasSubstr("inspect.html")));
  EXPECT_TRUE(fs::exists(fs::path(place) / "plots" / "memory.png"));
  EXPECT_THAT(ebit({"inspect", place, "--powers", "auto"}).error, HasSubstr("--cut"));
  EXPECT_THAT(ebit({"inspect", place, "--cut", "0,3"}).error, HasSubstr("qubits 0 to 2"));
  EXPECT_THAT(ebit({"inspect", place, "--cut", "1,1"}).error, HasSubstr("twice"));
  EXPECT_THAT(ebit({"inspect", place, "--cut", "0,1,2"}).error, HasSubstr("leave some"));
}

// Images are sequences of rows: no series, no windows, no lag.
TEST(InspectCommand, OtherProblemsHaveAMemoryToo) {
  const std::string place = folder("inspect-digits");
  const Outcome run = ebit({"task", "digits", "--model", "qrnn", "--qubits", "2", "--limit", "60", "--epochs",
                            "1", "--baselines", "none", "--no-plots", "-q", "-o", place});
  ASSERT_EQ(run.status, kOk) << run.error;
  const json found = looked_at({place});
  ASSERT_EQ(found["steps"].size(), 8u);
  EXPECT_EQ(found["windows"], 12);
  EXPECT_TRUE(found["windows_available"].is_null());
  EXPECT_GT(found["steps"][7]["gradient"]["mean"], 0);
  EXPECT_THAT(ebit({"inspect", place, "--no-plot"}).out, HasSubstr("sequences")) << "the earlier spelling";
  const Outcome data = ebit({"inspect", place, "--data", "seattle-weather"});
  EXPECT_EQ(data.status, kBadInput);
  EXPECT_THAT(data.error, HasSubstr("inspect --data"));
}

TEST(InspectCommand, BadInputIsOneLineAndStatusTwo) {
  const std::string place = trained("bad", {}), classical = folder("inspect-classical");
  experiment::create_run_folder(classical, resolve("forecast", std::nullopt,
                                                   {{"data.generator", "noisy-sine", "--generator"},
                                                    {"model.name", "lstm", "--model"}}));
  const fs::path csv = fs::path(place) / "wrong.csv", shorter = fs::path(place) / "short.csv";
  write_file_atomically(csv, "a,b\n1,2\n3,4\n5,6\n7,8\n1,2\n2,3\n");
  write_file_atomically(shorter, "value\n1\n2\n3\n");
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"no-such-run"}, "no-such-run"},
      {{EBIT_TEST_TMP}, "is no run of ebit"},
      {{classical}, "'lstm' keeps none"},
      {{place, "--seed", "7"}, "no training of seed 7"},
      {{place, "--part", "tset"}, "did you mean 'test'"},
      {{place, "--powers", "fast"}, "known: auto, full, none"},
      {{place, "--starts", "0"}, "--starts must be 1"},
      {{place, "--cut", "0"}, "--cut divides the qubits of a qrnn"},
      {{place, "--windows", "-2"}, "--windows must be"},
      {{place, "--data", csv.string()}, "no column 'value'"},
      {{place, "--data", shorter.string()}, "needs at least 5"},
      {{place, "--data", csv.string(), "--part", "test"}, "--part is of the run's own data"},
  };
  for (const auto& [arguments, message] : cases) {
    std::vector<std::string> all = {"inspect"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const Outcome run = ebit(all);
    EXPECT_EQ(run.status, kBadInput) << message;
    EXPECT_THAT(run.error, HasSubstr(message));
    EXPECT_EQ(std::count(run.error.begin(), run.error.end(), '\n'), 1) << run.error;
  }
}

}  // namespace
}  // namespace ebit::cmd
