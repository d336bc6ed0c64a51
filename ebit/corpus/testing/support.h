// What the tests of this layer share.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "ebit/base/atomic_file.h"
#include "ebit/base/testing/error_of.h"

namespace ebit::inline corpus {

/// A folder of its own for a test, empty at the start and removed at the end.
class TestFolder {
 public:
  TestFolder() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    path_ = std::filesystem::path(EBIT_TEST_TMP) / "corpus" /
            (std::string(test->test_suite_name()) + "." + test->name());
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }  ///< the folder
  /// The path of `name` in the folder after `content` was written there.
  std::filesystem::path file(const std::string& name, std::string_view content) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    write_file_atomically(path_ / name, content);
    return path_ / name;
  }
  /// Runs a shell command in the folder; it must succeed.
  void shell(const std::string& command) const {
    EXPECT_EQ(std::system(("cd '" + path_.string() + "' && " + command).c_str()), 0) << command;
  }

 private:
  std::filesystem::path path_;
};

/// The folder of real data beside the source tree ($EBIT_SHARED, else ../shared/data); "" where there is
/// none.
inline std::string shared_data() {
  const char* given = std::getenv("EBIT_SHARED");
  const std::string folder = given ? given : EBIT_SOURCE_DIR "/../shared/data";
  return std::filesystem::exists(folder) ? folder : "";
}

/// Ends a test, and says so, where `name` is not in shared_data().
#define EBIT_NEEDS_SHARED(name)                                                                         \
  if (shared_data().empty() || !std::filesystem::exists(std::filesystem::path(shared_data()) / (name))) \
  GTEST_SKIP() << (name) << " is not there; set EBIT_SHARED to the folder that holds it"

}  // namespace ebit::inline corpus
