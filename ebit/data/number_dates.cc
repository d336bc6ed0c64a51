#include "ebit/data/number_dates.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <vector>

#include "ebit/base/time.h"
#include "ebit/data/regular_step.h"

namespace ebit::inline data {
namespace {

namespace chrono = std::chrono;
using Labels = std::span<const std::string>;
using Moments = std::vector<std::int64_t>;

constexpr std::size_t kFewest = 5;  // labels that say something

Moments sorted(Moments moments) {
  std::ranges::sort(moments);
  moments.erase(std::unique(moments.begin(), moments.end()), moments.end());
  return moments;
}

bool equally_far(const Moments& numbers) {
  for (std::size_t i = 2; i < numbers.size(); ++i)
    if (numbers[i] - numbers[i - 1] != numbers[1] - numbers[0]) return false;
  return true;
}

// Whether moments keep to a step, but for a few of them.
bool keep_step(const Moments& moments) {
  const auto step = find_step(moments);
  return step && find_absent(moments, *step);
}

// The digits of a label as a number; nothing where it holds anything but digits and one '.'.
std::optional<std::int64_t> digits_of(std::string text) {
  if (const std::size_t mark = text.find('.'); mark != std::string::npos) text.erase(mark, 1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value >= 0 ? std::optional(value)
                                                                                : std::nullopt;
}

// Labels that all are packed dates of one form, as numbers and as moments, sorted.
struct Packed {
  Moments numbers, moments;
};

std::optional<Packed> read_packed(Labels labels) {
  if (labels.empty()) return std::nullopt;
  const bool marked = labels[0].find('.') != std::string::npos;
  Packed packed;
  for (const std::string& label : labels) {
    // "5.2024" and "10.2024" are of one form.
    if ((label.find('.') != std::string::npos) != marked || (!marked && label.size() != labels[0].size()))
      return std::nullopt;
    const auto number = digits_of(label);
    const auto point = parse_time(label, DateOrder::kPacked);
    if (!number || !point) return std::nullopt;
    packed.numbers.push_back(*number), packed.moments.push_back(point->seconds);
  }
  return Packed{sorted(std::move(packed.numbers)), sorted(std::move(packed.moments))};
}

// A day from the digits of a number, in the order of the form.
struct Form {
  std::string_view name;
  std::size_t digits;
  bool zeros_lost;     // it may begin with a zero, which spreadsheets leave out
  bool never_counted;  // plain numbers do not go on as these do, even where they are equally far apart
  std::optional<chrono::sys_days> (*day)(std::int64_t number);
};

std::optional<chrono::sys_days> day_of(std::int64_t year, std::int64_t month, std::int64_t day) {
  const chrono::year_month_day date{chrono::year(static_cast<int>(year)),
                                    chrono::month(static_cast<unsigned>(month)),
                                    chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || year < 1800 || year > 2200) return std::nullopt;
  return chrono::sys_days(date);
}

std::optional<chrono::sys_days> day_of_year(std::int64_t n) {
  const auto first = day_of(n / 1000, 1, 1);
  const std::int64_t day = n % 1000;
  if (!first || day < 1 || day > (chrono::year(static_cast<int>(n / 1000)).is_leap() ? 366 : 365))
    return std::nullopt;
  return *first + chrono::days(day - 1);
}

// The Monday of a week; the fourth of January lies in the first one.
std::optional<chrono::sys_days> week_of_year(std::int64_t n) {
  const auto in_first = day_of(n / 100, 1, 4);
  const std::int64_t week = n % 100;
  if (!in_first || week < 1 || week > 53) return std::nullopt;
  const auto after_monday = chrono::weekday(*in_first).iso_encoding() - 1;
  return *in_first - chrono::days(after_monday) + chrono::weeks(week - 1);
}

std::int64_t century(std::int64_t two_digits) { return two_digits + (two_digits < 70 ? 2000 : 1900); }

constexpr std::array<Form, 5> kForms{{
    {"DDMMYYYY", 8, true, true,
     [](std::int64_t n) { return day_of(n % 10000, n / 10000 % 100, n / 1000000); }},
    {"MMDDYYYY", 8, true, true,
     [](std::int64_t n) { return day_of(n % 10000, n / 1000000, n / 10000 % 100); }},
    {"YYMMDD", 6, true, false,
     [](std::int64_t n) { return day_of(century(n / 10000), n / 100 % 100, n % 100); }},
    {"YYYYDDD", 7, false, false, day_of_year},
    {"YYYYWW", 6, false, false, week_of_year},
}};

bool fits(const Form& form, Labels labels, const Moments& numbers) {
  Moments days;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::size_t size = labels[i].size();
    if (size != form.digits && (!form.zeros_lost || size + 1 != form.digits)) return false;
    const auto day = form.day(numbers[i]);
    if (!day) return false;
    days.push_back(day->time_since_epoch().count() * std::int64_t{86400});
  }
  return keep_step(sorted(std::move(days)));
}

}  // namespace

bool are_packed_dates(Labels labels) {
  const auto packed = read_packed(labels);
  return packed && (!equally_far(packed->numbers) || keep_step(packed->moments) || labels.size() == 1);
}

bool keep_packed_step(Labels labels) {
  const auto packed = labels.size() < kFewest ? std::nullopt : read_packed(labels);
  return packed && keep_step(packed->moments);
}

std::optional<std::size_t> odd_among_packed(Labels labels) {
  std::size_t dates = 0, odd = labels.size();
  Moments numbers;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto number = digits_of(labels[i]);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
    if (labels[i].size() != 8 && parse_time(labels[i], DateOrder::kPacked)) {
      ++dates;
    } else {
      odd = std::min(odd, i);
    }
  }
  const bool most = dates >= kFewest && dates * 10 >= labels.size() * 9 && dates < labels.size();
  return most && !equally_far(sorted(numbers)) ? std::optional(odd) : std::nullopt;
}

std::optional<std::string_view> unread_date_form(Labels labels) {
  if (labels.size() < kFewest) return std::nullopt;
  Moments numbers;
  for (const std::string& label : labels) {
    const auto number = label.find('.') == std::string::npos ? digits_of(label) : std::nullopt;
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  const bool counted = equally_far(sorted(numbers));
  for (const Form& form : kForms)
    if ((!counted || form.never_counted) && fits(form, labels, numbers)) return form.name;
  return std::nullopt;
}

}  // namespace ebit::inline data
