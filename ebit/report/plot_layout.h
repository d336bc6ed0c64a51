// Where the parts of a figure stand, in CSS pixels: the same for every picture format.
#pragma once

#include <string>
#include <vector>

#include "ebit/report/plot.h"

namespace ebit {

inline constexpr double kFontSize = 12;        ///< of ticks, legends, labels
inline constexpr double kTitleSize = 15;       ///< of a figure's title
inline constexpr double kSheetTitleSize = 18;  ///< of a sheet's title

/// A rectangle; y grows downwards from the top of the picture.
struct Box {
  double left = 0, top = 0, right = 0, bottom = 0;
  double width() const { return right - left; }
  double height() const { return bottom - top; }
};

/// A mark's label with its row at the top of the plot, 0 the uppermost.
struct PlacedLabel {
  std::size_t mark = 0;
  double x = 0;      ///< pixels from the left of the picture
  char align = 'c';  ///< 'l', 'c' or 'r' of x
  int row = 0;
  std::string text;
};

/// A legend entry: its sample begins at `left`, its text kLegendSample further.
struct PlacedEntry {
  std::size_t series = 0;
  double left = 0, middle = 0;  ///< pixels; middle: of the line of text, from the top of the picture
  std::string text;
};
inline constexpr double kLegendSample = 30;

/// Everything about a figure that depends on its data and its size.
struct Layout {
  Box cell;  ///< the figure's part of the picture
  Box plot;  ///< inside the axes
  double x_low = 0, x_high = 1, y_low = 0, y_high = 1;
  std::vector<Tick> x_ticks, y_ticks, scale_ticks;  ///< scale: of a heatmap's colours
  double scale_low = 0, scale_high = 1;
  bool rotate_x_ticks = false;
  std::string title, x_label, y_label;  ///< cleaned and wrapped
  std::vector<PlacedEntry> legend;
  std::vector<PlacedLabel> mark_labels;
  bool empty = false;  ///< no value can be drawn
};

/// Lays `figure` out in `cell`. Needs a figure that passed check_figure().
Layout lay_out(const Figure& figure, const Box& cell);

/// Width in pixels of a line of text in DejaVu Sans at `size` pixels; exact but for kerning where it is
/// ASCII.
double text_width(std::string_view text, double size = kFontSize);

}  // namespace ebit
