// Text of corpora: its encoding, its lines.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ebit::inline corpus {

/// A row of the table of encodings.
struct EncodingRow {
  std::string_view name;  ///< as written in options
  std::string_view help;  ///< one line: what it does
};

/// "utf-8" (anything else is refused), "latin-1" (converted).
std::span<const EncodingRow> encoding_table();

/// `bytes` as UTF-8 without a byte-order mark. Throws Error, with `source`, the line and what to do, for
/// bytes that are not in `encoding`, and for text with a NUL in it (not text, or UTF-16).
std::string decode_text(std::string bytes, std::string_view encoding, std::string_view source);

/// The lines of a text; LF, CRLF or CR end one, and the last may lack its end. Lines are views into `text`.
std::vector<std::string_view> lines_of(std::string_view text);

}  // namespace ebit::inline corpus
