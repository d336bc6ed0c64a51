// Text in UTF-8: checked, character by character, made fit to be shown and stored.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ebit::inline base {

/// A Unicode code point at the beginning of a text.
struct CodePoint {
  char32_t code = 0xFFFD;  ///< its number; U+FFFD for ill-formed bytes
  std::size_t bytes = 1;   ///< that it takes; ill-formed bytes pass one by one
  bool valid = false;      ///< well-formed: no overlong form, no surrogate, nothing above U+10FFFF
};

/// The first code point of a text that is not empty.
CodePoint first_code_point(std::string_view text);

/// Calls `visit(code point's number, its bytes)` for every code point of `text`, in order.
template <class Visit>
void for_each_code_point(std::string_view text, Visit&& visit) {
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    visit(point.code, text.substr(0, point.bytes));
    text.remove_prefix(point.bytes);
  }
}

/// True for white space as Python's str.split() and str.rstrip() see it.
bool is_space(char32_t code);

/// Columns of a terminal that a code point takes: 0 for combining marks, 2 for East Asian wide characters and
/// emoji, else 1.
std::size_t code_point_width(char32_t code);

/// Columns of a terminal that `text` (one line) takes.
std::size_t display_width(std::string_view text);

/// True where `text` is valid UTF-8.
bool is_utf8(std::string_view text);

/// Windows-1252 text as UTF-8, which is Latin-1 but for the bytes 0x80 to 0x9F: there it has the euro sign,
/// typographic quotes and dashes where Latin-1 has invisible control characters. The five bytes without a
/// character become U+FFFD.
std::string utf8_of_windows1252(std::string_view text);

/// Foreign `text` as it may stand in a message of one line and on a terminal: valid UTF-8 of at most `most`
/// bytes, with "..." behind it where it was cut, never inside a character. What could move the cursor,
/// recolour or reorder the line is escaped as C writes it: control characters, ill-formed bytes, line
/// separators and marks of writing direction. `most` npos: not cut.
std::string shown(std::string_view text, std::size_t most = 60);

/// The text without spaces and tabs at either end.
std::string_view trimmed(std::string_view text);

}  // namespace ebit::inline base
