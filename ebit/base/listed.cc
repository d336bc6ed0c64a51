#include "ebit/base/listed.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace ebit::inline base {

std::string listed(std::span<const std::string> names) {
  constexpr std::size_t kMost = 60;
  return fmt::format(
      "{}{}", fmt::join(names.first(std::min(kMost, names.size())), ", "),
      names.size() > kMost ? fmt::format(" and {} more", names.size() - kMost) : std::string());
}

}  // namespace ebit::inline base
