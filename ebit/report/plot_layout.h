// Where the parts of a figure stand, in CSS pixels: the same for every picture format.
#pragma once

#include <string>
#include <vector>

#include "ebit/report/plot.h"

namespace ebit::inline report {

inline constexpr double kFontSize = 12;        ///< of ticks, legends, labels
inline constexpr double kTitleSize = 15;       ///< of a figure's title
inline constexpr double kSheetTitleSize = 18;  ///< of a sheet's title

/// A rectangle; y grows downwards from the top of the picture.
struct Box {
  double left = 0;                                ///< of the left side
  double top = 0;                                 ///< of the upper side
  double right = 0;                               ///< of the right side, >= left
  double bottom = 0;                              ///< of the lower side, >= top
  double width() const { return right - left; }   ///< in pixels
  double height() const { return bottom - top; }  ///< in pixels
};

/// A mark's label with its row at the top of the plot, 0 the uppermost.
struct PlacedLabel {
  std::size_t mark = 0;  ///< index among the figure's marks
  double x = 0;          ///< pixels from the left of the picture
  char align = 'c';      ///< 'l', 'c' or 'r' of x
  int row = 0;           ///< 0 is the uppermost
  std::string text;      ///< cleaned and cut
};

/// A legend entry: its sample begins at `left`, its text kLegendSample further.
struct PlacedEntry {
  std::size_t series = 0;  ///< index among the figure's series
  double left = 0;         ///< pixels from the left of the picture
  double middle = 0;       ///< of the line of text, in pixels from the top of the picture
  std::string text;        ///< cleaned and cut
};
inline constexpr double kLegendSample = 30;  ///< pixels from a legend entry's left to its text

/// Everything about a figure that depends on its data and its size.
struct FigureLayout {
  Box cell;                              ///< the figure's part of the picture
  Box plot;                              ///< inside the axes
  double x_low = 0;                      ///< left end of the x axis
  double x_high = 1;                     ///< right end of the x axis
  double y_low = 0;                      ///< lower end of the y axis; above y_high in a heatmap
  double y_high = 1;                     ///< upper end of the y axis
  std::vector<Tick> x_ticks;             ///< labels cleaned and cut
  std::vector<Tick> y_ticks;             ///< labels cleaned and cut
  std::vector<Tick> scale_ticks;         ///< of a heatmap's colours
  double scale_low = 0;                  ///< the value of the first colour
  double scale_high = 1;                 ///< the value of the last colour
  bool rotate_x_ticks = false;           ///< their labels do not fit beside each other
  std::string title;                     ///< cleaned and wrapped
  std::string x_label;                   ///< cleaned and wrapped
  std::string y_label;                   ///< cleaned and wrapped
  std::vector<PlacedEntry> legend;       ///< entries with their places
  std::vector<PlacedLabel> mark_labels;  ///< the marks' labels with their places
  bool empty = false;                    ///< no value can be drawn
};

/// Lays `figure` out in `cell`. Needs a figure that passed check_figure().
FigureLayout lay_out(const Figure& figure, const Box& cell);

/// Width in pixels of a line of text in DejaVu Sans at `size` pixels; exact but for kerning where it is
/// ASCII.
double text_width(std::string_view text, double size = kFontSize);

}  // namespace ebit::inline report
