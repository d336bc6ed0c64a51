// Text of corpora: its encoding.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "ebit/base/lines.h"

namespace ebit::inline corpus {

/// A row of the table of encodings.
struct EncodingRow {
  std::string_view name;  ///< as written in options
  std::string_view help;  ///< one line: what it does
};

/// "utf-8" (anything else is refused), "latin-1" and "windows-1252" (converted).
std::span<const EncodingRow> encoding_table();

/// `bytes` as UTF-8 without a byte-order mark. Throws Error, with `source`, the line and what to do, for
/// bytes that are not in `encoding`, and for text with a NUL in it (not text, or UTF-16).
std::string decode_text(std::string bytes, std::string_view encoding, std::string_view source);

/// True for UTF-8 text of nothing but white space, unbreakable spaces among it.
bool is_blank(std::string_view text);

}  // namespace ebit::inline corpus
