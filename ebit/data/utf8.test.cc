#include "ebit/data/utf8.h"

#include <gtest/gtest.h>

namespace ebit {
namespace {

TEST(Utf8, TellsValidFromInvalid) {
  for (const char* text :
       {"", "plain", "\xc3\xa4\xc2\xb0", "\xe2\x82\xac", "\xf0\x9f\x8c\xa1", "\xed\x9f\xbf"}) {
    EXPECT_TRUE(is_utf8(text)) << text;
  }
  for (const char* text : {"\xe4", "a\xb0", "\xc3", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80",
                           "\xf4\x90\x80\x80", "\xff", "\xf0\x9f\x8c", "\xc3\x28"}) {
    EXPECT_FALSE(is_utf8(text));
  }
}

TEST(Utf8, EveryLatin1ByteBecomesACharacter) {
  EXPECT_EQ(utf8_of_latin1("Max (\xb0"
                           "C)"),
            "Max (\xc2\xb0"
            "C)");
  std::string all;
  for (int i = 1; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_TRUE(is_utf8(utf8_of_latin1(all)));
  EXPECT_EQ(utf8_of_latin1(all).size(), 127u + 2 * 128);
}

TEST(Utf8, ShownIsOneShortLine) {
  EXPECT_EQ(shown("two\nlines\t"), "two lines ");
  EXPECT_EQ(shown("abcdef", 3), "abc...");
  EXPECT_EQ(shown("abcdef", 6), "abcdef");
  EXPECT_EQ(shown("ab\xc2\xb0"
                  "c",
                  3),
            "ab...")
      << "no half character";
  EXPECT_TRUE(is_utf8(shown("\xf0\x9f\x8c\xa1\xf0\x9f\x8c\xa1", 6)));
}

}  // namespace
}  // namespace ebit
