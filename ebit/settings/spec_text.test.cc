#include "ebit/settings/spec_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ebit/base/testing/error_of.h"
#include "ebit/settings/models.h"
#include "ebit/settings/resolve.h"

namespace ebit::inline settings {
namespace {

using ::testing::HasSubstr;

TEST(SpecText, EveryModelComesBack) {
  for (const ModelRow& row : models()) {
    if (row.family == kUntrained) continue;
    SCOPED_TRACE(row.name);
    const bool words = (problems_of(row) & kForecast) == 0, measured = row.family == kMeasured;
    const Config config = resolve(measured ? "pauli"
                                  : words  ? "dna"
                                           : "forecast",
                                  std::nullopt, {{"model.name", row.name, "test"}});
    const int settings = config.problem.setting == "number" ? 15 : 8;
    fit::ModelSpec spec = measured ? spec_of(config, {.width = settings + 1, .steps = 7},
                                             {.answer = fit::Answer::kClasses, .outputs = 2}, "pauli")
                          : words  ? spec_of(config, {.width = 3, .steps = 7},
                                             {.answer = fit::Answer::kClass, .outputs = 8}, "dna")
                                   : spec_of(config, {.width = 1, .steps = 7}, {.outputs = 1}, "a series");
    if (auto* classical = std::get_if<fit::ClassicalOptions>(&spec.core)) classical->hidden = 11;
    const Config again = from_toml(to_toml(config), "config");
    const fit::ModelSpec other = spec_of_text(again, spec_text(spec), "best.safetensors");
    EXPECT_EQ(spec_text(other), spec_text(spec));
    EXPECT_EQ(fit::summary_of(other.core), fit::summary_of(spec.core));
  }
}

TEST(SpecText, DamageIsOneLine) {
  const Config config = resolve("forecast", std::nullopt, {});
  for (const char* text : {"", "{", "{}", "[]", R"({"input": 3})"})
    EXPECT_THAT(base::error_of([&] { spec_of_text(config, text, "x.safetensors"); }),
                HasSubstr("'x.safetensors' is damaged"))
        << text;
}

}  // namespace
}  // namespace ebit::inline settings
