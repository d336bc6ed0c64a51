// Lines of a text.
#pragma once

#include <string_view>
#include <vector>

namespace ebit::inline base {

/// The character that ends the lines of `text`: LF where there is one (each CR before it belongs to the
/// line's end), else CR. So a lone CR inside a text with LF is no line's end, as `wc -l` and editors count.
char line_end_of(std::string_view text);

/// The lines of a text without their ends; the last may lack its end. Lines are views into `text`.
std::vector<std::string_view> lines_of(std::string_view text);

/// Takes the first line off `text`, which ends its lines with `end`, and returns it without its end.
std::string_view take_line(std::string_view& text, char end);

}  // namespace ebit::inline base
