#include "ebit/base/time.h"

#include <array>
#include <charconv>
#include <chrono>

#include "ebit/base/utf8.h"

namespace ebit::inline base {
namespace {

// Reads a text from left to right; every take_ returns false and moves nothing where the text goes on
// otherwise.
struct Scanner {
  std::string_view rest;

  bool has_digit() const { return !rest.empty() && rest[0] >= '0' && rest[0] <= '9'; }

  bool take(char c) {
    if (rest.empty() || rest[0] != c) return false;
    rest.remove_prefix(1);
    return true;
  }

  bool take_digits(std::size_t at_least, std::size_t at_most, int& value) {
    std::size_t n = 0;
    while (n < rest.size() && n <= at_most && rest[n] >= '0' && rest[n] <= '9') ++n;
    if (n < at_least || n > at_most) return false;
    std::from_chars(rest.data(), rest.data() + n, value);
    rest.remove_prefix(n);
    return true;
  }

  // One of the separators of a date.
  bool take_separator(char& separator) {
    if (rest.empty() || std::string_view("-/. ").find(rest[0]) == std::string_view::npos) return false;
    separator = rest[0];
    rest.remove_prefix(1);
    return true;
  }
};

// Years for which what may well be no date at all is taken as one.
bool is_likely_year(int year) { return year >= 1800 && year <= 2200; }

bool set_date(int year, int month, int day, TimePoint& point) {
  namespace chrono = std::chrono;
  const chrono::year_month_day date{chrono::year(year), chrono::month(static_cast<unsigned>(month)),
                                    chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return false;
  point.seconds = chrono::sys_days(date).time_since_epoch().count() * std::int64_t{86400};
  return true;
}

// The whole of a text that is a number as well: 05.2024, 2024.05, or 202405 with day, hour, minute and second
// behind.
bool scan_packed(Scanner& scanner, TimePoint& point) {
  int year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0;
  Scanner start = scanner;
  if (start.take_digits(1, 2, month) && start.take('.') && start.take_digits(4, 4, year)) {
    point.year_first = false;
  } else if (start = scanner;
             !start.take_digits(4, 4, year) || !start.take('.') || !start.take_digits(2, 2, month)) {
    start = scanner;
    const std::size_t size = start.rest.size();
    if (size != 6 && size != 10 && size != 12 && size != 14) return false;
    const auto take = [&](std::size_t digits, int& value) {
      Scanner own{start.rest.substr(0, digits)};
      start.rest.remove_prefix(digits);
      return own.take_digits(digits, digits, value);
    };
    if (!take(4, year)) return false;
    for (int* value : {&month, &day, &hour, &minute, &second})
      if (!start.rest.empty() && !take(2, *value)) return false;
    point.has_clock = size > 8;
  }
  if (!start.rest.empty() || !is_likely_year(year) || hour > 23 || minute > 59 || second > 59) return false;
  if (!set_date(year, month, day, point)) return false;
  point.seconds += hour * 3600 + minute * 60 + second;
  scanner = start;
  return true;
}

bool scan_date(Scanner& scanner, DateOrder order, TimePoint& point) {
  std::array<int, 3> n{1, 1, 1};  // the numbers in the order of the text
  int year = 0, month = 1, day = 1;
  char separator = 0;
  const Scanner start = scanner;
  if (scanner.take_digits(4, 4, year) && scanner.take_separator(separator)) {
    if (!scanner.take_digits(1, 2, month)) return false;
    if (scanner.take(separator)) {
      if (!scanner.take_digits(1, 2, day)) return false;
    } else if (!scanner.rest.empty() || separator == '.') {
      return false;  // "1013.2" is a number, not a month
    }
  } else if (scanner = start; scanner.take_digits(8, 8, n[0])) {
    year = n[0] / 10000, month = n[0] / 100 % 100, day = n[0] % 100;
    if (year < 1000) return false;
  } else {
    scanner = start;
    if (!scanner.take_digits(1, 2, n[0]) || !scanner.take_separator(separator)) return false;
    point.year_first = false;
    if ((separator == '/' || separator == '-') && scanner.take_digits(4, 4, year))
      return scanner.rest.empty() && is_likely_year(year) && set_date(year, n[0], 1, point);
    if (!scanner.take_digits(1, 2, n[1]) || !scanner.take(separator)) return false;
    if (!scanner.take_digits(4, 4, year)) return false;
    day = order == DateOrder::kMonthFirst ? n[1] : n[0];
    month = order == DateOrder::kMonthFirst ? n[0] : n[1];
  }
  return set_date(year, month, day, point);
}

bool scan_clock(Scanner& scanner, TimePoint& point) {
  int hour = 0, minute = 0, second = 0;
  if (!scanner.take_digits(1, 2, hour) || !scanner.take(':') || !scanner.take_digits(2, 2, minute))
    return false;
  if (scanner.take(':')) {
    if (!scanner.take_digits(2, 2, second)) return false;
    if (scanner.take('.') || scanner.take(',')) {
      const std::size_t before = scanner.rest.size();
      for (double unit = 0.1; scanner.has_digit(); unit /= 10) {
        point.fraction += unit * (scanner.rest[0] - '0');
        scanner.rest.remove_prefix(1);
      }
      if (scanner.rest.size() == before) return false;
    }
  }
  // 24:00 is the next midnight, and 60 a leap second.
  if (hour > 24 || minute > 59 || second > 60 || (hour == 24 && minute + second > 0)) return false;
  point.seconds += hour * 3600 + minute * 60 + second;
  point.has_clock = true;
  return true;
}

// An hour without minutes, as "2024-05-10T17" has it.
bool scan_hour(Scanner& scanner, TimePoint& point) {
  int hour = 0;
  if (!scanner.take_digits(2, 2, hour) || hour > 23) return false;
  point.seconds += hour * 3600;
  return point.has_clock = true;
}

bool scan_zone(Scanner& scanner, TimePoint& point) {
  if (scanner.take('Z')) return point.has_offset = true;
  const int sign = scanner.take('+') ? 1 : scanner.take('-') ? -1 : 0;
  if (sign == 0) return true;
  int hour = 0, minute = 0;
  if (!scanner.take_digits(2, 2, hour)) {
    if (!scanner.take_digits(4, 4, hour)) return false;
    minute = hour % 100, hour /= 100;
  } else if (scanner.take(':') && !scanner.take_digits(2, 2, minute)) {
    return false;
  }
  if (hour > 14 || minute > 59) return false;
  point.has_offset = true;
  point.offset = sign * (hour * 3600 + minute * 60);
  point.seconds -= point.offset;
  return true;
}

}  // namespace

DateOrder date_order_of(std::string_view name) {
  return name == "mdy"      ? DateOrder::kMonthFirst
         : name == "packed" ? DateOrder::kPacked
                            : DateOrder::kDayFirst;
}

std::optional<TimePoint> parse_time(std::string_view text, DateOrder order) {
  Scanner scanner{trimmed(text)};
  TimePoint point;
  if (order == DateOrder::kPacked && scan_packed(scanner, point)) return point;
  point = {};
  if (!scan_date(scanner, order, point)) return std::nullopt;
  if (scanner.take('T') || scanner.take(' ')) {
    scanner.rest = trimmed(scanner.rest);
    const Scanner clock = scanner;
    if (!scan_clock(scanner, point) && !scan_hour(scanner = clock, point)) return std::nullopt;
    scanner.rest = trimmed(scanner.rest);
    if (!scan_zone(scanner, point)) return std::nullopt;
  }
  if (!scanner.rest.empty()) return std::nullopt;
  return point;
}

bool is_clock(std::string_view text) {
  Scanner scanner{trimmed(text)};
  TimePoint point;
  return scan_clock(scanner, point) && scanner.rest.empty();
}

}  // namespace ebit::inline base
