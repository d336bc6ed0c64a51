#include "ebit/base/atomic_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "ebit/base/error.h"

namespace ebit {
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

TEST(AtomicFile, TakesOverWhatAKilledProgramLeft) {
  const fs::path path = fs::path(EBIT_TEST_TMP) / "killed.txt",
                 partial = path.string() + std::string(kPartial);
  std::ofstream(partial) << "half of a longer cont";
  write_file_atomically(path, "short");
  EXPECT_EQ(read_file(path), "short");
  EXPECT_FALSE(fs::exists(partial));
  fs::remove(path);
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

}  // namespace
}  // namespace ebit
