#include "ebit/data/number.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>

#include "ebit/base/utf8.h"

namespace ebit::inline data {
namespace {

// `text` without the marks between its groups of three digits; nothing where they part it otherwise.
std::optional<std::string> without_marks(std::string_view text, char decimal, char thousands) {
  const std::string plain = with_plain_marks(text);
  std::size_t end = plain.find_first_not_of(std::string("+-0123456789") + thousands);
  if (end == std::string::npos) end = plain.size();
  if (end < plain.size() && plain[end] != decimal && plain[end] != 'e' && plain[end] != 'E')
    return std::nullopt;
  std::string out;
  std::size_t group = 0;  // digits since the last mark
  bool marked = false;
  for (std::size_t i = 0; i <= end; ++i) {
    const bool mark = i < end && plain[i] == thousands;
    if (mark || i == end) {
      if (marked ? group != 3 : mark && (group < 1 || group > 3)) return std::nullopt;
      marked = marked || mark, group = 0;
      continue;
    }
    out += plain[i];
    group += plain[i] >= '0' && plain[i] <= '9';
  }
  return out + plain.substr(end);
}

}  // namespace

std::string with_plain_marks(std::string_view text) {
  std::string out;
  for_each_code_point(text, [&](char32_t code, std::string_view bytes) {
    if (code == 0xA0 || code == 0x2009 || code == 0x202F)
      out += ' ';
    else if (code == 0x2019)
      out += '\'';
    else
      out += bytes;
  });
  return out;
}

std::optional<double> parse_number(std::string_view text, char decimal, char thousands) {
  text = trimmed(text);
  std::string without;
  if (thousands != 0) {
    std::optional<std::string> plain = without_marks(text, decimal, thousands);
    if (!plain) return std::nullopt;
    text = without = std::move(*plain);
  }
  // from_chars takes '-' but no '+'.
  if (text.size() > 1 && text[0] == '+' && text[1] != '-' && text[1] != '+') text.remove_prefix(1);
  std::string with_point;
  if (decimal != '.') {
    if (text.find('.') != std::string_view::npos) return std::nullopt;
    with_point = text;
    std::replace(with_point.begin(), with_point.end(), decimal, '.');
    text = with_point;
  }
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || end != text.data() + text.size() || error == std::errc::invalid_argument) {
    return std::nullopt;
  }
  if (error == std::errc::result_out_of_range) {
    const bool tiny = text.find("e-") != std::string_view::npos || text.find("E-") != std::string_view::npos;
    return tiny ? 0.0 : std::numeric_limits<double>::infinity();
  }
  return value;
}

}  // namespace ebit::inline data
