#include "ebit/base/nearest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <numeric>

#include "ebit/base/listed.h"
#include "ebit/base/utf8.h"

namespace ebit::inline base {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);  // row[j]: distance of a's first i letters from b's first j
  std::iota(row.begin(), row.end(), std::size_t{0});
  const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (lower(a[i]) != lower(b[j]));
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

namespace {

constexpr std::size_t kLongestWord = 200;  // nobody meant a name by more; comparing costs its square

std::size_t common_prefix(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

}  // namespace

std::string nearest(std::string_view word, std::span<const std::string> names) {
  std::string best;
  if (word.size() > kLongestWord) return best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 2) + 1;
  for (const auto& name : names) {
    if (name.size() > kLongestWord) continue;
    const std::size_t distance = edit_distance(word, name);
    // Of equally near ones the one that begins alike was meant.
    const bool alike =
        distance == best_distance && !best.empty() && common_prefix(word, name) > common_prefix(word, best);
    if (distance < best_distance || alike) best = name, best_distance = distance;
  }
  return best;
}

std::string suggestion(std::string_view word, std::span<const std::string> names) {
  constexpr std::size_t kMost = 20;
  const std::string best = nearest(word, names);
  if (best.empty()) return fmt::format("; known: {}", listed(names));
  std::vector<std::string> near(names.begin(), names.end());
  const std::size_t dot = best.find('.');
  if (names.size() > kMost && dot != std::string::npos)
    std::erase_if(near, [&](const std::string& name) {
      return !std::string_view(name).starts_with(std::string_view(best).substr(0, dot + 1));
    });
  return fmt::format("; did you mean '{}'? known{}: {}", shown(best),
                     near.size() < names.size() ? fmt::format(" in {}", shown(best.substr(0, dot))) : "",
                     listed(near));
}

}  // namespace ebit::inline base
