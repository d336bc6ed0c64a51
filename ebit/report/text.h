// Text as a terminal or a figure shows it: clean UTF-8, columns taken, cutting and wrapping.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "ebit/base/utf8.h"

namespace ebit::inline report {

/// `text` as valid UTF-8 without control characters: broken bytes become U+FFFD, tabs and other controls a
/// space, so that a column name from a foreign file cannot move the cursor or break an XML document.
/// Newlines stay where `keep_newlines`, else they become spaces too.
std::string clean_text(std::string_view text, bool keep_newlines = false);

/// `text` cut to at most `width` columns; a cut text ends in "…" (which counts). Never cuts inside a
/// character.
std::string cut_text(std::string_view text, std::size_t width);

/// `text` broken at spaces into lines of at most `width` columns (>= 1); a longer word is broken inside.
/// Newlines in `text` stay.
std::string wrap_text(std::string_view text, std::size_t width);

/// `text` with &, <, >, " and ' written as entities, cleaned first: safe in HTML and XML text and attributes.
std::string escape_html(std::string_view text);

}  // namespace ebit::inline report
