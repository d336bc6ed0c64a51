// Figures: plain data that says what to show, drawn by gnuplot as PNG or SVG with the same look.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/report/ticks.h"

namespace ebit::inline report {

/// How a PlotSeries is drawn.
enum class PlotStyle {
  kLine,        ///< x, y joined by a line; a value alone between two gaps is a dot
  kDashes,      ///< as kLine, dashed
  kPoints,      ///< x, y as dots
  kLinePoints,  ///< x, y joined, with dots
  kBand,        ///< the area between low and high over x
  kBars,        ///< bars of height y at x
  kRowBars,     ///< horizontal bars of length x at height y; low and high, where given, are whiskers
};

/// Colours safe for colour-blind readers (Okabe and Ito 2008), first ones first, and two greys.
enum class PlotColor { kBlue, kVermillion, kGreen, kOrange, kPurple, kSky, kYellow, kInk, kGrey, kAuto };

/// One thing drawn in a figure. NaN, infinities and, on a logarithmic axis, values <= 0 are gaps.
struct PlotSeries {
  std::string label;                   ///< in the legend; "" for none
  PlotStyle style = PlotStyle::kLine;  ///< how it is drawn
  std::vector<double> x;               ///< [N]; empty: 0, 1, 2, ...
  std::vector<double> y;               ///< [N]; unused by kBand
  std::vector<double> low;             ///< [N] for kBand; [N] or empty for kRowBars
  std::vector<double> high;            ///< as low
  PlotColor color = PlotColor::kAuto;  ///< kAuto: the next of the palette
  double bar_width = 0.8;              ///< of kBars and kRowBars, in axis units
};

/// A vertical line (from = to) or a shaded stretch of the x axis, with a label at the top.
struct PlotMark {
  double from = 0;                     ///< axis units
  double to = 0;                       ///< axis units; equal to `from` for a line
  std::string label;                   ///< "" for none
  PlotColor color = PlotColor::kGrey;  ///< any but kAuto
};

/// A horizontal line across the figure, for example at zero.
struct PlotLevel {
  double at = 0;                      ///< axis units
  PlotColor color = PlotColor::kInk;  ///< any but kAuto
};

/// Text at a point, for example the number at the end of a bar.
struct PlotNote {
  double x = 0;      ///< axis units; the text begins a little to the right
  double y = 0;      ///< axis units, of the middle of the text
  std::string text;  ///< one line
};

/// A matrix as coloured cells, row 0 at the top.
struct Heatmap {
  std::size_t rows = 0;                    ///< at least one
  std::size_t columns = 0;                 ///< at least one
  std::vector<double> values;              ///< [rows, columns]; NaN cells stay white
  std::vector<std::string> row_labels;     ///< [rows], or empty for numbers
  std::vector<std::string> column_labels;  ///< [columns], or empty for numbers
  std::string scale_label;                 ///< beside the colour scale
};

/// Where the legend stands.
enum class Legend { kAbove, kRight, kTopLeft, kTopRight, kBottomLeft, kBottomRight, kNone };

/// One picture. Ranges and ticks are found from the data where they are not given.
struct Figure {
  std::string title;    ///< above, from the left; "" for none
  std::string x_label;  ///< below the x axis; "" for none
  std::string y_label;  ///< beside the y axis; "" for none
  bool log_y = false;   ///< logarithmic y axis
  int width = 860;      ///< CSS pixels, 100 to 10000; a PNG has twice as many. A sheet sets its own
  int height = 430;     ///< CSS pixels, 100 to 10000
  Legend legend = Legend::kAbove;  ///< shows the series that have a label
  std::vector<Tick> x_ticks;       ///< empty: round numbers
  std::vector<Tick> y_ticks;       ///< empty: round numbers, or powers of ten where log_y
  std::optional<double> x_low;     ///< ends of the axes; unset: found from the data
  std::optional<double> x_high;    ///< as x_low
  std::optional<double> y_low;     ///< as x_low
  std::optional<double> y_high;    ///< as x_low
  std::vector<PlotSeries> series;  ///< drawn in this order
  std::vector<PlotMark> marks;     ///< along the x axis
  std::vector<PlotLevel> levels;   ///< along the y axis
  std::vector<PlotNote> notes;     ///< texts in the plot
  std::optional<Heatmap> heatmap;  ///< instead of series
};

/// Several figures in one picture, row by row. Each row is as high as its highest figure.
struct Sheet {
  std::string title;                     ///< above all; "" for none
  int width = 860;                       ///< CSS pixels; the heights are the figures'
  std::vector<double> column_shares{1};  ///< width of each column relative to the others, > 0
  std::vector<Figure> panels;            ///< at least one
};

/// A histogram of the finite values as a kBars series; `bins` 0: by the rule of Freedman and Diaconis, 5
/// to 60.
PlotSeries histogram(const std::vector<double>& values, std::string label, int bins = 0);

/// Draws into `path`, a .png or .svg (by its extension), replacing it atomically. Throws Error for another
/// extension, a figure without anything to show or with lists of different lengths, where gnuplot is missing
/// or fails (see run_gnuplot()), and where the file cannot be written.
void render(const Figure& figure, const std::filesystem::path& path);
void render(const Sheet& sheet, const std::filesystem::path& path);  ///< the same for a sheet

/// The picture as SVG text, as render() would write it.
std::string render_svg(const Figure& figure);
std::string render_svg(const Sheet& sheet);  ///< the same for a sheet

}  // namespace ebit::inline report
