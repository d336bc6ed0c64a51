#include "ebit/base/memory.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

namespace ebit::inline base {
namespace {

TEST(Memory, SomeIsFree) {
  EXPECT_GT(available_memory(), 1e7);
  EXPECT_LT(available_memory(), 1e15);
}

TEST(Memory, TheLimitOfTheProcessCounts) {
  const pid_t child = ::fork();
  if (child == 0) {
    double pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    const auto most = static_cast<rlim_t>(pages * static_cast<double>(::sysconf(_SC_PAGE_SIZE)) + (64 << 20));
    const rlimit limit{most, most};
    const bool set = ::setrlimit(RLIMIT_AS, &limit) == 0;
    const double left = available_memory();
    ::_exit(set && left > (32 << 20) && left <= (64 << 20) ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST(Memory, SizesForPeople) {
  EXPECT_EQ(readable_bytes(12), "12 B");
  EXPECT_EQ(readable_bytes(1536), "1.5 KiB");
  EXPECT_EQ(readable_bytes(88e12), "80 TiB");
  EXPECT_EQ(readable_bytes(3e26), "10^26 bytes");
  EXPECT_EQ(readable_bytes(1 / 0.0), "more than 10^308 bytes");
}

}  // namespace
}  // namespace ebit::inline base
