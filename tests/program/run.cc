#include "tests/program/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"

namespace ebit::test {
namespace {

namespace fs = std::filesystem;

/// A new empty folder, removed with everything in it at the end of the scope.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (fs::path(EBIT_TEST_TMP) / "run-XXXXXX").string();
    require(mkdtemp(pattern.data()) != nullptr, "cannot make a folder {}", pattern);
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

int shell_status(int status) { return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status); }

}  // namespace

Outcome run(const std::string& command) {
  const TemporaryFolder folder;
  const fs::path work = folder.path() / "work";
  fs::create_directory(work);
  const std::string script = "ebit() { \"$EBIT\" \"$@\"; }\ncd " + work.string() + "\n" + command + "\n";
  write_file_atomically(folder.path() / "script", script);
  const std::string line = "EBIT='" EBIT_PROGRAM "' sh " + (folder.path() / "script").string() +
                           " </dev/null >" + (folder.path() / "out").string() + " 2>" +
                           (folder.path() / "err").string();
  const int status = std::system(line.c_str());
  return {shell_status(status), read_file(folder.path() / "out"), read_file(folder.path() / "err")};
}

std::string output_of(const std::string& command) {
  const Outcome outcome = run(command);
  EXPECT_EQ(outcome.status, 0) << command << "\n" << outcome.err;
  EXPECT_EQ(outcome.err, "");
  return outcome.out;
}

void expect_refused(const std::string& command, const std::string& words) {
  SCOPED_TRACE(command);
  const Outcome outcome = run(command);
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, testing::MatchesRegex("ebit: [^\n]+\n"));
  EXPECT_THAT(outcome.err, testing::HasSubstr(words));
}

}  // namespace ebit::test
