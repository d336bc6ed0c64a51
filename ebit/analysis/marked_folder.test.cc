#include "ebit/analysis/marked_folder.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "ebit/base/atomic_file.h"

namespace ebit::analysis {
namespace {

namespace fs = std::filesystem;

TEST(MarkedFolder, LosesWhatDeadProcessesLeftUnfinished) {
  const fs::path folder = fs::path(EBIT_TEST_TMP) / "marked_folder";
  fs::remove_all(folder);
  const FolderMark mark{.what = "suite", .file = "suite.json", .ours = [](const fs::path&) { return false; }};
  prepare_marked_folder(folder, mark, {{"seeds", 2}}, false);
  // No system has a process of this number; one of them is as old as a file that nobody writes any more.
  const fs::path dead = folder / "suite.json.2000000000-0.partial",
                 now = folder / "suite.json.2000000000-1.partial";
  const fs::path alive = folder / fmt::format("suite.json.{}-0.partial", ::getpid()),
                 other = folder / "mine.partial";
  for (const fs::path& file : {dead, now, alive, other}) write_file_atomically(file, "x");
  for (const fs::path& file : {dead, alive, other})
    fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::minutes(1));
  prepare_marked_folder(folder, mark, {{"seeds", 2}}, false);
  EXPECT_FALSE(fs::exists(dead));
  for (const fs::path& file : {now, alive, other}) EXPECT_TRUE(fs::exists(file)) << file;
}

}  // namespace
}  // namespace ebit::analysis
