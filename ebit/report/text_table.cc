#include "ebit/report/text_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/report/text.h"

namespace ebit::inline report {
namespace {

void check(const TextTable& table) {
  require(!table.columns.empty(), "table '{}' has no columns", table.title);
  for (std::size_t i = 0; i < table.rows.size(); ++i)
    require(table.rows[i].size() <= table.columns.size(), "table '{}', row {}: {} cells for {} columns",
            table.title, i + 1, table.rows[i].size(), table.columns.size());
}

std::string cell(const TextTable& table, std::size_t row, std::size_t column) {
  return column < table.rows[row].size() ? clean_text(table.rows[row][column]) : "";
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string space(width - std::min(width, display_width(text)), ' ');
  return right ? space + text : text + space;
}

std::string without_trailing_spaces(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

// Replaces each character that `special` names by what `escape` makes of it.
template <class Escape>
std::string escaped(const std::string& text, std::string_view special, Escape escape) {
  std::string out;
  for (const char c : text) out += special.find(c) == std::string_view::npos ? std::string(1, c) : escape(c);
  return out;
}

std::string markdown(const std::string& text) {
  return escaped(text, "\\`*_{}[]<>#|~&", [](char c) { return std::string{'\\', c}; });
}

std::string csv(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  return '"' + escaped(text, "\"", [](char) { return std::string("\"\""); }) + '"';
}

}  // namespace

std::string table_text(const TextTable& table) {
  check(table);
  const std::size_t count = table.columns.size();
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < count; ++c) {
    widths.push_back(display_width(clean_text(table.columns[c].name)));
    for (std::size_t r = 0; r < table.rows.size(); ++r)
      widths[c] = std::max(widths[c], display_width(cell(table, r, c)));
  }
  const bool marked = table.best_row.has_value() && *table.best_row < table.rows.size();
  const std::string indent = marked ? "  " : "";
  std::string text = table.title.empty() ? "" : clean_text(table.title) + "\n";
  std::string head = indent, rule = indent;
  for (std::size_t c = 0; c < count; ++c) {
    const std::string gap = c == 0 ? "" : "  ";
    head += gap + padded(clean_text(table.columns[c].name), widths[c], table.columns[c].number);
    rule += gap;
    for (std::size_t i = 0; i < widths[c]; ++i) rule += "─";
  }
  text += without_trailing_spaces(head) + "\n" + rule + "\n";
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    std::string line = marked && r == *table.best_row ? "* " : indent;
    for (std::size_t c = 0; c < count; ++c)
      line += (c == 0 ? "" : "  ") + padded(cell(table, r, c), widths[c], table.columns[c].number);
    text += without_trailing_spaces(line) + "\n";
  }
  if (marked) text += "* " + clean_text(table.best_meaning) + "\n";
  for (const auto& note : table.notes) text += clean_text(note) + "\n";
  return text;
}

std::string table_markdown(const TextTable& table) {
  check(table);
  std::string text = table.title.empty() ? "" : "**" + markdown(clean_text(table.title)) + "**\n\n";
  std::string sides = "|";
  text += "|";
  for (const auto& column : table.columns) {
    text += " " + markdown(clean_text(column.name)) + " |";
    sides += column.number ? " ---: |" : " :--- |";
  }
  text += "\n" + sides + "\n";
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    text += "|";
    const std::string bold = table.best_row == r ? "**" : "";
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      const std::string words = markdown(cell(table, r, c));
      text += words.empty() ? "  |" : fmt::format(" {0}{1}{0} |", bold, words);
    }
    text += "\n";
  }
  if (table.best_row && *table.best_row < table.rows.size())
    text += "\nBold: " + markdown(clean_text(table.best_meaning)) + "\n";
  for (const auto& note : table.notes) text += "\n" + markdown(clean_text(note)) + "\n";
  return text;
}

std::string table_html(const TextTable& table) {
  check(table);
  std::string html = "<figure class=\"table\">";
  if (!table.title.empty()) html += "<figcaption>" + escape_html(table.title) + "</figcaption>";
  html += "\n<div class=\"scroll\"><table>\n<thead><tr>";
  const auto side = [&](std::size_t c) { return table.columns[c].number ? " class=\"number\"" : ""; };
  for (std::size_t c = 0; c < table.columns.size(); ++c)
    html += fmt::format("<th scope=\"col\"{}>{}</th>", side(c), escape_html(table.columns[c].name));
  html += "</tr></thead>\n<tbody>\n";
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    const bool best = table.best_row == r;
    html += best ? fmt::format("<tr class=\"best\" title=\"{}\">", escape_html(table.best_meaning)) : "<tr>";
    for (std::size_t c = 0; c < table.columns.size(); ++c)
      html += fmt::format("<td{}>{}</td>", side(c), escape_html(cell(table, r, c)));
    html += "</tr>\n";
  }
  html += "</tbody></table></div>\n";
  if (table.best_row && *table.best_row < table.rows.size())
    html += "<p class=\"remark\">★ " + escape_html(table.best_meaning) + "</p>\n";
  for (const auto& note : table.notes) html += "<p class=\"remark\">" + escape_html(note) + "</p>\n";
  return html + "</figure>\n";
}

std::string table_csv(const TextTable& table) {
  check(table);
  std::string text;
  for (std::size_t c = 0; c < table.columns.size(); ++c)
    text += (c == 0 ? "" : ",") + csv(clean_text(table.columns[c].name));
  text += "\n";
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    for (std::size_t c = 0; c < table.columns.size(); ++c)
      text += (c == 0 ? "" : ",") + csv(cell(table, r, c));
    text += "\n";
  }
  return text;
}

std::string table_number(double value, int digits) {
  if (std::isnan(value)) return "–";
  if (std::isinf(value)) return value > 0 ? "∞" : "−∞";
  if (value == 0) return "0";
  const int exponent = static_cast<int>(std::floor(std::log10(std::abs(value))));
  if (exponent < -4 || exponent >= 9) return fmt::format("{:.{}e}", value, std::max(digits - 2, 0));
  const int decimals = digits - 1 - exponent;
  // Trailing zeros stay: they are measured digits, and columns line up by them.
  if (value == std::round(value)) return fmt::format("{:.0f}", value);
  return fmt::format("{:.{}f}", value, std::clamp(decimals, 0, 12));
}

std::string table_spread(double mean, double spread, int digits) {
  // A spread of rounding alone is none.
  if (!std::isfinite(mean) || !std::isfinite(spread) || spread <= 1e-12 * std::abs(mean))
    return table_number(mean, digits);
  const int exponent = static_cast<int>(std::floor(std::log10(spread)));
  const int decimals = std::clamp(1 - exponent, 0, 12);
  if (std::abs(mean) >= 1e9 || std::max(std::abs(mean), spread) < 1e-4)
    return fmt::format("{:.2e} ± {:.1e}", mean, spread);
  return fmt::format("{:.{}f} ± {:.{}f}", mean, decimals, spread, decimals);
}

std::optional<std::size_t> least_row(const std::vector<double>& values) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (std::isfinite(values[i]) && (!best || values[i] < values[*best])) best = i;
  return best;
}

}  // namespace ebit::inline report
