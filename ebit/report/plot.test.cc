#include "ebit/report/plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/report/gnuplot.h"
#include "ebit/report/plot_script.h"
#include "ebit/report/testing/markup.h"

namespace ebit::inline report {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();
const std::string kHostile = "\"it's\" `ls` @x %d a_b^c {/Bold q} \\n $1 & <b> # ; \xFF\x01";

constexpr PlotStyle kStyles[] = {PlotStyle::kLine,       PlotStyle::kDashes, PlotStyle::kPoints,
                                 PlotStyle::kLinePoints, PlotStyle::kBand,   PlotStyle::kBars,
                                 PlotStyle::kRowBars};
constexpr PlotColor kColors[] = {
    PlotColor::kBlue, PlotColor::kVermillion, PlotColor::kGreen, PlotColor::kOrange, PlotColor::kPurple,
    PlotColor::kSky,  PlotColor::kYellow,     PlotColor::kInk,   PlotColor::kGrey,   PlotColor::kAuto};
constexpr Legend kLegends[] = {Legend::kAbove,      Legend::kRight,       Legend::kTopLeft, Legend::kTopRight,
                               Legend::kBottomLeft, Legend::kBottomRight, Legend::kNone};

PlotSeries series(PlotStyle style, std::vector<double> y) {
  PlotSeries s;
  s.label = "a series";
  s.style = style;
  s.y = y;
  s.low = y, s.high = y;
  for (double& v : s.high) v += 0.5;
  return s;
}

Figure figure_of(PlotSeries s) {
  Figure figure;
  figure.title = "A figure";
  figure.series = {std::move(s)};
  return figure;
}

std::string script_of(const Figure& figure) { return plot_script(sheet_of(figure), picture_format(".svg")); }

unsigned big_endian(const std::string& bytes, std::size_t at) {
  unsigned value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

class RenderTest : public testing::Test {
 protected:
  // A folder of its own for each test: they may run at the same time.
  RenderTest()
      : folder_(fs::path(EBIT_TEST_TMP) / "plots" /
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::create_directories(folder_);
  }
  ~RenderTest() override { fs::remove_all(folder_); }
  fs::path folder_;
};

TEST_F(RenderTest, PngHasTwiceTheFiguresPixels) {
  Figure figure = figure_of(series(PlotStyle::kLine, {1, 2, 3}));
  figure.width = 300, figure.height = 211;
  render(figure, folder_ / "x.PNG");
  const std::string png = read_file(folder_ / "x.PNG");
  EXPECT_EQ(png.substr(0, 8), "\x89PNG\r\n\x1a\n");
  EXPECT_EQ(big_endian(png, 16), 600u);
  EXPECT_EQ(big_endian(png, 20), 422u);
  EXPECT_EQ(png.substr(png.size() - 8, 4), "IEND");
}

TEST_F(RenderTest, SvgIsWellFormedWithEveryStyleColourAndLegend) {
  for (const PlotStyle style : kStyles) {
    const std::string svg = render_svg(figure_of(series(style, {1, kNaN, 2, kInf, 3, 4})));
    EXPECT_EQ(markup_fault(svg, false), "") << static_cast<int>(style);
    EXPECT_THAT(svg, HasSubstr("a series"));
  }
  for (const PlotColor color : kColors) {
    Figure figure = figure_of(series(PlotStyle::kLine, {1, 2}));
    figure.series[0].color = color;
    figure.marks = {{0, 1, "band", color == PlotColor::kAuto ? PlotColor::kGrey : color}};
    EXPECT_EQ(markup_fault(render_svg(figure), false), "");
  }
  for (const Legend legend : kLegends) {
    Figure figure = figure_of(series(PlotStyle::kLine, {1, 2}));
    figure.legend = legend;
    const std::string svg = render_svg(figure);
    EXPECT_EQ(svg.find("a series") == std::string::npos, legend == Legend::kNone);
  }
}

TEST_F(RenderTest, HostileTextsAreShownAsTheyAre) {
  Figure figure = figure_of(series(PlotStyle::kLine, {1, 2, 3}));
  figure.width = 2000;
  figure.title = figure.x_label = figure.y_label = kHostile;
  figure.series[0].label = kHostile;
  figure.marks = {{1, 1, kHostile}, {0, 2, kHostile}};
  figure.notes = {{1, 1, kHostile}};
  figure.x_ticks = {{0, "%d 50% `ls` 'x'"}, {2, "\\"}};
  const std::string svg = render_svg(figure);
  EXPECT_EQ(markup_fault(svg, false), "");
  EXPECT_THAT(svg, HasSubstr("\"it's\" `ls` @x %d a_b^c {/Bold q} \\n $1 &amp; &lt;b> # ; \uFFFD "));
  EXPECT_THAT(svg, HasSubstr("%d 50% `ls` 'x'"));
  render(figure, folder_ / "hostile.png");
  EXPECT_GT(fs::file_size(folder_ / "hostile.png"), 5000u);
}

TEST_F(RenderTest, IdsOfDifferentPicturesDiffer) {
  const std::string one = render_svg(figure_of(series(PlotStyle::kPoints, {1, 2})));
  const std::string other = render_svg(figure_of(series(PlotStyle::kPoints, {1, 3})));
  std::set<std::string> seen;
  for (const auto& svg : {one, other})
    for (const auto& id : attribute_values(svg, "id")) EXPECT_TRUE(seen.insert(id).second) << id;
  EXPECT_GT(seen.size(), 2u);
  EXPECT_EQ(one, render_svg(figure_of(series(PlotStyle::kPoints, {1, 2}))))
      << "the same figure, the same bytes";
}

TEST_F(RenderTest, SheetsHoldAllTheirPanels) {
  Sheet sheet;
  sheet.title = "A sheet";
  sheet.column_shares = {2, 1};
  for (int i = 0; i < 3; ++i) {
    sheet.panels.push_back(figure_of(series(PlotStyle::kBars, {1, 2})));
    sheet.panels.back().title = "panel " + std::to_string(i);
    sheet.panels.back().height = 200 + 10 * i;
  }
  const std::string svg = render_svg(sheet);
  EXPECT_EQ(markup_fault(svg, false), "");
  for (const char* title : {"A sheet", "panel 0", "panel 1", "panel 2"}) EXPECT_THAT(svg, HasSubstr(title));
  // 32 for the title, 210 for the first row of panels, 220 for the second.
  EXPECT_THAT(svg, HasSubstr("viewBox=\"0 0 860 462\""));
}

TEST_F(RenderTest, HeatmapsDrawACellAValue) {
  Figure figure;
  figure.heatmap = Heatmap{2, 3, {0, 1, 2, kNaN, 4, 5}, {"first", "second"}, {}, "ebits"};
  const std::string svg = render_svg(figure);
  EXPECT_EQ(markup_fault(svg, false), "");
  EXPECT_THAT(svg, HasSubstr("first"));
  EXPECT_THAT(svg, HasSubstr("ebits"));
  EXPECT_THAT(svg, HasSubstr("<image style=\"image-rendering:pixelated\""));
  EXPECT_THAT(svg, HasSubstr("href=\"data:image/png;base64,"));
  for (const auto& [rows, columns] : {std::pair<std::size_t, std::size_t>{1, 4}, {4, 1}, {1, 1}}) {
    figure.heatmap = Heatmap{rows, columns, std::vector<double>(rows * columns, 1), {}, {}, ""};
    EXPECT_EQ(markup_fault(render_svg(figure), false), "");
  }
}

TEST_F(RenderTest, OddDataStillMakeAPicture) {
  for (const std::vector<double>& y : std::vector<std::vector<double>>{{5},
                                                                       {0, 0, 0},
                                                                       {kNaN, kInf},
                                                                       {-1e308, 1e308},
                                                                       {1e299, -1e299},
                                                                       {1e-320, 2e-320},
                                                                       {7, 7},
                                                                       {1e15, 1e15 + 1}})
    for (const bool log : {false, true}) {
      Figure figure = figure_of(series(PlotStyle::kLine, y));
      figure.log_y = log;
      figure.marks = {{0, 0, "mark"}};
      EXPECT_EQ(markup_fault(render_svg(figure), false), "");
    }
  EXPECT_THAT(render_svg(figure_of(series(PlotStyle::kLine, {kNaN}))), HasSubstr("no finite values to show"));
}

TEST_F(RenderTest, FailuresLeaveTheOldFileAndSayWhy) {
  const Figure good = figure_of(series(PlotStyle::kLine, {1, 2}));
  EXPECT_THROW(render(good, folder_ / "x.jpg"), Error);
  EXPECT_THROW(render(good, folder_ / "png"), Error);
  EXPECT_THROW(render(good, folder_ / "absent" / "x.png"), Error);
  write_file_atomically(folder_ / "old.svg", "old");
  Figure bad = good;
  bad.series[0].x = {1};
  EXPECT_THROW(render(bad, folder_ / "old.svg"), Error);
  EXPECT_EQ(read_file(folder_ / "old.svg"), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

TEST(PlotScript, FiguresAreChecked) {
  const auto fails_with = [](const Figure& figure, const std::string& part) {
    try {
      script_of(figure);
      ADD_FAILURE() << "no error about " << part;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(part));
    }
  };
  Figure figure = figure_of(series(PlotStyle::kBand, {1, 2}));
  figure.series[0].high.pop_back();
  fails_with(figure, "lists of different lengths (x 0, y 2, low 2, high 1)");
  figure.series.clear();
  fails_with(figure, "no series");
  figure.heatmap = Heatmap{2, 2, {1, 2, 3}, {}, {}, ""};
  fails_with(figure, "heatmap of 2 x 2");
  figure = figure_of(series(PlotStyle::kLine, {1}));
  figure.height = 0;
  fails_with(figure, "860 x 0 pixels");
  Sheet sheet;
  EXPECT_THROW(plot_script(sheet, picture_format(".svg")), Error);
  sheet.panels = {figure_of(series(PlotStyle::kLine, {1}))};
  sheet.column_shares = {1, 0};
  EXPECT_THROW(plot_script(sheet, picture_format(".svg")), Error);
}

TEST(PlotScript, GapsBreakLinesAndLonePointsAreDots) {
  const std::string script = script_of(figure_of(series(PlotStyle::kLine, {1, 2, kNaN, 4, kNaN, 6, 7})));
  EXPECT_THAT(script, HasSubstr("$panel0_series0 << EOD\n0 1\n1 2\n\n3 4\n\n5 6\n6 7\n\nEOD\n"));
  EXPECT_THAT(script, HasSubstr("$panel0_series0_lone << EOD\n3 4\nEOD\n"));
}

TEST(PlotScript, LogarithmicAxesLeaveOutWhatTheyCannotShow) {
  Figure figure = figure_of(series(PlotStyle::kLine, {0, 1, -1, 10, 100}));
  EXPECT_THAT(script_of(figure), HasSubstr("unset logscale y"));
  figure.log_y = true;
  const std::string script = script_of(figure);
  EXPECT_THAT(script, HasSubstr("\nset logscale y"));
  EXPECT_THAT(script, HasSubstr("<< EOD\n1 1\n\n3 10\n4 100\n\nEOD\n"));
}

TEST(PlotScript, LongSeriesAreThinnedButKeepTheirSpikes) {
  std::vector<double> y(200000, 1.0);
  y[123456] = 1000;
  y[54321] = -1000;
  const std::string script = script_of(figure_of(series(PlotStyle::kLine, y)));
  EXPECT_LT(script.size(), 100000u);
  EXPECT_THAT(script, HasSubstr("\n123456 1000\n"));
  EXPECT_THAT(script, HasSubstr("\n54321 -1000\n"));
  EXPECT_THAT(script, HasSubstr("\n199999 1\n"));
}

TEST(PlotScript, AutomaticColoursFollowThePalette) {
  Figure figure = figure_of(series(PlotStyle::kLine, {1, 2}));
  for (int i = 0; i < 5; ++i) figure.series.push_back(figure.series[0]);
  EXPECT_THAT(script_of(figure), Not(HasSubstr("dt (6,4)")));
  figure.series.push_back(figure.series[0]);
  const std::string script = script_of(figure);
  EXPECT_THAT(script, HasSubstr("dt (6,4) lc rgb \"#0072b2\""))
      << "the seventh has the first colour again, dashed";
  for (const char* rgb : {"#0072b2", "#d55e00", "#009e73", "#e69f00", "#cc79a7", "#56b4e9"})
    EXPECT_THAT(script, HasSubstr(rgb));
  EXPECT_THAT(script, Not(HasSubstr("#f0e442"))) << "yellow lines are hard to see on white";
}

TEST(Histogram, CountsEveryFiniteValueOnce) {
  std::vector<double> values{kNaN, kInf};
  for (int i = 0; i < 1000; ++i) values.push_back(std::sin(i * 12.9898) * 3);
  for (const int bins : {0, 1, 7, 200}) {
    const PlotSeries bars = histogram(values, "h", bins);
    double sum = 0;
    for (const double count : bars.y) sum += count;
    EXPECT_EQ(sum, 1000);
    if (bins > 0) {
      EXPECT_EQ(bars.y.size(), static_cast<std::size_t>(bins));
    }
    EXPECT_EQ(bars.x.size(), bars.y.size());
    EXPECT_NEAR(bars.x.front() - bars.bar_width / 2, -3, 0.01);
    EXPECT_NEAR(bars.x.back() + bars.bar_width / 2, 3, 0.01);
  }
  EXPECT_THAT(histogram({2, 2, 2}, "constant").y, testing::Contains(3));
  EXPECT_TRUE(histogram({kNaN}, "none").y.empty());
}

}  // namespace
}  // namespace ebit::inline report
