#include "ebit/corpus/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ebit/corpus/testing/support.h"

namespace ebit::inline corpus {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(Text, EncodingsAreCheckedAndConverted) {
  EXPECT_EQ(decode_text("\xEF\xBB\xBFgr\xC3\xBC\xC3\x9F", "utf-8", "f"), "grüß");
  for (const char* name : {"latin-1", "windows-1252"}) {
    EXPECT_EQ(decode_text("gr\xFC\xDF", name, "f"), "grüß");
    EXPECT_EQ(decode_text("\x93yes\x94 \x96 5 \x80\x85", name, "f"), "“yes” – 5 €…");
  }
  EXPECT_THAT(error_of([] { decode_text("a\r\nb\ngr\xFC\xDF\n", "utf-8", "f.txt"); }),
              AllOf(HasSubstr("'f.txt', line 3"), HasSubstr("latin-1")));
  EXPECT_THAT(error_of([] { decode_text(std::string("a\0b", 3), "utf-8", "f.txt"); }), HasSubstr("UTF-16"));
  EXPECT_THAT(error_of([] { decode_text("a", "latin1", "f.txt"); }), HasSubstr("did you mean 'latin-1'?"));
}

}  // namespace
}  // namespace ebit::inline corpus
