// ebit quantum-logic, as its user runs it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ebit/base/atomic_file.h"
#include "ebit/cmd/test_support.h"

namespace ebit::cmd {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

// The run that is kept with the tests, copied.
std::string run_of(const std::string& name) {
  const std::string place = folder("logic-" + name);
  fs::create_directories(fs::path(place).parent_path());
  fs::copy(EBIT_SOURCE_DIR "/tests/golden/lstm-run", place);
  return place;
}

TEST(QuantumLogicCommand, ChecksCountsAndDrawsARun) {
  const std::string place = run_of("run");
  const Outcome run = ebit({"quantum-logic", place, "--bits", "6,8,12"});
  EXPECT_EQ(run.status, kOk) << run.error;
  EXPECT_THAT(run.out, AllOf(HasSubstr("yes, 936 words"), HasSubstr("real, plan"), HasSubstr("Toffoli depth"),
                             HasSubstr("A sequence of 6 steps"), HasSubstr("ebits with all else")));
  for (const char* file :
       {"quantum-logic.csv", "quantum-logic.json", "plots/quantum-logic.svg", "plots/quantum-logic.png"})
    EXPECT_TRUE(fs::exists(fs::path(place) / file)) << file;
  const json written = json::parse(read_file(fs::path(place) / "quantum-logic.json"));
  EXPECT_EQ(written["equal"], true);
  EXPECT_EQ(written["rows"].size(), 3u);
}

TEST(QuantumLogicCommand, AnotherFolderLeavesTheRunAsItIs) {
  const std::string place = run_of("out"), out = folder("logic-elsewhere");
  const Outcome run = ebit(
      {"quantum-logic", place, "--bits", "8", "--weights", "register", "-o", out, "--no-plots", "--json"});
  EXPECT_EQ(run.status, kOk) << run.error;
  EXPECT_EQ(json::parse(run.out)["weights"], "register");
  EXPECT_FALSE(fs::exists(fs::path(place) / "quantum-logic.csv"));
  EXPECT_TRUE(fs::exists(fs::path(out) / "quantum-logic.csv"));
  EXPECT_FALSE(fs::exists(fs::path(out) / "plots"));
}

TEST(QuantumLogicCommand, CountsWithoutARun) {
  const Outcome run = ebit({"quantum-logic", "--bits", "8", "--features", "1", "--hidden", "4", "--json"});
  EXPECT_EQ(run.status, kOk) << run.error;
  const json found = json::parse(run.out);
  ASSERT_EQ(found["rows"].size(), 1u);
  EXPECT_EQ(found["rows"][0]["step"]["t_7"], 7 * found["rows"][0]["step"]["toffoli"].get<int>());
  const Outcome other = ebit({"quantum-logic", "--bits", "8", "--seed", "2", "--json"});
  EXPECT_NE(json::parse(other.out)["rows"][0]["step"], found["rows"][0]["step"]);
  EXPECT_EQ(ebit({"quantum-logic", "--bits", "8", "--threads", "2", "--json"}).out, run.out);
}

TEST(QuantumLogicCommand, WritesOpenQasm) {
  const std::string file = folder("logic-step.qasm");
  fs::create_directories(fs::path(file).parent_path());
  const Outcome run = ebit({"quantum-logic", "--bits", "4", "--hidden", "1", "--qasm", file});
  EXPECT_EQ(run.status, kOk) << run.error;
  const std::string text = read_file(file);
  EXPECT_THAT(text, testing::StartsWith(
                        "OPENQASM 3.0;\ninclude \"stdgates.inc\";\n// an LSTM step on words of 4 bits"));
  const json counted = json::parse(ebit({"quantum-logic", "--bits", "4", "--hidden", "1", "--json"}).out);
  std::size_t toffolis = 0;
  for (std::size_t at = text.find("ccx"); at != std::string::npos; at = text.find("ccx", at + 1)) ++toffolis;
  EXPECT_EQ(counted["rows"][0]["step"]["toffoli"], toffolis);
}

TEST(QuantumLogicCommand, RefusesInOneLine) {
  const std::string place = run_of("refused");
  struct Case {
    std::vector<std::string> arguments;
    const char* words;
  };
  for (const Case& c : {
           Case{{place, "--features", "2"}, "--features has no effect here: it counts without a run"},
           {{place, "--steps", "2"}, "--steps has no effect here"},
           {{"--part", "test"}, "--part has no effect here: it counts with a run"},
           {{"--no-plots"}, "--plots has no effect here"},
           {{"--bits", "8", "--qasm", "x.qasm", "--json"}, "--json has no effect here"},
           {{"--qasm", "x.qasm"}, "--qasm writes one circuit"},
           {{place, "--bits", "8", "--fraction", "6"}, "does not fit words of 8 bits"},
           {{place, "--bits", "2"}, "--bits must be from 4 to 24"},
           {{"--hidden", "0"}, "--hidden must be from 1"},
           {{"--weights", "qubits"}, "qubits not in"},
           {{"nowhere"}, "there is no folder 'nowhere'"},
       }) {
    std::vector<std::string> arguments = {"quantum-logic"};
    arguments.insert(arguments.end(), c.arguments.begin(), c.arguments.end());
    const Outcome run = ebit(arguments);
    EXPECT_EQ(run.status, kBadInput) << c.words;
    EXPECT_EQ(run.out, "") << c.words;
    EXPECT_THAT(run.error, HasSubstr(c.words));
    EXPECT_EQ(std::ranges::count(run.error, '\n'), 1) << run.error;
  }
}

}  // namespace
}  // namespace ebit::cmd
