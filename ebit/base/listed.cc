#include "ebit/base/listed.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "ebit/base/utf8.h"

namespace ebit::inline base {

std::string listed(std::span<const std::string> names) {
  constexpr std::size_t kMost = 60;
  std::vector<std::string> some;
  for (const std::string& name : names.first(std::min(kMost, names.size()))) some.push_back(shown(name));
  return fmt::format(
      "{}{}", fmt::join(some, ", "),
      names.size() > kMost ? fmt::format(" and {} more", names.size() - kMost) : std::string());
}

}  // namespace ebit::inline base
