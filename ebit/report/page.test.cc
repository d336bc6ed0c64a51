#include "ebit/report/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/report/testing/markup.h"

namespace ebit::inline report {
namespace {

using testing::HasSubstr;
using testing::Not;

Figure dots() {
  Figure figure;
  figure.title = "Dots & more";
  PlotSeries s;
  s.label = "dots";
  s.style = PlotStyle::kPoints;
  s.y = {1, 2, 3};
  figure.series = {s};
  return figure;
}

Page full_page() {
  const std::string bad = "<script>alert(\"x\")</script> & 'y'\x01";
  Page page(bad, bad);
  page.headlines({{bad, bad, bad}});
  page.section(bad).paragraph(bad + "\n\n" + bad).facts({{bad, bad}});
  page.section("Figures").figure(dots(), bad).figure(dots());
  page.section("Words").subsection(bad).table({bad, {{bad}}, {{bad}}, 0, bad, {bad}});
  page.code(bad).folded_code(bad, bad).note(bad).warning(bad).footer(bad);
  return page;
}

TEST(PageTest, EverythingIsEscapedAndWellFormed) {
  const std::string html = full_page().html();
  EXPECT_EQ(markup_fault(html, true), "");
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html,
              HasSubstr("<h1>&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;y&#39; </h1>"));
}

TEST(PageTest, NothingIsLoadedFromElsewhere) {
  const std::string html = full_page().html();
  for (const char* attribute : {"href", "xlink:href", "src"})
    for (const auto& value : attribute_values(html, attribute)) EXPECT_EQ(value.substr(0, 1), "#") << value;
  EXPECT_THAT(html, Not(HasSubstr("@import")));
  EXPECT_THAT(html, Not(HasSubstr("<link")));
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
  const std::regex url(R"(url\((?!#))");
  EXPECT_FALSE(std::regex_search(html, url));
}

TEST(PageTest, IdsAreUniqueAndReferencesHit) {
  const std::string html = full_page().html();
  std::set<std::string> ids;
  for (const auto& id : attribute_values(html, "id")) EXPECT_TRUE(ids.insert(id).second) << id;
  EXPECT_GT(ids.size(), 5u);
  for (const char* attribute : {"href", "xlink:href"})
    for (const auto& value : attribute_values(html, attribute))
      EXPECT_TRUE(ids.contains(value.substr(1))) << value;
}

TEST(PageTest, ContentsAppearFromThreeSections) {
  Page page("t");
  page.section("one").section("two");
  EXPECT_THAT(page.html(), Not(HasSubstr("<nav")));
  page.section("three");
  EXPECT_THAT(page.html(), HasSubstr("<a href=\"#section-3\">three</a>"));
}

TEST(PageTest, ParagraphsAreSplitAtEmptyLines) {
  Page page("t");
  page.paragraph("a\nb\n\nc\n\n").paragraph("");
  EXPECT_THAT(page.html(), HasSubstr("<main>\n<p>a\nb</p>\n<p>c</p>\n</main>"));
}

TEST(PageTest, BadFiguresThrowAndLeaveThePageAsItWas) {
  Page page("t");
  EXPECT_THROW(page.svg("<svg><script/></svg>"), Error);
  EXPECT_THROW(page.figure(Figure{}), Error);
  EXPECT_THAT(page.html(), HasSubstr("<main>\n</main>"));
}

TEST(PageTest, WritesTheFile) {
  const auto path = std::filesystem::path(EBIT_TEST_TMP) / "page.html";
  Page page("t");
  page.write(path);
  EXPECT_EQ(read_file(path), page.html());
  std::filesystem::remove(path);
  EXPECT_THROW(page.write("/nonexistent/folder/page.html"), Error);
}

}  // namespace
}  // namespace ebit::inline report
