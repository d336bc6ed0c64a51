// Numbers as text files write them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ebit::inline data {

/// The number that the whole of `text` is (spaces around it allowed), with `decimal` ('.' or ',') as decimal
/// mark, an optional sign and exponent; nothing where the text is anything else. `thousands` ('.', ',', '\''
/// or ' ', which stands for the narrow and unbreakable spaces too; 0: none) may part the digits before the
/// decimal mark into groups of three. "inf" and "nan", and numbers too large for a double, come out as
/// infinities and NaN: the caller refuses them. Numbers too small for one are 0.
std::optional<double> parse_number(std::string_view text, char decimal = '.', char thousands = 0);

/// `text` with plain spaces and apostrophes in place of narrow, unbreakable and typographic ones.
std::string with_plain_marks(std::string_view text);

}  // namespace ebit::inline data
