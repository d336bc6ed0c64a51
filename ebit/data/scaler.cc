#include "ebit/data/scaler.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "ebit/base/choice.h"
#include "ebit/base/error.h"

namespace ebit::inline data {
namespace {

void fit_minmax(std::span<const double> values, double& offset, double& scale) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  offset = *low;
  scale = 1.0 / (*high - *low);
}

void fit_minmax_sym(std::span<const double> values, double& offset, double& scale) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  offset = *low / 2 + *high / 2;  // halved first: the sum could overflow
  scale = 2.0 / (*high - *low);
}

void fit_minmax_half(std::span<const double> values, double& offset, double& scale) {
  fit_minmax_sym(values, offset, scale);
  scale /= 2;
}

void fit_standard(std::span<const double> values, double& offset, double& scale) {
  const double n = static_cast<double>(values.size());
  double mean = 0.0, variance = 0.0;
  for (const double value : values) mean += value / n;
  for (const double value : values) variance += (value - mean) * (value - mean) / n;
  offset = mean;
  scale = 1.0 / std::sqrt(variance);
}

void fit_none(std::span<const double>, double& offset, double& scale) { offset = 0.0, scale = 1.0; }

constexpr std::array<ScalerRow, 5> kScalers{{
    {"minmax", "the fitted values fill [0, 1]", true, fit_minmax, 0, 1},
    {"minmax-sym", "the fitted values fill [-1, 1], the range of an expectation <Z>", true, fit_minmax_sym,
     -1, 1},
    {"minmax-half", "the fitted values fill [-1/2, 1/2]: later values find room in [-1, 1]", true,
     fit_minmax_half, -0.5, 0.5},
    {"standard", "mean 0 and (population) variance 1", true, fit_standard},
    {"none", "values as they are", false, fit_none},
}};

}  // namespace

std::span<const ScalerRow> scaler_table() { return kScalers; }

const ScalerRow& scaler_row(std::string_view name) { return find_row(kScalers, "unknown scaler", name); }

double Scaler::transform(double value) const {
  const double scaled = (value - offset) * scale;
  // The offset is rounded to the grid of the data, which may be coarse beside their spread.
  const double rounding = 4 * std::numeric_limits<double>::epsilon() * (1 + std::abs(offset * scale));
  const auto near = [&](double bound) { return std::abs(scaled - bound) <= rounding; };
  if (!near(1) && !near(-1) && !near(0.5) && !near(-0.5) && !near(0)) return scaled;
  const auto row = std::ranges::find(kScalers, name, &ScalerRow::name);
  if (row == kScalers.end() || row->low == row->high) return scaled;
  return near(row->high) ? row->high : near(row->low) ? row->low : scaled;
}

void Scaler::transform(std::span<double> values) const {
  for (double& value : values) value = transform(value);
}

void Scaler::inverse(std::span<double> scaled) const {
  for (double& value : scaled) value = inverse(value);
}

Scaler fit_scaler(std::string_view name, std::span<const double> values, std::string_view what) {
  const ScalerRow& row = scaler_row(name);
  require(!values.empty(), "{}: no values to fit the scaler '{}' on", what, name);
  for (const double value : values) {
    require(std::isfinite(value), "{}: the value {} cannot be scaled", what, value);
  }
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  require(!row.needs_spread || *low < *high,
          "{}: constant (always {}), so the scaler '{}' cannot scale it; choose another column or the scaler "
          "'none'",
          what, *low, name);
  Scaler scaler{.name = std::string(row.name)};
  row.fit(values, scaler.offset, scaler.scale);
  require(std::isfinite(scaler.offset) && std::isfinite(scaler.scale) && scaler.scale > 0,
          "{}: values from {} to {} are too far apart or too close together for the scaler '{}'", what, *low,
          *high, name);
  return scaler;
}

}  // namespace ebit::inline data
