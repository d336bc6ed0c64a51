#include "ebit/base/memory.h"

#include <gtest/gtest.h>

namespace ebit::inline base {
namespace {

TEST(Memory, SomeIsFree) {
  EXPECT_GT(available_memory(), 1e7);
  EXPECT_LT(available_memory(), 1e15);
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
