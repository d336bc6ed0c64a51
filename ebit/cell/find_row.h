// Finds the row that a user named in one of the tables.
#pragma once

#include <string_view>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"

namespace ebit::inline cell {

/// The row called `name`. Throws Error, with `what` the rows are and the nearest name, where there is none.
template <class Rows>
auto& find_row(const Rows& rows, std::string_view what, std::string_view name) {
  for (auto& row : rows)
    if (row.name == name) return row;
  fail("unknown {} '{}'{}", what, name, suggestion(name, names_of(rows)));
}

}  // namespace ebit::inline cell
