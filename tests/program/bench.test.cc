// ebit bench from outside: what it prints and writes, never how fast anything is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/program/run.h"

#if EBIT_WITH_TORCH

namespace ebit::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

TEST(BenchCommand, WholeQuickRunAsJson) {
  const Outcome outcome =
      run("ebit bench --quick --repeat 1 --json -o run.json > list.json && cat list.json && "
          "echo ---- && cat run.json");
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("bench")) << "progress goes to standard error";
  const std::size_t cut = outcome.out.find("----");
  ASSERT_NE(cut, std::string::npos);
  const json list = json::parse(outcome.out.substr(0, cut)),
             stored = json::parse(outcome.out.substr(cut + 4));
  ASSERT_TRUE(list.is_array());
  EXPECT_EQ(stored.at("results"), list);
  EXPECT_GT(stored.at("machine").at("fma_float64").get<double>(), 0);
  std::set<std::string> workloads;
  for (const json& row : list) {
    SCOPED_TRACE(row.dump());
    workloads.insert(row.at("workload").get<std::string>());
    for (const char* key : {"size", "dtype", "against"})
      EXPECT_FALSE(row.at(key).get<std::string>().empty()) << key;
    for (const char* key : {"seconds", "against_seconds", "ratio"}) {
      ASSERT_TRUE(row.at(key).is_number()) << key << ": NaN and infinity are null";
      EXPECT_GT(row.at(key).get<double>(), 0) << key;
    }
    EXPECT_GE(row.at("threads").get<int>(), 1);
  }
  for (const char* name : {"A", "B", "C", "D", "E"}) EXPECT_TRUE(workloads.count(name)) << name;
}

TEST(BenchCommand, TextNamesTheMachineAndWhatIsWanted) {
  const Outcome outcome = run("ebit bench --quick --workload b --repeat 1");
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  for (const char* words : {"FMA peak", "GB/s memory", "torch-lstm", "wanted: half the time"})
    EXPECT_THAT(outcome.out, HasSubstr(words));
  EXPECT_EQ(outcome.out.find("C. "), std::string::npos) << "only what was asked for";
}

TEST(BenchCommand, BadInputIsOneLine) {
  for (const auto& [command, words] : {std::pair{"ebit bench --workload Q", "no workload is called 'Q'"},
                                       {"ebit bench --quick --threads 0", "--threads must be at least 1"},
                                       {"ebit bench --peers --python /no/python", "/no/python"}}) {
    const Outcome outcome = run(std::string(command) + " 2>&1 >/dev/null | grep '^ebit: '; true");
    EXPECT_THAT(outcome.out, HasSubstr(words)) << command;
    EXPECT_EQ(run(command).status, 2) << command;
  }
}

}  // namespace
}  // namespace ebit::test

#endif
