#include "ebit/data/scaler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "ebit/base/random.h"
#include "ebit/base/testing/error_of.h"

namespace ebit::inline data {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::vector<double> kValues{3, -1, 4, 1, -5, 9};

TEST(Scaler, EveryRowGoesThereAndBack) {
  for (const auto& row : scaler_table()) {
    EXPECT_FALSE(row.help.empty()) << row.name;
    const Scaler scaler = fit_scaler(row.name, kValues, "v");
    EXPECT_EQ(scaler.name, row.name);
    std::vector<double> values = kValues;
    values.push_back(1e3);  // also outside the fitted range
    scaler.transform(values);
    scaler.inverse(values);
    for (std::size_t i = 0; i < kValues.size(); ++i) EXPECT_NEAR(values[i], kValues[i], 1e-12) << row.name;
    EXPECT_NEAR(values.back(), 1e3, 1e-12 * 1e3) << row.name;
  }
}

TEST(Scaler, RangesAreWhatTheNamesSay) {
  const Scaler unit = fit_scaler("minmax", kValues, "v"), sym = fit_scaler("minmax-sym", kValues, "v");
  EXPECT_DOUBLE_EQ(unit.transform(-5), 0);
  EXPECT_DOUBLE_EQ(unit.transform(9), 1);
  EXPECT_DOUBLE_EQ(sym.transform(-5), -1);
  EXPECT_DOUBLE_EQ(sym.transform(9), 1);
  EXPECT_EQ(fit_scaler("none", kValues, "v").transform(9), 9);

  const Scaler standard = fit_scaler("standard", kValues, "v");
  double mean = 0, variance = 0;
  for (const double v : kValues) mean += standard.transform(v) / 6;
  for (const double v : kValues) variance += std::pow(standard.transform(v) - mean, 2) / 6;
  EXPECT_NEAR(mean, 0, 1e-15);
  EXPECT_NEAR(variance, 1, 1e-15);
}

TEST(Scaler, FittedExtremesAreTheBoundsExactly) {
  EXPECT_EQ(scaler_row("minmax-half").high, 0.5);
  EXPECT_EQ(scaler_row("minmax").high, 1);
  Random random(7);
  for (int i = 0; i < 2000; ++i) {
    // Far from 0 and close together too, as temperatures in kelvin or pressures are.
    const double base = i % 3 == 0 ? 0.0 : std::pow(10.0, i % 7) * random.normal(),
                 spread = std::pow(10.0, i % 5 - 2);
    std::vector<double> values;
    for (int k = 0; k < 5; ++k)
      values.push_back(std::round((base + spread * random.normal()) * 1000) / 1000 + k * 1e-3);
    const auto [low, high] = std::ranges::minmax(values);
    if (low == high) continue;
    for (const auto& row : scaler_table()) {
      if (row.low == row.high) continue;
      const Scaler scaler = fit_scaler(row.name, values, "v");
      ASSERT_EQ(scaler.transform(low), row.low) << row.name << " " << low << " " << high;
      ASSERT_EQ(scaler.transform(high), row.high) << row.name << " " << low << " " << high;
      EXPECT_GT(scaler.transform(high + (high - low) * 1e-3), row.high) << "what lies beyond is not moved";
      EXPECT_LT(scaler.transform(low - (high - low) * 1e-3), row.low);
    }
  }
}

TEST(Scaler, ConstantDataAreAnErrorThatNamesThem) {
  const std::vector<double> constant(7, 0.1);
  for (const auto& row : scaler_table()) {
    if (!row.needs_spread) {
      EXPECT_EQ(fit_scaler(row.name, constant, "v").transform(0.1), 0.1);
      continue;
    }
    EXPECT_THAT(error_of([&] { fit_scaler(row.name, constant, "column 'Temp', training rows"); }),
                AllOf(HasSubstr("column 'Temp', training rows: constant (always 0.1)"), HasSubstr(row.name)));
  }
}

TEST(Scaler, RefusesWhatItCannotScale) {
  EXPECT_THAT(error_of([] { fit_scaler("minmix", kValues, "v"); }), HasSubstr("did you mean 'minmax'?"));
  EXPECT_THAT(error_of([] { fit_scaler("minmax", {}, "v"); }), HasSubstr("v: no values"));
  const std::vector<double> nan{1, NAN}, wide{-1.7e308, 1.7e308},
      narrow{0, std::numeric_limits<double>::denorm_min()};
  EXPECT_THAT(error_of([&] { fit_scaler("minmax", nan, "v"); }), HasSubstr("nan cannot be scaled"));
  for (const char* name : {"minmax", "minmax-sym", "standard"}) {
    EXPECT_THAT(error_of([&] { fit_scaler(name, wide, "v"); }), HasSubstr("too far apart"));
    EXPECT_THAT(error_of([&] { fit_scaler(name, narrow, "v"); }), HasSubstr("too close together"));
  }
}

}  // namespace
}  // namespace ebit::inline data
