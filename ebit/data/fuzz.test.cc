// Whatever bytes a file holds, reading it ends in a series or in an Error of one line.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>

#include "ebit/base/error.h"
#include "ebit/base/random.h"
#include "ebit/base/utf8.h"
#include "ebit/data/continue_times.h"
#include "ebit/data/dataset.h"
#include "ebit/data/load.h"

namespace ebit::inline data {
namespace {

constexpr std::string_view kValid =
    "Date;Time;Temp;Wind\r\n"
    "16/12/2006;17:24:00;4,216;\"1\"\r\n"
    "16/12/2006;17:25:00;5,360;2\r\n"
    "16/12/2006;17:26:00;?;3\r\n"
    "17/12/2006;17:24:00;-1e2;4,5\r\n"
    "17/12/2006;17:25:00;7;5\r\n";

// Pieces that mean something to a parser.
const std::vector<std::string> kPieces{",",
                                       ";",
                                       "\t",
                                       "|",
                                       "\"",
                                       "\n",
                                       "\r",
                                       "\r\n",
                                       "\"\"",
                                       " ",
                                       "?",
                                       "NA",
                                       "nan",
                                       "inf",
                                       "-",
                                       "+",
                                       ".",
                                       "e",
                                       "1e308",
                                       "-1.7e308",
                                       "1e-320",
                                       "0",
                                       "9",
                                       "2024-05-10",
                                       "31/12/9999",
                                       "24:00",
                                       "Z",
                                       "+14:00",
                                       ":",
                                       "/",
                                       "\xef\xbb\xbf",
                                       std::string(1, '\0'),
                                       "\xff",
                                       "\xc3\xa4",
                                       "99999999999999999999",
                                       "1,500",
                                       "1.005",
                                       "# ",
                                       "2024-02-29 10:00:00-04:00"};

std::string random_bytes(Random& random) {
  std::string text(random.below(200), ' ');
  for (char& c : text) c = static_cast<char>(random.below(256));
  return text;
}

std::string random_pieces(Random& random) {
  std::string text;
  for (std::size_t n = random.below(60); n > 0; --n) text += kPieces[random.below(kPieces.size())];
  return text;
}

std::string mutated(Random& random) {
  std::string text(kValid);
  for (std::size_t n = 1 + random.below(4); n > 0; --n) {
    const std::size_t at = random.below(text.size() + 1), size = random.below(12);
    switch (random.below(4)) {
      case 0:
        text.insert(at, kPieces[random.below(kPieces.size())]);
        break;
      case 1:
        text.erase(at, size);
        break;
      case 2:
        text.insert(at, text.substr(text.size() - std::min(text.size(), size + at), size));
        break;
      default:
        if (at < text.size()) text[at] = static_cast<char>(random.below(256));
    }
  }
  return text;
}

template <class T>
const T& pick(Random& random, const std::vector<T>& from) {
  return from[random.below(from.size())];
}

SeriesOptions random_options(Random& random) {
  SeriesOptions o;
  o.missing = "interpolate";
  o.duplicates = "mean";
  // Most options suit no given text, so half of the rounds leave them to be found.
  if (random.below(2) == 0) return o;
  o.csv.delimiter = pick<std::string>(random, {"", "", ",", ";", "tab", "|"});
  o.csv.decimal = pick<std::string>(random, {"", ".", ","});
  o.csv.header = pick<std::string>(random, {"", "yes", "no"});
  const std::string thousands = pick<std::string>(random, {"", "", "none", ".", ",", "'", "space"});
  if (thousands != o.csv.decimal) o.csv.thousands = thousands;
  o.csv.skip_lines = pick<int>(random, {-1, -1, 0, 1, 3});
  o.time.columns =
      pick<std::vector<std::string>>(random, {{}, {}, {"1"}, {"1", "2"}, {"Date", "Time"}, {"none"}});
  o.time.date_order = pick<std::string>(random, {"", "dmy", "mdy"});
  o.missing = pick<std::string>(random, {"error", "drop", "interpolate"});
  o.duplicates = pick<std::string>(random, {"error", "first", "last", "mean"});
  o.first_rows = random.below(4);
  return o;
}

// Reads `text` through everything; returns whether a series came out.
bool run(const std::string& text, Random& random) {
  const SeriesOptions options = random_options(random);
  const auto wanted =
      pick<std::vector<std::string>>(random, {{}, {}, {"Temp"}, {"Temp", "Wind"}, {"2"}, {"Wnd"}});
  try {
    const Series series = series_of(parse_csv(text, options.csv, "fuzz"), options, wanted);
    EXPECT_EQ(series.values.size(), series.times.size() * series.names.size());
    EXPECT_FALSE(series.values.empty());
    for (const auto& name : series.names) EXPECT_TRUE(is_utf8(name));
    for (const auto& time : series.times) EXPECT_TRUE(is_utf8(time) && time.find('\n') == std::string::npos);
    for (const double value : series.values) EXPECT_TRUE(std::isfinite(value));
    for (const auto& label : continue_times(series.times, 3, series.date_order)) EXPECT_TRUE(is_utf8(label));
    DatasetOptions windows;
    windows.targets = {series.names[0]};
    windows.window = 1;
    windows.train = 0.5;
    windows.validation = 0;
    windows.boundary = "across";
    windows.scaler = pick<std::string>(random, {"minmax", "minmax-sym", "standard", "none"});
    try {
      const Dataset dataset = make_dataset(series, windows);
      for (const double value : dataset.train.rows) EXPECT_TRUE(std::isfinite(value));
    } catch (const Error& error) {
      EXPECT_STRNE(error.what(), "");
    }
    return true;
  } catch (const Error& error) {
    EXPECT_STRNE(error.what(), "");
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    EXPECT_TRUE(is_utf8(error.what())) << error.what();
    return false;
  }
}

TEST(Fuzz, OnlyErrorsComeOut) {
  // A new seed at every run; a failure prints it, and EBIT_FUZZ_SEED repeats it.
  const char* given = std::getenv("EBIT_FUZZ_SEED");
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  const std::uint64_t seed = given != nullptr ? std::stoull(given) : static_cast<std::uint64_t>(now);
  std::size_t series = 0, total = 0;
  for (std::uint64_t round = 0; round < 8000; ++round) {
    Random random(seed, round);
    SCOPED_TRACE(testing::Message() << "EBIT_FUZZ_SEED=" << seed << " round " << round);
    for (const std::string& text : {random_bytes(random), random_pieces(random), mutated(random)}) {
      series += run(text, random);
      ++total;
    }
    if (HasFailure()) break;
  }
  RecordProperty("seed", std::to_string(seed));
  EXPECT_GT(series, total / 100) << "seed " << seed
                                 << ": enough inputs must get through to try the later stages";
  EXPECT_LT(series, total);
}

}  // namespace
}  // namespace ebit::inline data
