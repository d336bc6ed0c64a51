// Every model on every problem that needs no download: it trains, or one line says why it has no meaning
// there.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ebit/settings/models.h"
#include "ebit/settings/problems.h"
#include "tests/program/run.h"

namespace ebit::test {
namespace {

// A problem of tiny size: what makes its files, and the arguments that use them.
struct TinyProblem {
  const char* name;
  const char* files;
  const char* arguments;
};

constexpr TinyProblem kTiny[] = {
    {"forecast", "", "--generator noisy-sine --set points=80 --window 3 --validation 0.2"},
    {"digits", "", "--limit 40 --test-limit 20 --epoch-steps 2 --batch 4"},
    {"copying", "", "--delay 2 --epoch-steps 2 --batch 4"},
    {"dna", "", "--length 6 --epoch-steps 2 --batch 4"},
    {"elman-xor", "", "--length 7 --epoch-steps 2 --batch 4"},
    {"pauli", "", "--length 5 --epoch-steps 2 --batch 4"},
    {"mnist-01", "", "--corpus digits --limit 60 --epoch-steps 1 --batch 4"},
    {"language-model",
     "for i in 1 2 3 4 5 6 7 8 9 10; do echo 'to be or not to be, that is the question'; done > text; ",
     "--corpus text --bptt 8 --sample 5 --epoch-steps 2 --batch 2 --validation-share 0.2 --test-share 0.2"},
    {"sentiment",
     "for i in 1 2 3 4 5 6 7 8 9 10; do printf 'a good film %d\\t1\\na bad film %d\\t0\\n' $i $i; done > "
     "s.tsv; ",
     "--corpus s.tsv --epoch-steps 2 --batch 4 --validation-share 0.2 --test-share 0.2"},
    {"translate",
     "for i in 1 2 3 4 5 6 7 8 9 10; do printf 'a good film %d\\tein guter Film %d\\n' $i $i; done > p.tsv; ",
     "--corpus p.tsv --beam 2 --epoch-steps 2 --batch 4 --validation-share 0.2 --test-share 0.2"},
};

class Pairs : public testing::TestWithParam<TinyProblem> {};

std::string small(const ModelRow& model) {
  switch (model.family) {
    case kQrnn:
      return "--qubits 2";
    case kRecurrent:
    case kOrthogonal:
    case kMlp:
      return "--hidden-size 3";
    default:
      return "";
  }
}

TEST_P(Pairs, EitherRunsOrIsRefusedInOneLine) {
  const ProblemRow& problem = find_problem(GetParam().name);
  for (const ModelRow& model : models()) {
    // What is solved at once takes no epochs.
    const bool reservoir = std::ranges::count(model.settings, std::pair<std::string, std::string>(
                                                                  "model.train_only", "head")) > 0;
    const bool solved = ((model.family & kSolved) != 0 && problem.set == kForecast) ||
                        (reservoir && (problem.set & (kForecast | kImages)) != 0);
    const char* const epochs = solved ? "" : " --epochs 1";
    const std::string command = fmt::format(
        "{}ebit task {} {} --model {} {} --baselines none{} --no-plots -q -o run", GetParam().files,
        GetParam().name, GetParam().arguments, model.name, small(model), epochs);
    SCOPED_TRACE(command);
    const bool has_meaning = (problems_of(model) & problem.set) != 0 && model.family != kUntrained;
    if (!has_meaning) {
      expect_refused(command, "'" + model.name + "'");
      continue;
    }
    const Outcome outcome = run(command);
    // One answer a sequence, or a head that is solved, on a problem that asks for more: told with the reason.
    if (outcome.status == 2 && ((model.family & (kMlp | kLinear)) != 0 || reservoir)) {
      EXPECT_THAT(outcome.err, testing::AnyOf(testing::HasSubstr("sees all steps at once"),
                                              testing::HasSubstr("has no effect here"),
                                              testing::HasSubstr("take --input-map none")));
      continue;
    }
    if (!EBIT_WITH_TORCH && outcome.status == 2) {
      EXPECT_THAT(outcome.err, testing::MatchesRegex("ebit: [^\n]+built without it[^\n]*\n"));
    } else {
      EXPECT_EQ(outcome.status, 0) << outcome.err;
      EXPECT_THAT(outcome.out, testing::HasSubstr(model.name));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Tiny, Pairs, testing::ValuesIn(kTiny), [](const auto& row) {
  std::string name = row.param.name;
  std::erase(name, '-');
  return name;
});

}  // namespace
}  // namespace ebit::test
