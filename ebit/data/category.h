// Columns of text as columns of 0 and 1, one for each text ("one-hot").
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "ebit/data/series.h"

namespace ebit::inline data {

/// A column of text and the texts that a model knows of it.
struct Category {
  std::string name;                 ///< of the column
  std::vector<std::string> levels;  ///< sorted, at least one
};

/// The texts in some rows of a column, see Series::texts. Throws Error for a column of numbers.
Category category_of(const Series& series, const std::string& column, std::span<const std::size_t> rows);

/// Names of the columns that are made of some: "shop=north", "shop=south", ...
std::vector<std::string> category_columns(std::span<const Category> categories);

/// `series` with the columns that are made of `categories` behind its own, in place of those. Throws Error
/// for a text that is none of the levels, its row named.
Series with_categories(const Series& series, std::span<const Category> categories);

}  // namespace ebit::inline data
