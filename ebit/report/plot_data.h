// What a figure's data come to before drawing: checked, cut at gaps, thinned, measured.
#pragma once

#include <cstddef>
#include <vector>

#include "ebit/report/plot.h"

namespace ebit {

/// One value of a series; low and high are 0 where the style has none.
struct PlotPoint {
  double x = 0, y = 0, low = 0, high = 0;
};

/// Throws Error where lists have different lengths, sizes are out of range or there is nothing to draw.
void check_figure(const Figure& figure);

/// The series cut at its gaps into runs of drawable points, each run thinned to about `limit` points
/// (0: not thinned) in a way that keeps every spike: the least and the greatest y (for bands: the outermost
/// low and high) of each stretch stay.
std::vector<std::vector<PlotPoint>> plot_runs(const PlotSeries& series, bool log_y, std::size_t limit);

/// The least and greatest value seen.
struct Extent {
  double low = 0, high = 0;
  bool any = false;
  void include(double value);
};

/// How far the data of a figure reach on both axes, bars' feet and marks' lines included.
struct FigureExtent {
  Extent x, y;
  bool whole_x = true;    ///< all x are whole numbers
  bool dots = false;      ///< some series has dots or upright bars
  bool bars_only = true;  ///< nothing but bars, which stand on zero
};
FigureExtent figure_extent(const Figure& figure);

}  // namespace ebit
