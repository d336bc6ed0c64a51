#include "ebit/report/text.h"

#include <gtest/gtest.h>

namespace ebit::inline report {
namespace {

TEST(Text, CleaningKeepsUtf8AndRemovesWhatMovesTheCursor) {
  EXPECT_EQ(clean_text("Température °C ≥ 日本"), "Température °C ≥ 日本");
  EXPECT_EQ(clean_text("a\x1b[2Jb\r\nc\td"), "a [2Jb  c d");
  EXPECT_EQ(clean_text("a\nb", true), "a\nb");
  EXPECT_EQ(clean_text("\u202Eevil\u2028"), " evil ");
}

TEST(Text, BrokenBytesBecomeTheReplacementCharacter) {
  EXPECT_EQ(clean_text("\xFF"), "\uFFFD");
  EXPECT_EQ(clean_text("Temp\xE9rature"), "Temp\uFFFDrature");  // Latin-1
  EXPECT_EQ(clean_text("\xC0\xAF"), "\uFFFD\uFFFD");            // overlong '/'
  EXPECT_EQ(clean_text("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");  // a surrogate
  EXPECT_EQ(clean_text("\xE2\x89"), "\uFFFD\uFFFD");            // cut short
  EXPECT_EQ(clean_text("\xF4\x90\x80\x80").substr(0, 3), "\uFFFD");
}

TEST(Text, WidthCountsColumnsNotBytes) {
  EXPECT_EQ(display_width(""), 0u);
  EXPECT_EQ(display_width("0.1 ± 0.2"), 9u);
  EXPECT_EQ(display_width("e\u0301"), 1u);  // e and a combining accent
  EXPECT_EQ(display_width("日本"), 4u);
  EXPECT_EQ(display_width("🙂"), 2u);
  EXPECT_EQ(display_width("\u02FF\u0370"), 2u);  // the neighbours of the combining block
}

TEST(Text, CuttingLeavesWholeCharactersAndAMark) {
  EXPECT_EQ(cut_text("quantum", 7), "quantum");
  EXPECT_EQ(cut_text("quantum", 4), "qua…");
  EXPECT_EQ(cut_text("日本語", 4), "日…");
  EXPECT_EQ(cut_text("ab", 1), "…");
  EXPECT_EQ(cut_text("ab", 0), "");
}

TEST(Text, WrappingBreaksAtSpacesAndInsideLongWords) {
  EXPECT_EQ(wrap_text("one two three", 7), "one two\nthree");
  EXPECT_EQ(wrap_text("one two three", 8), "one two\nthree");
  EXPECT_EQ(wrap_text("one two three", 80), "one two three");
  EXPECT_EQ(wrap_text("abcdefgh", 3), "abc\ndef\ngh");
  EXPECT_EQ(wrap_text("a bcdefgh", 3), "a\nbcd\nefg\nh");
  EXPECT_EQ(wrap_text("ab\ncd ef", 4), "ab\ncd\nef");
  EXPECT_EQ(wrap_text("", 3), "");
  for (std::size_t width = 1; width < 30; ++width) {
    std::string_view rest;
    const std::string lines = wrap_text("the memory of ü model is 日本 quantum-state-like  indeed", width);
    for (rest = lines; !rest.empty();) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      EXPECT_LE(display_width(rest.substr(0, end)), std::max<std::size_t>(width, 2)) << lines;
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
}

TEST(Text, HtmlEscapesTheFiveCharacters) {
  EXPECT_EQ(escape_html("<a href=\"x\">&'</a>"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;&lt;/a&gt;");
  EXPECT_EQ(escape_html("a\x01\nb"), "a \nb");
}

}  // namespace
}  // namespace ebit::inline report
