// From figures to a gnuplot script. Used by plot.cc; apart so that its tests need no gnuplot.
#pragma once

#include <string>
#include <string_view>

#include "ebit/report/plot.h"

namespace ebit::inline report {

/// A picture format that render() knows.
struct PictureFormat {
  std::string_view extension;  ///< ".png"
  double font_unit;            ///< what the terminal takes as font size for one CSS pixel
  std::string_view terminal;   ///< the gnuplot terminal with fmt fields {width}, {height}, and {width2},
                               ///< {height2} twice as large
};

/// The row for a path's extension (letter case ignored). Throws Error naming the known ones for another.
const PictureFormat& picture_format(std::string_view path);

/// The whole gnuplot script that draws `sheet` to standard output. Throws Error as render() does.
std::string plot_script(const Sheet& sheet, const PictureFormat& format);

/// `figure` as a sheet of its own.
Sheet sheet_of(const Figure& figure);

}  // namespace ebit::inline report
