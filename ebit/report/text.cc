#include "ebit/report/text.h"

#include <algorithm>
#include <cstdint>

namespace ebit {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

struct Character {
  char32_t code = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

// The first character of a non-empty text. Overlong forms, surrogates and values above U+10FFFF are invalid.
Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {};
  char32_t code = lead & (0xFFu >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    code = (code << 6) | (byte(i) & 0x3F);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kSmallest[bytes] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return {};
  return {code, bytes, true};
}

struct Range {
  char32_t first, last;
  std::size_t width;
};

// The blocks that differ from one column, in order of code (Unicode 15, UAX 11; only whole blocks).
constexpr Range kWidths[] = {
    {0x0300, 0x036F, 0},   {0x0483, 0x0489, 0},   {0x0591, 0x05BD, 0},   {0x064B, 0x065F, 0},
    {0x1100, 0x115F, 2},   {0x1AB0, 0x1AFF, 0},   {0x1DC0, 0x1DFF, 0},   {0x200B, 0x200F, 0},
    {0x20D0, 0x20FF, 0},   {0x2E80, 0x303E, 2},   {0x3041, 0xA4CF, 2},   {0xAC00, 0xD7A3, 2},
    {0xF900, 0xFAFF, 2},   {0xFE00, 0xFE0F, 0},   {0xFE20, 0xFE2F, 0},   {0xFE30, 0xFE6F, 2},
    {0xFF00, 0xFF60, 2},   {0xFFE0, 0xFFE6, 2},   {0x1F300, 0x1F64F, 2}, {0x1F680, 0x1F6FF, 2},
    {0x1F900, 0x1F9FF, 2}, {0x20000, 0x3FFFD, 2},
};

std::size_t width_of(char32_t code) {
  const auto* range = std::upper_bound(std::begin(kWidths), std::end(kWidths), code,
                                       [](char32_t c, const Range& r) { return c <= r.last; });
  return range != std::end(kWidths) && code >= range->first ? range->width : 1;
}

bool is_control(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029 || code == 0xFFFE ||
         code == 0xFFFF || (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

}  // namespace

std::string clean_text(std::string_view text, bool keep_newlines) {
  std::string clean;
  while (!text.empty()) {
    const Character c = first_character(text);
    if (!c.valid)
      clean += kReplacement;
    else if (is_control(c.code) && !(keep_newlines && c.code == '\n'))
      clean += ' ';
    else
      clean += text.substr(0, c.bytes);
    text.remove_prefix(c.bytes);
  }
  return clean;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Character c = first_character(text);
    width += c.valid ? width_of(c.code) : 1;
    text.remove_prefix(c.bytes);
  }
  return width;
}

std::string cut_text(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return "";
  std::string cut;
  std::size_t used = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const Character c = first_character(rest);
    used += c.valid ? width_of(c.code) : 1;
    if (used > width - 1) break;  // one column is the mark's
    cut += rest.substr(0, c.bytes);
    rest.remove_prefix(c.bytes);
  }
  return cut + "…";
}

std::string wrap_text(std::string_view text, std::size_t width) {
  std::string lines;
  std::size_t used = 0;            // columns of the current line
  std::size_t last_space = 0;      // where the current line may be broken; 0: nowhere
  std::size_t width_at_space = 0;  // columns of the current line up to and with that space
  while (!text.empty()) {
    const Character c = first_character(text);
    const std::size_t w = c.valid ? width_of(c.code) : 1;
    if (c.code == '\n') {
      used = last_space = 0;
    } else if (used + w > width && c.code == ' ') {
      // The space itself is the break.
      lines += '\n';
      used = last_space = 0;
      text.remove_prefix(1);
      continue;
    } else {
      if (used + w > width && last_space != 0) {
        lines[last_space] = '\n';
        used -= width_at_space;
        last_space = 0;
      } else if (used > 0 && used + w > width) {
        lines += '\n';
        used = 0;
      }
      used += w;
      if (c.code == ' ') last_space = lines.size(), width_at_space = used;
    }
    lines += text.substr(0, c.bytes);
    text.remove_prefix(c.bytes);
  }
  return lines;
}

std::string escape_html(std::string_view text) {
  std::string escaped;
  for (const char c : clean_text(text, true)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

}  // namespace ebit
