#include "ebit/base/utf8.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <array>

namespace ebit::inline base {

CodePoint first_code_point(std::string_view text) {
  if (const auto byte = static_cast<unsigned char>(text[0]); byte < 0x80) return {byte, 1, true};
  utf8proc_int32_t code = 0;
  const auto bytes = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                      static_cast<utf8proc_ssize_t>(text.size()), &code);
  if (bytes <= 0) return {};
  return {static_cast<char32_t>(code), static_cast<std::size_t>(bytes), true};
}

bool is_space(char32_t code) {
  if ((code >= 0x09 && code <= 0x0D) || (code >= 0x1C && code <= 0x1F) || code == 0x85) return true;
  const utf8proc_category_t kind = utf8proc_category(static_cast<utf8proc_int32_t>(code));
  return kind == UTF8PROC_CATEGORY_ZS || kind == UTF8PROC_CATEGORY_ZL || kind == UTF8PROC_CATEGORY_ZP;
}

std::size_t code_point_width(char32_t code) {
  const utf8proc_category_t kind = utf8proc_category(static_cast<utf8proc_int32_t>(code));
  if (kind == UTF8PROC_CATEGORY_CC || kind == UTF8PROC_CATEGORY_CN) return 1;  // drawn as some sign
  return static_cast<std::size_t>(utf8proc_charwidth(static_cast<utf8proc_int32_t>(code)));
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for_each_code_point(text, [&](char32_t code, std::string_view) { width += code_point_width(code); });
  return width;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    if (!point.valid) return false;
    text.remove_prefix(point.bytes);
  }
  return true;
}

std::string utf8_of_windows1252(std::string_view text) {
  // Of the bytes 0x80 to 0x9F (WHATWG Encoding Standard, index windows-1252).
  constexpr std::array<char16_t, 32> kSigns{0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                            0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD,
                                            0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                            0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178};
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    std::array<utf8proc_uint8_t, 4> encoded{};
    const bool sign = byte >= 0x80 && byte < 0xA0;
    const auto size = utf8proc_encode_char(sign ? kSigns[byte - 0x80] : byte, encoded.data());
    out.append(reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(size));
  }
  return out;
}

namespace {

// Controls of the terminal, of lines and of the direction of writing.
bool is_control(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x061C || code == 0x200E ||
         code == 0x200F || (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ||
         code == 0xFEFF;
}

std::string escaped(char32_t code) {
  if (code == '\n') return "\\n";
  if (code == '\r') return "\\r";
  if (code == '\t') return "\\t";
  const auto number = static_cast<unsigned>(code);
  return code < 0x80 ? fmt::format("\\x{:02x}", number) : fmt::format("\\u{:04x}", number);
}

}  // namespace

std::string shown(std::string_view text, std::size_t most) {
  std::string out;
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    const std::string piece = !point.valid ? fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]))
                              : is_control(point.code) ? escaped(point.code)
                                                       : std::string(text.substr(0, point.bytes));
    if (piece.size() > most - out.size()) return out + "...";
    out += piece;
    text.remove_prefix(point.bytes);
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpaces = " \t";
  const std::size_t first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

}  // namespace ebit::inline base
