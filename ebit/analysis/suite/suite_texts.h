// The texts of suites() that have a file of their own. Each is what a user would write, see parse_suite().
#pragma once

#include <string_view>

namespace ebit::analysis {

std::string_view daskin_suite();   ///< "daskin-extended"
std::string_view fellner_suite();  ///< "fellner"
std::string_view bausch_suite();   ///< "bausch"
std::string_view xu_suite();       ///< "xu"

}  // namespace ebit::analysis
