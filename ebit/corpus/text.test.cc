#include "ebit/corpus/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ebit/corpus/testing/support.h"

namespace ebit::inline corpus {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Text, EncodingsAreCheckedAndConverted) {
  EXPECT_EQ(decode_text("\xEF\xBB\xBFgr\xC3\xBC\xC3\x9F", "utf-8", "f"), "grüß");
  EXPECT_EQ(decode_text("gr\xFC\xDF", "latin-1", "f"), "grüß");
  EXPECT_THAT(error_of([] { decode_text("a\r\nb\ngr\xFC\xDF\n", "utf-8", "f.txt"); }),
              AllOf(HasSubstr("'f.txt', line 3"), HasSubstr("latin-1")));
  EXPECT_THAT(error_of([] { decode_text(std::string("a\0b", 3), "utf-8", "f.txt"); }), HasSubstr("UTF-16"));
  EXPECT_THAT(error_of([] { decode_text("a", "latin1", "f.txt"); }), HasSubstr("did you mean 'latin-1'?"));
}

TEST(Text, LinesOfAllSystems) {
  EXPECT_THAT(lines_of("a\nb\r\nc\rd"), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(lines_of("a\n\n"), ElementsAre("a", ""));
  EXPECT_TRUE(lines_of("").empty());
}

}  // namespace
}  // namespace ebit::inline corpus
