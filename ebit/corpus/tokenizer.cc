#include "ebit/corpus/tokenizer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>

#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/base/utf8.h"

namespace ebit::inline corpus {
namespace {

Tokens split_characters(std::string_view text) {
  Tokens tokens;
  for_each_code_point(text, [&](char32_t, std::string_view bytes) { tokens.emplace_back(bytes); });
  return tokens;
}

Tokens split_whitespace(std::string_view text) {
  Tokens tokens;
  bool inside = false;
  for_each_code_point(text, [&](char32_t point, std::string_view bytes) {
    const bool space = is_space(point);
    if (!space && !inside) tokens.emplace_back();
    if (!space) tokens.back() += bytes;
    inside = !space;
  });
  return tokens;
}

constexpr char32_t kEnDash = 0x2013, kEmDash = 0x2014;

bool is_digit(char32_t point) { return utf8proc_category(point) == UTF8PROC_CATEGORY_ND; }

// A letter, a mark on one, or a digit.
bool is_word(char32_t point) {
  const utf8proc_category_t kind = utf8proc_category(point);
  return (kind >= UTF8PROC_CATEGORY_LU && kind <= UTF8PROC_CATEGORY_ME) || kind == UTF8PROC_CATEGORY_ND;
}

// The plain sign that a typographic quote, apostrophe or dash stands for; other signs as they are.
std::string_view plain(char32_t point, std::string_view bytes) {
  if (point >= 0x2018 && point <= 0x201B) return "'";
  if (point >= 0x201C && point <= 0x201F) return "\"";
  return point == kEnDash || point == kEmDash ? "-" : bytes;
}

// Whether a sign between these two is part of the word: don't, well-known, 3.5, 1,000. The em dash parts
// words.
bool joins(char32_t before, char32_t sign, char32_t after) {
  if (sign == '\'' || sign == 0x2018 || sign == 0x2019 || sign == '-' || sign == kEnDash)
    return is_word(before) && is_word(after);
  if (sign == '.' || sign == ',') return is_digit(before) && is_digit(after);
  return false;
}

Tokens split_words(std::string_view text) {
  struct Character {
    char32_t point;
    std::string_view bytes;
  };
  std::vector<Character> all;
  for_each_code_point(text, [&](char32_t point, std::string_view bytes) {
    all.push_back({point, plain(point, bytes)});
  });
  Tokens tokens;
  bool inside = false;  // the last token is a word that may go on
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool word = is_word(all[i].point) || (inside && i + 1 < all.size() &&
                                                joins(all[i - 1].point, all[i].point, all[i + 1].point));
    if (is_space(all[i].point)) {
      inside = false;
      continue;
    }
    if (!word || !inside) tokens.emplace_back();
    tokens.back() += all[i].bytes;
    inside = word;
  }
  return tokens;
}

constexpr std::array<TokenizerRow, 3> kTokenizers{{
    {"words",
     "words (letters, marks, digits; apostrophes and hyphens inside a word, points and commas inside a "
     "number), "
     "every other sign by itself; typographic quotes and dashes as the plain ones",
     " ", split_words},
    {"characters", "Unicode code points, spaces among them", "", split_characters},
    {"whitespace", "what stands between white space, for texts that are tokenised already", " ",
     split_whitespace},
}};

const TokenizerRow& find_tokenizer(std::string_view name) {
  return find_row(kTokenizers, "no tokeniser", name);
}

}  // namespace

std::span<const TokenizerRow> tokenizer_table() { return kTokenizers; }

Tokens tokenize(std::string_view text, const TokenizerOptions& options) {
  const TokenizerRow& row = find_tokenizer(options.name);
  return options.lower_case ? row.split(lower_case(text)) : row.split(text);
}

std::string join_tokens(std::span<const std::string> tokens, const TokenizerOptions& options) {
  return fmt::format("{}", fmt::join(tokens, find_tokenizer(options.name).joint));
}

std::string lower_case(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for_each_code_point(text, [&](char32_t point, std::string_view bytes) {
    const char32_t lower = utf8proc_tolower(point);
    if (lower == point) {
      out += bytes;
      return;
    }
    std::array<utf8proc_uint8_t, 4> encoded{};
    const auto size = utf8proc_encode_char(lower, encoded.data());
    out.append(reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(size));
  });
  return out;
}

}  // namespace ebit::inline corpus
