#include "ebit/report/svg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ebit/base/error.h"
#include "ebit/report/testing/markup.h"

namespace ebit::inline report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kSmall =
    "<?xml version=\"1.0\"?>\n<svg width=\"700\" height='400' viewBox=\"0 0 700 400\" "
    "xmlns=\"x\">\n<title>Gnuplot</title>\n"
    "<g id=\"canvas\"><defs><circle id='dot' r='1'/><path id = 'pattern'/></defs>\n"
    "<use xlink:href='#dot'/><rect fill='url(#pattern)'/><text font-family=\"DejaVu Sans\">id='dot' "
    "&lt;</text></g></svg>\n";

TEST(Svg, IdsAndTheirReferencesAreRenamedTogether) {
  const std::string text = prefix_svg_ids(kSmall, "a-");
  EXPECT_THAT(attribute_values(text, "id"), testing::Contains("a-dot"));
  EXPECT_THAT(text, HasSubstr("id=\"a-pattern\""));
  EXPECT_THAT(text, HasSubstr("xlink:href=\"#a-dot\""));
  EXPECT_THAT(text, HasSubstr("fill=\"url(#a-pattern)\""));
  EXPECT_THAT(text, HasSubstr(">id='dot' &lt;<")) << "text outside tags stays";
  EXPECT_EQ(text.find("canvas"), std::string::npos) << "an id that nothing refers to";
  EXPECT_THAT(text, HasSubstr("viewBox=\"0 0 700 400\""));
  EXPECT_EQ(markup_fault(text, false), "");
}

TEST(Svg, PrefixesAddUp) {
  EXPECT_EQ(prefix_svg_ids(prefix_svg_ids(kSmall, "b-"), "a-"), prefix_svg_ids(kSmall, "a-b-"));
}

TEST(Svg, TidyingNamesThePictureAndWidensTheFonts) {
  const std::string text = tidy_gnuplot_svg(kSmall, "p-", "a < b & \"c\"");
  EXPECT_THAT(text, HasSubstr("<title>a &lt; b &amp; &quot;c&quot;</title>"));
  EXPECT_THAT(text, HasSubstr("font-family=\"DejaVu Sans, Verdana, sans-serif\""));
  std::string curves = kSmall;
  curves.replace(curves.find("<defs>"), 0, "<title>gnuplot_plot_12a</title>\n");
  EXPECT_EQ(tidy_gnuplot_svg(curves, "p-", "a < b & \"c\""), text)
      << "names of curves are no words for people";
}

TEST(Svg, ForHtmlItScalesAndHasNoDeclaration) {
  const std::string text = svg_for_html(kSmall, "f-");
  EXPECT_TRUE(text.starts_with("<svg"));
  EXPECT_TRUE(text.ends_with("</svg>"));
  EXPECT_THAT(attribute_values(text.substr(0, text.find('>')), "width"), ElementsAre());
  EXPECT_THAT(attribute_values(text.substr(0, text.find('>')), "height"), ElementsAre());
  EXPECT_THAT(text, HasSubstr("style=\"width:100%;max-width:805px;height:auto\""));
  EXPECT_EQ(markup_fault(text, false), "");
}

TEST(Svg, WhatReachesOutsideIsRefused) {
  const auto with = [](const std::string& inside) { return "<svg width=\"1\">" + inside + "</svg>"; };
  EXPECT_NO_THROW(svg_for_html(with("<rect fill='red'/>"), "f-"));
  EXPECT_THROW(svg_for_html(with("<script>x</script>"), "f-"), Error);
  EXPECT_THROW(svg_for_html(with("<rect onclick='x'/>"), "f-"), Error);
  EXPECT_THROW(svg_for_html(with("<image href='http://x/y.png'/>"), "f-"), Error);
  EXPECT_THROW(svg_for_html(with("<a xlink:href='javascript:x'/>"), "f-"), Error);
  EXPECT_THROW(svg_for_html(with("<rect fill='url(http://x)'/>"), "f-"), Error);
  EXPECT_THROW(svg_for_html("", "f-"), Error);
  EXPECT_THROW(svg_for_html("\x89PNG\r\n", "f-"), Error);
}

TEST(Svg, BrokenTextDoesNotCrash) {
  for (std::size_t n = 0; n < kSmall.size(); ++n) {
    const std::string cut = prefix_svg_ids(kSmall.substr(0, n), "a-");
    EXPECT_LE(cut.size(), kSmall.size() + 40);
  }
}

}  // namespace
}  // namespace ebit::inline report
