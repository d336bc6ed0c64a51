#include "ebit/report/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "ebit/base/error.h"
#include "ebit/report/text_table.h"

namespace ebit::inline report {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr int kTimeTicks = 8;

// The parts of a series have the same colours in every figure.
struct PartColor {
  std::string_view name;
  PlotColor color;
};
constexpr PartColor kPartColors[] = {
    {"training", PlotColor::kBlue},
    {"train", PlotColor::kBlue},
    {"validation", PlotColor::kGreen},
    {"test", PlotColor::kVermillion},
};
// For parts of other names.
constexpr PlotColor kOtherColors[] = {PlotColor::kPurple, PlotColor::kOrange, PlotColor::kSky};

PlotColor part_color(const std::vector<PredictedPart>& parts, std::size_t part) {
  for (const auto& row : kPartColors)
    if (row.name == parts[part].name) return row.color;
  return kOtherColors[part % std::size(kOtherColors)];
}

// Mean, least and greatest of the finite values at each epoch over the seeds that got so far.
void add_losses(Figure& figure, const std::vector<const std::vector<double>*>& losses,
                const std::string& label, PlotColor color) {
  std::size_t epochs = 0;
  for (const auto* l : losses) epochs = std::max(epochs, l->size());
  PlotSeries mean{label, PlotStyle::kLine, {}, {}, {}, {}, color};
  PlotSeries band{"", PlotStyle::kBand, {}, {}, {}, {}, color};
  for (std::size_t e = 0; e < epochs; ++e) {
    double sum = 0, low = kNaN, high = kNaN;
    int count = 0;
    for (const auto* l : losses) {
      if (e >= l->size() || !std::isfinite((*l)[e])) continue;
      const double value = (*l)[e];
      sum += value, ++count;
      low = std::fmin(low, value), high = std::fmax(high, value);
    }
    if (count == 0) continue;  // such as an epoch without a validation
    mean.x.push_back(static_cast<double>(e + 1));
    mean.y.push_back(sum / count);
    band.low.push_back(low), band.high.push_back(high);
  }
  if (mean.x.empty()) return;
  band.x = mean.x;
  if (losses.size() > 1) figure.series.push_back(std::move(band));
  figure.series.push_back(std::move(mean));
}

// Whether a logarithmic axis serves the values: all positive, over more than a factor of ten.
bool wants_log(const Figure& figure) {
  double low = std::numeric_limits<double>::infinity(), high = 0;
  for (const auto& s : figure.series)
    for (const auto* list : {&s.y, &s.low, &s.high})
      for (const double v : *list)
        if (std::isfinite(v)) low = std::min(low, v), high = std::max(high, v);
  return low > 0 && high > 10 * low;
}

void check(const PredictedSeries& series) {
  require(series.times.size() == series.truth.size(), "figure of '{}': {} time labels for {} values",
          series.name, series.times.size(), series.truth.size());
  require(!series.parts.empty(), "figure of '{}': no predicted part", series.name);
  for (const auto& part : series.parts) {
    require(part.rows.size() == part.predicted.size() &&
                (part.low.empty() ||
                 (part.low.size() == part.rows.size() && part.high.size() == part.rows.size())),
            "figure of '{}', part '{}': lists of different lengths (rows {}, predicted {}, low {}, high {})",
            series.name, part.name, part.rows.size(), part.predicted.size(), part.low.size(),
            part.high.size());
    for (const std::size_t row : part.rows)
      require(row < series.truth.size(), "figure of '{}', part '{}': row {} of a series of {} rows",
              series.name, part.name, row, series.truth.size());
  }
}

// Whether each part is a stretch of time of its own.
bool follow_each_other(const std::vector<PredictedPart>& parts) {
  std::vector<std::pair<std::size_t, std::size_t>> stretches;
  for (const auto& part : parts) {
    if (part.rows.empty()) continue;
    const auto [first, last] = std::minmax_element(part.rows.begin(), part.rows.end());
    stretches.emplace_back(*first, *last);
  }
  std::sort(stretches.begin(), stretches.end());
  for (std::size_t i = 1; i < stretches.size(); ++i)
    if (stretches[i].first <= stretches[i - 1].second) return false;
  return true;
}

// A part's values at its rows in time order, with a gap wherever rows are missing in between: those further
// apart than the closest ones, which a stride keeps apart too.
PlotSeries over_time(const PredictedPart& part, const std::vector<double>& values, const TimeAxis& axis,
                     PlotStyle style, PlotColor color) {
  std::vector<std::size_t> order(part.rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return part.rows[a] < part.rows[b]; });
  PlotSeries s{part.name, style, {}, {}, {}, {}, color};
  std::size_t previous = 0, closest = axis.x.size();
  for (std::size_t k = 1; k < order.size(); ++k)
    closest = std::clamp<std::size_t>(part.rows[order[k]] - part.rows[order[k - 1]], 1, closest);
  const bool band = style == PlotStyle::kBand;
  const auto add = [&](double x, double y, double low, double high) {
    s.x.push_back(x);
    if (band)
      s.low.push_back(low), s.high.push_back(high);
    else
      s.y.push_back(y);
  };
  for (const std::size_t i : order) {
    if (!s.x.empty() && part.rows[i] > previous + closest) add(axis.x[previous], kNaN, kNaN, kNaN);
    add(axis.x[part.rows[i]], values[i], band ? part.low[i] : 0, band ? part.high[i] : 0);
    previous = part.rows[i];
  }
  return s;
}

void use_time_axis(Figure& figure, const TimeAxis& axis) {
  figure.x_ticks = axis.ticks;
  figure.x_label = axis.label;
}

// Shades the parts, each from its first row to its last.
void shade_parts(Figure& figure, const PredictedSeries& series, const TimeAxis& axis) {
  for (std::size_t i = 0; i < series.parts.size(); ++i) {
    const auto& rows = series.parts[i].rows;
    if (rows.empty()) continue;
    const auto [first, last] = std::minmax_element(rows.begin(), rows.end());
    figure.marks.push_back(
        {axis.x[*first], axis.x[*last], series.parts[i].name, part_color(series.parts, i)});
  }
}

std::vector<double> residuals(const PredictedSeries& series, const PredictedPart& part) {
  std::vector<double> r;
  for (std::size_t i = 0; i < part.rows.size(); ++i)
    r.push_back(part.predicted[i] - series.truth[part.rows[i]]);
  return r;
}

}  // namespace

Figure loss_figure(const std::vector<LossHistory>& seeds, std::string title, std::string loss_name) {
  Figure figure;
  figure.title = std::move(title);
  figure.x_label = "epoch";
  figure.y_label = std::move(loss_name);
  std::vector<const std::vector<double>*> train, validation;
  for (const auto& history : seeds) {
    train.push_back(&history.train);
    if (!history.validation.empty()) validation.push_back(&history.validation);
  }
  const std::string of_seeds =
      seeds.size() > 1 ? fmt::format(", mean and range of {} seeds", seeds.size()) : "";
  add_losses(figure, train, "training" + of_seeds, PlotColor::kBlue);
  add_losses(figure, validation, "validation", PlotColor::kGreen);
  require(!figure.series.empty(), "figure of losses: no epoch was finished");
  figure.log_y = wants_log(figure);
  if (seeds.size() == 1 && seeds[0].best_epoch) {
    const double epoch = static_cast<double>(*seeds[0].best_epoch + 1);
    figure.marks.push_back({epoch, epoch, fmt::format("best: epoch {}", epoch), PlotColor::kInk});
  }
  return figure;
}

Figure prediction_figure(const PredictedSeries& series, std::string title) {
  check(series);
  const TimeAxis axis = time_axis(series.times, kTimeTicks, series.date_order);
  Figure figure;
  figure.title = std::move(title);
  figure.y_label = series.name;
  use_time_axis(figure, axis);
  figure.series.push_back({"truth", PlotStyle::kLine, axis.x, series.truth, {}, {}, PlotColor::kInk});
  const bool stretches = follow_each_other(series.parts);
  if (stretches) shade_parts(figure, series, axis);
  for (std::size_t i = 0; i < series.parts.size(); ++i) {
    const auto& part = series.parts[i];
    if (part.rows.empty()) continue;
    if (stretches && !part.low.empty()) {
      figure.series.push_back(
          over_time(part, part.predicted, axis, PlotStyle::kBand, part_color(series.parts, i)));
      figure.series.back().label = part.band;
    }
    figure.series.push_back(over_time(part, part.predicted, axis,
                                      stretches ? PlotStyle::kLine : PlotStyle::kPoints,
                                      part_color(series.parts, i)));
    figure.series.back().label = "predicted, " + part.name;
  }
  return figure;
}

Sheet residual_sheet(const PredictedSeries& series, std::string title) {
  check(series);
  const TimeAxis axis = time_axis(series.times, 5, series.date_order);
  Figure over;
  over.title = "over time";
  over.y_label = "predicted − true, " + series.name;
  over.height = 360;
  use_time_axis(over, axis);
  over.levels.push_back({0, PlotColor::kInk});
  for (std::size_t i = 0; i < series.parts.size(); ++i) {
    const auto& part = series.parts[i];
    if (!part.rows.empty())
      over.series.push_back(
          over_time(part, residuals(series, part), axis, PlotStyle::kPoints, part_color(series.parts, i)));
  }
  const PredictedPart* last = nullptr;
  std::size_t last_index = 0;
  for (std::size_t i = 0; i < series.parts.size(); ++i)
    if (!series.parts[i].rows.empty()) last = &series.parts[i], last_index = i;
  require(last != nullptr, "figure of '{}': no row was predicted", series.name);

  const std::vector<double> r = residuals(series, *last);
  Figure spread;
  spread.title = "distribution, " + last->name;
  spread.x_label = "predicted − true";
  spread.y_label = "rows";
  spread.height = 360;
  spread.legend = Legend::kNone;
  spread.series.push_back(histogram(r, last->name));
  spread.series.back().color = part_color(series.parts, last_index);
  double sum = 0, count = 0;
  for (const double v : r)
    if (std::isfinite(v)) sum += v, ++count;
  if (count > 0)
    spread.marks.push_back(
        {sum / count, sum / count, "mean " + table_number(sum / count, 3), PlotColor::kInk});

  Sheet sheet;
  sheet.title = std::move(title);
  sheet.width = 960;
  sheet.column_shares = {3, 2};
  sheet.panels = {std::move(over), std::move(spread)};
  return sheet;
}

Figure scatter_figure(const PredictedSeries& series, std::string title) {
  check(series);
  Figure figure;
  figure.title = std::move(title);
  figure.x_label = "true " + series.name;
  figure.y_label = "predicted " + series.name;
  figure.width = 520, figure.height = 480;
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (std::size_t i = 0; i < series.parts.size(); ++i) {
    const auto& part = series.parts[i];
    PlotSeries s{part.name, PlotStyle::kPoints, {}, part.predicted, {}, {}, part_color(series.parts, i)};
    for (const std::size_t row : part.rows) {
      s.x.push_back(series.truth[row]);
      low = std::min(low, series.truth[row]), high = std::max(high, series.truth[row]);
    }
    if (!part.rows.empty()) figure.series.push_back(std::move(s));
  }
  require(!figure.series.empty(), "figure of '{}': no row was predicted", series.name);
  figure.series.insert(figure.series.begin(),
                       {"perfect", PlotStyle::kDashes, {low, high}, {low, high}, {}, {}, PlotColor::kGrey});
  return figure;
}

Figure forecast_figure(const ForecastSeries& series, std::string title, std::size_t tail) {
  const std::size_t known = series.truth.size(), steps = series.forecast.size();
  const auto fits = [&](const std::vector<double>& list) { return list.empty() || list.size() == steps; };
  require(series.times.size() == known && series.future_times.size() == steps && fits(series.low) &&
              fits(series.high) && fits(series.actual) && series.low.empty() == series.high.empty(),
          "forecast figure of '{}': lists of different lengths (times {}, truth {}, future times {}, "
          "forecast {})",
          series.name, series.times.size(), known, series.future_times.size(), steps);
  require(steps > 0, "forecast figure of '{}': no step was forecast", series.name);
  if (tail == 0) tail = std::max<std::size_t>(30, 5 * steps);
  const std::size_t first = known - std::min(known, tail);

  std::vector<std::string> times(series.times.begin() + static_cast<std::ptrdiff_t>(first),
                                 series.times.end());
  const std::size_t shown = times.size();
  times.insert(times.end(), series.future_times.begin(), series.future_times.end());
  const TimeAxis axis = time_axis(times, kTimeTicks, series.date_order);

  Figure figure;
  figure.title = std::move(title);
  figure.y_label = series.name;
  use_time_axis(figure, axis);
  const std::vector<double> past_x(axis.x.begin(), axis.x.begin() + static_cast<std::ptrdiff_t>(shown));
  const std::vector<double> future_x(axis.x.begin() + static_cast<std::ptrdiff_t>(shown), axis.x.end());
  const std::vector<double> past(series.truth.begin() + static_cast<std::ptrdiff_t>(first),
                                 series.truth.end());
  if (!series.low.empty())
    figure.series.push_back(
        {series.band, PlotStyle::kBand, future_x, {}, series.low, series.high, PlotColor::kVermillion});
  if (shown > 0) figure.series.push_back({"known", PlotStyle::kLine, past_x, past, {}, {}, PlotColor::kInk});
  if (!series.actual.empty())
    figure.series.push_back({"actual", PlotStyle::kDashes, future_x, series.actual, {}, {}, PlotColor::kInk});
  // The forecast starts at the last known value, so that the line does not begin in the air.
  PlotSeries forecast{"forecast", PlotStyle::kLinePoints, future_x, series.forecast, {},
                      {},         PlotColor::kVermillion};
  if (shown > 0)
    figure.series.push_back({"",
                             PlotStyle::kLine,
                             {past_x.back(), future_x.front()},
                             {past.back(), series.forecast.front()},
                             {},
                             {},
                             PlotColor::kVermillion});
  figure.series.push_back(std::move(forecast));
  const double start = shown > 0 ? past_x.back() : future_x.front();
  figure.marks.push_back({start, future_x.back(), "", PlotColor::kVermillion});
  figure.marks.push_back(
      {start, start, fmt::format("{} step{} ahead", steps, steps == 1 ? "" : "s"), PlotColor::kGrey});
  return figure;
}

Figure comparison_figure(const std::vector<ComparedModel>& models, std::string title, std::string metric) {
  require(!models.empty(), "figure comparing {}: no model to compare", metric);
  Figure figure;
  figure.title = std::move(title);
  figure.x_label = std::move(metric);
  figure.width = 760;
  figure.height = 110 + 30 * static_cast<int>(std::min<std::size_t>(models.size(), 200));
  figure.legend = Legend::kNone;
  const bool spread = std::any_of(models.begin(), models.end(), [](const auto& m) { return m.spread > 0; });
  PlotSeries bars{"", PlotStyle::kRowBars, {}, {}, {}, {}, PlotColor::kSky, 0.66};
  PlotSeries ours = bars;
  ours.color = PlotColor::kVermillion;
  for (std::size_t i = 0; i < models.size(); ++i) {
    const ComparedModel& m = models[i];
    const double at = static_cast<double>(models.size() - i);  // the first one on top
    PlotSeries& to = m.highlight ? ours : bars;
    to.x.push_back(m.value), to.y.push_back(at);
    if (spread) to.low.push_back(m.value - m.spread), to.high.push_back(m.value + m.spread);
    figure.y_ticks.push_back({at, m.name});
    const bool known = std::isfinite(m.value);
    figure.notes.push_back({known ? std::max(0.0, m.value + m.spread) : 0, at,
                            known ? table_spread(m.value, m.spread) : "no value"});
  }
  figure.y_low = 0.4, figure.y_high = static_cast<double>(models.size()) + 0.6;
  for (auto* s : {&bars, &ours})
    if (!s->x.empty()) figure.series.push_back(std::move(*s));
  return figure;
}

}  // namespace ebit::inline report
