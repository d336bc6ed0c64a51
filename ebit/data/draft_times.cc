// The times of a series on its way: order, rows of one time, absent rows.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "ebit/base/error.h"
#include "ebit/base/utf8.h"
#include "ebit/data/draft.h"
#include "ebit/data/timeline.h"

namespace ebit::inline data {
namespace {

// The one value of rows [begin, end), which bear the same time, in column c.
double merged_value(Draft& draft, std::size_t begin, std::size_t end, std::size_t c) {
  std::vector<std::size_t> known;
  for (std::size_t i = begin; i < end; ++i) {
    if (!std::isnan(draft.at(i, c))) known.push_back(i);
  }
  if (known.empty()) return kMissing;
  const std::string& policy = draft.options.duplicates;
  const auto texts = draft.texts.find(c);
  // As the file has it.
  const auto cell = [&](std::size_t i) {
    const double value = draft.at(i, c);
    return texts == draft.texts.end()
               ? fmt::format("{}", value)
               : fmt::format("'{}'", shown(texts->second[static_cast<std::size_t>(value)]));
  };
  double mean = 0.0;
  for (const std::size_t i : known) {
    mean += draft.at(i, c) / static_cast<double>(known.size());
    require(
        policy != "error" || draft.at(i, c) == draft.at(known[0], c),
        "{} lines {} and {} are both of {}, with '{}' {} and {}; repair the file, set duplicates to 'first', "
        "'last' or 'mean', or, where they are of different series, name the column that says which with --id",
        draft.table.source, draft.line(known[0]), draft.line(i), shown(draft.label(i)), shown(draft.name(c)),
        cell(known[0]), cell(i));
    require(policy != "mean" || texts == draft.texts.end() || draft.at(i, c) == draft.at(known[0], c),
            "{} lines {} and {} are both of {}, with '{}' {} and {}, and texts have no mean; set duplicates "
            "to 'first' or 'last'",
            draft.table.source, draft.line(known[0]), draft.line(i), shown(draft.label(i)),
            shown(draft.name(c)), cell(known[0]), cell(i));
  }
  if (policy == "mean" && texts == draft.texts.end()) return mean;
  return draft.at(policy == "last" ? known.back() : known.front(), c);
}

// "36 hours"; of numbers, what they count.
std::string span_text(double span, bool numbers) {
  constexpr std::pair<double, std::string_view> kUnits[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}};
  double unit = 1;
  std::string_view name = "second";
  for (const auto& [seconds, own] : kUnits)
    if (unit == 1 && span >= seconds) unit = seconds, name = own;
  if (numbers) return fmt::format("{:.6g}", span);
  return fmt::format("{:.3g} {}{}", span / unit, name, span == unit ? "" : "s");
}

// Where rows are not equally far apart in time, though no calendar says what is absent.
void note_uneven(Draft& draft, const std::optional<Timeline>& timeline) {
  const auto& points = draft.time.points;
  std::vector<double> steps;
  for (std::size_t i = 1; i < draft.rows.size(); ++i) {
    steps.push_back(timeline ? static_cast<double>(timeline->moments()[i] - timeline->moments()[i - 1]) *
                                   timeline->unit()
                             : seconds_between(points[draft.rows[i - 1]], points[draft.rows[i]]));
  }
  const std::size_t widest =
      static_cast<std::size_t>(std::max_element(steps.begin(), steps.end()) - steps.begin());
  const double longest = steps[widest], shortest = *std::min_element(steps.begin(), steps.end());
  std::nth_element(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2), steps.end());
  const double usual = steps[steps.size() / 2];
  const bool by_median = timeline && timeline->step().unit == RegularStep::Unit::kSeconds;
  const auto text = [&](double span) { return span_text(span, timeline && timeline->counts()); };
  const std::string goes_on =
      by_median ? fmt::format("; what is behind them goes on by the usual step, {}", text(usual)) : "";
  constexpr double kRounding = 1e-4;
  // Months and years differ in length by less than this.
  if (longest > 1.5 * usual) {
    draft.warnings.push_back(fmt::format(
        "{}: the rows are not equally far apart: from {} to {} is {:.3g} times the usual step{}",
        draft.source, shown(draft.label(widest)), shown(draft.label(widest + 1)), longest / usual, goes_on));
  } else if (by_median && longest - shortest > kRounding * usual) {
    draft.warnings.push_back(fmt::format("{}: the rows are not equally far apart, but {} to {}{}",
                                         draft.source, text(shortest), text(longest), goes_on));
  }
}

// The days of a month that rows keep to; "" where there is one in every month.
std::string days_of_month_text(const RegularStep& step) {
  constexpr std::string_view kWeekdays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                            "Thursday", "Friday", "Saturday"};
  constexpr std::string_view kWhich[] = {"first", "second", "third", "fourth", "last"};
  if (step.anchor == RegularStep::Anchor::kWeekday)
    return fmt::format("the {} {} of a month", kWhich[step.which - 1], kWeekdays[step.weekday]);
  if (step.days.size() < 2) return {};
  std::string days;
  for (std::size_t i = 0; i < step.days.size(); ++i)
    days += (i == 0                     ? ""
             : i + 1 < step.days.size() ? ", "
                                        : " and ") +
            (step.days[i] == 31 ? std::string("the last") : fmt::format("{}", step.days[i]));
  return fmt::format("days {} of every month", days);
}

// Says that rows keep to some hours of a day, days of a week or of a month; workdays and one day of every
// month are nothing to tell.
void note_cycle(Draft& draft, const RegularStep& step) {
  constexpr std::int64_t kDay = 86400, kWeek = 7 * kDay;
  std::string kept;
  if (step.unit == RegularStep::Unit::kMonths) kept = days_of_month_text(step);
  if (step.unit == RegularStep::Unit::kCycle) {
    const auto next_day = [](std::int64_t a, std::int64_t b) { return b - a == kDay; };
    if (std::ranges::adjacent_find(step.slots, next_day) != step.slots.end()) return;
    kept = fmt::format("{} times in every {}", step.slots.size(),
                       step.cycle == kDay    ? "day"
                       : step.cycle == kWeek ? "week"
                                             : span_text(static_cast<double>(step.cycle), false));
  }
  if (kept.empty()) return;
  draft.warnings.push_back(fmt::format(
      "{}: the rows keep to {}, and a forecast goes on so; seasons count rows", draft.source, kept));
}

// Says why a forecast counts its steps instead of naming their times.
void note_counted(Draft& draft) {
  const bool dates = parse_time(draft.label(0), date_order_of(draft.time.date_order)).has_value();
  const auto odd = [&](const std::string& label) {
    return label.find_first_not_of(dates ? "0123456789-/: TZ+" : "0123456789.-") != std::string::npos;
  };
  std::size_t example = 0;
  while (example + 1 < draft.rows.size() && !odd(draft.label(example))) ++example;
  draft.warnings.push_back(fmt::format(
      "{}: a forecast counts its steps (+1, +2, ...), because times such as '{}' are not continued: {}",
      draft.source, shown(draft.label(example)),
      dates ? "they have fractions of a second" : "they are no plain numbers, whole or with decimals"));
}

// Puts rows without values where the calendar of the series has some that the file has not.
void insert_absent(Draft& draft, const Timeline& timeline, const std::vector<Absent>& gaps) {
  const auto order = date_order_of(draft.time.date_order);
  std::vector<std::size_t> rows;
  std::vector<double> values;
  auto gap = gaps.begin();
  for (std::size_t i = 0; i < draft.rows.size(); ++i) {
    rows.push_back(draft.rows[i]);
    for (std::size_t c = 0; c < draft.columns.size(); ++c) values.push_back(draft.at(i, c));
    if (gap == gaps.end() || gap->after != i) continue;
    for (const std::int64_t moment : gap->moments) {
      rows.push_back(draft.time.labels.size());
      draft.time.labels.push_back(timeline.label(moment));
      const auto point = parse_time(draft.time.labels.back(), order);
      draft.time.points.push_back(
          point ? *point : TimePoint{.fraction = static_cast<double>(moment) * timeline.unit()});
      values.insert(values.end(), draft.columns.size(), kMissing);
    }
    ++gap;
  }
  draft.rows = std::move(rows), draft.values = std::move(values);
}

}  // namespace

void sort_by_time(Draft& draft) {
  const auto& points = draft.time.points;
  if (points.empty()) return;
  const auto backward = std::is_sorted_until(points.begin(), points.end());
  if (backward == points.end()) return;
  const std::size_t row = static_cast<std::size_t>(backward - points.begin());
  const bool reversed = std::is_sorted(points.rbegin(), points.rend());
  draft.warnings.push_back(fmt::format(
      "{} line {}: {} comes after {}: the rows {}; sorted by time", draft.table.source,
      draft.table.line(draft.of_table[row]), shown(draft.time.labels[row]), shown(draft.time.labels[row - 1]),
      reversed ? "run from the newest to the oldest" : "are not in time order"));
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return points[a] < points[b]; });
  draft.keep(order);
}

void merge_duplicates(Draft& draft) {
  const auto& points = draft.time.points;
  if (points.empty()) return;
  std::vector<std::size_t> kept;
  std::size_t first_again = 0;  // the first row that repeats another's time
  for (std::size_t begin = 0, end = 0; begin < draft.rows.size(); begin = end) {
    end = begin + 1;
    while (end < draft.rows.size() && points[draft.rows[end]] == points[draft.rows[begin]]) ++end;
    if (end > begin + 1) {
      require(draft.options.id.empty() || draft.options.duplicates != "error",
              "{}: lines {} and {} are both of {}; leave one out, or choose --duplicates first, last or mean",
              draft.source, draft.line(begin), draft.line(begin + 1), shown(draft.label(begin)));
      if (first_again == 0) first_again = begin + 1;
      for (std::size_t c = 0; c < draft.columns.size(); ++c)
        draft.at(begin, c) = merged_value(draft, begin, end, c);
    }
    kept.push_back(begin);
  }
  if (kept.size() == draft.rows.size()) return;
  draft.warnings.push_back(
      fmt::format("{} line {}: {} was there before; {} {} merged with rows of the same time",
                  draft.table.source, draft.line(first_again), shown(draft.label(first_again)),
                  draft.rows.size() - kept.size(), draft.rows.size() - kept.size() == 1 ? "row" : "rows"));
  draft.keep(kept);
}

// Windows and seasons count rows, so a user should know where rows are absent; to interpolate fills them in.
void treat_absent(Draft& draft) {
  if (draft.time.points.empty() || draft.rows.size() < 3) return;
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < draft.rows.size(); ++i) labels.push_back(draft.label(i));
  const auto timeline = Timeline::read(labels, draft.time.date_order);
  if (!timeline) note_counted(draft);
  if (timeline) note_cycle(draft, timeline->step());
  const auto gaps = timeline ? find_absent(timeline->moments(), timeline->step()) : std::nullopt;
  if (gaps && gaps->empty() && timeline->step().unit != RegularStep::Unit::kSeconds) return;
  if (!gaps || gaps->empty()) return note_uneven(draft, timeline);
  std::size_t absent = 0, uneven = 0;
  for (const Absent& gap : *gaps) absent += gap.moments.size();
  const std::vector<std::int64_t>& moments = timeline->moments();
  for (std::size_t i = 1; i < moments.size(); ++i)
    uneven += !timeline->step().between(moments[i - 1], moments[i]);
  const std::string first = timeline->label(gaps->front().moments.front());
  const std::string what =
      fmt::format("{}: {} {} absent between the {} that there are, the first that of {}{}", draft.source,
                  absent, absent == 1 ? "row is" : "rows are", draft.rows.size(), first,
                  uneven == 0 ? ""
                              : fmt::format("; {} of the other gaps {} no whole number of steps", uneven,
                                            uneven == 1 ? "is" : "are"));
  if (draft.options.missing != "interpolate") {
    draft.warnings.push_back(
        what +
        "; windows and seasons count rows, so they reach further there; --missing interpolate puts them in");
    return;
  }
  insert_absent(draft, *timeline, *gaps);
  draft.warnings.push_back(what + "; they are put in and interpolated");
}

}  // namespace ebit::inline data
