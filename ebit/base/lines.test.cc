#include "ebit/base/lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ebit::inline base {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Lines, EndWithLfOrCrlf) {
  EXPECT_THAT(lines_of("a\nb\n"), ElementsAre("a", "b"));
  EXPECT_THAT(lines_of("a\r\nb\r\n"), ElementsAre("a", "b"));
  EXPECT_THAT(lines_of("a\r\r\n\r\r\nb"), ElementsAre("a", "", "b")) << "made twice, by Windows";
  EXPECT_THAT(lines_of("a\n\nb"), ElementsAre("a", "", "b"));
  EXPECT_THAT(lines_of(""), IsEmpty());
}

TEST(Lines, ALoneCrEndsLinesOnlyInATextWithoutLf) {
  EXPECT_THAT(lines_of("a\rb\rc"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(lines_of("a b\nc d\r e\nf g\n"), ElementsAre("a b", "c d\r e", "f g"));
  EXPECT_THAT(lines_of("\ra\n"), ElementsAre("\ra"));
}

}  // namespace
}  // namespace ebit::inline base
