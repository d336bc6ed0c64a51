// ebit gradcheck: compares the gradients of a cell by independent methods on a random problem.
#include "ebit/analysis/gradcheck.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <variant>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/cell/register/register_options.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/output.h"
#include "ebit/cmd/settings_flags.h"
#include "ebit/info/entropy.h"
#include "ebit/report/text_table.h"
#include "ebit/settings/models.h"
#include "ebit/settings/resolve.h"

namespace ebit::cmd {
namespace {

using analysis::Compared;
using analysis::GradientBlock;
using analysis::GradientCheck;
using Json = nlohmann::ordered_json;

struct GradcheckFlags {
  Settings settings = std::make_shared<std::vector<Setting>>();
  bool all_presets = false, all_models = false;
  std::optional<std::string> entropy, entropy_stage;
  std::optional<int> features;
  bool every_step = false;
  analysis::GradientProblem problem;
  bool json = false;
};

// Whether an option changes the cell that is checked: its value lies in the options of a family of cells. How
// gradients are found is this command's own business, and the numbers are drawn from other ranges.
bool sets_cell(const OptionRow& row) {
  constexpr std::string_view kWithoutEffect[] = {
      "gradient", "init_low",        "init_high",          "init_deviation", "shots",
      "freeze",   "references_from", "trained_references", "gate_bias"};
  if (row.section != "model" || std::ranges::find(kWithoutEffect, row.key) != std::end(kWithoutEffect))
    return false;
  if (row.key == "name" || row.key == "ansatz_file" || row.key == "entanglement") return true;
  Config config;
  const auto lies_in = [](const void* value, const auto& options) {
    const std::less<const void*> before;
    return !before(value, &options) && before(value, &options + 1);
  };
  const void* value = std::visit([](auto* slot) { return static_cast<const void*>(slot); }, row.slot(config));
  return lies_in(value, config.model.reg) || lies_in(value, config.model.qrnn) ||
         lies_in(value, config.model.gated) || lies_in(value, config.model.kernel) ||
         lies_in(value, config.model.fast_weights) || lies_in(value, config.model.rvqe) ||
         lies_in(value, config.model.window) || lies_in(value, config.model.measured);
}

std::vector<std::string> models_to_check(const GradcheckFlags& options) {
  std::vector<std::string> names;
  for (const ModelRow& row : models())
    if (options.all_models ? (row.family & kCells) != 0 : options.all_presets && row.preset != nullptr)
      names.push_back(row.name);
  if (!names.empty()) return names;
  for (const Setting& setting : *options.settings)
    if (setting.name == "model.name") return {setting.value};
  return {"register"};
}

// Numbers of a step that the options say.
int features_of(const CellOptions& cell) {
  return std::visit(
      [](const auto& own) {
        if constexpr (std::is_same_v<std::decay_t<decltype(own)>, RegisterOptions>)
          return own.features;
        else if constexpr (std::is_same_v<std::decay_t<decltype(own)>, WindowOptions>)
          return std::max(1, components_of(own));
        else
          return own.inputs;
      },
      cell);
}

GradientCheck check(const std::string& model, const GradcheckFlags& options) {
  std::vector<Setting> settings = *options.settings;
  settings.push_back({"model.name", model, "--model"});
  const Family family = find_model(model).family;
  require(
      (family & kCells) != 0,
      "gradcheck compares the gradients of cells, and {} is a classical model, whose gradients are "
      "libtorch's: it works for the cells of 'ebit models', such as register, qrnn, gated, qk-lstm and qfwp",
      model);
  const Config config = resolve("forecast", std::nullopt, settings);
  const RegisterOptions& reg = config.model.reg;
  CellOptions cell =
      with_freeze(cell_of(config), "none");  // frozen numbers have no gradient, whatever the outputs do
  if (auto* kernel = std::get_if<KernelOptions>(&cell)) kernel->trained_references = true;
  cell = with_sizes(cell, options.features.value_or(features_of(cell)), options.every_step);
  if (options.entropy)
    cell = with_entropy(cell, *options.entropy, options.entropy_stage.value_or("disentangled"));
  const std::string name =
      model == "register" ? fmt::format("{}, {}, {}", reg.encoder, ansatz_of(reg).name, reg.hidden) : model;
  return analysis::check_gradients(name, cell, options.problem);
}

void print_checks(const std::vector<GradientCheck>& checks, const analysis::GradientProblem& problem) {
  for (const GradientCheck& one : checks) {
    TextTable table;
    table.title = one.name;
    table.columns = {{"gradient of", false}, {"numbers"}, {"largest"}, {"adjoint - shift"}, {"allowed"},
                     {"adjoint - finite"},   {"allowed"}, {"", false}};
    for (const GradientBlock& block : one.blocks)
      table.rows.push_back({block.name, fmt::to_string(block.numbers), table_number(block.largest),
                            block.shift ? table_number(block.shift->difference, 2) : "–",
                            block.shift ? table_number(block.shift->allowed, 2) : "–",
                            table_number(block.finite.difference, 2), table_number(block.finite.allowed, 2),
                            block.same() ? "ok" : "DIFFERS"});
    print(table_text(table) + "\n");
  }
  const auto good = std::ranges::count_if(checks, &GradientCheck::same);
  const bool shifts = std::ranges::any_of(
      checks, [](const GradientCheck& one) { return one.blocks.front().shift.has_value(); });
  print(fmt::format(
      "{} of {} agree: adjoint{} finite-difference gradients of {} sequences of {} steps, {}, seed {}\n",
      good, checks.size(), shifts ? ", parameter-shift and" : " and", problem.batch, problem.steps,
      problem.dtype, problem.seed));
  if (shifts)
    print(
        "Parameter-shift is about angles: for other numbers it shares the adjoint's code, and 'finite' is "
        "the "
        "check.\n");
  if (good != std::ssize(checks))
    print(
        "collapse and sample jump where another outcome wins, and finite differences may see the jump: try "
        "another --seed "
        "and fewer --steps before suspecting the gradient.\n");
}

Json checks_json(const std::vector<GradientCheck>& checks, const analysis::GradientProblem& problem) {
  Json models = Json::array();
  for (const GradientCheck& one : checks) {
    Json blocks = Json::array();
    for (const GradientBlock& block : one.blocks)
      blocks.push_back({{"gradient_of", block.name},
                        {"numbers", block.numbers},
                        {"largest_gradient", block.largest},
                        {"largest_difference_shift", block.shift ? Json(block.shift->difference) : Json()},
                        {"allowed_shift", block.shift ? Json(block.shift->allowed) : Json()},
                        {"largest_difference_finite", block.finite.difference},
                        {"allowed_finite", block.finite.allowed},
                        {"ok", block.same()}});
    models.push_back({{"name", one.name}, {"ok", one.same()}, {"blocks", blocks}});
  }
  return {{"ok", std::ranges::all_of(checks, &GradientCheck::same)},
          {"batch", problem.batch},
          {"steps", problem.steps},
          {"seed", problem.seed},
          {"dtype", problem.dtype},
          {"models", models}};
}

int run(const GradcheckFlags& options) {
  const bool named = gives(*options.settings, "model.name");
  require(static_cast<int>(named) + static_cast<int>(options.all_presets) +
                  static_cast<int>(options.all_models) <=
              1,
          "gradcheck: give --model, --all-presets or --all-models, not two of them");
  require(options.entropy || !options.entropy_stage, "gradcheck: --entropy-stage needs an --entropy-kind");
  std::vector<GradientCheck> checks;
  for (const std::string& model : models_to_check(options)) checks.push_back(check(model, options));
  if (options.json)
    print_json(checks_json(checks, options.problem));
  else
    print_checks(checks, options.problem);
  return std::ranges::all_of(checks, &GradientCheck::same) ? kOk : kCheckFailed;
}

}  // namespace

Action setup_gradcheck(Parser& parser) {
  auto options = std::make_shared<GradcheckFlags>();
  parser.add_flag("--all-presets", options->all_presets, "Check every published model");
  parser.add_flag("--all-models", options->all_models, "Check every model that is a cell");
  parser.add_option("--features", options->features, "Inputs of a time step");
  parser
      .add_option(
          "--entropy-kind", options->entropy,
          "Differentiate this entropy of the ancilla at every step too: von-neumann, renyi-2 or linear")
      .offers(names_of(entropies()));
  parser
      .add_option("--entropy-stage", options->entropy_stage,
                  "Where in a step it is taken: disentangled (behind U_dis) or entangled (behind U_en)")
      .offers(names_of(entropy_stages()));
  parser.add_flag("--every-step", options->every_step, "Outputs after every step, not after the last only");
  parser.add_option("--batch", options->problem.batch, "Sequences of the random problem");
  parser.add_option("--steps", options->problem.steps, "Time steps of the random problem");
  parser.add_option("--seed", options->problem.seed, "Seed of its parameters, inputs and cotangents");
  parser.add_option("--dtype", options->problem.dtype, "Precision: float64 or float32")
      .offers({"float64", "float32"});
  parser.add_flag("--json", options->json, "Print the result as JSON");
  // Short names that only this command has.
  for (const auto& [flag, name] : {std::pair{"--system", "model.n_system"}, {"--ancilla", "model.n_ancilla"}})
    parser
        .add_option(
            flag,
            [settings = options->settings, flag = std::string(flag),
             name = std::string(name)](const std::vector<std::string>& values) {
              settings->push_back({name, values[0], flag});
            },
            /*list=*/false, "")
        .hidden();
  add_chosen_flags(parser, options->settings, sets_cell);
  return [options] { return run(*options); };
}

}  // namespace ebit::cmd
