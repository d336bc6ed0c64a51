// Lists of names in messages of one line.
#pragma once

#include <span>
#include <string>

namespace ebit::inline base {

/// Names as one line has room for: "Date, Temp, Wind", or the first 60 "and 4940 more".
std::string listed(std::span<const std::string> names);

}  // namespace ebit::inline base
