// Numbers of JSON documents.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>

namespace ebit::experiment {

/// `value` as JSON; null where it is NaN or infinite, which JSON has no words for.
inline nlohmann::ordered_json number(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

}  // namespace ebit::experiment
