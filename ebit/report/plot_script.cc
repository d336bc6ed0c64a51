#include "ebit/report/plot_script.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <numeric>

#include "ebit/base/error.h"
#include "ebit/report/gnuplot.h"
#include "ebit/report/plot_data.h"
#include "ebit/report/plot_layout.h"
#include "ebit/report/text.h"

namespace ebit::inline report {
namespace {

// The font is given in points to cairo (96 dpi) and in pixels to SVG. Cairo draws everything twice as large,
// for sharp print and dense screens.
constexpr PictureFormat kFormats[] = {
    {".png", 0.75,
     "pngcairo size {width2},{height2} background rgb \"#ffffff\" noenhanced font \"DejaVu Sans,9\" "
     "fontscale 2 linewidth 2 pointscale 2 dashlength 2 rounded"},
    {".svg", 1.0,
     "svg size {width},{height} fixed background \"#ffffff\" noenhanced font \"DejaVu Sans,12\" dashlength 1 "
     "rounded"},
};

struct ColorRow {
  PlotColor color;
  std::string_view rgb;
};
constexpr ColorRow kColors[] = {
    {PlotColor::kBlue, "#0072b2"},   {PlotColor::kVermillion, "#d55e00"}, {PlotColor::kGreen, "#009e73"},
    {PlotColor::kOrange, "#e69f00"}, {PlotColor::kPurple, "#cc79a7"},     {PlotColor::kSky, "#56b4e9"},
    {PlotColor::kYellow, "#f0e442"}, {PlotColor::kInk, "#333333"},        {PlotColor::kGrey, "#8c8c8c"},
};
constexpr std::size_t kAutomaticColors =
    6;  // the ones a series may get unasked: yellow is too pale for lines

struct StyleRow {
  PlotStyle style;
  std::string_view columns;  // of the data block, with fmt fields x, y, low, high, half (of the bar's width)
  std::string_view clause;   // of the plot command, with fmt fields color, weight
  std::string_view extra;    // a second clause over the same data; "" for none
  enum Sample { kStroke = 1, kDot = 2, kPatch = 4 };
  int sample;             // what stands in the legend: the sum of these
  std::string_view look;  // of the sample's stroke (a dash type) or patch (a fill style)
};
constexpr StyleRow kStyles[] = {
    {PlotStyle::kLine, "{x} {y}", "using 1:2 with lines lw {weight} lc rgb \"{color}\"", "",
     StyleRow::kStroke, "dt solid"},
    {PlotStyle::kDashes, "{x} {y}", "using 1:2 with lines lw {weight} dt (6,4) lc rgb \"{color}\"", "",
     StyleRow::kStroke, "dt (6,4)"},
    {PlotStyle::kPoints, "{x} {y}", "using 1:2 with points pt 7 ps 0.4 lc rgb \"{color}\"", "",
     StyleRow::kDot, ""},
    {PlotStyle::kLinePoints, "{x} {y}", "using 1:2 with linespoints lw 1.6 pt 7 ps 0.5 lc rgb \"{color}\"",
     "", StyleRow::kStroke + StyleRow::kDot, "dt solid"},
    {PlotStyle::kBand, "{x} {low} {high}",
     "using 1:2:3 with filledcurves fc rgb \"{color}\" fs transparent solid 0.22 noborder", "",
     StyleRow::kPatch, "transparent solid 0.22"},
    {PlotStyle::kBars, "{x} {y} {width}",
     "using 1:2:3 with boxes fc rgb \"{color}\" fs solid 0.85 border rgb \"#ffffff\"", "", StyleRow::kPatch,
     "solid 0.85"},
    {PlotStyle::kRowBars, "{x} {y} {half} {low} {high}",
     "using 1:2:(0):1:($2-$3):($2+$3) with boxxyerror fc rgb \"{color}\" fs solid 0.85 noborder",
     "using ($4<$5?$1:NaN):2:4:5 with xerrorbars pt 0 lw 1.2 lc rgb \"#333333\"", StyleRow::kPatch,
     "solid 0.85"},
};

template <class Rows, class Key>
const auto& row_of(const Rows& rows, Key key) {
  return *std::find_if(std::begin(rows), std::end(rows), [&](const auto& row) {
    if constexpr (std::is_same_v<Key, PlotColor>)
      return row.color == key;
    else
      return row.style == key;
  });
}

std::string_view rgb(PlotColor color) { return row_of(kColors, color).rgb; }

// The figure with every colour chosen: series without one get the palette's in turn, and where it is used up,
// again with dashed lines.
Figure painted(Figure figure) {
  std::size_t next = 0;
  for (auto& s : figure.series) {
    if (s.color != PlotColor::kAuto) continue;
    if (next >= kAutomaticColors && s.style == PlotStyle::kLine) s.style = PlotStyle::kDashes;
    s.color = kColors[next++ % kAutomaticColors].color;
  }
  return figure;
}

// Writes the script of one picture: `size` in pixels; y of the screen counts from the bottom.
class ScriptWriter {
 public:
  ScriptWriter(double width, double height, double font_unit, std::string title)
      : width_(width), height_(height), font_unit_(font_unit), title_(std::move(title)) {}

  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(script_), format, std::forward<Args>(args)...);
    script_ += '\n';
  }
  double x(double pixels) const { return pixels / width_; }
  double y(double pixels) const { return 1 - pixels / height_; }

  // Text whose first line has its middle at height `top`; sizes in pixels.
  void text(double left, double top, std::string_view words, double size, std::string_view align,
            std::string_view color, bool rotate = false) {
    line("set label {} at screen {:.6f},{:.6f} {} {} font \"DejaVu Sans,{}\" tc rgb \"{}\" front",
         gnuplot_string(words), x(left), y(top), align, rotate ? "rotate by 90" : "norotate",
         size * font_unit_, color);
  }

  void figure(const Figure& figure, const FigureLayout& layout, int number);
  std::string take() { return std::move(script_); }

 private:
  void axes(const Figure& figure, const FigureLayout& layout);
  void legend(const Figure& figure, const FigureLayout& layout);
  void marks(const Figure& figure, const FigureLayout& layout);
  void series(const Figure& figure, const FigureLayout& layout, int number);
  void heatmap(const Heatmap& map, const FigureLayout& layout, int number);

  double width_, height_, font_unit_;
  std::string title_;  // of the sheet
  std::string script_;
};

std::string tick_list(const std::vector<Tick>& ticks) {
  std::string list;
  for (const auto& tick : ticks) {
    if (!list.empty()) list += ", ";
    list += tick.label.empty() ? fmt::format("\"\" {} 1", tick.at)
                               : fmt::format("{} {}", gnuplot_tick_string(tick.label), tick.at);
  }
  return list;
}

void ScriptWriter::axes(const Figure& figure, const FigureLayout& layout) {
  const Box& plot = layout.plot;
  line("set lmargin at screen {:.6f}", x(plot.left));
  line("set rmargin at screen {:.6f}", x(plot.right));
  line("set tmargin at screen {:.6f}", y(plot.top));
  line("set bmargin at screen {:.6f}", y(plot.bottom));
  line("set xrange [{}:{}]", layout.x_low, layout.x_high);
  line("set yrange [{}:{}]", layout.y_low, layout.y_high);
  line("{} logscale y", figure.log_y ? "set" : "unset");
  const bool frame = figure.heatmap.has_value();
  line("set border {} lc rgb \"#808080\" lw 0.8", frame ? 15 : 3);
  line("set xtics out nomirror scale 0.5,0.3 textcolor rgb \"#333333\" {} ({})",
       layout.rotate_x_ticks ? "rotate by 37 right" : "norotate", tick_list(layout.x_ticks));
  line("set ytics out nomirror scale 0.5,0.3 textcolor rgb \"#333333\" ({})", tick_list(layout.y_ticks));
  const bool row_bars = std::any_of(figure.series.begin(), figure.series.end(),
                                    [](const auto& s) { return s.style == PlotStyle::kRowBars; });
  line("unset grid");
  if (!frame)
    line("set grid {} back lt 1 lw 0.6 lc rgb \"#dedede\"", row_bars ? "xtics noytics" : "xtics ytics");
  const Box& cell = layout.cell;
  if (!layout.title.empty())
    text(cell.left + 12, cell.top + 12 + kTitleSize * 0.55, layout.title, kTitleSize, "left", "#1a1a1a");
  if (!layout.x_label.empty()) {
    const auto lines = std::count(layout.x_label.begin(), layout.x_label.end(), '\n');
    text((plot.left + plot.right) / 2, cell.bottom - 14 - 16 * static_cast<double>(lines), layout.x_label,
         kFontSize, "center", "#333333");
  }
  if (!layout.y_label.empty())
    text(cell.left + 12 + 8, (plot.top + plot.bottom) / 2, layout.y_label, kFontSize, "center", "#333333",
         true);
}

// Drawn by hand: gnuplot's own key guesses the widths of texts differently for each picture format.
void ScriptWriter::legend(const Figure& figure, const FigureLayout& layout) {
  for (const auto& entry : layout.legend) {
    const StyleRow& style = row_of(kStyles, figure.series[entry.series].style);
    const std::string_view color = rgb(figure.series[entry.series].color);
    const double left = entry.left, right = entry.left + kLegendSample - 7;
    if (style.sample & StyleRow::kStroke)
      line("set arrow from screen {:.6f},{:.6f} to screen {:.6f},{:.6f} nohead lw 1.6 {} lc rgb \"{}\" front",
           x(left), y(entry.middle), x(right), y(entry.middle), style.look, color);
    if (style.sample & StyleRow::kDot)
      line("set label '' at screen {:.6f},{:.6f} point pt 7 ps 0.5 lc rgb \"{}\" front",
           x((left + right) / 2), y(entry.middle), color);
    if (style.sample & StyleRow::kPatch)
      line(
          "set object rectangle from screen {:.6f},{:.6f} to screen {:.6f},{:.6f} fc rgb \"{}\" fs {} "
          "noborder front",
          x(left), y(entry.middle + 5), x(right), y(entry.middle - 5), color, style.look);
    text(entry.left + kLegendSample, entry.middle, entry.text, kFontSize, "left", "#333333");
  }
}

void ScriptWriter::marks(const Figure& figure, const FigureLayout& layout) {
  for (const auto& mark : figure.marks) {
    const double from = std::clamp(mark.from, layout.x_low, layout.x_high);
    const double to = std::clamp(mark.to, layout.x_low, layout.x_high);
    if (mark.from == mark.to)
      line("set arrow from first {}, graph 0 to first {}, graph 1 nohead lw 1.2 dt (4,4) lc rgb \"{}\" front",
           from, to, rgb(mark.color));
    else if (from < to)
      line(
          "set object rectangle from first {}, graph 0 to first {}, graph 1 fc rgb \"{}\" "
          "fs transparent solid 0.12 noborder behind",
          from, to, rgb(mark.color));
  }
  for (const auto& level : figure.levels)
    line("set arrow from graph 0, first {0} to graph 1, first {0} nohead lw 1 lc rgb \"{1}\" back", level.at,
         rgb(level.color));
  for (const auto& label : layout.mark_labels)
    text(label.x, layout.plot.top + 9 + 17 * label.row, label.text, kFontSize,
         label.align == 'l'   ? "left"
         : label.align == 'r' ? "right"
                              : "center",
         "#555555");
  for (const auto& note : figure.notes)
    line("set label {} at first {}, first {} left offset character 0.7,0 tc rgb \"#333333\" front",
         gnuplot_string(clean_text(note.text)), note.x, note.y);
}

void ScriptWriter::series(const Figure& figure, const FigureLayout& layout, int number) {
  std::vector<std::string> clauses;
  const std::size_t limit = static_cast<std::size_t>(std::max(200.0, 4 * layout.plot.width()));
  for (std::size_t i = 0; i < figure.series.size(); ++i) {
    const PlotSeries& s = figure.series[i];
    const StyleRow& style = row_of(kStyles, s.style);
    const auto runs = plot_runs(s, figure.log_y, limit);
    if (runs.empty()) continue;
    const std::string data = fmt::format("$panel{}_series{}", number, i);
    std::string lone;  // points between two gaps: a line would not show them
    line("{} << EOD", data);
    for (const auto& run : runs) {
      for (const auto& p : run)
        line("{}", fmt::format(fmt::runtime(style.columns), fmt::arg("x", p.x), fmt::arg("y", p.y),
                               fmt::arg("low", p.low), fmt::arg("high", p.high),
                               fmt::arg("width", s.bar_width), fmt::arg("half", s.bar_width / 2)));
      line("");  // a gap
      if (run.size() == 1) lone += fmt::format("{} {}\n", run[0].x, run[0].y);
    }
    line("EOD");
    // A line with about a value a pixel is a thicket: draw it thin.
    const bool dense = static_cast<double>(s.y.size()) > 0.7 * layout.plot.width();
    const auto clause = [&](std::string_view text) {
      return fmt::format("{} {}", data,
                         fmt::format(fmt::runtime(text), fmt::arg("color", rgb(s.color)),
                                     fmt::arg("weight", dense ? 1.0 : 1.6)));
    };
    clauses.push_back(clause(style.clause) + " notitle");
    if (!style.extra.empty() && !s.low.empty()) clauses.push_back(clause(style.extra) + " notitle");
    if (!lone.empty() && (s.style == PlotStyle::kLine || s.style == PlotStyle::kDashes)) {
      line("{}_lone << EOD\n{}EOD", data, lone);
      clauses.push_back(
          fmt::format("{}_lone using 1:2 with points pt 7 ps 0.5 lc rgb \"{}\" notitle", data, rgb(s.color)));
    }
  }
  if (clauses.empty()) clauses.push_back("NaN notitle");
  line("plot {}", fmt::join(clauses, ", \\\n  "));
}

void ScriptWriter::heatmap(const Heatmap& map, const FigureLayout& layout, int number) {
  const Box& plot = layout.plot;
  line("set cbrange [{}:{}]", layout.scale_low, layout.scale_high);
  // Viridis, readable for colour-blind eyes and in grey.
  line("set palette defined (0 \"#440154\", 1 \"#3b528b\", 2 \"#21918c\", 3 \"#5ec962\", 4 \"#fde725\")");
  line("set colorbox vertical user origin screen {:.6f},{:.6f} size screen {:.6f},{:.6f} noborder",
       x(plot.right + 12), y(plot.bottom), 12 / width_, plot.height() / height_);
  line("set cbtics out nomirror scale 0.5 textcolor rgb \"#333333\" ({})", tick_list(layout.scale_ticks));
  if (!map.scale_label.empty())
    text(layout.cell.right - 14, (plot.top + plot.bottom) / 2, clean_text(map.scale_label), kFontSize,
         "center", "#333333", true);
  line("$panel{} << EOD", number);
  for (std::size_t r = 0; r < map.rows; ++r)
    for (std::size_t c = 0; c < map.columns; ++c) {
      const double value = map.values[r * map.columns + c];
      line("{} {} {}", c, r, std::isfinite(value) ? fmt::format("{}", value) : "NaN");
    }
  line("EOD");
  // An image needs two rows and columns; a single row is drawn as boxes.
  const bool image = map.rows > 1 && map.columns > 1;
  line("plot $panel{} using {} notitle", number,
       image ? "1:2:3 with image"
             : "1:2:($1-0.5):($1+0.5):($2-0.5):($2+0.5):3 with boxxyerror lc palette fs solid noborder");
}

void ScriptWriter::figure(const Figure& figure, const FigureLayout& layout, int number) {
  line("unset label\nunset arrow\nunset object");
  if (number == 0 && !title_.empty())
    text(12, 12 + kSheetTitleSize * 0.5, title_, kSheetTitleSize, "left", "#1a1a1a");
  axes(figure, layout);
  line("unset key");
  legend(figure, layout);
  marks(figure, layout);
  if (layout.empty)
    text((layout.plot.left + layout.plot.right) / 2, (layout.plot.top + layout.plot.bottom) / 2,
         "no finite values to show", kFontSize, "center", "#8c8c8c");
  if (figure.heatmap)
    heatmap(*figure.heatmap, layout, number);
  else
    series(figure, layout, number);
}

}  // namespace

const PictureFormat& picture_format(std::string_view path) {
  std::string name(path);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const auto& format : kFormats)
    if (name.ends_with(format.extension)) return format;
  fail("cannot draw '{}': pictures are .png or .svg", path);
}

Sheet sheet_of(const Figure& figure) {
  Sheet sheet;
  sheet.width = figure.width;
  sheet.panels = {figure};
  return sheet;
}

std::string plot_script(const Sheet& sheet, const PictureFormat& format) {
  const std::string name = cut_text(clean_text(sheet.title), 40);
  require(!sheet.panels.empty(), "sheet '{}' has no figures", name);
  const std::size_t columns = sheet.column_shares.size();
  require(columns > 0 && *std::min_element(sheet.column_shares.begin(), sheet.column_shares.end()) > 0,
          "sheet '{}': the shares of its columns must be above 0", name);
  require(sheet.width >= 100 && sheet.width <= 10000, "sheet '{}': {} pixels wide; 100 to 10000 are possible",
          name, sheet.width);
  for (const auto& panel : sheet.panels) check_figure(panel);

  const std::string title =
      wrap_text(clean_text(sheet.title, true),
                static_cast<std::size_t>(std::max(4.0, (sheet.width - 24) / (kSheetTitleSize * 0.62))));
  const double title_height =
      title.empty() ? 0 : 24.0 * static_cast<double>(std::count(title.begin(), title.end(), '\n') + 1) + 8;
  std::vector<double> row_tops{title_height};
  for (std::size_t i = 0; i < sheet.panels.size(); i += columns) {
    double height = 0;
    for (std::size_t j = i; j < std::min(i + columns, sheet.panels.size()); ++j)
      height = std::max(height, static_cast<double>(sheet.panels[j].height));
    row_tops.push_back(row_tops.back() + height);
  }
  const double width = sheet.width, height = row_tops.back();
  const double shares = std::accumulate(sheet.column_shares.begin(), sheet.column_shares.end(), 0.0);

  ScriptWriter writer(width, height, format.font_unit, title);
  writer.line("set encoding utf8");
  writer.line("set terminal {}",
              fmt::format(fmt::runtime(format.terminal), fmt::arg("width", sheet.width),
                          fmt::arg("height", static_cast<int>(height)), fmt::arg("width2", 2 * sheet.width),
                          fmt::arg("height2", 2 * static_cast<int>(height))));
  writer.line("set multiplot");
  for (std::size_t i = 0; i < sheet.panels.size(); ++i) {
    const std::size_t row = i / columns, column = i % columns;
    double left = 0;
    for (std::size_t c = 0; c < column; ++c) left += sheet.column_shares[c];
    const Box cell{left / shares * width, row_tops[row],
                   (left + sheet.column_shares[column]) / shares * width, row_tops[row + 1]};
    const Figure figure = painted(sheet.panels[i]);
    writer.figure(figure, lay_out(figure, cell), static_cast<int>(i));
  }
  writer.line("unset multiplot");
  return writer.take();
}

}  // namespace ebit::inline report
