#include "ebit/report/page.h"

#include <fmt/format.h>

#include "ebit/base/atomic_file.h"
#include "ebit/report/svg.h"
#include "ebit/report/text.h"

namespace ebit::inline report {
namespace {

// System fonts only; colours as variables, so that the dark look is one block.
constexpr std::string_view kStyle = R"css(
:root { color-scheme: light dark; --ink: #1c2024; --soft: #5c6670; --paper: #f7f8fa; --card: #ffffff;
  --line: #dfe3e8; --accent: #0072b2; --warn: #d55e00; --best: #e8f4ec; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ec; --soft: #9aa5b1; --paper: #14181c; --card: #1d2328; --line: #333c45;
    --accent: #56b4e9; --warn: #f0955a; --best: #1d3328; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", Roboto, sans-serif; }
main, header, footer { max-width: 60rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.2rem; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 2.4rem 0 .8rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.02rem; margin: 1.6rem 0 .5rem; }
p { margin: .6rem 0; overflow-wrap: anywhere; }
.subtitle { color: var(--soft); margin-top: .35rem; }
a { color: var(--accent); }
nav { margin-top: 1rem; display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; font-size: .92rem; }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }
.headlines { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .8rem; margin: 1.2rem 0; }
.headlines div { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; }
.headlines b { display: block; font-size: 1.45rem; line-height: 1.25; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.headlines span { display: block; color: var(--soft); font-size: .88rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.4rem; margin: .8rem 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
figure { margin: 1.2rem 0; }
figure.plot { background: #ffffff; color: #1c2024; border: 1px solid var(--line); border-radius: 8px; padding: .6rem; }
figure.plot svg { display: block; margin: 0 auto; }
figure.plot figcaption { color: #5c6670; font-size: .9rem; padding: .4rem .4rem .1rem; }
figure.table figcaption { font-weight: 600; margin-bottom: .4rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; min-width: 50%; font-size: .94rem; }
th, td { padding: .38rem .8rem; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--soft); font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
tr.best td { background: var(--best); font-weight: 600; }
tr.best td:first-child::before { content: "★ "; color: var(--accent); }
.remark { color: var(--soft); font-size: .9rem; margin: .4rem 0; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; overflow-x: auto;
  font: .86rem/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; margin: .8rem 0; }
details { margin: .8rem 0; }
summary { cursor: pointer; color: var(--accent); }
aside { background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--accent); border-radius: 6px;
  padding: .5rem 1rem; margin: 1rem 0; }
aside.warning { border-left-color: var(--warn); }
aside.warning b { color: var(--warn); }
footer { color: var(--soft); font-size: .88rem; padding-top: 2rem; padding-bottom: 2.5rem; }
@media (max-width: 34rem) {
  body { font-size: 15px; } main, header, footer { padding-left: .9rem; padding-right: .9rem; }
  h1 { font-size: 1.45rem; } th, td { padding: .38rem .45rem; } th { white-space: normal; }
  th:first-child, td:first-child { white-space: normal; min-width: 7rem; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; }
  figure.plot { padding: .25rem; overflow-x: auto; } figure.plot svg { min-width: 34rem; }
  figure.plot figcaption, figure.plot::after { position: sticky; left: 0; }
  figure.plot::after { content: "↔ wider than the screen"; display: block; color: #5c6670; font-size: .8rem; padding: 0 .4rem; } }
@media print { body { background: #ffffff; } figure, tr, aside { break-inside: avoid; } }
)css";

}  // namespace

Page::Page(std::string title, std::string subtitle)
    : title_(std::move(title)), subtitle_(std::move(subtitle)) {}

Page& Page::section(std::string_view heading) {
  sections_.push_back(escape_html(heading));
  body_ += fmt::format("<h2 id=\"section-{}\">{}</h2>\n", sections_.size(), sections_.back());
  return *this;
}

Page& Page::subsection(std::string_view heading) {
  body_ += fmt::format("<h3>{}</h3>\n", escape_html(heading));
  return *this;
}

Page& Page::paragraph(std::string_view text) {
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find("\n\n", at), text.size());
    if (end > at) body_ += fmt::format("<p>{}</p>\n", escape_html(text.substr(at, end - at)));
    at = end + 2;
  }
  return *this;
}

Page& Page::headlines(const std::vector<HeadlineNumber>& numbers) {
  body_ += "<div class=\"headlines\">\n";
  for (const auto& n : numbers)
    body_ += fmt::format("<div><span>{}</span><b>{}</b><span>{}</span></div>\n", escape_html(n.label),
                         escape_html(n.value), escape_html(n.hint));
  body_ += "</div>\n";
  return *this;
}

Page& Page::facts(const std::vector<std::pair<std::string, std::string>>& names_and_values) {
  body_ += "<dl>\n";
  for (const auto& [name, value] : names_and_values)
    body_ += fmt::format("<dt>{}</dt><dd>{}</dd>\n", escape_html(name), escape_html(value));
  body_ += "</dl>\n";
  return *this;
}

Page& Page::table(const TextTable& table) {
  body_ += table_html(table);
  return *this;
}

Page& Page::figure(const Figure& figure, std::string_view caption) {
  return svg(render_svg(figure), caption);
}

Page& Page::figure(const Sheet& sheet, std::string_view caption) { return svg(render_svg(sheet), caption); }

Page& Page::svg(std::string_view svg, std::string_view caption) {
  // The number in front keeps ids apart even where the same picture stands twice.
  const std::string element = svg_for_html(svg, fmt::format("figure{}-", figures_ + 1));
  ++figures_;
  body_ += fmt::format("<figure class=\"plot\">\n{}\n", element);
  if (!caption.empty()) body_ += fmt::format("<figcaption>{}</figcaption>\n", escape_html(caption));
  body_ += "</figure>\n";
  return *this;
}

Page& Page::code(std::string_view text) {
  body_ += fmt::format("<pre><code>{}</code></pre>\n", escape_html(text));
  return *this;
}

Page& Page::folded_code(std::string_view summary, std::string_view text) {
  body_ += fmt::format("<details><summary>{}</summary>\n", escape_html(summary));
  code(text);
  body_ += "</details>\n";
  return *this;
}

Page& Page::box(std::string_view kind, std::string_view text) {
  body_ += fmt::format("<aside class=\"{}\"><b>{}</b>\n", kind, kind == "warning" ? "Warning" : "Note");
  paragraph(text);
  body_ += "</aside>\n";
  return *this;
}

Page& Page::note(std::string_view text) { return box("note", text); }

Page& Page::warning(std::string_view text) { return box("warning", text); }

Page& Page::footer(std::string_view text) {
  footer_ = escape_html(text);
  return *this;
}

std::string Page::html() const {
  const std::string title = escape_html(clean_text(title_));
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "img-src data:\">\n<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<header>\n<h1>{}</h1>\n",
      title, kStyle, title);
  if (!subtitle_.empty()) html += fmt::format("<p class=\"subtitle\">{}</p>\n", escape_html(subtitle_));
  if (sections_.size() >= 3) {
    html += "<nav aria-label=\"Contents\">\n";
    for (std::size_t i = 0; i < sections_.size(); ++i)
      html += fmt::format("<a href=\"#section-{}\">{}</a>\n", i + 1, sections_[i]);
    html += "</nav>\n";
  }
  html += "</header>\n<main>\n" + body_ + "</main>\n";
  if (!footer_.empty()) html += fmt::format("<footer>{}</footer>\n", footer_);
  return html + "</body>\n</html>\n";
}

void Page::write(const std::filesystem::path& path) const { write_file_atomically(path, html()); }

}  // namespace ebit::inline report
