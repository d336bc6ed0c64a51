// What a figure's data come to before drawing: checked, cut at gaps, thinned, measured.
#pragma once

#include <cstddef>
#include <vector>

#include "ebit/report/plot.h"

namespace ebit::inline report {

/// One value of a series.
struct PlotPoint {
  double x = 0;     ///< axis units
  double y = 0;     ///< axis units; of a band its low
  double low = 0;   ///< 0 where the style has no spread
  double high = 0;  ///< 0 where the style has no spread
};

/// Throws Error where lists have different lengths, sizes are out of range or there is nothing to draw.
void check_figure(const Figure& figure);

/// The series cut at its gaps into runs of drawable points, each run thinned to about `limit` points
/// (0: not thinned) in a way that keeps every spike: the least and the greatest y (for bands: the outermost
/// low and high) of each stretch stay.
std::vector<std::vector<PlotPoint>> plot_runs(const PlotSeries& series, bool log_y, std::size_t limit);

/// The least and greatest value seen.
struct Extent {
  double low = 0;              ///< the least, where `any`
  double high = 0;             ///< the greatest, where `any`
  bool any = false;            ///< some value was seen
  void include(double value);  ///< takes a value in; those that cannot be drawn are passed over
};

/// How far the data of a figure reach on both axes, bars' feet and marks' lines included.
struct FigureExtent {
  Extent x;               ///< along the x axis
  Extent y;               ///< along the y axis
  bool whole_x = true;    ///< all x are whole numbers
  bool dots = false;      ///< some series has dots or upright bars
  bool bars_only = true;  ///< nothing but bars, which stand on zero
};
FigureExtent figure_extent(const Figure& figure);  ///< of all its series together

}  // namespace ebit::inline report
