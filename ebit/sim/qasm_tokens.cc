#include "ebit/sim/qasm_tokens.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace ebit::inline sim {

std::vector<QasmToken> qasm_tokens(std::string_view text) {
  std::vector<QasmToken> all;
  int line = 1;
  const auto in_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || (c & 0x80);
  };
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    std::size_t end = i + 1;
    if (c == '\n') ++line;
    if (std::isspace(static_cast<unsigned char>(c))) {
      ++i;
      continue;
    }
    if (text.substr(i, 2) == "//") {
      i = std::min(text.find('\n', i), text.size());
      continue;
    }
    if (text.substr(i, 2) == "/*") {
      end = std::min(text.find("*/", i + 2), text.size() - 2) + 2;
      line += static_cast<int>(std::count(text.begin() + static_cast<std::ptrdiff_t>(i),
                                          text.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
      i = end;
      continue;
    }
    if (std::isdigit(static_cast<unsigned char>(c)) ||
        (c == '.' && i + 1 < text.size() && std::isdigit(static_cast<unsigned char>(text[i + 1])))) {
      double ignored = 0;
      end = static_cast<std::size_t>(
          std::from_chars(text.data() + i, text.data() + text.size(), ignored).ptr - text.data());
    } else if (in_word(c)) {
      while (end < text.size() && in_word(text[end])) ++end;
    } else if (c == '"') {
      end = std::min(text.find('"', i + 1), text.size() - 1) + 1;
    } else if (const auto pair = text.substr(i, 2); pair == "->" || pair == "==" || pair == "**") {
      end = i + 2;
    }
    all.push_back({std::string(text.substr(i, end - i)), line});
    i = end;
  }
  all.push_back({"", line});
  return all;
}

}  // namespace ebit::inline sim
