#include "ebit/data/utf8.h"

#include <algorithm>
#include <array>

namespace ebit {
namespace {

// RFC 3629, section 4: the well-formed byte sequences of two and more bytes by their first byte, and the
// bounds of the second; all further bytes lie in 80..BF.
struct Form {
  unsigned char first, last;  // bounds of the first byte
  unsigned char second_first, second_last;
  std::size_t size;
};
constexpr std::array<Form, 8> kForms{{
    {0xC2, 0xDF, 0x80, 0xBF, 2},
    {0xE0, 0xE0, 0xA0, 0xBF, 3},
    {0xE1, 0xEC, 0x80, 0xBF, 3},
    {0xED, 0xED, 0x80, 0x9F, 3},
    {0xEE, 0xEF, 0x80, 0xBF, 3},
    {0xF0, 0xF0, 0x90, 0xBF, 4},
    {0xF1, 0xF3, 0x80, 0xBF, 4},
    {0xF4, 0xF4, 0x80, 0x8F, 4},
}};

bool is_tail(unsigned char byte) { return byte >= 0x80 && byte <= 0xBF; }

// Bytes of the character at the start of `text`, or 0 where it is ill formed.
std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return 1;
  for (const auto& form : kForms) {
    if (byte(0) < form.first || byte(0) > form.last) continue;
    if (text.size() < form.size || byte(1) < form.second_first || byte(1) > form.second_last) return 0;
    for (std::size_t i = 2; i < form.size; ++i) {
      if (!is_tail(byte(i))) return 0;
    }
    return form.size;
  }
  return 0;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

std::string utf8_of_latin1(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xC0 | (byte >> 6));
      out += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return out;
}

std::string shown(std::string_view text, std::size_t most) {
  std::string out(text.substr(0, most));
  if (text.size() > most) {
    while (!out.empty() && is_tail(static_cast<unsigned char>(text[out.size()]))) out.pop_back();
    out += "...";
  }
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return out;
}

}  // namespace ebit
