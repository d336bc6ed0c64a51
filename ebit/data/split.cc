#include "ebit/data/split.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <optional>

#include "ebit/base/error.h"
#include "ebit/base/random.h"
#include "ebit/base/time.h"
#include "ebit/base/utf8.h"
#include "ebit/data/number.h"

namespace ebit::inline data {
namespace {

constexpr std::array<Choice, 3> kSplits{{
    {"time", "train, validation and test follow each other"},
    {"windows", "the same, but windows are counted instead of rows: those at a boundary share rows"},
    {"random", "windows drawn by seed; parts share rows, which flatters every model"},
}};
constexpr std::array<Choice, 2> kBoundaries{{
    {"inside", "no window reaches over the boundary of a part"},
    {"across", "a window may begin in the part before, so that every row of a part is predicted"},
}};
constexpr std::uint64_t kSplitStream = 0x5711;  // of the random numbers that draw the windows

// floor(n * share), forgiving a share such as 0.29 whose product falls short of a whole number by rounding.
std::size_t share_of(std::size_t n, double share) {
  return std::min(n, static_cast<std::size_t>(std::floor(static_cast<double>(n) * share + 1e-9)));
}

Starts split_by_time(const Dataset& dataset) {
  const DatasetOptions& o = dataset.options;
  const bool across = o.boundary == "across";
  const double rest = o.test_from.empty() ? 1 - o.train - o.validation : 1;
  const std::array<double, 3> shares{o.train, o.validation, rest};
  Starts starts;
  for (std::size_t p = 0; p < 3; ++p) {
    const std::size_t begin = dataset.part_begin[p], end = dataset.part_begin[p + 1];
    if (shares[p] < 1e-9) continue;
    const std::size_t lost = dataset.transform.lost();
    // The first of a window's steps ahead lies in the part, or all of them do.
    const std::size_t back = reach(o) + 1 - o.steps();
    starts[p] = starts_in(std::max(across ? begin - std::min(begin, back) : begin, lost), end, o);
    require(
        end > begin && !starts[p].empty(),
        "{}: the {} part has {} of {} rows, but a window of {} with horizon {} needs {}{}; take a smaller "
        "--window, other shares (--train, --validation){}",
        dataset.series.source, kDataParts[p], end - begin, dataset.series.rows(), o.window, o.horizon,
        reach(o) + 1, lost > 0 && p == 0 ? fmt::format(" behind the {} that --transform takes", lost) : "",
        p > 0 && !across ? ", or --boundary across" : " or more rows");
  }
  return starts;
}

Starts split_by_count(const Dataset& dataset) {
  const DatasetOptions& o = dataset.options;
  auto all = starts_in(dataset.transform.lost(), dataset.series.rows(), o);
  const bool drawn = o.split == "random";
  if (!drawn) all.pop_back();  // as the sources do
  const std::size_t train = share_of(all.size(), o.train);
  const std::size_t validation = share_of(all.size(), o.train + o.validation);
  const std::array<std::size_t, 4> bounds{0, train, validation, all.size()};
  const std::array<double, 3> shares{o.train, o.validation, 1 - o.train - o.validation};
  std::vector<std::size_t> order(all.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (drawn) order = Random(o.seed, kSplitStream).permutation(all.size());
  Starts starts;
  for (std::size_t p = 0; p < 3; ++p) {
    for (std::size_t i = bounds[p]; i < bounds[p + 1]; ++i) starts[p].push_back(all[order[i]]);
    std::sort(starts[p].begin(), starts[p].end());
    require(!starts[p].empty() || shares[p] < 1e-9,
            "{}: of {} windows none is left for the {} part; take other shares", dataset.series.source,
            all.size(), kDataParts[p]);
  }
  return starts;
}

// A time that is a number, as the file writes it or with a plain decimal point.
std::optional<double> number_in(const Series& series, const std::string& text) {
  const auto own = parse_number(text, series.decimal, series.thousands);
  return own ? own : parse_number(text);
}

std::string day_of(const TimePoint& point) {
  const std::chrono::sys_seconds seconds{std::chrono::seconds(point.seconds + point.offset)};
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(seconds)};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                     static_cast<unsigned>(day.day()));
}

// The date that a user writes. Where the dates of the file show no order, 03/04/2024 could be either.
std::optional<TimePoint> date_in(const Series& series, const std::string& text, DateOrder order) {
  const auto date = parse_time(text, order);
  const bool shown_order = series.date_order == "dmy" || series.date_order == "mdy";
  if (shown_order || !parse_time(series.times.front(), order)) return date;
  const auto other = parse_time(text, DateOrder::kMonthFirst);
  require(!date || !other || *date == *other,
          "{}: --test-from '{}' could be {} or {}, and the dates of the data do not say which; write it so",
          series.source, text, day_of(*date), day_of(*other));
  return date ? date : other;
}

// The first row whose time is not before `from`.
std::size_t row_from(const Series& series, const std::string& from) {
  const auto order = date_order_of(series.date_order);
  const auto number = number_in(series, from);
  const auto date = date_in(series, from, order);
  const auto is_before = [&](const std::string& label) {
    if (const auto own = parse_time(label, order); own && date) {
      // By the file's own clock where `from` names no offset from UTC.
      return date->has_offset ? *own < *date : own->seconds + own->offset < date->seconds;
    }
    const auto own = number_in(series, label);
    require(own && number, "{}: --test-from '{}' cannot be compared with times such as '{}'", series.source,
            from, shown(label));
    return *own < *number;
  };
  std::size_t row = 0;
  while (row < series.rows() && is_before(series.times[row])) ++row;
  require(row > 0 && row < series.rows(), "{}: --test-from {} leaves no rows {}: they are of {} to {}",
          series.source, from, row == 0 ? "for training" : "for testing", shown(series.times.front()),
          shown(series.times.back()));
  return row;
}

}  // namespace

std::span<const Choice> split_table() { return kSplits; }
std::span<const Choice> boundary_table() { return kBoundaries; }

std::size_t reach(const DatasetOptions& o) {
  return static_cast<std::size_t>(o.window) - 1 + static_cast<std::size_t>(o.horizon);
}

std::vector<std::size_t> starts_in(std::size_t begin, std::size_t end, const DatasetOptions& o) {
  std::vector<std::size_t> starts;
  for (std::size_t s = begin; s + reach(o) < end; s += static_cast<std::size_t>(o.stride))
    starts.push_back(s);
  return starts;
}

std::array<std::size_t, 4> parts_of(const Series& series, const DatasetOptions& o) {
  const std::size_t n = series.rows();
  if (o.split != "time") return {0, 0, 0, n};
  if (o.test_from.empty()) return {0, share_of(n, o.train), share_of(n, o.train + o.validation), n};
  const std::size_t test = row_from(series, o.test_from);
  return {0, test - share_of(test, o.validation / (o.train + o.validation)), test, n};
}

Starts split_windows(const Dataset& dataset) {
  return dataset.options.split == "time" ? split_by_time(dataset) : split_by_count(dataset);
}

std::vector<std::size_t> rows_of(const Dataset& dataset, const Starts& starts, std::size_t p) {
  const std::size_t n = dataset.series.rows();
  std::vector<bool> seen(n, false);
  if (dataset.options.split == "time") {
    std::fill(seen.begin() + static_cast<std::ptrdiff_t>(dataset.part_begin[p]),
              seen.begin() + static_cast<std::ptrdiff_t>(dataset.part_begin[p + 1]), true);
  } else {
    for (const std::size_t s : starts[p]) {
      for (int t = 0; t < dataset.options.window; ++t) seen[s + static_cast<std::size_t>(t)] = true;
      seen[s + reach(dataset.options)] = true;
    }
  }
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < n; ++row) {
    if (seen[row] && row >= dataset.transform.lost()) rows.push_back(row);
  }
  return rows;
}

}  // namespace ebit::inline data
