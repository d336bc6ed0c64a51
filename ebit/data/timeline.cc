#include "ebit/data/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace ebit::inline data {
namespace {

namespace chrono = std::chrono;
using Labels = std::vector<std::string>;
using Date = chrono::year_month_day;
using Days = chrono::sys_days;

constexpr std::int64_t kDay = 86400;

Days days_of(std::int64_t seconds) {
  return chrono::floor<chrono::days>(chrono::sys_seconds(chrono::seconds(seconds)));
}
std::int64_t seconds_of(Days day) { return day.time_since_epoch().count() * kDay; }

}  // namespace

std::optional<Timeline> Timeline::read(const Labels& labels, std::string_view date_order) {
  if (labels.size() < 2) return std::nullopt;
  if (date_order_of(date_order) == DateOrder::kPacked) return read_dates(labels, DateOrder::kPacked);
  if (auto numbers = read_numbers(labels)) return numbers;
  std::optional<Timeline> day_first, month_first;
  if (date_order != "mdy") day_first = read_dates(labels, DateOrder::kDayFirst);
  if (date_order != "dmy") month_first = read_dates(labels, DateOrder::kMonthFirst);
  if (!day_first || !month_first) return day_first ? day_first : month_first;
  // Where both readings make sense and differ, nothing says which one is meant.
  return day_first->moments_ == month_first->moments_ ? day_first : std::nullopt;
}

std::optional<Timeline> Timeline::read_numbers(const Labels& labels) {
  // 20240510 is a date where all of them are.
  if (std::ranges::all_of(
          labels, [](const auto& text) { return parse_time(text, DateOrder::kDayFirst).has_value(); }))
    return std::nullopt;
  Timeline timeline;
  timeline.numbers_ = true;
  for (const std::string& text : labels) {
    const std::size_t mark = text.find_first_of(".,");
    const std::size_t own = mark == std::string::npos ? 0 : text.size() - mark - 1;
    if (mark != std::string::npos) timeline.mark_ = text[mark];
    timeline.all_decimals_ = timeline.all_decimals_ && (&text == &labels[0] || own == timeline.decimals_);
    timeline.decimals_ = std::max(timeline.decimals_, own);
  }
  std::vector<std::int64_t> differences;
  for (const std::string& text : labels) {
    std::string digits = text;
    const std::size_t mark = digits.find(timeline.mark_);
    const std::size_t own = mark == std::string::npos ? 0 : digits.size() - mark - 1;
    if (mark != std::string::npos) digits.erase(mark, 1);
    digits.append(timeline.decimals_ - own, '0');
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / 4;
    if (error != std::errc() || end != digits.data() + digits.size() || value > kMost || value < -kMost)
      return std::nullopt;
    if (!timeline.moments_.empty()) differences.push_back(value - timeline.moments_.back());
    timeline.moments_.push_back(value);
  }
  const auto middle = differences.begin() + static_cast<std::ptrdiff_t>(differences.size() / 2);
  std::nth_element(differences.begin(), middle, differences.end());
  if (*middle <= 0) return std::nullopt;
  timeline.step_ = {.unit = RegularStep::Unit::kSeconds, .count = *middle};
  return timeline;
}

std::optional<Timeline> Timeline::read_dates(const Labels& labels, DateOrder order) {
  Timeline timeline;
  std::vector<TimePoint> points;
  for (const std::string& text : labels) {
    const auto point = parse_time(text, order);
    if (!point || point->fraction != 0) return std::nullopt;
    if (!points.empty() && *point < points.back()) return std::nullopt;
    points.push_back(*point);
    timeline.moments_.push_back(point->seconds + point->offset);
  }
  auto step = find_step(timeline.moments_);
  if (!step) return std::nullopt;
  // Some programs leave out the clock at midnight; then another label shows how it is written.
  auto shown =
      std::find_if(points.rbegin(), points.rend(), [](const auto& point) { return point.has_clock; });
  if (shown == points.rend()) shown = points.rbegin();
  const auto model = static_cast<std::size_t>(points.rend() - shown) - 1;
  if (!points[model].has_clock && step->unit == RegularStep::Unit::kSeconds && step->count % kDay != 0)
    return std::nullopt;
  if (points.back().has_offset && step->unit == RegularStep::Unit::kSeconds && step->count < kDay) {
    timeline.utc_ = true;
    for (std::size_t i = 0; i < points.size(); ++i) timeline.moments_[i] = points[i].seconds;
    if (!(step = find_step(timeline.moments_))) return std::nullopt;
  }
  timeline.step_ = *step;
  timeline.learn_writing(labels, model, points[model], order);
  if (!timeline.zone_.empty()) timeline.offsets_ = UtcOffsets(points);
  return timeline;
}

void Timeline::learn_writing(const Labels& labels, std::size_t model, const TimePoint& last,
                             DateOrder order) {
  model_ = labels[model];
  offset_ = last.offset;
  const std::size_t zone =
      last.has_offset ? model_.find_first_of("Z+-", model_.find(':')) : std::string::npos;
  if (zone != std::string::npos) {
    zone_ = model_.substr(zone);
    model_.resize(zone);
  }
  runs_ = digits_in(model_);
  // "2024-05" and "05/2024" have no day, "20240510" is one run, the rest are three numbers in some order.
  const bool compact = runs_[0].size >= 6, no_day = !compact && runs_.size() < 3;
  fields_ = compact                           ? std::vector{kWhole}
            : last.year_first                 ? std::vector{kYear, kMonth, kDayOfMonth}
            : order == DateOrder::kMonthFirst ? std::vector{kMonth, kDayOfMonth, kYear}
                                              : std::vector{kDayOfMonth, kMonth, kYear};
  if (no_day) std::erase(fields_, kDayOfMonth);
  if (last.has_clock && runs_[0].size <= 8) fields_.insert(fields_.end(), {kHour, kMinute, kSecond});
  learn_padding(labels);
}

std::vector<Timeline::Digits> Timeline::digits_in(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::vector<Digits> runs;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_digit(text[i])) continue;
    if (i == 0 || !is_digit(text[i - 1])) runs.push_back({i, 0});
    ++runs.back().size;
  }
  return runs;
}

// Of some programs' dates "9/5/2024 08:00" only the hour bears a zero, of others' "2024-05-09 8:00" it does
// not.
void Timeline::learn_padding(const Labels& labels) {
  std::vector<bool> bare(fields_.size()), zero(fields_.size());
  for (const std::string& label : labels) {
    const std::vector<Digits> runs = digits_in(label);
    for (std::size_t k = 0; k < std::min(runs.size(), fields_.size()); ++k) {
      bare[k] = bare[k] || runs[k].size == 1;
      zero[k] = zero[k] || (runs[k].size == 2 && label[runs[k].begin] == '0');
    }
  }
  padded_.assign(fields_.size(), true);
  // Where no number of a field is below 10, the others of the date tell it.
  bool date_bare = false;
  for (std::size_t k = 0; k < fields_.size(); ++k)
    date_bare = date_bare || (bare[k] && (fields_[k] == kMonth || fields_[k] == kDayOfMonth));
  for (std::size_t k = 0; k < fields_.size(); ++k)
    if (fields_[k] == kMonth || fields_[k] == kDayOfMonth || fields_[k] == kHour)
      padded_[k] = !bare[k] && (zero[k] || !date_bare);
}

std::string Timeline::zone_text(std::int32_t offset) const {
  if (offset == offset_) return zone_;
  const int minutes = std::abs(offset) / 60;
  const bool colon = zone_.find(':') != std::string::npos || zone_ == "Z";
  const bool hours_only = zone_.size() == 3 && minutes % 60 == 0;
  return fmt::format("{}{:02}{}", offset < 0 ? '-' : '+', minutes / 60,
                     hours_only ? std::string() : fmt::format("{}{:02}", colon ? ":" : "", minutes % 60));
}

std::optional<std::string> Timeline::after_last(std::int64_t k) const {
  constexpr double kLongestMonth = 31.0 * static_cast<double>(kDay);
  constexpr double kLastSecond = 253402300799.0;  // of the year 9999
  const double unit = step_.unit == RegularStep::Unit::kMonths  ? kLongestMonth
                      : step_.unit == RegularStep::Unit::kCycle ? static_cast<double>(step_.cycle)
                                                                : 1.0;
  const double far =
      static_cast<double>(moments_.back()) + unit * static_cast<double>(k) * static_cast<double>(step_.count);
  if (far > (numbers_ ? 1e18 : kLastSecond)) return std::nullopt;
  return label(step_.after(moments_.back(), k));
}

double Timeline::unit() const { return std::pow(10.0, -static_cast<double>(decimals_)); }

std::string Timeline::number_label(std::int64_t moment) const {
  std::string text = fmt::format("{:0{}}", std::abs(moment), decimals_ + 1);
  if (decimals_ > 0) {
    text.insert(text.size() - decimals_, 1, mark_);
    // "1" behind "0.5", and "1.0" behind "0.9" where all are written so.
    if (!all_decimals_) text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == mark_) text.pop_back();
  }
  return moment < 0 ? "-" + text : text;
}

std::string Timeline::label(std::int64_t moment) const {
  if (numbers_) return number_label(moment);
  const std::int32_t offset = zone_.empty() ? 0 : utc_ ? offsets_.at_utc(moment) : offsets_.at_local(moment);
  const std::int64_t local = utc_ ? moment + offset : moment;
  const Days day = days_of(local);
  const Date date = day;
  const std::int64_t clock = local - seconds_of(day);
  const int year = static_cast<int>(date.year());
  const unsigned month = static_cast<unsigned>(date.month()), of_month = static_cast<unsigned>(date.day());
  std::string text;
  std::size_t copied = 0;
  for (std::size_t k = 0; k < runs_.size() && k < fields_.size(); ++k) {
    const std::int64_t hour = clock / 3600, minute = clock / 60 % 60, second = clock % 60;
    const std::int64_t values[] = {0, year, month, of_month, hour, minute, second};
    text += model_.substr(copied, runs_[k].begin - copied);
    text += fields_[k] == kWhole
                ? fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}", year, month, of_month, hour, minute, second)
                      .substr(0, runs_[k].size)
                : fmt::format("{:0{}}", values[fields_[k]], padded_[k] ? 2 : 1);
    copied = runs_[k].begin + runs_[k].size;
  }
  return text + model_.substr(copied) + zone_text(offset);
}

}  // namespace ebit::inline data
