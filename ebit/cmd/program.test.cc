#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <new>

#include "ebit/base/error.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/output.h"
#include "ebit/fit/model.h"

namespace ebit::cmd {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// A command that does what its option says: each way a command can end.
Action setup_end(Parser& parser) {
  auto how = std::make_shared<std::string>("well");
  parser.add_option("--how", *how, "How to end").required();
  return [how] {
    if (*how == "check") return kCheckFailed;
    if (*how == "interrupt") return kInterrupted;
    if (*how == "error") fail("line one\nline two");
    if (*how == "memory") throw std::bad_alloc();
    if (*how == "file") return static_cast<int>(std::filesystem::file_size("/does/not/exist"));
    if (*how == "torch") throw fit::NeedsTorch("built without libtorch");
    if (*how == "foreign") throw std::logic_error("what happened\nException raised from here\nand there");
    print("ended " + *how + "\n");
    return kOk;
  };
}

struct Outcome {
  int status;
  std::string out, err;
};

Outcome run(const std::vector<std::string>& arguments) {
  static const std::vector<Command> table = {
      {.name = "end",
       .group = "Test",
       .help = "End somehow",
       .examples = {"ebit end --how well"},
       .setup = setup_end},
      {.name = "learn", .group = "Test", .help = "Learn", .examples = {"ebit learn"}, .setup = setup_end}};
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Outcome outcome;
  outcome.status = run_program(table, arguments);
  outcome.out = testing::internal::GetCapturedStdout();
  outcome.err = testing::internal::GetCapturedStderr();
  return outcome;
}

// Bad input: status 2, nothing on standard output, and this one line on standard error.
void expect_refused(const std::vector<std::string>& arguments, const std::string& message) {
  SCOPED_TRACE(message);
  const Outcome outcome = run(arguments);
  EXPECT_EQ(outcome.status, kBadInput);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err, "ebit: " + message + "\n");
}

TEST(Program, PassesOnACommandsStatus) {
  EXPECT_EQ(run({"end", "--how", "well"}).status, kOk);
  EXPECT_EQ(run({"end", "--how", "well"}).out, "ended well\n");
  EXPECT_EQ(run({"end", "--how", "check"}).status, kCheckFailed);
  EXPECT_EQ(run({"end", "--how", "interrupt"}).status, kInterrupted);
}

TEST(Program, TurnsEveryExceptionIntoOneLine) {
  expect_refused({"end", "--how", "error"}, "line one line two");
  expect_refused({"end", "--how", "memory"}, "out of memory; try a smaller model, batch or window");
  expect_refused({"end", "--how", "foreign"}, "what happened");
  const Outcome file = run({"end", "--how", "file"});
  EXPECT_EQ(file.status, kBadInput);
  EXPECT_THAT(file.err, HasSubstr("/does/not/exist"));
}

TEST(Program, SaysWhatIsWrongWithTheCommandLine) {
  expect_refused({"ned"}, "no command 'ned'; did you mean 'end'? known: end, learn");
  expect_refused({"help", "ned"}, "no command 'ned'; did you mean 'end'? known: end, learn");
  expect_refused({"end"}, "end: --how is required; see 'ebit end --help'");
  expect_refused({"end", "--how", "well", "--hwo"},
                 "end: no option '--hwo'; did you mean '--how'; see 'ebit end --help'");
  expect_refused({"end", "--how", "well", "x"}, "end: unexpected argument 'x'; see 'ebit end --help'");
  expect_refused({"--how", "end"}, "no option '--how' before the command; see 'ebit --help'");
  expect_refused({"--nonsense"}, "no option '--nonsense'; see 'ebit --help'");
}

TEST(Program, HelpListsTheCommandsAndTheirExamples) {
  for (const auto& arguments : std::vector<std::vector<std::string>>{{}, {"help"}, {"--help"}, {"-h"}}) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, kOk);
    EXPECT_EQ(outcome.err, "");
    EXPECT_THAT(outcome.out, HasSubstr("End somehow"));
    EXPECT_THAT(outcome.out, HasSubstr("Learn"));
  }
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"help", "end"}, {"end", "--help"}}) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, kOk);
    EXPECT_THAT(outcome.out, StartsWith("End somehow"));
    EXPECT_THAT(outcome.out, HasSubstr("Examples:\n  ebit end --how well"));
  }
}

TEST(Program, PrintsItsVersion) {
  const Outcome outcome = run({"--version"});
  EXPECT_EQ(outcome.status, kOk);
  EXPECT_EQ(outcome.out, "ebit " EBIT_VERSION "\n");
}

// This test program stands in no folder with an ebit-torch, so nothing can be handed on.
TEST(Program, SaysWhyAModelThatNeedsTorchCannotRun) {
  const Outcome outcome = run({"end", "--how", "torch"});
  EXPECT_EQ(outcome.status, kBadInput);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err,
              HasSubstr(EBIT_WITH_TORCH ? "cannot find the program ebit-torch" : "built without libtorch"));
}

}  // namespace
}  // namespace ebit::cmd
