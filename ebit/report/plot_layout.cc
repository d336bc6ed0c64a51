#include "ebit/report/plot_layout.h"

#include <algorithm>
#include <cmath>

#include "ebit/report/plot_data.h"
#include "ebit/report/text.h"

namespace ebit::inline report {
namespace {

constexpr double kPad = 12;             // around everything
constexpr double kLine = 17;            // a line of kFontSize
constexpr double kTitleLine = 21;       // a line of kTitleSize
constexpr double kBetweenEntries = 22;  // beside each other in a legend
constexpr double kSlope = 0.6;          // sine of the angle of rotated tick labels, about 35 degrees
constexpr std::size_t kLongestTick = 36, kLongestLegend = 40;

std::size_t line_count(const std::string& text) {
  return text.empty() ? 0 : static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
}

std::size_t columns_for(double pixels, double size) {
  return static_cast<std::size_t>(std::max(4.0, pixels / (size * 0.62)));
}

double widest(const std::vector<Tick>& ticks) {
  double width = 0;
  for (const auto& tick : ticks) width = std::max(width, text_width(tick.label));
  return width;
}

std::vector<Tick> label_ticks(const std::vector<std::string>& labels, std::size_t count, double room) {
  // As many as fit, one every `step` cells.
  const std::size_t step = std::max<std::size_t>(
      1, static_cast<std::size_t>(std::ceil(kLine * static_cast<double>(count) / room)));
  std::vector<Tick> ticks;
  for (std::size_t i = 0; i < count; i += step)
    ticks.push_back({static_cast<double>(i), labels.empty() ? std::to_string(i) : labels[i]});
  return ticks;
}

void clean_ticks(std::vector<Tick>& ticks) {
  for (auto& tick : ticks) tick.label = cut_text(clean_text(tick.label), kLongestTick);
}

double in_axis(double value, bool log) { return log ? std::log10(value) : value; }
double from_axis(double value, bool log) { return log ? std::pow(10.0, value) : value; }

// Ends of an axis around the data, with `below` and `above` as shares of the data's extent left free.
void set_range(const Extent& extent, bool log, double below, double above, double& low, double& high) {
  double a = extent.any ? in_axis(extent.low, log) : 0, b = extent.any ? in_axis(extent.high, log) : 1;
  if (!(b - a > 1e-12 * std::max(std::abs(a), std::abs(b)))) {
    const double half = log ? 0.5 : a == 0 ? 1 : std::abs(a) * 0.1;
    a -= half, b += half;
  }
  const double span = b - a;
  low = from_axis(a - below * span, log), high = from_axis(b + above * span, log);
}

// Puts each label into the uppermost row where it overlaps none before it.
std::vector<PlacedLabel> place_marks(const Figure& figure, const FigureLayout& layout, int& rows) {
  std::vector<PlacedLabel> placed;
  std::vector<double> row_ends;
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < figure.marks.size(); ++i)
    if (!figure.marks[i].label.empty()) order.push_back(i);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return figure.marks[a].from + figure.marks[a].to < figure.marks[b].from + figure.marks[b].to;
  });
  const Box& plot = layout.plot;
  for (const std::size_t i : order) {
    const PlotMark& mark = figure.marks[i];
    PlacedLabel label{i, 0, 'c', 0, cut_text(clean_text(mark.label), kLongestLegend)};
    const double width = text_width(label.text);
    const double from = std::clamp(mark.from, layout.x_low, layout.x_high);
    const double to = std::clamp(mark.to, layout.x_low, layout.x_high);
    const double share = ((from + to) / 2 - layout.x_low) / (layout.x_high - layout.x_low);
    const double at = plot.left + share * plot.width();
    double begin = at - width / 2;
    if (mark.from == mark.to) {  // beside its line, on the side with room
      const bool right = at + 6 + width <= plot.right - 2;
      begin = right ? at + 6 : at - 6 - width;
    }
    begin = std::max(plot.left + 3, std::min(begin, plot.right - 3 - width));
    std::size_t row = 0;
    while (row < row_ends.size() && row_ends[row] + 8 > begin) ++row;
    if (row == row_ends.size()) row_ends.push_back(0);
    row_ends[row] = begin + width;
    label.row = static_cast<int>(row);
    // A label is anchored where an error of the estimated width does no harm.
    label.align = mark.from == mark.to ? (begin > at ? 'l' : 'r') : 'c';
    label.x = label.align == 'l' ? begin : label.align == 'r' ? begin + width : begin + width / 2;
    placed.push_back(label);
  }
  rows = static_cast<int>(row_ends.size());
  return placed;
}

// Where a legend stands: in rows above the plot, or as a column at a corner inside it or right of it.
struct LegendRow {
  Legend legend;
  bool column;   // one entry a line
  double right;  // 0: from the plot's left edge, 1: to its right edge, 2: right of it
  double low;    // 0: from its top, 1: to its bottom
};
constexpr LegendRow kLegends[] = {
    {Legend::kAbove, false, 0, 0},   {Legend::kRight, true, 2, 0},      {Legend::kTopLeft, true, 0, 0},
    {Legend::kTopRight, true, 1, 0}, {Legend::kBottomLeft, true, 0, 1}, {Legend::kBottomRight, true, 1, 1},
    {Legend::kNone, true, 0, 0},
};
const LegendRow& legend_row(Legend legend) {
  return *std::find_if(std::begin(kLegends), std::end(kLegends),
                       [&](const auto& row) { return row.legend == legend; });
}

double entry_width(const PlacedEntry& entry) { return kLegendSample + text_width(entry.text); }

std::vector<PlacedEntry> legend_entries(const Figure& figure) {
  std::vector<PlacedEntry> entries;
  if (figure.heatmap || figure.legend == Legend::kNone) return entries;
  for (std::size_t i = 0; i < figure.series.size(); ++i)
    if (!figure.series[i].label.empty())
      entries.push_back({i, 0, 0, cut_text(clean_text(figure.series[i].label), kLongestLegend)});
  return entries;
}

// Puts entries into rows from (left, top), as many in a row as end before `right`. Returns the height taken.
double flow(std::vector<PlacedEntry>& entries, double left, double right, double top) {
  double x = left, middle = top + kLine / 2;
  for (auto& entry : entries) {
    if (x > left && x + entry_width(entry) > right) x = left, middle += kLine;
    entry.left = x, entry.middle = middle;
    x += entry_width(entry) + kBetweenEntries;
  }
  return entries.empty() ? 0 : middle + kLine / 2 - top;
}

void stack(std::vector<PlacedEntry>& entries, const LegendRow& row, const Box& plot, double widest_entry) {
  const double height = kLine * static_cast<double>(entries.size());
  const double left = row.right == 0   ? plot.left + 10
                      : row.right == 1 ? plot.right - 10 - widest_entry
                                       : plot.right + 12;
  double middle = (row.low == 0 ? plot.top + 6 : plot.bottom - 6 - height) + kLine / 2;
  for (auto& entry : entries) entry.left = left, entry.middle = middle, middle += kLine;
}

void lay_out_heatmap(const Heatmap& map, FigureLayout& layout) {
  layout.x_low = -0.5, layout.x_high = static_cast<double>(map.columns) - 0.5;
  layout.y_low = static_cast<double>(map.rows) - 0.5, layout.y_high = -0.5;  // row 0 at the top
  Extent values;
  for (const double v : map.values) values.include(v);
  layout.empty = !values.any;
  set_range(values, false, 0, 0, layout.scale_low, layout.scale_high);
  layout.scale_ticks = number_ticks(layout.scale_low, layout.scale_high, 5);
}

}  // namespace

double text_width(std::string_view text, double size) {
  // Advance widths of ' ' to '~' in DejaVu Sans, in hundredths of the size.
  constexpr int kFirst = ' ', kLast = '~';
  constexpr unsigned char kWidths[kLast - kFirst + 1] = {
      32, 40, 46, 84, 64, 95, 78, 27, 39,  39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64,
      64, 64, 34, 34, 84, 84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79,
      60, 79, 69, 63, 61, 73, 68, 99, 69,  61, 69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35, 63,
      63, 28, 28, 58, 28, 97, 63, 61, 63,  63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84};
  double hundredths = 0;
  std::size_t others = display_width(text);
  for (const char c : text)
    if (c >= kFirst && c <= kLast) hundredths += kWidths[c - kFirst], --others;
  return size * (hundredths / 100 + 0.68 * static_cast<double>(others));
}

FigureLayout lay_out(const Figure& figure, const Box& cell) {
  FigureLayout layout;
  layout.cell = cell;
  const FigureExtent extent = figure_extent(figure);
  layout.title = wrap_text(clean_text(figure.title, true), columns_for(cell.width() - 2 * kPad, kTitleSize));
  layout.x_label = wrap_text(clean_text(figure.x_label, true), columns_for(cell.width() * 0.8, kFontSize));
  layout.y_label = wrap_text(clean_text(figure.y_label, true), columns_for(cell.height() * 0.7, kFontSize));

  // From the outside in: top and bottom first, for they do not depend on the ticks' widths.
  Box& plot = layout.plot;
  plot.top = cell.top + kPad + kTitleLine * static_cast<double>(line_count(layout.title)) +
             (layout.title.empty() ? 0 : 3);
  layout.legend = legend_entries(figure);
  const LegendRow& legend = legend_row(figure.legend);
  double widest_entry = 0;
  for (const auto& entry : layout.legend) widest_entry = std::max(widest_entry, entry_width(entry));
  if (!legend.column && !layout.legend.empty())
    plot.top += flow(layout.legend, cell.left + kPad, cell.right - kPad, plot.top) + 10;
  plot.bottom = cell.bottom - kPad - 20 - (layout.x_label.empty() ? 0 : 5) -
                kLine * static_cast<double>(line_count(layout.x_label));

  if (figure.heatmap) lay_out_heatmap(*figure.heatmap, layout);
  const double y_room = plot.bottom - plot.top;
  if (!figure.heatmap) {
    layout.empty = !extent.x.any || !extent.y.any;
    const bool on_zero = extent.bars_only && extent.y.low == 0;
    set_range(extent.y, figure.log_y, on_zero ? 0 : 0.05, 0.06, layout.y_low, layout.y_high);
    if (extent.y.any && extent.y.low >= 0 && layout.y_low < 0 && !figure.log_y) layout.y_low = 0;
    set_range(extent.x, false, 0, 0, layout.x_low, layout.x_high);
    const bool rows = std::any_of(figure.series.begin(), figure.series.end(),
                                  [](const auto& s) { return s.style == PlotStyle::kRowBars; });
    const double reach = layout.x_high - layout.x_low;
    if (rows) layout.x_high += 0.04 * reach;
    // Dots and bars at the ends stand clear of the frame.
    if (!rows && extent.dots) layout.x_low -= 0.015 * reach, layout.x_high += 0.015 * reach;
    layout.x_low = figure.x_low.value_or(layout.x_low), layout.x_high = figure.x_high.value_or(layout.x_high);
  }

  const auto find_y_ticks = [&] {
    if (!figure.y_ticks.empty()) return figure.y_ticks;
    if (figure.heatmap) return label_ticks(figure.heatmap->row_labels, figure.heatmap->rows, y_room);
    if (figure.log_y) return log_ticks(layout.y_low, layout.y_high);
    return number_ticks(layout.y_low, layout.y_high, std::clamp(static_cast<int>(y_room / 50), 2, 8));
  };
  layout.y_ticks = find_y_ticks();
  clean_ticks(layout.y_ticks);
  plot.left = cell.left + kPad + kLine * static_cast<double>(line_count(layout.y_label)) +
              (layout.y_label.empty() ? 0 : 6) + widest(layout.y_ticks) + 12;
  plot.right = cell.right - kPad - 4;
  if (legend.right == 2 && !layout.legend.empty()) plot.right -= widest_entry + 8;
  if (figure.heatmap)
    plot.right -= 24 + widest(layout.scale_ticks) + 8 + (figure.heatmap->scale_label.empty() ? 0 : kLine + 4);

  if (!figure.x_ticks.empty())
    layout.x_ticks = figure.x_ticks;
  else if (figure.heatmap)
    layout.x_ticks = label_ticks(figure.heatmap->column_labels, figure.heatmap->columns, plot.width());
  else
    layout.x_ticks = number_ticks(layout.x_low, layout.x_high,
                                  std::clamp(static_cast<int>(plot.width() / 75), 2, 10), extent.whole_x);
  clean_ticks(layout.x_ticks);
  const double spacing = plot.width() / static_cast<double>(std::max<std::size_t>(1, layout.x_ticks.size()));
  layout.rotate_x_ticks = widest(layout.x_ticks) + 8 > spacing && layout.x_ticks.size() > 1;
  if (layout.rotate_x_ticks) {
    plot.bottom -= widest(layout.x_ticks) * kSlope;
  } else if (!layout.x_ticks.empty()) {
    // Half of the last label may stand beyond the axis.
    const Tick& last = layout.x_ticks.back();
    const double at = (last.at - layout.x_low) / (layout.x_high - layout.x_low) * plot.width();
    plot.right -= std::max(0.0, at + text_width(last.label) / 2 - (cell.right - 4 - plot.left));
  }

  if (legend.column) stack(layout.legend, legend, plot, widest_entry);

  // Room for the text at the ends of bars, then for the marks' labels above the data.
  for (const auto& note : figure.notes) {
    const double share = std::max(0.2, 1 - (text_width(clean_text(note.text)) + 14) / plot.width());
    if (!figure.x_high)
      layout.x_high = std::max(layout.x_high, layout.x_low + (note.x - layout.x_low) / share);
  }
  int rows = 0;
  layout.mark_labels = place_marks(figure, layout, rows);
  if (!figure.heatmap) {
    const double free = std::min(0.5, rows * kLine / std::max(1.0, plot.height()));
    const double low = in_axis(layout.y_low, figure.log_y), high = in_axis(layout.y_high, figure.log_y);
    layout.y_high = from_axis(low + (high - low) / (1 - free), figure.log_y);
    layout.y_low = figure.y_low.value_or(layout.y_low), layout.y_high = figure.y_high.value_or(layout.y_high);
    layout.y_ticks = find_y_ticks();
    clean_ticks(layout.y_ticks);
  }
  return layout;
}

}  // namespace ebit::inline report
