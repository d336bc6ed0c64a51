#include "ebit/report/text.h"

namespace ebit::inline report {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

bool is_control(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029 || code == 0xFFFE ||
         code == 0xFFFF || (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

}  // namespace

std::string clean_text(std::string_view text, bool keep_newlines) {
  std::string clean;
  while (!text.empty()) {
    const CodePoint c = first_code_point(text);
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

std::string cut_text(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return "";
  std::string cut;
  std::size_t used = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const CodePoint c = first_code_point(rest);
    used += code_point_width(c.code);
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
    const CodePoint c = first_code_point(text);
    const std::size_t w = code_point_width(c.code);
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

}  // namespace ebit::inline report
