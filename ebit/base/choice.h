// What users choose by name: the rows of a table.
#pragma once

#include <string_view>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/base/utf8.h"

namespace ebit::inline base {

/// A row that is nothing but a name, for options whose code decides by the name.
struct Choice {
  std::string_view name;         ///< as users type it
  std::string_view help;         ///< one line: what it does
  std::string_view source = "";  ///< the paper; may be empty
};

/// The row of `rows` whose field `name` is `name`. Throws Error where there is none: `what`, as "unknown
/// gate" or "no loss is called", the name, and the nearest one.
template <class Rows>
const auto& find_row(const Rows& rows, std::string_view what, std::string_view name) {
  for (const auto& row : rows)
    if (row.name == name) return row;
  fail("{} '{}'{}", what, shown(name), suggestion(name, names_of(rows)));
}

}  // namespace ebit::inline base
