#include "ebit/base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace ebit::inline base {
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

TEST(Utf8, CodePointsInOrderAndBrokenBytesOneByOne) {
  std::u32string codes;
  std::size_t bytes = 0;
  for_each_code_point("a\u00e9\u65e5\xff\xf0\x9f\x99\x82", [&](char32_t code, std::string_view part) {
    codes += code;
    bytes += part.size();
  });
  EXPECT_EQ(codes, U"a\u00e9\u65e5\ufffd\U0001f642");
  EXPECT_EQ(bytes, 11u);
  EXPECT_FALSE(first_code_point("\xe2\x82").valid);
}

TEST(Utf8, SpacesAreThoseOfPython) {
  for (const char32_t code : {U' ', U'\t', U'\n', U'\u0085', U'\u00a0', U'\u2028', U'\u3000'})
    EXPECT_TRUE(is_space(code));
  for (const char32_t code : {U'a', U'_', U'\u200b', U'\0'}) EXPECT_FALSE(is_space(code));
}

TEST(Utf8, WidthCountsColumnsNotBytes) {
  EXPECT_EQ(display_width(""), 0u);
  EXPECT_EQ(display_width("0.1 \u00b1 0.2"), 9u);
  EXPECT_EQ(display_width("e\u0301"), 1u) << "e and a combining accent";
  EXPECT_EQ(display_width("\u65e5\u672c"), 4u);
  EXPECT_EQ(display_width("\U0001f642"), 2u);
  EXPECT_EQ(display_width("\u02FF\u0370"), 2u) << "the neighbours of the combining block";
  EXPECT_EQ(display_width("\u2502\u2295\u25cf\u207b\u00b3\u2026"), 6u) << "signs of drawings and figures";
  EXPECT_EQ(display_width("\xff\x01"), 2u);
}

TEST(Utf8, TrimmedOfSpacesAndTabs) {
  EXPECT_EQ(trimmed(" \ta b\t "), "a b");
  EXPECT_EQ(trimmed(" "), "");
}

TEST(Utf8, EveryWindows1252ByteBecomesACharacter) {
  EXPECT_EQ(utf8_of_windows1252("Max (\xb0"
                                "C)"),
            "Max (\xc2\xb0"
            "C)");
  EXPECT_EQ(utf8_of_windows1252("\x80 5 \x96 \x93yes\x94\x85 \x9f \x8e"), "€ 5 – “yes”… Ÿ Ž");
  std::string all;
  for (int i = 1; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_TRUE(is_utf8(utf8_of_windows1252(all)));
  std::size_t controls = 0;
  for_each_code_point(utf8_of_windows1252(all),
                      [&](char32_t code, std::string_view) { controls += code >= 0x80 && code < 0xA0; });
  EXPECT_EQ(controls, 0u) << "nothing invisible";
}

TEST(Utf8, ShownIsOneShortLine) {
  EXPECT_EQ(shown("two\nlines\t"), "two\\nlines\\t");
  EXPECT_EQ(shown("\x1b[31mred\x7f"), "\\x1b[31mred\\x7f") << "no colour reaches the terminal";
  EXPECT_EQ(shown("a\xff\xc3"), "a\\xff\\xc3") << "ill-formed bytes";
  EXPECT_EQ(shown("\xc2\x9b\xe2\x80\xae"), "\\u009b\\u202e") << "controls beyond ASCII";
  EXPECT_EQ(shown(std::string(500, 'a') + "\n", std::string::npos), std::string(500, 'a') + "\\n");
  EXPECT_EQ(shown("\x1b\x1b", 6), "\\x1b...") << "no half escape";
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
}  // namespace ebit::inline base
