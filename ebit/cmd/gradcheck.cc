// ebit gradcheck: compares the gradients of a cell by three independent methods on a random problem.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/cell/cell_problem.h"
#include "ebit/cell/preset.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/output.h"
#include "ebit/grad/finite_difference.h"
#include "ebit/report/text_table.h"

namespace ebit::cmd {
namespace {

struct Options {
  std::string preset;
  bool all_presets = false;
  // What is given wins over the preset.
  std::optional<std::string> encoder, ansatz, ansatz_file, hidden, dis, entropy, entropy_stage;
  std::optional<int> system, ancilla, features, layers_en, layers_dis;
  std::vector<std::string> readout;
  bool every_step = false;
  int batch = 3;
  int steps = 5;
  std::uint64_t seed = 1;
  std::string dtype = "float64";
  bool json = false;
};

int run(const Options& options);

}  // namespace

std::function<int()> setup_gradcheck(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("--preset", options->preset, "Published model to check, or to start from");
  app.add_flag("--all-presets", options->all_presets, "Check every published model");
  app.add_option("--n-system,--system", options->system, "Qubits of the system register");
  app.add_option("--n-ancilla,--ancilla", options->ancilla, "Qubits of the ancilla register, the memory");
  app.add_option("--features", options->features, "Inputs a time step");
  app.add_option("--encoder", options->encoder, "How an input enters the system register");
  app.add_option("--ansatz", options->ansatz, "Circuit of U_en and of U_dis");
  app.add_option("--ansatz-file", options->ansatz_file, "Gate list of your own (TOML or JSON) instead");
  app.add_option("--layers-en", options->layers_en, "Layers of U_en");
  app.add_option("--layers-dis", options->layers_dis, "Layers of U_dis");
  app.add_option("--dis", options->dis, "How U_dis is made: flipped or adjoint");
  app.add_option("--hidden", options->hidden, "What of the ancilla register survives a step");
  app.add_option("--readout", options->readout, "Pauli strings that are read, such as Z1 or X0*Z1")
      ->delimiter(',');
  app.add_option(
      "--entropy-kind", options->entropy,
      "Differentiate this entropy of the ancilla at every step too: von-neumann, renyi-2 or linear");
  app.add_option("--entropy-stage", options->entropy_stage,
                 "Where in a step it is taken: disentangled (behind U_dis) or entangled (behind U_en)");
  app.add_flag("--every-step", options->every_step, "Outputs after every step, not after the last only");
  app.add_option("--batch", options->batch, "Sequences of the random problem");
  app.add_option("--steps", options->steps, "Time steps of the random problem");
  app.add_option("--seed", options->seed, "Seed of its parameters, inputs and cotangents");
  app.add_option("--dtype", options->dtype, "Precision: float64 or float32");
  app.add_flag("--json", options->json, "Print the result as JSON");
  return [options] { return run(*options); };
}

namespace {

using Json = nlohmann::ordered_json;

/// Differences that rounding (and for finite differences curvature) explains, for gradients of size 1. They
/// grow with the largest gradient.
struct Tolerances {
  double shift, finite;
};
template <class T>
constexpr Tolerances kTolerances = sizeof(T) == 4 ? Tolerances{1e-4, 1e-3} : Tolerances{1e-10, 1e-6};

/// The gradients of one block of numbers, compared.
struct Block {
  std::string name;
  std::size_t numbers;
  double largest;         ///< gradient in absolute value
  double shift, finite;   ///< largest difference of the adjoint gradient from the other two
  Tolerances tolerances;  ///< for these differences
  bool same() const { return shift <= tolerances.shift && finite <= tolerances.finite; }
};

/// A checked model.
struct Check {
  std::string name;
  std::vector<Block> blocks;
  bool same() const { return std::ranges::all_of(blocks, &Block::same); }
};

template <class Array>
std::vector<double> part_of(const Array& numbers, std::size_t offset, std::size_t size) {
  const auto first = numbers.begin() + static_cast<std::ptrdiff_t>(offset);
  return {first, first + static_cast<std::ptrdiff_t>(size)};
}

// Unlike largest_difference(), NaN anywhere is a difference.
double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = std::abs(a[i] - b[i]);
    if (!(difference <= worst)) worst = difference;
    if (std::isnan(worst)) break;
  }
  return worst;
}

template <class T>
Block compare(std::string name, const std::vector<double>& adjoint, const std::vector<double>& shift,
              const std::vector<double>& finite) {
  const double largest = distance(adjoint, std::vector<double>(adjoint.size(), 0.0));
  const double size = std::max(1.0, largest);
  return {std::move(name),
          adjoint.size(),
          largest,
          distance(adjoint, shift),
          distance(adjoint, finite),
          {size * kTolerances<T>.shift, size * kTolerances<T>.finite}};
}

// Central differences in float64 of the problem's numbers, whatever its precision: float32 would need steps
// so long that they meet the jumps of collapse and sample.
template <class T>
CellProblem<double>::Gradient numerical_gradient(const CellProblem<T>& problem, const RegisterOptions& cell,
                                                 std::uint64_t seed) {
  CellProblem<double> wide(cell, problem.samples, problem.steps, seed);
  const auto take = [](const std::vector<T>& from, std::vector<double>& to) {
    to.assign(from.begin(), from.end());
  };
  take(problem.parameters, wide.parameters);
  take(problem.x, wide.x);
  take(problem.hidden, wide.hidden);
  take(problem.d_y, wide.d_y);
  take(problem.d_last, wide.d_last);
  take(problem.d_entropy, wide.d_entropy);
  return wide.numerical_gradient(finite_difference_step<double>());
}

template <class T>
Check check(std::string name, RegisterOptions cell, const Options& options) {
  const auto samples = static_cast<std::size_t>(options.batch),
             steps = static_cast<std::size_t>(options.steps);
  cell.gradient = "adjoint";
  CellProblem<T> problem(cell, samples, steps, options.seed);
  cell.gradient = "parameter-shift";
  CellProblem<T> shifted(cell, samples, steps, options.seed);
  const auto adjoint = problem.gradient(), shift = shifted.gradient();
  const auto finite = numerical_gradient(problem, cell, options.seed);

  Check result{std::move(name), {}};
  for (const Segment& segment : problem.cell.segments()) {
    const auto part = [&](const auto& all) { return part_of(all.parameters, segment.offset, segment.size); };
    result.blocks.push_back(compare<T>(segment.name, part(adjoint), part(shift), part(finite)));
  }
  const auto inputs = [](const auto& all) { return part_of(all.x, 0, all.x.size()); };
  // Bits have no derivative.
  if (cell.encoder != "basis")
    result.blocks.push_back(compare<T>("inputs", inputs(adjoint), inputs(shift), inputs(finite)));
  const auto hidden = [](const auto& all) { return part_of(all.hidden, 0, all.hidden.size()); };
  result.blocks.push_back(compare<T>("hidden state", hidden(adjoint), hidden(shift), hidden(finite)));
  return result;
}

RegisterOptions cell_of(const RegisterOptions& start, const Options& options) {
  RegisterOptions cell = start;
  const auto take = [](const auto& given, auto& value) {
    if (given) value = *given;
  };
  take(options.system, cell.system);
  take(options.ancilla, cell.ancilla);
  take(options.features, cell.features);
  take(options.encoder, cell.encoder);
  take(options.ansatz, cell.ansatz);
  take(options.hidden, cell.hidden);
  take(options.dis, cell.dis);
  take(options.entropy, cell.entropy);
  take(options.entropy_stage, cell.entropy_stage);
  take(options.layers_en, cell.layers_en);
  take(options.layers_dis, cell.layers_dis);
  if (options.ansatz_file)
    cell.custom_ansatz = parse_ansatz(read_file(*options.ansatz_file), *options.ansatz_file);
  if (!options.readout.empty()) cell.readout = options.readout;
  cell.every_step = options.every_step;
  return cell;
}

/// The models to check by name.
std::vector<std::pair<std::string, RegisterOptions>> models(const Options& options) {
  if (options.all_presets) {
    std::vector<std::pair<std::string, RegisterOptions>> all;
    for (const Preset& preset : presets()) all.emplace_back(preset.name, cell_of(preset.cell, options));
    return all;
  }
  if (!options.preset.empty()) return {{options.preset, cell_of(find_preset(options.preset).cell, options)}};
  const RegisterOptions cell = cell_of({}, options);
  return {{fmt::format("{}, {}, {}", cell.encoder,
                       cell.custom_ansatz ? cell.custom_ansatz->name : cell.ansatz, cell.hidden),
           cell}};
}

/// A precision that the check can run in.
struct Precision {
  std::string_view name;
  Check (*check)(std::string name, RegisterOptions cell, const Options& options);
};
constexpr Precision kPrecisions[] = {{"float64", check<double>}, {"float32", check<float>}};

const Precision& find_precision(const std::string& name) {
  for (const Precision& row : kPrecisions)
    if (row.name == name) return row;
  fail("gradcheck: unknown --dtype '{}'{}", name, suggestion(name, names_of(kPrecisions)));
}

void print_checks(const std::vector<Check>& checks, const Options& options) {
  for (const Check& one : checks) {
    TextTable table;
    table.title = one.name;
    table.columns = {{"gradient of", false}, {"numbers"}, {"largest"}, {"adjoint - shift"}, {"allowed"},
                     {"adjoint - finite"},   {"allowed"}, {"", false}};
    for (const Block& block : one.blocks)
      table.rows.push_back({block.name, fmt::to_string(block.numbers), table_number(block.largest),
                            table_number(block.shift, 2), table_number(block.tolerances.shift, 2),
                            table_number(block.finite, 2), table_number(block.tolerances.finite, 2),
                            block.same() ? "ok" : "DIFFERS"});
    print(table_text(table) + "\n");
  }
  const auto good = std::ranges::count_if(checks, &Check::same);
  print(fmt::format(
      "{} of {} agree: adjoint, parameter-shift and finite-difference gradients of {} sequences of {} "
      "steps, {}, seed {}\n",
      good, checks.size(), options.batch, options.steps, options.dtype, options.seed));
  print(
      "Parameter-shift is about angles: for other numbers it shares the adjoint's code, and 'finite' is the "
      "check.\n");
  if (good != std::ssize(checks))
    print(
        "collapse and sample jump where another outcome wins, and finite differences may see the jump: try "
        "another --seed "
        "and fewer --steps before suspecting the gradient.\n");
}

Json checks_json(const std::vector<Check>& checks, const Options& options) {
  Json models = Json::array();
  bool same = true;
  for (const Check& one : checks) {
    Json blocks = Json::array();
    for (const Block& block : one.blocks)
      blocks.push_back({{"gradient_of", block.name},
                        {"numbers", block.numbers},
                        {"largest_gradient", block.largest},
                        {"largest_difference_shift", block.shift},
                        {"allowed_shift", block.tolerances.shift},
                        {"largest_difference_finite", block.finite},
                        {"allowed_finite", block.tolerances.finite},
                        {"ok", block.same()}});
    models.push_back({{"name", one.name}, {"ok", one.same()}, {"blocks", blocks}});
    same = same && one.same();
  }
  return {{"ok", same},           {"batch", options.batch}, {"steps", options.steps},
          {"seed", options.seed}, {"dtype", options.dtype}, {"models", models}};
}

int run(const Options& options) {
  require(options.batch >= 1, "gradcheck: --batch must be 1 or more, not {}", options.batch);
  require(options.steps >= 1, "gradcheck: --steps must be 1 or more, not {}", options.steps);
  require(!options.all_presets || options.preset.empty(),
          "gradcheck: give --preset or --all-presets, not both");
  require(options.entropy || !options.entropy_stage, "gradcheck: --entropy-stage needs an --entropy-kind");
  const Precision& precision = find_precision(options.dtype);
  std::vector<Check> checks;
  for (auto& [name, cell] : models(options)) checks.push_back(precision.check(name, cell, options));
  if (options.json)
    print_json(checks_json(checks, options));
  else
    print_checks(checks, options);
  return std::ranges::all_of(checks, &Check::same) ? kOk : kCheckFailed;
}

}  // namespace
}  // namespace ebit::cmd
