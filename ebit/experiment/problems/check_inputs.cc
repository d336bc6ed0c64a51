#include "ebit/experiment/problems/check_inputs.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/cell/encoder.h"
#include "ebit/settings/models.h"

namespace ebit::experiment {

InputCheck::InputCheck(const Config& config, std::size_t features) : scaler_(config.data.dataset.scaler) {
  if (family_of(config) != kRegister || config.model.input_map == "linear" ||
      config.model.input_map == "tanh")
    return;
  const Encoder& encoder = find_encoder(config.model.reg.encoder);
  if (!encoder.fits(config.model.reg.system, static_cast<int>(features))) return;
  encoder_ = encoder.name, domain_ = encoder.domain, accepts_ = encoder.accepts;
}

void InputCheck::operator()(double scaled, const Series& series, std::size_t row,
                            const std::string& column) const {
  if (accepts_ == nullptr || accepts_(scaled)) return;
  // An encoder of numbers wants room beyond the training part, one of bits wants the bits as they are.
  const bool takes_numbers = accepts_(0.5);
  const std::string advice = !takes_numbers ? "give columns of 0 and 1 with --scaler none"
                             : scaler_ != "minmax-half"
                                 ? "--scaler minmax-half leaves room beyond the training rows"
                                 : "a larger --train share would reach further";
  fail(
      "{} row {} ({}), column '{}': {} after scaling ({}), but the encoder {} takes {}; {}, or take another "
      "--encoder",
      series.source, row + 1, series.times[row], column, scaled, scaler_, encoder_, domain_, advice);
}

std::string reach_warning(const Config& config, const Dataset& dataset) {
  if (family_of(config) != kRegister || config.model.head != "none") return "";
  constexpr double kMany = 0.05;  // of a part's targets
  const std::pair<std::string_view, const Windows*> parts[] = {
      {"training", &dataset.train}, {"validation", &dataset.validation}, {"test", &dataset.test}};
  for (const auto& [name, part] : parts) {
    const auto beyond =
        std::count_if(part->y.begin(), part->y.end(), [](double y) { return std::abs(y) > 1; });
    if (static_cast<double>(beyond) <= kMany * static_cast<double>(part->y.size())) continue;
    return fmt::format(
        "{} of {} {} targets lie outside [-1, 1] after scaling ({}), where this model's answers end; "
        "--head linear lets it go beyond{}",
        beyond, part->y.size(), name, config.data.dataset.scaler,
        config.data.dataset.scaler == "minmax-half" ? "" : ", --scaler minmax-half leaves room");
  }
  return "";
}

void check_inputs(const Config& config, const Dataset& dataset) {
  for (const Windows* part : {&dataset.train, &dataset.validation, &dataset.test})
    check_inputs(config, *part, dataset, dataset.series);
}

void check_inputs(const Config& config, const Windows& windows, const Dataset& fitted, const Series& series) {
  const InputCheck check(config, windows.features);
  const std::size_t reach = windows.steps - 1 + static_cast<std::size_t>(fitted.options.horizon);
  std::vector<double> x(windows.steps * windows.features);
  for (std::size_t window = 0; window < windows.count; ++window) {
    windows.copy(window, x.data());
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t f = i % windows.features;
      const std::size_t later = fitted.ahead[f] ? static_cast<std::size_t>(fitted.options.horizon) : 0;
      check(x[i], series, windows.target_row[window] - reach + i / windows.features + later,
            fitted.series.names[fitted.feature_columns[f]]);
    }
  }
}

}  // namespace ebit::experiment
