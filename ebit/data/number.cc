#include "ebit/data/number.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
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

// Whether a number that is out of the range of a double, with its point, is below it and not above.
bool is_tiny(std::string_view text) {
  const std::size_t e = std::min(text.find_first_of("eE"), text.size());
  const std::string_view digits = text.substr(0, e);
  const auto point = static_cast<std::int64_t>(std::min(digits.find('.'), digits.size()));
  const auto first = static_cast<std::int64_t>(digits.find_first_of("123456789"));
  const std::int64_t power = first < point ? point - first - 1 : point - first;  // of ten, of that digit
  std::string_view written = text.substr(std::min(e + 1, text.size()));
  if (written.starts_with('+')) written.remove_prefix(1);
  std::int64_t exponent = 0;
  const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), exponent);
  if (error == std::errc::result_out_of_range) return written.starts_with('-');
  return exponent < -power;
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
    // As strtod and other readers do: what is too small to be told from 0 is 0, however it is written.
    return is_tiny(text) ? 0.0 : std::numeric_limits<double>::infinity();
  }
  return value;
}

}  // namespace ebit::inline data
