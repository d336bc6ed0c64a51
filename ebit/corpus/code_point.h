// A UTF-8 text, code point by code point.
#pragma once

#include <utf8proc.h>

#include <cstddef>
#include <string_view>

namespace ebit {

/// Calls `visit(code point, its bytes)` for every code point of valid UTF-8 `text`, in order.
template <class Visit>
void for_each_code_point(std::string_view text, Visit&& visit) {
  while (!text.empty()) {
    utf8proc_int32_t point = 0;
    const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                       static_cast<utf8proc_ssize_t>(text.size()), &point);
    // Ill-formed bytes pass one by one: whoever reads a file has checked it.
    const std::size_t bytes = size > 0 ? static_cast<std::size_t>(size) : 1;
    visit(size > 0 ? point : utf8proc_int32_t{0xFFFD}, text.substr(0, bytes));
    text.remove_prefix(bytes);
  }
}

/// True for white space as Python's str.split() and str.rstrip() see it.
inline bool is_space(utf8proc_int32_t point) {
  if ((point >= 0x09 && point <= 0x0D) || (point >= 0x1C && point <= 0x1F) || point == 0x85) return true;
  const utf8proc_category_t kind = utf8proc_category(point);
  return kind == UTF8PROC_CATEGORY_ZS || kind == UTF8PROC_CATEGORY_ZL || kind == UTF8PROC_CATEGORY_ZP;
}

}  // namespace ebit
