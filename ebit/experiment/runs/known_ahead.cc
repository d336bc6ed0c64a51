#include "ebit/experiment/runs/known_ahead.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/base/time.h"
#include "ebit/base/utf8.h"
#include "ebit/data/calendar.h"

namespace ebit::experiment {
namespace {

bool is_calendar(const Dataset& fitted, const std::string& name) {
  const std::vector<std::string> names = calendar_columns(fitted.options.calendar);
  return std::ranges::find(names, name) != names.end();
}

// Whether two labels are of one time; where one file's dates show no order, they have that of the other.
bool same_time(const std::string& a, const std::string& order_a, const std::string& b,
               const std::string& order_b) {
  const auto first = parse_time(a, date_order_of(order_a.empty() ? order_b : order_a)),
             second = parse_time(b, date_order_of(order_b.empty() ? order_a : order_b));
  return first && second ? *first == *second : a == b;
}

}  // namespace

std::size_t column_of(const Series& series, const std::string& name) {
  const auto found = std::find(series.names.begin(), series.names.end(), name);
  require(found != series.names.end(), "{} has no column '{}'{}", series.source, shown(name),
          suggestion(name, series.names));
  return static_cast<std::size_t>(found - series.names.begin());
}

Series known_ahead(const Dataset& fitted, const std::vector<std::string>& times, const Series& series,
                   const std::string& date_order, const Series& future) {
  Series known;
  known.source = future.names.empty() ? "the forecast" : future.source;
  known.times = times, known.date_order = date_order;
  known.names = fitted.options.future;
  known.texts = future.texts;
  for (const std::string& time : times) {
    if (known.names.empty()) break;
    require(!future.names.empty(),
            "the model sees '{}', which is known ahead: give its values with --future FILE, with a row for "
            "{} and the "
            "other steps",
            known.names[0], time);
    std::size_t row = 0;
    while (row < future.rows() && !same_time(future.times[row], future.date_order, time, date_order)) ++row;
    require(row < future.rows(),
            "{} has no row for {}, which the forecast needs ('{}'); its rows are of {} to {}", future.source,
            time, known.names[0], future.times.front(), future.times.back());
    for (const std::string& name : known.names)
      known.values.push_back(future.at(row, column_of(future, name)));
  }
  std::vector<Category> given;
  for (const Category& category : fitted.categories)
    if (std::ranges::find(known.names, category.name) != known.names.end()) given.push_back(category);
  known = with_categories(known, given);
  Series all = known;
  all.values.clear();
  std::vector<double> last;
  for (std::size_t f = 0; f < fitted.feature_columns.size(); ++f) {
    const std::string& name = fitted.series.names[fitted.feature_columns[f]];
    if (!fitted.ahead[f] || std::ranges::find(known.names, name) != known.names.end() ||
        std::ranges::find(series.names, name) == series.names.end() || is_calendar(fitted, name))
      continue;
    all.names.push_back(name);
    last.push_back(series.at(series.rows() - 1, column_of(series, name)));
  }
  for (std::size_t k = 0; k < times.size(); ++k) {
    for (std::size_t c = 0; c < known.columns(); ++c) all.values.push_back(known.at(k, c));
    all.values.insert(all.values.end(), last.begin(), last.end());
  }
  const std::vector<std::string>& calendar = fitted.options.calendar;
  if (calendar.empty()) return all;
  if (!all.names.empty()) return with_calendar(all, calendar);
  all.names = calendar_columns(calendar);
  all.values = calendar_values(calendar, times, date_order, all.source);
  return all;
}

std::vector<std::string> far_values(const Series& known, const Series& series) {
  std::vector<std::string> lines;
  for (std::size_t c = 0; c < known.columns(); ++c) {
    if (std::ranges::find(series.names, known.names[c]) == series.names.end()) continue;
    const std::size_t own = column_of(series, known.names[c]);
    double low = INFINITY, high = -INFINITY;
    for (std::size_t row = 0; row < series.rows(); ++row)
      if (const double value = series.at(row, own); std::isfinite(value))
        low = std::min(low, value), high = std::max(high, value);
    const double far = high - low;
    for (std::size_t row = 0; row < known.rows(); ++row) {
      const double value = known.at(row, c);
      if (!(far > 0) || (value >= low - far && value <= high + far)) continue;
      lines.push_back(fmt::format(
          "{}: '{}' of {} is {:g}, and {:g} to {:g} in all rows before: the model has seen nothing "
          "like it, and steps that see it say little",
          known.source, shown(known.names[c]), shown(known.times[row]), value, low, high));
      break;
    }
  }
  return lines;
}

}  // namespace ebit::experiment
