#include "ebit/base/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include "ebit/base/error.h"
#include "ebit/base/testing/error_of.h"

namespace ebit::inline base {
namespace {

namespace fs = std::filesystem;

TEST(AtomicFile, ReplacesTheWholeContent) {
  const fs::path path = fs::path(EBIT_TEST_TMP) / "atomic.txt";
  write_file_atomically(path, "a long first content");
  write_file_atomically(path, std::string_view("b\0c", 3));
  EXPECT_EQ(read_file(path), std::string("b\0c", 3));
  fs::remove(path);
}

TEST(AtomicFile, SaysWhatCannotBeWrittenAndLeavesNothing) {
  try {
    write_file_atomically("/nonexistent/folder/file", "x");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "cannot write '/nonexistent/folder/file': No such file or directory");
  }
  {
    // A folder in place of the file makes the last step, the rename, fail.
    const fs::path folder = fs::path(EBIT_TEST_TMP) / "atomic_folder";
    fs::create_directories(folder / "inside");
    EXPECT_THROW(write_file_atomically(folder, "x"), Error);
    for (const auto& entry : fs::directory_iterator(EBIT_TEST_TMP))
      EXPECT_EQ(entry.path().filename().string().find("atomic_folder."), std::string::npos);
    fs::remove_all(folder);
  }
}

TEST(AtomicFile, UnfinishedFilesAreKnownByTheirNames) {
  EXPECT_EQ(partial_target("a.toml.1234-0.partial"), "a.toml");
  EXPECT_EQ(partial_target("a.1-22.partial"), "a");
  for (const char* other : {"a.toml", "a.partial", ".partial", ".1-2.partial", "a.1-.partial", "a.-2.partial",
                            "a.x1-2.partial", "a1-2.partial", "a.1-2.partial.gz", ""})
    EXPECT_EQ(partial_target(other), "") << other;
}

TEST(AtomicFile, WhatAKilledProgramLeftIsNeverInTheWay) {
  const fs::path path = fs::path(EBIT_TEST_TMP) / "killed.txt";
  std::vector<fs::path> left;
  for (int n = 0; n < 1000; ++n) {
    left.push_back(fmt::format("{}.{}-{}{}", path.string(), ::getpid(), n, kPartial));
    EXPECT_EQ(partial_target(left.back().filename().string()), "killed.txt");
    std::ofstream(left.back()) << "half of a longer cont";
  }
  write_file_atomically(path, "short");
  EXPECT_EQ(read_file(path), "short");
  for (const fs::path& file : left) EXPECT_TRUE(fs::remove(file));
  fs::remove(path);
}

// Writes whole contents of one letter, of a length of that letter, again and again.
void write_often(const fs::path& path, char letter) {
  for (int repeat = 0; repeat < 50; ++repeat)
    write_file_atomically(path, std::string(static_cast<std::size_t>(letter) * 100, letter));
}

bool is_whole(const std::string& content) {
  return !content.empty() && content == std::string(static_cast<std::size_t>(content[0]) * 100, content[0]);
}

TEST(AtomicFile, ThreadsAndProcessesMayWriteOnePath) {
  const fs::path folder = fs::path(EBIT_TEST_TMP) / "atomic_race", path = folder / "file";
  fs::create_directories(folder);
  write_file_atomically(path, std::string(6500, 'A'));
  std::vector<pid_t> children;
  for (const char letter : {'B', 'C'}) {
    children.push_back(::fork());
    if (children.back() != 0) continue;
    write_often(path, letter);
    ::_exit(0);
  }
  std::vector<std::thread> threads;
  for (const char letter : {'D', 'E', 'F'}) threads.emplace_back([&, letter] { write_often(path, letter); });
  for (int repeat = 0; repeat < 200; ++repeat) EXPECT_TRUE(is_whole(read_file(path)));
  for (auto& thread : threads) thread.join();
  for (const pid_t child : children) {
    int status = -1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_TRUE(is_whole(read_file(path)));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder), {}), 1) << "nothing else is left in the folder";
  fs::remove_all(folder);
}

TEST(AtomicFile, ALinkStaysALinkAndADeviceADevice) {
  const fs::path target = fs::path(EBIT_TEST_TMP) / "link_target.txt",
                 link = fs::path(EBIT_TEST_TMP) / "link.txt";
  std::ofstream(target) << "before";
  fs::remove(link);
  fs::create_symlink(target, link);
  write_file_atomically(link, "behind");
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(read_file(target), "behind");
  fs::remove(link), fs::remove(target);
  write_file_atomically("/dev/null", "gone");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  if (!fs::is_character_file("/dev/full")) GTEST_SKIP() << "this machine has no /dev/full";
  EXPECT_THROW(write_file_atomically("/dev/full", "x"), Error);
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

TEST(AtomicFile, ReadingSaysWhy) {
  EXPECT_THROW(read_file("/nonexistent"), Error);
  EXPECT_THROW(read_file("/"), Error);
}

TEST(AtomicFile, ARunsFileIsAFileAndInputMayBeAPipe) {
  const fs::path pipe = fs::path(EBIT_TEST_TMP) / "a_pipe";
  fs::remove(pipe);
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(error_of([&] { read_file(pipe); }), testing::HasSubstr("it is a pipe, socket or device"));
  EXPECT_THAT(error_of([&] { write_file_atomically(pipe, "x"); }),
              testing::HasSubstr("a pipe that nobody reads"));
  EXPECT_THAT(error_of([&] { read_file("/dev/zero"); }), testing::HasSubstr("device"));
  const std::string long_text(300000, 'x');
  std::thread writer([&] { std::ofstream(pipe) << long_text; });
  EXPECT_EQ(read_input(pipe), long_text);
  writer.join();
  fs::remove(pipe);
  EXPECT_GT(read_file("/proc/self/status").size(), 100u) << "a file that says it has no bytes";
}

TEST(AtomicFile, StandardInputIsTheSameEveryTime) {
  const fs::path path = fs::path(EBIT_TEST_TMP) / "stdin.txt";
  write_file_atomically(path, "1,2\n");
  const pid_t child = ::fork();
  if (child == 0) {
    const int file = ::open(path.c_str(), O_RDONLY);
    ::dup2(file, STDIN_FILENO);
    ::_exit(read_input("-") == "1,2\n" && read_input("-") == "1,2\n" ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  fs::remove(path);
}

TEST(AtomicFile, FoldersAreMadeAndLeftOversRemoved) {
  const fs::path top = fs::path(EBIT_TEST_TMP) / "made", folder = top / "b" / "c";
  make_folder(folder);
  make_folder(folder);
  EXPECT_TRUE(fs::is_directory(folder));
  for (const char* const name : {"a.toml.1-0.partial", "b.partial", "c.toml"})
    std::ofstream(folder / name) << "x";
  remove_partial_files(folder);
  EXPECT_FALSE(fs::exists(folder / "a.toml.1-0.partial"));
  EXPECT_TRUE(fs::exists(folder / "b.partial")) << "no name that a writer of ours gives";
  EXPECT_TRUE(fs::exists(folder / "c.toml"));
  EXPECT_THAT(error_of([&] { make_folder(folder / "c.toml" / "d"); }),
              testing::HasSubstr("cannot make the folder"));
  fs::remove_all(top);
}

}  // namespace
}  // namespace ebit::inline base
