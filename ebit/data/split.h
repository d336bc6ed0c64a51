// Which rows and windows of a series belong to which part.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "ebit/data/dataset.h"

namespace ebit::inline data {

inline constexpr std::array<std::string_view, 3> kDataParts{"training", "validation",
                                                            "test"};  ///< in messages

/// The first rows of the windows of each part.
using Starts = std::array<std::vector<std::size_t>, 3>;

/// Rows from a window's first one to its target.
std::size_t reach(const DatasetOptions& options);

/// Windows of rows [begin, end), a stride apart.
std::vector<std::size_t> starts_in(std::size_t begin, std::size_t end, const DatasetOptions& options);

/// Where the parts begin; see Dataset::part_begin.
std::array<std::size_t, 4> parts_of(const Series& series, const DatasetOptions& options);

/// The windows of all parts of `dataset`, whose rows, options, parts and transform are known.
Starts split_windows(const Dataset& dataset);

/// The rows that part p is made of, in ascending order; those that the transform takes are left out.
std::vector<std::size_t> rows_of(const Dataset& dataset, const Starts& starts, std::size_t p);

}  // namespace ebit::inline data
