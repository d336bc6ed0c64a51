#include "ebit/data/continue_times.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>

#include "ebit/base/time.h"

namespace ebit::inline data {
namespace {

using Labels = std::vector<std::string>;
using Date = std::chrono::year_month_day;
using Days = std::chrono::sys_days;

constexpr std::int64_t kDay = 86400;

std::optional<Labels> continue_numbers(const Labels& times, int steps);
std::optional<Labels> continue_dates(const Labels& times, int steps, DateOrder order);

}  // namespace

Labels continue_times(const Labels& times, int steps) {
  if (times.size() >= 2) {
    if (auto labels = continue_numbers(times, steps)) return *labels;
    const auto day_first = continue_dates(times, steps, DateOrder::kDayFirst);
    const auto month_first = continue_dates(times, steps, DateOrder::kMonthFirst);
    // Where both readings make sense and differ, nothing says which one is meant.
    if (day_first && (!month_first || *month_first == *day_first)) return *day_first;
    if (month_first && !day_first) return *month_first;
  }
  Labels labels;
  for (int k = 1; k <= steps; ++k) labels.push_back(fmt::format("+{}", k));
  return labels;
}

namespace {

// The median difference of neighbours; nothing where they do not go forward.
std::optional<std::int64_t> usual_step(const std::vector<std::int64_t>& values) {
  std::vector<std::int64_t> differences;
  for (std::size_t i = 1; i < values.size(); ++i) differences.push_back(values[i] - values[i - 1]);
  const auto middle = differences.begin() + static_cast<std::ptrdiff_t>(differences.size() / 2);
  std::nth_element(differences.begin(), middle, differences.end());
  return *middle > 0 ? std::optional(*middle) : std::nullopt;
}

std::optional<Labels> continue_numbers(const Labels& times, int steps) {
  std::vector<std::int64_t> values;
  for (const std::string& text : times) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    values.push_back(value);
  }
  // 20240510 is a date where all of them are.
  if (std::all_of(times.begin(), times.end(),
                  [](const auto& text) { return parse_time(text, DateOrder::kDayFirst).has_value(); }))
    return std::nullopt;
  const auto step = usual_step(values);
  if (!step) return std::nullopt;
  Labels labels;
  for (int k = 1; k <= steps; ++k) labels.push_back(std::to_string(values.back() + k * *step));
  return labels;
}

// A run of digits in a label.
struct Digits {
  std::size_t begin, size;
};

std::vector<Digits> digits_of(const std::string& label) {
  std::vector<Digits> runs;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  for (std::size_t i = 0; i < label.size(); ++i) {
    if (!is_digit(label[i])) continue;
    if (i == 0 || !is_digit(label[i - 1])) runs.push_back({i, 0});
    ++runs.back().size;
  }
  return runs;
}

// Writes a point in time in the manner of a label of the same series.
class Writer {
 public:
  Writer(const Labels& times, const TimePoint& last, DateOrder order) : model_(times.back()) {
    runs_ = digits_of(model_);
    const bool compact = runs_[0].size == 8;
    // "2024-05" has no day, "20240510" is one run, the rest are three numbers in some order.
    const std::size_t date_runs = compact ? 1 : runs_.size() < 3 ? 2 : 3;
    fields_ = compact                         ? std::vector{kWhole}
              : last.year_first               ? std::vector{kYear, kMonth, kDayOfMonth}
              : order == DateOrder::kDayFirst ? std::vector{kDayOfMonth, kMonth, kYear}
                                              : std::vector{kMonth, kDayOfMonth, kYear};
    fields_.resize(date_runs);
    if (last.has_clock) fields_.insert(fields_.end(), {kHour, kMinute, kSecond});
    // Numbers of changing width, "9/5/2024" before "10/5/2024", bear no leading zeros.
    const auto shorter = [](const auto& a, const auto& b) { return a.size() < b.size(); };
    padded_ = std::min_element(times.begin(), times.end(), shorter)->size() ==
                  std::max_element(times.begin(), times.end(), shorter)->size() &&
              std::all_of(runs_.begin(), runs_.end(), [](const Digits& run) { return run.size > 1; });
  }

  // Seconds by the label's own clock.
  std::string operator()(std::int64_t seconds) const {
    const std::int64_t clock = ((seconds % kDay) + kDay) % kDay;
    const Date date{Days(std::chrono::days((seconds - clock) / kDay))};
    const int year = static_cast<int>(date.year());
    const unsigned month = static_cast<unsigned>(date.month()), day = static_cast<unsigned>(date.day());
    std::string text;
    std::size_t copied = 0;
    for (std::size_t k = 0; k < runs_.size() && k < fields_.size(); ++k) {
      const std::int64_t values[] = {year * 10000 + static_cast<int>(month) * 100 + static_cast<int>(day),
                                     year,
                                     month,
                                     day,
                                     clock / 3600,
                                     clock / 60 % 60,
                                     clock % 60};
      text += model_.substr(copied, runs_[k].begin - copied);
      const bool two_wide = fields_[k] >= kMinute || padded_;
      text += fmt::format("{:0{}}", values[fields_[k]], two_wide ? 2 : 1);
      copied = runs_[k].begin + runs_[k].size;
    }
    return text + model_.substr(copied);
  }

 private:
  enum Field { kWhole, kYear, kMonth, kDayOfMonth, kHour, kMinute, kSecond };
  std::string model_;
  std::vector<Digits> runs_;
  std::vector<Field> fields_;
  bool padded_ = true;
};

Date date_of(std::int64_t seconds) {
  return Days(std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(seconds))));
}

bool is_month_end(const Date& date) { return date == Date(date.year() / date.month() / std::chrono::last); }

bool is_weekend(std::int64_t seconds) {
  const std::chrono::weekday day{Days(date_of(seconds))};
  return day == std::chrono::Saturday || day == std::chrono::Sunday;
}

// The calendar months that `step` stands for; 0 where the dates do not keep to a day of the month.
int whole_months(const std::vector<std::int64_t>& seconds, std::int64_t step, bool& month_ends) {
  if (step < 28 * kDay) return 0;
  std::vector<Date> dates;
  for (const std::int64_t s : seconds) dates.push_back(date_of(s));
  month_ends = std::all_of(dates.begin(), dates.end(), is_month_end);
  const bool same_day =
      std::all_of(dates.begin(), dates.end(), [&](const Date& date) { return date.day() == dates[0].day(); });
  if (!month_ends && !same_day) return 0;
  constexpr double kMonthLength = 365.2425 / 12 * kDay;
  return static_cast<int>(static_cast<double>(step) / kMonthLength + 0.5);
}

std::optional<Labels> continue_dates(const Labels& times, int steps, DateOrder order) {
  std::vector<std::int64_t> seconds;
  TimePoint last;
  for (const std::string& text : times) {
    const auto point = parse_time(text, order);
    if (!point || point->fraction != 0) return std::nullopt;
    if (!seconds.empty() && point->has_clock != last.has_clock) return std::nullopt;
    if (!seconds.empty() && point->seconds < seconds.back()) return std::nullopt;
    seconds.push_back(point->seconds);
    last = *point;
  }
  const auto step = usual_step(seconds);
  if (!step || (!last.has_clock && *step % kDay != 0)) return std::nullopt;
  // A label with an offset from UTC tells its own clock's time; the offset is kept as it stands.
  const std::size_t zone = times.back().find_first_of("Z+-", 10);
  if (zone != std::string::npos && last.has_clock) {
    const auto local = parse_time(times.back().substr(0, zone), order);
    if (local) seconds.back() = local->seconds;
  }

  bool month_ends = false;
  const int months = last.has_clock ? 0 : whole_months(seconds, *step, month_ends);
  const bool workdays = !last.has_clock && *step == kDay && seconds.size() >= 10 &&
                        std::none_of(seconds.begin(), seconds.end(), is_weekend);
  const Writer write(times, last, order);
  Labels labels;
  std::int64_t next = seconds.back();
  for (int k = 1; k <= steps; ++k) {
    if (months > 0) {
      const Date from = date_of(seconds.back());
      Date date = from + std::chrono::months(months * k);
      if (month_ends || !date.ok()) date = date.year() / date.month() / std::chrono::last;
      labels.push_back(write(std::chrono::sys_seconds(Days(date)).time_since_epoch().count()));
      continue;
    }
    do next += *step;
    while (workdays && is_weekend(next));
    labels.push_back(write(next));
  }
  return labels;
}

}  // namespace
}  // namespace ebit::inline data
