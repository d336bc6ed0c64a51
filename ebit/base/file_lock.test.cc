#include "ebit/base/file_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

#include "ebit/base/error.h"

namespace ebit::inline base {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::MatchesRegex;

class FileLock : public ::testing::Test {
 protected:
  FileLock() { fs::create_directories(folder_); }
  ~FileLock() override { fs::remove_all(folder_.parent_path()); }

  // What taking the folder is refused with, or "taken".
  std::string refusal() const {
    try {
      const FolderLock lock(folder_);
      return "taken";
    } catch (const Error& error) {
      return error.what();
    }
  }

  // Of this process alone: tests run side by side.
  const fs::path folder_ = fs::path(EBIT_TEST_TMP) / std::to_string(::getpid()) / "locked folder";
};

template <class Body>
pid_t run_child(Body body) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::alarm(30);
  ::_exit(body() ? 0 : 1);
}

int status_of(pid_t child) {
  int status = -1;
  ::waitpid(child, &status, 0);
  return status;
}

TEST_F(FileLock, SaysInOneLineWhoHasTheFolderAndSinceWhen) {
  const auto lock = std::make_unique<FolderLock>(folder_);
  const std::string text = refusal();
  EXPECT_THAT(text, HasSubstr("locked folder' is in use by process " + std::to_string(::getpid()) + " on "));
  EXPECT_THAT(text, MatchesRegex(".* since [0-9-]+ [0-9:]+; wait for it or stop it"));
  EXPECT_EQ(text.find('\n'), std::string::npos);
}

TEST_F(FileLock, IsGivenBackAndLeavesNothing) {
  for (int repeat = 0; repeat < 3; ++repeat) EXPECT_EQ(refusal(), "taken");
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(FileLock, ALockFileWithoutAHolderIsTakenOver) {
  std::ofstream(folder_ / kLockFile) << "process 1 on another machine since long ago\n";
  EXPECT_EQ(refusal(), "taken");
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(FileLock, AnotherProcessIsNamedAndItsDeathFreesTheFolder) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = run_child([&] {
    const FolderLock lock(folder_);
    if (::write(ready[1], "x", 1) != 1) return false;
    for (;;) ::pause();
  });
  char byte;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_THAT(refusal(), HasSubstr("in use by process " + std::to_string(child) + " on "));
  ::kill(child, SIGKILL);
  status_of(child);
  EXPECT_TRUE(fs::exists(folder_ / kLockFile)) << "a killed holder cannot tidy up";
  EXPECT_EQ(refusal(), "taken");
  ::close(ready[0]), ::close(ready[1]);
}

TEST_F(FileLock, AForkedChildNeitherHoldsNorFreesIt) {
  auto lock = std::make_unique<FolderLock>(folder_);
  EXPECT_EQ(status_of(run_child([&] {
              const bool refused = refusal() != "taken";
              lock.reset();
              return refused && refusal() != "taken";
            })),
            0)
      << "the parent has it all along";
  EXPECT_NE(refusal(), "taken") << "and still after the child's end";
  // A child that outlives the lock does not hold it.
  int go_on[2];
  ASSERT_EQ(::pipe(go_on), 0);
  const pid_t child = run_child([&] {
    char byte;
    return ::read(go_on[0], &byte, 1) == 1;
  });
  lock.reset();
  EXPECT_EQ(refusal(), "taken");
  ASSERT_EQ(::write(go_on[1], "x", 1), 1);
  EXPECT_EQ(status_of(child), 0);
  ::close(go_on[0]), ::close(go_on[1]);
}

TEST_F(FileLock, NeverTwoAtATime) {
  std::atomic<int> inside{0}, taken{0};
  std::vector<std::thread> threads;
  for (int k = 0; k < 4; ++k)
    threads.emplace_back([&] {
      for (int repeat = 0; repeat < 200; ++repeat) try {
          const FolderLock lock(folder_);
          EXPECT_EQ(++inside, 1);
          ++taken;
          --inside;
        } catch (const Error&) {
        }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_GT(taken, 0);
}

TEST_F(FileLock, AFolderThatIsNotThereIsSaid) {
  try {
    const FolderLock lock("/nonexistent/folder");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "cannot lock '/nonexistent/folder': No such file or directory");
  }
}

}  // namespace
}  // namespace ebit::inline base
