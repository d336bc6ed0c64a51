#include "ebit/report/plot_data.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/report/text.h"

namespace ebit::inline report {
namespace {

// Beyond this the width of an axis would overflow.
constexpr double kLargest = 1e300;

bool drawable(double value) { return std::isfinite(value) && std::abs(value) < kLargest; }

std::size_t length_of(const PlotSeries& s) { return s.style == PlotStyle::kBand ? s.low.size() : s.y.size(); }

bool has_spread(const PlotSeries& s) {
  return s.style == PlotStyle::kBand || (s.style == PlotStyle::kRowBars && !s.low.empty());
}

// Keeps the least and greatest of each stretch of a run, in their order.
std::vector<PlotPoint> thinned(const std::vector<PlotPoint>& run, std::size_t limit, bool band) {
  if (limit == 0 || run.size() <= limit) return run;
  const std::size_t stretches = std::max<std::size_t>(limit / 2, 1);
  std::vector<PlotPoint> kept;
  kept.push_back(run.front());
  for (std::size_t i = 0; i < stretches; ++i) {
    const auto begin = run.begin() + static_cast<std::ptrdiff_t>(i * run.size() / stretches);
    const auto end = run.begin() + static_cast<std::ptrdiff_t>((i + 1) * run.size() / stretches);
    if (band) {
      PlotPoint p = *begin;
      for (auto it = begin; it != end; ++it)
        p.low = std::min(p.low, it->low), p.high = std::max(p.high, it->high);
      kept.push_back(p);
    } else {
      auto [least, greatest] =
          std::minmax_element(begin, end, [](const PlotPoint& a, const PlotPoint& b) { return a.y < b.y; });
      if (greatest < least) std::swap(least, greatest);
      kept.push_back(*least);
      if (greatest != least) kept.push_back(*greatest);
    }
  }
  PlotPoint last = run.back();
  if (band) last.low = kept.back().low, last.high = kept.back().high;
  kept.push_back(last);
  return kept;
}

}  // namespace

void check_figure(const Figure& figure) {
  const std::string name = cut_text(clean_text(figure.title), 40);
  require(figure.width >= 100 && figure.width <= 10000 && figure.height >= 100 && figure.height <= 10000,
          "figure '{}': {} x {} pixels; each must be 100 to 10000", name, figure.width, figure.height);
  if (figure.heatmap) {
    const Heatmap& map = *figure.heatmap;
    require(map.rows > 0 && map.columns > 0 && map.values.size() == map.rows * map.columns,
            "figure '{}': a heatmap of {} x {} needs as many values, not {}", name, map.rows, map.columns,
            map.values.size());
    require((map.row_labels.empty() || map.row_labels.size() == map.rows) &&
                (map.column_labels.empty() || map.column_labels.size() == map.columns),
            "figure '{}': a heatmap of {} x {} has {} row and {} column labels; give one each or none", name,
            map.rows, map.columns, map.row_labels.size(), map.column_labels.size());
    return;
  }
  require(!figure.series.empty(), "figure '{}' has no series to draw", name);
  for (const auto& s : figure.series) {
    const std::size_t n = length_of(s);
    require((s.x.empty() || s.x.size() == n) && (!has_spread(s) || (s.low.size() == n && s.high.size() == n)),
            "figure '{}', series '{}': lists of different lengths (x {}, y {}, low {}, high {})", name,
            clean_text(s.label), s.x.size(), s.y.size(), s.low.size(), s.high.size());
  }
}

std::vector<std::vector<PlotPoint>> plot_runs(const PlotSeries& series, bool log_y, std::size_t limit) {
  const bool band = series.style == PlotStyle::kBand;
  const bool spread = has_spread(series);
  std::vector<std::vector<PlotPoint>> runs(1);
  for (std::size_t i = 0; i < length_of(series); ++i) {
    PlotPoint p;
    p.x = series.x.empty() ? static_cast<double>(i) : series.x[i];
    p.y = band ? series.low[i] : series.y[i];
    if (spread) p.low = series.low[i], p.high = series.high[i];
    const bool good = drawable(p.x) && drawable(p.y) && drawable(p.low) && drawable(p.high) &&
                      (!log_y || (p.y > 0 && (!band || p.high > 0)));
    if (good)
      runs.back().push_back(p);
    else if (!runs.back().empty())
      runs.emplace_back();
  }
  if (runs.back().empty()) runs.pop_back();
  const bool bars = series.style == PlotStyle::kBars || series.style == PlotStyle::kRowBars;
  if (!bars)
    for (auto& run : runs) run = thinned(run, limit, band);
  return runs;
}

void Extent::include(double value) {
  if (!drawable(value)) return;
  low = any ? std::min(low, value) : value;
  high = any ? std::max(high, value) : value;
  any = true;
}

FigureExtent figure_extent(const Figure& figure) {
  FigureExtent extent;
  for (const auto& s : figure.series) {
    const bool bars = s.style == PlotStyle::kBars, row_bars = s.style == PlotStyle::kRowBars;
    for (const auto& run : plot_runs(s, figure.log_y, 0)) {
      for (const auto& p : run) {
        extent.whole_x = extent.whole_x && p.x == std::floor(p.x) && !row_bars;
        extent.x.include(p.x - (bars ? s.bar_width / 2 : 0));
        extent.x.include(p.x + (bars ? s.bar_width / 2 : 0));
        extent.y.include(p.y - (row_bars ? s.bar_width * 0.75 : 0));
        extent.y.include(p.y + (row_bars ? s.bar_width * 0.75 : 0));
        if (row_bars && has_spread(s)) extent.x.include(p.low), extent.x.include(p.high);
        if (s.style == PlotStyle::kBand) extent.y.include(p.low), extent.y.include(p.high);
      }
      if (bars && !figure.log_y) extent.y.include(0);
      if (row_bars) extent.x.include(0);
    }
    extent.bars_only = extent.bars_only && bars;
    extent.dots = extent.dots || bars || s.style == PlotStyle::kPoints || s.style == PlotStyle::kLinePoints;
  }
  for (const auto& mark : figure.marks)
    if (mark.from == mark.to) extent.x.include(mark.from);
  for (const auto& level : figure.levels)
    if (!figure.log_y || level.at > 0) extent.y.include(level.at);
  for (const auto& note : figure.notes) extent.x.include(note.x);
  return extent;
}

}  // namespace ebit::inline report
