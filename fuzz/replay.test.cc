// What a fuzzer once found, and its seeds, through every target; and each seed damaged in many small ways.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/random.h"
#include "fuzz/targets.h"

namespace ebit::fuzz {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_of(const char* kind, std::string_view target) {
  std::vector<fs::path> files;
  const fs::path folder = fs::path(EBIT_SOURCE_DIR) / "fuzz" / kind / target;
  if (fs::exists(folder))
    for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

std::string damaged(std::string text, Random& random) {
  for (std::size_t n = 1 + random.below(3); n > 0 && !text.empty(); --n) {
    const std::size_t at = random.below(text.size()), size = 1 + random.below(16);
    switch (random.below(5)) {
      case 0:
        text.erase(at, size);
        break;
      case 1:
        text.insert(at, text.substr(random.below(text.size()), size));
        break;
      case 2:
        text.resize(at);
        break;
      case 3:
        text.insert(at, 1, static_cast<char>(random.below(256)));
        break;
      default:
        text[at] = static_cast<char>(random.below(256));
    }
  }
  return text;
}

class Replay : public testing::TestWithParam<Target> {};

TEST_P(Replay, NothingThatWasFoundComesBack) {
  for (const fs::path& file : files_of("found", GetParam().name))
    EXPECT_NO_THROW(read_as(GetParam(), read_file(file))) << file;
}

TEST_P(Replay, SeedsAreReadAndDamagedOnesAreRefusedInOneLine) {
  const std::vector<fs::path> seeds = files_of("seeds", GetParam().name);
  ASSERT_FALSE(seeds.empty()) << "a target needs something to begin with";
  int taken = 0;
  for (const fs::path& file : seeds) {
    const std::string seed = read_file(file);
    EXPECT_NO_THROW(taken += read_as(GetParam(), seed)) << file;
    for (std::uint64_t round = 0; round < 60; ++round) {
      Random random(20260510, round);
      const std::string text = damaged(seed, random);
      EXPECT_NO_THROW(read_as(GetParam(), text)) << file << ", round " << round << ":\n" << text;
    }
  }
  EXPECT_GT(taken, 0) << "none of the seeds is good";
}

INSTANTIATE_TEST_SUITE_P(Targets, Replay, testing::ValuesIn(targets().begin(), targets().end()),
                         [](const testing::TestParamInfo<Target>& row) {
                           std::string name(row.param.name);
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST(Attempt, KnowsAGoodRefusalFromABadOne) {
  EXPECT_TRUE(attempt([] {}));
  EXPECT_FALSE(attempt([] { fail("fuzz.csv:3: 'x' is no number"); }));
  for (const char* const bad : {"two\nlines", "a colour \x1b[31m", "no \xff UTF-8", "",
                                "[json.exception.type_error.302] type must be number"})
    EXPECT_THROW(attempt([&] { throw Error(bad); }), std::logic_error) << bad;
  EXPECT_THROW(attempt([] { fail("{}", std::string(100000, 'x')); }), std::logic_error);
  EXPECT_THROW(attempt([] { throw std::out_of_range("vector::_M_range_check"); }), std::out_of_range);
}

}  // namespace
}  // namespace ebit::fuzz
