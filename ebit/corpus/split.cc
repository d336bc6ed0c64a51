#include "ebit/corpus/split.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "ebit/base/error.h"
#include "ebit/base/random.h"

namespace ebit::inline corpus {
namespace {

constexpr std::uint64_t kSplitStream = 0x73706C6974;  // "split": this draw is independent of others of a seed

void check(const SplitOptions& options) {
  const double sum = options.validation + options.test;
  require(options.validation >= 0 && options.test >= 0 && sum < 1,
          "the shares of the validation part ({}) and the test part ({}) must be 0 or more and less than 1 "
          "together",
          options.validation, options.test);
}

// Rows that must stay together, in order of their first row.
std::vector<std::vector<std::size_t>> group_rows(std::size_t rows, std::span<const std::string> keys) {
  std::vector<std::vector<std::size_t>> groups;
  std::unordered_map<std::string_view, std::size_t> of_key;
  for (std::size_t row = 0; row < rows; ++row) {
    if (!keys.empty()) {
      const auto [found, fresh] = of_key.emplace(keys[row], groups.size());
      if (!fresh) {
        groups[found->second].push_back(row);
        continue;
      }
    }
    groups.push_back({row});
  }
  return groups;
}

void append(std::vector<std::size_t>& part, const std::vector<std::size_t>& group) {
  part.insert(part.end(), group.begin(), group.end());
}

void shuffle(std::vector<std::size_t>& part, Random& random) {
  part = take_rows(part, random.permutation(part.size()));
}

}  // namespace

Parts split_rows(std::size_t rows, const SplitOptions& options, std::span<const std::string> keys,
                 std::span<const std::int64_t> strata) {
  check(options);
  require((keys.empty() || keys.size() == rows) && (strata.empty() || strata.size() == rows),
          "{} rows have {} keys and {} classes", rows, keys.size(), strata.size());
  const auto groups = group_rows(rows, keys);
  std::map<std::int64_t, std::vector<std::size_t>> classes;  // the groups of each class, by their first row
  for (std::size_t g = 0; g < groups.size(); ++g)
    classes[strata.empty() ? 0 : strata[groups[g].front()]].push_back(g);

  Random random(options.seed, kSplitStream);
  Parts parts;
  for (auto& [label, members] : classes) {
    shuffle(members, random);
    const auto count = static_cast<double>(members.size());
    const auto test = static_cast<std::size_t>(std::llround(options.test * count));
    const auto held = test + static_cast<std::size_t>(std::llround(options.validation * count));
    for (std::size_t i = 0; i < members.size(); ++i) {
      auto& part = i < test ? parts.test : i < held ? parts.validation : parts.train;
      append(part, groups[members[i]]);
    }
  }
  for (auto* part : {&parts.train, &parts.validation, &parts.test}) shuffle(*part, random);
  if (options.limit > 0) parts.train.resize(std::min(parts.train.size(), options.limit));
  require(!parts.train.empty() && (options.validation == 0 || !parts.validation.empty()) &&
              (options.test == 0 || !parts.test.empty()),
          "{} rows are too few for a training, a validation ({}) and a test part ({})", rows,
          options.validation, options.test);
  return parts;
}

}  // namespace ebit::inline corpus
