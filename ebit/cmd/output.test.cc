#include "ebit/cmd/output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <limits>
#include <nlohmann/json.hpp>

#include "ebit/base/error.h"

namespace ebit::cmd {
namespace {

TEST(Output, JsonNumbersReadBackBitForBit) {
  const double third = 1.0 / 3.0, tiny = std::numeric_limits<double>::denorm_min();
  testing::internal::CaptureStdout();
  print_json({{"third", third}, {"tiny", tiny}, {"nan", std::numeric_limits<double>::quiet_NaN()}});
  const auto read = nlohmann::json::parse(testing::internal::GetCapturedStdout());
  EXPECT_EQ(read["third"].get<double>(), third);
  EXPECT_EQ(read["tiny"].get<double>(), tiny);
  EXPECT_TRUE(read["nan"].is_null());
}

TEST(Output, JsonSurvivesForeignBytes) {
  testing::internal::CaptureStdout();
  print_json({{"column", "Temp\xE9rature"}});
  EXPECT_NO_THROW(nlohmann::json::parse(testing::internal::GetCapturedStdout()));
}

TEST(Output, AFullDiskIsAnError) {
  const int full = open("/dev/full", O_WRONLY);
  if (full < 0) GTEST_SKIP() << "no /dev/full here";
  std::fflush(stdout);
  const int kept = dup(STDOUT_FILENO);
  dup2(full, STDOUT_FILENO);
  print("lost");
  EXPECT_THROW(flush_output(), Error);
  std::clearerr(stdout);
  dup2(kept, STDOUT_FILENO);
  close(kept);
  close(full);
}

}  // namespace
}  // namespace ebit::cmd
