// `ebit surrogate`, as its user runs it: every published gated cell, and what it refuses.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ebit/settings/models.h"
#include "tests/program/run.h"

namespace ebit::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

std::string training(const std::string& model) {
  return fmt::format(
      "ebit train --generator noisy-sine --set points=60 --window 3 --model {} --epochs 1 --baselines none "
      "--no-plots -q -o run > log; ",
      model);
}

TEST(Surrogate, EveryPublishedGatedCellHasOneWithTheSameOutputs) {
  for (const ModelRow& model : models()) {
    if (model.family != kGated) continue;
    SCOPED_TRACE(model.name);
    if (model.name == "diffqas-qlstm" || model.name == "qk-lstm-released") {
      expect_refused(training(model.name) + "ebit surrogate run", "has no surrogate");
      continue;
    }
    const Outcome outcome =
        run(training(model.name) + "ebit surrogate run --json && cat run/surrogate/README.md >&2");
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const json found = json::parse(outcome.out);
    EXPECT_LE(found["largest_difference"], 1e-10);
    EXPECT_GT(found["largest_output"], 1e-6);
    EXPECT_GT(found["coefficients"]["nonzero"], 0);
    EXPECT_LE(found["coefficients"]["nonzero"], found["coefficients"]["possible"]);
    EXPECT_GT(found["speed_ratio"], 0);
    EXPECT_THAT(outcome.err, HasSubstr("NAME.coefficients"));
  }
}

TEST(Surrogate, RefusesWhatItDoesNotCover) {
  expect_refused(training("daskin-collapse") + "ebit surrogate run", "its memory is a quantum state");
  expect_refused(training("d-qnn") + "ebit surrogate run", "one circuit of a whole window");
  expect_refused(training("qlstm-v0 --qubits 7") + "ebit surrogate run", "have 7 qubits");
  expect_refused(training("qlstm-v0") + "ebit surrogate run --seed 9", "no training of seed 9");
  expect_refused("ebit surrogate nowhere", "nowhere");
}

}  // namespace
}  // namespace ebit::test
