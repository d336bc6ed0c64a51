// Text from strangers' files made fit to be shown and stored.
#pragma once

#include <string>
#include <string_view>

namespace ebit {

/// True where `text` is valid UTF-8 (no overlong forms, no surrogates, nothing above U+10FFFF).
bool is_utf8(std::string_view text);

/// Latin-1 text as UTF-8: every byte is the character of that number.
std::string utf8_of_latin1(std::string_view text);

/// Valid UTF-8 `text` as it may stand in a message of one line: control characters replaced by spaces, and
/// cut, with
/// "..." at the end, after `most` bytes or the whole character before.
std::string shown(std::string_view text, std::size_t most = 60);

}  // namespace ebit
