// Training, validation and test part of rows that are in no order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace ebit::inline corpus {

/// How rows are divided.
struct SplitOptions {
  double validation = 0.1;  ///< share of the rows, in [0, 1)
  double test = 0.1;        ///< share of the rows, in [0, 1); validation + test < 1
  std::uint64_t seed = 1;   ///< of the draw
  std::size_t limit = 0;    ///< keep at most that many rows of the training part; 0: all
};

/// Row numbers of the parts, each in random order.
struct Parts {
  std::vector<std::size_t> train;       ///< rows to learn from
  std::vector<std::size_t> validation;  ///< rows to choose by
  std::vector<std::size_t> test;        ///< rows to report
};

/// Divides N rows by a seeded draw. Rows with equal `keys` ([N], or empty: all differ) come into the same
/// part, so that no part holds a copy of another's row. Where `strata` ([N], or empty) are given, every class
/// is divided by itself, so that the parts hold it in equal shares. Throws Error for shares out of range, and
/// where the training part, or a part with a positive share, would be empty.
Parts split_rows(std::size_t rows, const SplitOptions& options, std::span<const std::string> keys = {},
                 std::span<const std::int64_t> strata = {});

/// `items` at `rows`.
template <class T>
std::vector<T> take_rows(const std::vector<T>& items, std::span<const std::size_t> rows) {
  std::vector<T> taken;
  taken.reserve(rows.size());
  for (const std::size_t row : rows) taken.push_back(items[row]);
  return taken;
}

}  // namespace ebit::inline corpus
