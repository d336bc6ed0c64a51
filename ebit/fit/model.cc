#include "ebit/fit/model.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "ebit/base/nearest.h"
#include "ebit/fit/cell_model.h"
#include "ebit/fit/window_model.h"

namespace ebit::fit {
namespace {

constexpr std::string_view kAuto = "auto";
constexpr std::string_view kTorch = "torch";

bool on_window(const ModelSpec& spec) {
  const auto* const options = std::get_if<ClassicalOptions>(&spec.core);
  return options != nullptr && find_classical_core(options->core).solved;
}

std::string obstacle_of(const ModelSpec& spec) {
  return on_window(spec) ? window_obstacle(spec) : native_obstacle(spec);
}

std::unique_ptr<Model> make_native(ModelSpec spec) {
  if (on_window(spec)) return std::make_unique<WindowModel>(std::move(spec));
  return make_cell_model(std::move(spec));
}

std::vector<Backend>& all_backends() {
  static std::vector<Backend> all = {{"native",
                                      "flat arrays and no graph: cells with or without a linear head, and "
                                      "models in closed form, on steps of numbers",
                                      obstacle_of, make_native}};
  return all;
}

std::string_view core_name(const CoreOptions& core) {
  if (const auto* cell = std::get_if<CellOptions>(&core)) return family_of(*cell).name;
  return std::get<ClassicalOptions>(core).core;
}

}  // namespace

std::string Model::summary() const {
  std::string text = summary_of(spec_.core);
  const auto* classical = std::get_if<ClassicalOptions>(&spec_.core);
  if (classical && find_classical_core(classical->core).whole)
    text = fmt::format("{} on {} inputs", classical->core, spec_.input.steps * spec_.input.core_width());
  const bool is_register =
      !classical && std::holds_alternative<RegisterOptions>(std::get<CellOptions>(spec_.core));
  if (is_register && spec_.head.answer == Answer::kNumbers && spec_.head.linear) text += ", linear head";
  if (spec_.head.answer == Answer::kTranslation) text += ", encoder and decoder";
  return fmt::format("{}{}, {}", text, remark(), counts_text(counts()));
}

std::vector<double> Model::core_inputs(const Examples& examples) {
  require(examples.features > 0, "this model takes steps of numbers, not tokens: {}", summary());
  return examples.x;
}

std::vector<Translation> Model::translate(const Examples&, const SearchOptions&) {
  fail("this model does not translate: {}", summary());
}

std::vector<double> cell_parameters(const ModelSpec& spec, const Tensors& weights) {
  const auto* options = std::get_if<CellOptions>(&spec.core);
  require(options != nullptr && spec.head.answer != Answer::kTranslation, "'{}' {}", core_name(spec.core),
          options ? "translates with two cells: their parameters are no single array" : "is no quantum cell");
  const auto cell = make_cell<double>(*options);
  std::vector<double> parameters;
  for (const Segment& segment : cell->segments()) {
    const std::string name = "core." + segment.name;
    const auto found = weights.find(name);
    require(found != weights.end() && found->second.shape == segment.shape,
            "these weights are of another model: their '{}' is missing or of another shape", name);
    const std::vector<double> numbers = as_doubles(found->second, name);
    parameters.insert(parameters.end(), numbers.begin(), numbers.end());
  }
  return parameters;
}

std::span<const Backend> backends() { return all_backends(); }

void add_backend(const Backend& backend) {
  const auto same = [&](const Backend& other) { return other.name == backend.name; };
  if (std::ranges::none_of(all_backends(), same)) all_backends().push_back(backend);
}

std::vector<std::string> backend_names() {
  std::vector<std::string> names = {std::string(kAuto)};
  for (const Backend& row : all_backends()) names.emplace_back(row.name);
  if (names.back() != kTorch) names.emplace_back(kTorch);
  return names;
}

std::unique_ptr<Model> make_model(ModelSpec spec, std::string_view name) {
  spec = completed(std::move(spec));
  std::string obstacle;
  bool torch_is_here = false;
  for (const Backend& row : all_backends()) {
    torch_is_here = torch_is_here || row.name == kTorch;
    if (name != row.name && name != kAuto) continue;
    obstacle = row.obstacle(spec);
    if (obstacle.empty()) return row.make(std::move(spec));
    require(name == kAuto, "--step {} cannot train this model: {}; take --step auto", name, obstacle);
  }
  const auto names = backend_names();
  require(std::ranges::find(names, name) != names.end(), "no training step is called '{}'{}", name,
          suggestion(name, names));
  require(!torch_is_here, "no training step can train this model: {}", obstacle);
  if (name == kTorch)
    throw NeedsTorch("--step torch needs libtorch, and this program was built without it: take --step auto");
  throw NeedsTorch(fmt::format("'{}' needs libtorch, and this program was built without it: {}",
                               core_name(spec.core), obstacle));
}

int matched_hidden(std::int64_t target, int most, const std::function<std::int64_t(int hidden)>& count) {
  // Bisection keeps count(low) <= target < count(high), as far as the ends allow.
  int low = 1, high = 1;
  while (high < most && count(high) <= target) low = high, high = std::min(2 * high, most);
  while (high - low > 1) {
    const int middle = low + (high - low) / 2;
    (count(middle) <= target ? low : high) = middle;
  }
  return std::abs(count(low) - target) <= std::abs(count(high) - target) ? low : high;
}

}  // namespace ebit::fit
