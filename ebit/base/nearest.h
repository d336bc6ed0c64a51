// "Did you mean ...?": the nearest of a list of names.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ebit::inline base {

/// The number of single-character edits (insert, delete, replace; case ignored) between two words.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The entry of `names` nearest to `word`, or "" where none is near enough to be meant.
std::string nearest(std::string_view word, std::span<const std::string> names);

/// The end of an error message about an unknown name: "; did you mean 'Temp'? known: Date, Temp". Of more
/// than twenty names with sections ("train.epochs") those of the nearest one's section.
std::string suggestion(std::string_view word, std::span<const std::string> names);

/// The `name` fields of a table's rows, for suggestion().
template <class Rows>
std::vector<std::string> names_of(const Rows& rows) {
  std::vector<std::string> names;
  for (const auto& row : rows) names.emplace_back(row.name);
  return names;
}

}  // namespace ebit::inline base
