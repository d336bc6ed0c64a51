#include "ebit/experiment/model_specs.h"

#include <algorithm>
#include <charconv>

#include "ebit/fit/monomials.h"
#include "ebit/settings/resolve.h"

namespace ebit::experiment {
namespace {

constexpr int kMostHidden = 4096;

// Without drawing weights where a formula says it: those of an echo state network take long to draw.
std::int64_t parameters_of(const fit::ModelSpec& spec) {
  if (!spec.solve_head) return fit::make_model(spec)->parameters();
  const fit::ModelSpec whole = fit::completed(spec);
  const auto readouts = make_cell<double>(std::get<CellOptions>(whole.core))->outputs();
  return static_cast<std::int64_t>(readouts + 1) * whole.head.outputs;
}

// Where the hidden size of a model is; null: it has none that is free.
int* hidden_of(Config& config) {
  const Family family = family_of(config);
  if (family & kWithHidden) return &config.model.classical.hidden;
  if (family == kEcho) return &config.model.echo.hidden;
  const bool mapped = config.model.gated.linear_in != "none" && config.model.gated.linear_out != "none";
  return family == kGated && mapped ? &config.model.gated.hidden : nullptr;
}

// The number that --parameters gives, or that of the model that it names.
std::int64_t wanted_parameters(const Config& config, const Problem& problem) {
  const std::string& text = config.model.parameters;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) {
    require(number >= 1, "--parameters must be at least 1, not {}", number);
    return number;
  }
  require(find_model(text).family != kUntrained, "--parameters: {} has none", text);
  Config other = with_model(config, text);
  problem.check_model(other);
  return parameters_of(spec_of(other, problem));
}

}  // namespace

fit::ModelSpec spec_of(const Config& config, const Problem& problem) {
  return settings::spec_of(config, problem.input(), problem.head(), problem.description());
}

fit::ModelSpec matched_spec(const Config& config, const Problem& problem, const fit::ModelSpec& reference) {
  fit::ModelSpec spec = spec_of(config, problem);
  auto* const classical = std::get_if<fit::ClassicalOptions>(&spec.core);
  if (!config.baselines.match || classical == nullptr ||
      !fit::find_classical_core(classical->core).has_hidden)
    return spec;
  classical->hidden = fit::matched_hidden(parameters_of(reference), kMostHidden, [&](int hidden) {
    classical->hidden = hidden;
    return parameters_of(spec);
  });
  return spec;
}

std::string dropped_degrees_note(const Config& config, const Problem& problem) {
  const fit::ModelSpec spec = spec_of(config, problem);
  const std::vector<int> dropped = fit::dropped_degrees(spec);
  if (dropped.empty()) return {};
  const auto window = static_cast<std::size_t>(spec.input.steps * spec.input.core_width());
  return fmt::format(
      "{}: degree {} is left out: degree {} of the window's {} numbers has {:.0f} terms, and {:.0f} are the "
      "most",
      config.model.name, fmt::join(dropped, " and "), dropped.front(), window,
      fit::Monomials::count(window, dropped.front()), fit::kMostMonomials);
}

std::string settle_size(Config& config, const Problem& problem) {
  if (config.model.parameters.empty()) return {};
  const std::int64_t wanted = wanted_parameters(config, problem);
  const std::string asked = config.model.parameters;
  config.model.parameters.clear();
  int* const hidden = hidden_of(config);
  require(
      hidden != nullptr,
      "--parameters needs a hidden size that is free, and {} has none without linear maps in front of and "
      "behind its circuits",
      config.model.name);
  const auto count = [&](int size) {
    *hidden = size;
    return parameters_of(spec_of(config, problem));
  };
  *hidden = fit::matched_hidden(wanted, kMostHidden, count);
  return fmt::format("--parameters {}: {} of hidden size {} has {} parameters, {} were wanted", asked,
                     config.model.name, *hidden, count(*hidden), wanted);
}

}  // namespace ebit::experiment
