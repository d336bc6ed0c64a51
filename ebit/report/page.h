// One HTML file that holds a whole report: words, tables, figures; nothing is loaded from elsewhere.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ebit/report/plot.h"
#include "ebit/report/text_table.h"

namespace ebit::inline report {

/// A number to see first: "2.71 °C", "test RMSE", "persistence: 2.93".
struct HeadlineNumber {
  std::string value;  ///< large, with its unit
  std::string label;  ///< above it
  std::string hint;   ///< below it, may be ""
};

/// Collects the parts of a page in reading order. Every text is escaped; the calls return the page, for
/// chaining. Light or dark as the reader's system is set; figures stand on white cards; made for phones and
/// desktops alike.
class Page {
 public:
  /// An empty page; `subtitle` "" for none.
  explicit Page(std::string title, std::string subtitle = "");

  Page& section(
      std::string_view heading);  ///< begins a section; listed in the contents when there are several
  Page& subsection(std::string_view heading);                   ///< a smaller heading
  Page& paragraph(std::string_view text);                       ///< empty lines in it begin new paragraphs
  Page& headlines(const std::vector<HeadlineNumber>& numbers);  ///< large numbers side by side
  /// Names with their values, in two columns.
  Page& facts(const std::vector<std::pair<std::string, std::string>>& names_and_values);
  /// A table as table_html() writes it.
  Page& table(const TextTable& table);
  /// A drawn figure with a caption below ("" for none). Throws Error where drawing fails.
  Page& figure(const Figure& figure, std::string_view caption = "");
  /// Several figures in one picture, likewise.
  Page& figure(const Sheet& sheet, std::string_view caption = "");
  /// A ready SVG document. Throws Error as svg_for_html() does.
  Page& svg(std::string_view svg, std::string_view caption = "");
  Page& code(std::string_view text);                                   ///< verbatim, in its lines
  Page& folded_code(std::string_view summary, std::string_view text);  ///< shown on a click
  Page& note(std::string_view text);                                   ///< a box beside the way
  Page& warning(std::string_view text);                                ///< a box that must be seen
  Page& footer(std::string_view text);                                 ///< the last line of the page

  /// The whole document.
  std::string html() const;
  /// Writes html() atomically. Throws Error naming the path and the reason.
  void write(const std::filesystem::path& path) const;

 private:
  Page& box(std::string_view kind, std::string_view text);

  std::string title_, subtitle_, body_, footer_;
  std::vector<std::string> sections_;
  int figures_ = 0;
};

}  // namespace ebit::inline report
