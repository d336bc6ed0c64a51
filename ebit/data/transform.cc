#include "ebit/data/transform.h"

#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "ebit/base/error.h"

namespace ebit::inline data {
namespace {

constexpr std::array<Choice, 3> kTransforms{{
    {"log", "the natural logarithm, of values above 0"},
    {"difference", "the change since the last value that is known"},
    {"seasonal-difference", "the change since the last season that is known"},
}};

}  // namespace

std::span<const Choice> transform_table() { return kTransforms; }

Transform::Transform(std::span<const std::string> names, int horizon, int season) {
  for (const std::string& name : names) {
    find_row(kTransforms, "unknown transform", name);
    const auto known = static_cast<std::size_t>(horizon), rows = static_cast<std::size_t>(season);
    if (name == "log") {
      require(lags_.empty(),
              "--transform: log must come first, and once: differences below 0 have no logarithm");
      lags_.push_back(0);
    } else if (name == "difference") {
      lags_.push_back(known);
    } else {
      require(season > 1, "--transform seasonal-difference needs a season: give --season, such as 7");
      lags_.push_back((known + rows - 1) / rows * rows);
    }
  }
}

Transform Transform::of_lags(std::vector<std::size_t> lags) {
  Transform transform;
  transform.lags_ = std::move(lags);
  return transform;
}

std::size_t Transform::lost() const { return std::accumulate(lags_.begin(), lags_.end(), std::size_t{0}); }

// A row behind the first `steps` steps.
double Transform::stage(const Series& series, std::size_t column, std::size_t row, std::size_t steps) const {
  if (steps == 0) return series.at(row, column);
  const std::size_t lag = lags_[steps - 1];
  const double before = stage(series, column, row, steps - 1);
  return lag == 0 ? std::log(before) : before - stage(series, column, row - lag, steps - 1);
}

double Transform::at(const Series& series, std::size_t column, std::size_t row, double value) const {
  for (std::size_t s = 0; s < lags_.size(); ++s)
    value = lags_[s] == 0 ? std::log(value) : value - stage(series, column, row - lags_[s], s);
  return value;
}

double Transform::restored(const Series& series, std::size_t column, std::size_t row, double z) const {
  for (std::size_t s = lags_.size(); s-- > 0;)
    z = lags_[s] == 0 ? std::exp(z) : z + stage(series, column, row - lags_[s], s);
  return z;
}

std::vector<double> Transform::continued(const Series& series, std::size_t column,
                                         std::span<const double> z) const {
  Series own;
  own.names = {series.names[column]};
  for (std::size_t row = 0; row < series.rows(); ++row) own.values.push_back(series.at(row, column));
  std::vector<double> values;
  for (const double change : z) {
    values.push_back(restored(own, 0, own.rows(), change));
    own.values.push_back(values.back());
  }
  return values;
}

std::vector<double> Transform::column(const Series& series, std::size_t column) const {
  require(series.rows() > lost(),
          "{}: {} rows are too few for --transform, which takes {} rows before the first", series.source,
          series.rows(), lost());
  std::vector<double> z(series.rows(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t row = 0; row < series.rows(); ++row) {
    const double value = series.at(row, column);
    require(empty() || lags_[0] != 0 || value > 0,
            "{} row {} ({}), column '{}': {} has no logarithm: --transform log takes values above 0",
            series.source, row + 1, series.times[row], series.names[column], value);
    if (row >= lost()) z[row] = at(series, column, row, value);
  }
  return z;
}

double Transform::link(double value) const { return !empty() && lags_[0] == 0 ? std::log(value) : value; }

std::pair<double, double> Transform::ends(double value, double half) const {
  if (empty() || lags_[0] != 0) return {value - half, value + half};
  return {value * std::exp(-half), value * std::exp(half)};
}

}  // namespace ebit::inline data
