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

// JSON's library would cut the fraction off and wrap 2^32 + 1 to 1.
TEST(SpecText, NumbersThatAreNotWholeOrOutOfRangeAreRefused) {
  const Config config = resolve("forecast", std::nullopt, {{"model.name", "lstm", "test"}});
  const std::string good = spec_text(spec_of(config, {.width = 1, .steps = 7}, {.outputs = 1}, "a series"));
  ASSERT_NO_THROW(spec_of_text(config, good, "x"));
  for (const char* key :
       {"vocabulary", "width", "steps", "map", "left_out", "outputs", "seed", "hidden", "layers"})
    for (const char* value : {"2.5", "1e40", "18446744073709551617", "true", "\"2\""}) {
      std::string text = good;
      const std::string front = fmt::format("\"{}\":", key);
      const std::size_t at = text.find(front);
      ASSERT_NE(at, std::string::npos) << key;
      const std::size_t begin = at + front.size();
      text.replace(begin, text.find_first_of(",}", begin) - begin, value);
      EXPECT_THAT(base::error_of([&] { spec_of_text(config, text, "x.safetensors"); }),
                  HasSubstr("'x.safetensors' is damaged: it does not say what its model is"))
          << text;
    }
  std::string wrapped = good;
  wrapped.replace(wrapped.find("\"width\":1"), 9, "\"width\":4294967297");
  EXPECT_THAT(base::error_of([&] { spec_of_text(config, wrapped, "x.safetensors"); }),
              HasSubstr("is damaged"));
}

}  // namespace
}  // namespace ebit::inline settings
