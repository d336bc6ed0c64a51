// The labels beside the rows of a series as moments, and moments as labels.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/base/time.h"
#include "ebit/data/regular_step.h"
#include "ebit/data/utc_offsets.h"

namespace ebit::inline data {

/// Ascending labels of one kind: numbers, or dates with or without a time of day (a bare date among those
/// with one is midnight).
class Timeline {
 public:
  /// Reads labels; `date_order`, see date_order_of(), says how; empty: the meaning of "10/05/2024" is found,
  /// and "202405" is a number. Nothing for fewer than two, texts, labels that do not go forward, fractions of
  /// a second, numbers with exponents or marks of thousands, and dates that two orders read differently.
  static std::optional<Timeline> read(const std::vector<std::string>& labels, std::string_view date_order);

  /// [N] numbers in units of unit(), or seconds: of the file's own clock, of UTC where labels with an offset
  /// are less than a day apart.
  const std::vector<std::int64_t>& moments() const { return moments_; }
  bool counts() const { return numbers_; }           ///< numbers, no dates
  double unit() const;                               ///< of numbers with decimals 0.1, 0.01, ...; else 1
  const RegularStep& step() const { return step_; }  ///< from one to the next
  /// The label `k` >= 1 steps behind the last one; nothing beyond the year 9999 and numbers of 18 digits.
  std::optional<std::string> after_last(std::int64_t k) const;
  /// A moment, written as the last label is, or the last one with a time of day where some have one.
  std::string label(std::int64_t moment) const;

 private:
  // A run of digits in a label.
  struct Digits {
    std::size_t begin, size;
  };
  enum Field { kWhole, kYear, kMonth, kDayOfMonth, kHour, kMinute, kSecond };

  static std::optional<Timeline> read_numbers(const std::vector<std::string>& labels);
  static std::optional<Timeline> read_dates(const std::vector<std::string>& labels, DateOrder order);
  static std::vector<Digits> digits_in(std::string_view text);
  void learn_padding(const std::vector<std::string>& labels);
  void learn_writing(const std::vector<std::string>& labels, std::size_t model, const TimePoint& last,
                     DateOrder order);
  std::string number_label(std::int64_t moment) const;
  std::string zone_text(std::int32_t offset) const;

  std::vector<std::int64_t> moments_;
  RegularStep step_;
  bool numbers_ = false, utc_ = false;
  std::size_t decimals_ = 0;  // of numbers, behind mark_
  bool all_decimals_ = true;  // each number bears as many
  char mark_ = '.';
  std::string model_, zone_;  // the label that others are written like up to its offset, and that
  std::int32_t offset_ = 0;   // of that label
  UtcOffsets offsets_;        // of labels that name one
  std::vector<Digits> runs_;
  std::vector<Field> fields_;
  std::vector<bool> padded_;  // of each field: 9 is written 09
};

}  // namespace ebit::inline data
