// From text to tokens and back.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ebit::inline corpus {

/// A text as tokens.
using Tokens = std::vector<std::string>;

/// A row of the table of tokenisers.
struct TokenizerRow {
  std::string_view name;   ///< as written in options
  std::string_view help;   ///< one line: what a token is
  std::string_view joint;  ///< what stands between two tokens when they are put together again
  Tokens (*split)(std::string_view text);  ///< UTF-8 text to tokens
};

/// "words" (letters, digits, inner apostrophes and hyphens; every other sign is a token; typographic quotes
/// and dashes, U+2018 to U+201F, U+2013 and U+2014, become the plain ones), "characters" (code points),
/// "whitespace".
std::span<const TokenizerRow> tokenizer_table();

/// How text becomes tokens.
struct TokenizerOptions {
  std::string name = "words";  ///< a row of tokenizer_table()
  bool lower_case = false;     ///< letters in lower case first, by Unicode's simple case mapping
};

/// The tokens of a UTF-8 text. Throws Error for an unknown tokeniser (nearest suggested).
Tokens tokenize(std::string_view text, const TokenizerOptions& options);

/// Tokens put together as text: with spaces between words, with nothing between characters.
std::string join_tokens(std::span<const std::string> tokens, const TokenizerOptions& options);

/// A UTF-8 text in lower case, code point by code point.
std::string lower_case(std::string_view text);

}  // namespace ebit::inline corpus
