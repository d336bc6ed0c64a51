#include "ebit/base/lines.h"

#include <algorithm>

namespace ebit::inline base {

char line_end_of(std::string_view text) { return text.find('\n') == std::string_view::npos ? '\r' : '\n'; }

std::string_view take_line(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  std::string_view line = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  // CR CR LF is what a program writes that ends its lines itself and whose system does so again.
  while (end == '\n' && line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  const char end = line_end_of(text);
  std::vector<std::string_view> lines;
  while (!text.empty()) lines.push_back(take_line(text, end));
  return lines;
}

}  // namespace ebit::inline base
