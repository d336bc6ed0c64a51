#include "ebit/corpus/text.h"

#include <algorithm>
#include <array>

#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/base/utf8.h"

namespace ebit::inline corpus {
namespace {

constexpr std::array<EncodingRow, 3> kEncodings{{
    {"utf-8", "Unicode; other bytes are refused"},
    {"latin-1", "ISO 8859-1, read as windows-1252, as browsers do"},
    {"windows-1252", "Latin-1 with typographic quotes and dashes, converted to Unicode"},
}};

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// The line of the first one that is not UTF-8, counted from 1.
std::size_t foreign_line(std::string_view text) {
  std::size_t number = 0;
  for (const std::string_view line : lines_of(text)) {
    ++number;
    if (!is_utf8(line)) return number;
  }
  return number;
}

}  // namespace

std::span<const EncodingRow> encoding_table() { return kEncodings; }

std::string decode_text(std::string bytes, std::string_view encoding, std::string_view source) {
  find_row(kEncodings, "no encoding", encoding);
  require(bytes.find('\0') == std::string::npos,
          "'{}' holds zero bytes: it is no text, or text in UTF-16; convert it to UTF-8", source);
  if (encoding != "utf-8") return utf8_of_windows1252(bytes);
  if (bytes.starts_with(kByteOrderMark)) bytes.erase(0, kByteOrderMark.size());
  if (!is_utf8(bytes)) {
    fail(
        "'{}', line {}: not UTF-8; if the file is in Latin-1 or Windows-1252, say so with --encoding "
        "latin-1, "
        "else convert it",
        source, foreign_line(bytes));
  }
  return bytes;
}

bool is_blank(std::string_view text) {
  bool blank = true;
  for_each_code_point(text, [&](char32_t code, std::string_view) { blank = blank && is_space(code); });
  return blank;
}

}  // namespace ebit::inline corpus
