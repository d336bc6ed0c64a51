#include "ebit/base/nearest.h"

#include <gtest/gtest.h>

namespace ebit::inline base {
namespace {

TEST(Nearest, CountsEdits) {
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("TEMP", "temp"), 0u);
}

TEST(Nearest, SuggestsOnlyWhatIsNear) {
  const std::vector<std::string> names{"Date", "Temp", "Wind"};
  EXPECT_EQ(nearest("temperatur", names), "");
  EXPECT_EQ(nearest("Tmp", names), "Temp");
  EXPECT_EQ(suggestion("Tmp", names), "; did you mean 'Temp'? known: Date, Temp, Wind");
}

}  // namespace
}  // namespace ebit::inline base
