#include "ebit/settings/spec_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ebit/base/error.h"
#include "ebit/base/json_whole.h"
#include "ebit/base/utf8.h"
#include "ebit/settings/models.h"

namespace ebit::inline settings {
namespace {

using nlohmann::json;

constexpr std::string_view kAnswers[] = {"numbers", "class", "classes", "translation"};  // of fit::Answer

fit::InputSpec input_of(const json& value) {
  return {.vocabulary = whole<int>(value.at("vocabulary")),
          .width = whole<int>(value.at("width")),
          .steps = whole<int>(value.at("steps")),
          .dropout = value.at("dropout"),
          .map = whole<int>(value.at("map")),
          .squash = value.at("squash"),
          .outcomes = value.value("outcomes", false),
          .left_out = value.contains("left_out") ? whole<int>(value["left_out"]) : 0};
}

fit::HeadSpec head_of(const json& value, std::string_view where) {
  const std::string asked = value.at("answer");
  const auto answer = std::ranges::find(kAnswers, asked);
  require(answer != std::end(kAnswers), "'{}' is damaged: it asks its model for '{}'", where, shown(asked));
  return {.answer = static_cast<fit::Answer>(answer - std::begin(kAnswers)),
          .outputs = whole<int>(value.at("outputs")),
          .linear = value.at("linear"),
          .pool = value.at("pool"),
          .attention = value.at("attention"),
          .loss = value.value("loss", std::string("cross-entropy")),
          .quantiles = value.value("quantiles", std::vector<double>())};
}

}  // namespace

std::string spec_text(const fit::ModelSpec& spec) {
  const fit::InputSpec& input = spec.input;
  const fit::HeadSpec& head = spec.head;
  json value = {{"input",
                 {{"vocabulary", input.vocabulary},
                  {"width", input.width},
                  {"steps", input.steps},
                  {"dropout", input.dropout},
                  {"map", input.map},
                  {"squash", input.squash},
                  {"outcomes", input.outcomes},
                  {"left_out", input.left_out}}},
                {"head",
                 {{"answer", kAnswers[static_cast<std::size_t>(head.answer)]},
                  {"outputs", head.outputs},
                  {"linear", head.linear},
                  {"pool", head.pool},
                  {"attention", head.attention},
                  {"loss", head.loss},
                  {"quantiles", head.quantiles}}},
                {"stateful", spec.stateful},
                {"dtype", spec.dtype},
                {"seed", spec.seed}};
  if (const auto* classical = std::get_if<fit::ClassicalOptions>(&spec.core))
    value["hidden"] = classical->hidden, value["layers"] = classical->layers,
    value["degrees"] = classical->degrees;
  value["solve_head"] = spec.solve_head;
  return value.dump();
}

fit::ModelSpec spec_of_text(const Config& config, std::string_view text, std::string_view where) {
  fit::ModelSpec spec = outline_of(config);
  const auto damaged = [&] { fail("'{}' is damaged: it does not say what its model is", where); };
  try {
    const json value = json::parse(text);
    spec.input = input_of(value.at("input"));
    spec.head = head_of(value.at("head"), where);
    spec.stateful = value.at("stateful"), spec.dtype = value.at("dtype"),
    spec.seed = whole<std::uint64_t>(value.at("seed"));
    if (auto* classical = std::get_if<fit::ClassicalOptions>(&spec.core))
      classical->hidden = whole<int>(value.at("hidden")), classical->layers = whole<int>(value.at("layers")),
      classical->degrees = whole_numbers<int>(value.at("degrees"));
    spec.solve_head = value.at("solve_head"), spec.ridge = config.model.ridge;
  } catch (const json::exception&) {
    damaged();
  } catch (const std::range_error&) {
    damaged();
  }
  if (config.model.has_entropy()) {
    spec.entropy = config.model.entropy;
    spec.entropy_kind = config.model.entropy_kind, spec.entropy_stage = config.model.entropy_stage;
  }
  fit::check(spec);
  return spec;
}

}  // namespace ebit::inline settings
