// A series of which every value tells where it came from.
#pragma once

#include <string>

#include "ebit/data/dataset.h"

namespace ebit::inline data::testing {

/// Columns a and b with the values row and 1000 + row.
inline Series ramp(std::size_t rows) {
  Series s;
  s.source = "ramp";
  s.names = {"a", "b"};
  for (std::size_t i = 0; i < rows; ++i) {
    s.times.push_back(std::to_string(i));
    s.values.insert(s.values.end(), {static_cast<double>(i), 1000.0 + static_cast<double>(i)});
  }
  return s;
}

/// Column a as the target, unscaled.
inline DatasetOptions plain(double train = 0.8, double validation = 0.0) {
  DatasetOptions o;
  o.targets = {"a"};
  o.train = train;
  o.validation = validation;
  o.scaler = "none";
  return o;
}

}  // namespace ebit::inline data::testing
