// Numbers as text files write them.
#pragma once

#include <optional>
#include <string_view>

namespace ebit::inline data {

/// The number that the whole of `text` is (spaces around it allowed), with `decimal` ('.' or ',') as decimal
/// mark, an optional sign and exponent; nothing where the text is anything else. No thousands separators.
/// "inf" and "nan", and numbers too large for a double, come out as infinities and NaN: the caller refuses
/// them.
std::optional<double> parse_number(std::string_view text, char decimal = '.');

}  // namespace ebit::inline data
