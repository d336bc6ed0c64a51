// What stands beside the rows after the last one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ebit::inline data {

/// Labels of `steps` rows after the last of `times`, written as that one is.
///
/// Numbers go on by their usual difference, dates and times of day as find_step() says, by the file's
/// own clock: months, quarters and years by the calendar, workdays over the weekends; holidays are not known.
/// A label with an offset from UTC goes on with that offset, or where the offsets change through the year
/// (summer time) as UtcOffsets says. Labels are read by `date_order` ("dmy",
/// "mdy" or "packed", see date_order_of()); where it is empty, "10/05/2024" is read as the rest of the labels
/// says it must be, and "202405" is a number. "+1", "+2", ... where there is no rule: fewer than two rows,
/// texts, rows that do not go forward, fractions of a second, numbers with exponents or marks of thousands.
std::vector<std::string> continue_times(const std::vector<std::string>& times, int steps,
                                        std::string_view date_order = {});

}  // namespace ebit::inline data
