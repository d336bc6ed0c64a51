// Whole numbers of JSON: its library cuts fractions off and wraps what is out of range, without a word.
#pragma once

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>
#include <vector>

namespace ebit::inline base {

/// `value` as a whole number of type T. Throws std::range_error for anything else: a fraction, a number
/// written as one (2.0), a number out of T's range, a text.
template <class T>
T whole(const nlohmann::json& value) {
  const bool fits =
      value.is_number_unsigned()  ? std::in_range<T>(value.get<nlohmann::json::number_unsigned_t>())
      : value.is_number_integer() ? std::in_range<T>(value.get<nlohmann::json::number_integer_t>())
                                  : false;
  if (!fits) throw std::range_error("not a whole number of its range");
  return value.get<T>();
}

/// Likewise a list of them. Throws std::range_error as whole(), and nlohmann's type_error for what is no
/// list.
template <class T>
std::vector<T> whole_numbers(const nlohmann::json& list) {
  std::vector<T> numbers;
  for (const nlohmann::json& value : list.get_ref<const nlohmann::json::array_t&>())
    numbers.push_back(whole<T>(value));
  return numbers;
}

}  // namespace ebit::inline base
