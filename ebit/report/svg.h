// SVG text: many pictures in one page without clashing names.
#pragma once

#include <string>
#include <string_view>

namespace ebit::inline report {

/// `svg` with every id, and every reference to one (`#id` in href and url()), prefixed by `prefix` (letters,
/// digits and '-', beginning with a letter). Ids that nothing refers to are dropped.
std::string prefix_svg_ids(std::string_view svg, std::string_view prefix);

/// gnuplot's SVG made fit for a page: ids prefixed, `title` as its accessible name, generic fonts behind
/// DejaVu Sans so that another machine draws it the same way, hard edges for the cells of heatmaps.
std::string tidy_gnuplot_svg(std::string_view svg, std::string_view prefix, std::string_view title);

/// An SVG document as an element to put into HTML: no XML declaration or doctype, ids prefixed, and scaling
/// with the width of its container. Throws Error for what is not an SVG document, and for one that carries a
/// script, an event handler, or a reference to anything outside itself.
std::string svg_for_html(std::string_view svg, std::string_view prefix);

}  // namespace ebit::inline report
