#include "ebit/experiment/model_specs.h"

namespace ebit::experiment {

fit::ModelSpec spec_of(const Config& config, const Problem& problem) {
  return settings::spec_of(config, problem.input(), problem.head(), problem.description());
}

fit::ModelSpec matched_spec(const Config& config, const Problem& problem, const fit::ModelSpec& reference) {
  constexpr int kMostHidden = 4096;
  fit::ModelSpec spec = spec_of(config, problem);
  auto* const classical = std::get_if<fit::ClassicalOptions>(&spec.core);
  if (!config.baselines.match || classical == nullptr ||
      !fit::find_classical_core(classical->core).has_hidden)
    return spec;
  const auto parameters = [](const fit::ModelSpec& of) { return fit::make_model(of)->parameters(); };
  classical->hidden = fit::matched_hidden(parameters(reference), kMostHidden, [&](int hidden) {
    classical->hidden = hidden;
    return parameters(spec);
  });
  return spec;
}

}  // namespace ebit::experiment
