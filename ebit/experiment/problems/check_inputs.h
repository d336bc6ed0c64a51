// Whether a model's encoder is defined for the data, told by row and column before anything is trained.
#pragma once

#include <cstddef>
#include <string>

#include "ebit/data/dataset.h"
#include "ebit/settings/config.h"

namespace ebit::experiment {

/// Says of single values whether the encoder of a configuration's model takes them.
class InputCheck {
 public:
  /// Classical models take everything, and where the `features` columns do not fit on the encoder's wires the
  /// model itself will say so.
  InputCheck(const Config& config, std::size_t features);

  /// Throws Error that names row, time and column of `series`, and what to do, where `scaled` is outside the
  /// encoder's domain.
  void operator()(double scaled, const Series& series, std::size_t row, const std::string& column) const;

 private:
  std::string encoder_, scaler_, domain_;
  bool (*accepts_)(double x) = nullptr;
};

/// One line for the user where many targets lie beyond what the model can answer, "" where not: a quantum
/// model without a head answers with expectations, which lie in [-1, 1], and so do not follow a trend.
std::string reach_warning(const Config& config, const Dataset& dataset);

/// Checks every value that the windows of all parts show to the model. Throws Error as InputCheck does.
void check_inputs(const Config& config, const Dataset& dataset);

/// The same for the windows of other data, see windows_of(). @param fitted how the model sees data.
void check_inputs(const Config& config, const Windows& windows, const Dataset& fitted, const Series& series);

}  // namespace ebit::experiment
