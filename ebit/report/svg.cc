#include "ebit/report/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <regex>
#include <set>

#include "ebit/base/error.h"
#include "ebit/report/text.h"

namespace ebit::inline report {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

// An attribute inside a tag: name="value", with either quote and spaces around '='.
struct Attribute {
  std::string_view name, value;
};

// Calls visit(text between the last attribute and this one, attribute) for each attribute of each tag of
// `svg`, in order, and returns the rest after the last. Enough of XML for what gnuplot writes.
template <class Visit>
std::string_view each_attribute(std::string_view svg, Visit visit) {
  std::size_t copied = 0;
  std::size_t at = 0;
  while ((at = svg.find('<', at)) != std::string_view::npos) {
    if (svg.substr(at, 4) == "<!--") {
      at = std::min(svg.find("-->", at), svg.size());
      continue;
    }
    for (++at; at < svg.size() && svg[at] != '>';) {
      if (svg[at] != '"' && svg[at] != '\'') {
        ++at;
        continue;
      }
      std::size_t equals = at;
      while (equals > 0 && is_space(svg[equals - 1])) --equals;
      const std::size_t end = svg.find(svg[at], at + 1);
      if (end == std::string_view::npos) return svg.substr(copied);
      if (equals > 0 && svg[equals - 1] == '=') {
        std::size_t name_end = equals - 1;
        while (name_end > 0 && is_space(svg[name_end - 1])) --name_end;
        std::size_t name = name_end;
        while (name > 0 && !is_space(svg[name - 1]) && svg[name - 1] != '<') --name;
        visit(svg.substr(copied, name - copied),
              Attribute{svg.substr(name, name_end - name), svg.substr(at + 1, end - at - 1)});
        copied = end + 1;
      }
      at = end + 1;
    }
  }
  return svg.substr(copied);
}

bool is_reference(std::string_view name) { return name == "href" || name == "xlink:href"; }

// The id that "url(#id)" names, or "".
std::string_view url_target(std::string_view value) {
  const std::size_t begin = value.find("url(#");
  if (begin == std::string_view::npos) return {};
  const std::size_t end = value.find(')', begin);
  return end == std::string_view::npos ? std::string_view{} : value.substr(begin + 5, end - begin - 5);
}

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

}  // namespace

std::string prefix_svg_ids(std::string_view svg, std::string_view prefix) {
  std::set<std::string_view> wanted;
  each_attribute(svg, [&](std::string_view, const Attribute& a) {
    if (is_reference(a.name) && a.value.starts_with('#')) wanted.insert(a.value.substr(1));
    if (const auto target = url_target(a.value); !target.empty()) wanted.insert(target);
  });
  std::string out;
  const std::string_view rest = each_attribute(svg, [&](std::string_view before, const Attribute& a) {
    out += before;
    std::string value(a.value);
    if (a.name == "id") {
      if (!wanted.contains(a.value)) return;
      value = fmt::format("{}{}", prefix, a.value);
    } else if (is_reference(a.name) && a.value.starts_with('#')) {
      value = fmt::format("#{}{}", prefix, a.value.substr(1));
    } else if (const auto target = url_target(a.value); !target.empty()) {
      value = replace_all(value, fmt::format("url(#{})", target), fmt::format("url(#{}{})", prefix, target));
    }
    const char quote = value.find('"') == std::string::npos ? '"' : '\'';
    out += fmt::format("{}={}{}{}", a.name, quote, value, quote);
  });
  out += rest;
  return out;
}

std::string tidy_gnuplot_svg(std::string_view svg, std::string_view prefix, std::string_view title) {
  std::string text = prefix_svg_ids(svg, prefix);
  // DejaVu Sans has the widths that gnuplot counted on; Verdana's are nearly the same.
  text = replace_all(std::move(text), "font-family=\"DejaVu Sans\"",
                     "font-family=\"DejaVu Sans, Verdana, sans-serif\"");
  // Heatmaps are small pictures drawn large: their cells keep hard edges.
  text = replace_all(std::move(text), "<image ", "<image style=\"image-rendering:pixelated\" ");
  // gnuplot calls its curves gnuplot_plot_1a, ..., which browsers would show beside the mouse.
  static const std::regex kPlotTitle("<title>gnuplot_plot_[0-9]+[a-z]*</title>\\s*");
  text = std::regex_replace(text, kPlotTitle, "");
  const std::size_t begin = text.find("<title>"), end = text.find("</title>");
  if (begin != std::string::npos && end != std::string::npos)
    text.replace(begin + 7, end - begin - 7, escape_html(title));
  return text;
}

std::string svg_for_html(std::string_view svg, std::string_view prefix) {
  const std::size_t begin = svg.find("<svg");
  const std::size_t end = svg.rfind("</svg>");
  require(begin != std::string_view::npos && end != std::string_view::npos && begin < end,
          "cannot embed a picture in the page: it is not an SVG document");
  svg = svg.substr(begin, end + 6 - begin);
  require(
      svg.find("<script") == std::string_view::npos && svg.find("<foreignObject") == std::string_view::npos,
      "cannot embed a picture in the page: it carries a script or foreign content");
  std::string width;
  each_attribute(svg, [&](std::string_view, const Attribute& a) {
    require(!a.name.starts_with("on"), "cannot embed a picture in the page: it carries an event handler '{}'",
            a.name);
    const bool outside =
        (is_reference(a.name) && !a.value.starts_with('#') && !a.value.starts_with("data:image/")) ||
        (a.value.find("url(") != std::string_view::npos && url_target(a.value).empty());
    require(!outside, "cannot embed a picture in the page: it refers to '{}' outside itself",
            clean_text(a.value));
    if (width.empty() && a.name == "width") width = std::string(a.value);
  });
  std::string text = prefix_svg_ids(svg, prefix);
  // The viewBox keeps the proportions; the picture takes the width of its card, up to a little more than its
  // own.
  const std::size_t tag_end = text.find('>');
  std::string tag = text.substr(0, tag_end);
  static const std::regex size(R"re(\s(width|height)\s*=\s*["'][^"']*["'])re");
  tag = std::regex_replace(tag, size, "");
  const bool number = !width.empty() && width.find_first_not_of("0123456789.") == std::string::npos;
  tag += fmt::format(
      " role=\"img\" style=\"width:100%;{}height:auto\"",
      number ? fmt::format("max-width:{:.0f}px;", 1.15 * std::strtod(width.c_str(), nullptr)) : "");
  return tag + text.substr(tag_end);
}

}  // namespace ebit::inline report
