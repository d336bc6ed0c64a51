#include "ebit/fit/model_spec.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/base/memory.h"
#include "ebit/fit/losses.h"
#include "ebit/fit/monomials.h"

namespace ebit::fit {
namespace {

constexpr ClassicalCore kCores[] = {
    {"lstm", "long short-term memory", "Hochreiter and Schmidhuber 1997", true, true, false},
    {"gru", "gated recurrent unit", "Cho et al. 2014 (arXiv:1406.1078)", true, true, false},
    {"rnn", "tanh recurrent network", "Elman 1990", true, true, false},
    {"orthogonal", "recurrent matrix kept orthogonal as a matrix exponential, modReLU",
     "expRNN, Lezcano-Casado and Martinez-Rubio 2019 (arXiv:1901.08428)", true, false, false},
    {"memoryless", "fully connected tanh layers on each step alone: what a sequence says without its order",
     "Rumelhart et al. 1986", true, true, false},
    {"mlp", "fully connected tanh layers on the flattened window", "Rumelhart et al. 1986", true, true, true},
    {"linear", "linear regression on the flattened window, in closed form (of classes: trained step by step)",
     "Yule 1927; Hoerl and Kennard 1970", false, false, true, true},
    {"poly-ridge", "polynomial regression on the flattened window, in closed form, degree by validation",
     "Gergonne 1815; Hoerl and Kennard 1970", false, false, true, true},
};

constexpr Choice kPools[] = {
    {"last", "the feature of the last step"},
    {"mean", "the mean over all steps"},
};

constexpr Choice kAttentions[] = {
    {"dot", "s . z", "Luong et al. 2015 (arXiv:1508.04025)"},
    {"general", "s . W z", "Luong et al. 2015 (arXiv:1508.04025)"},
    {"additive", "v . tanh(W s + U z + b)", "Bahdanau et al. 2015 (arXiv:1409.0473)"},
};

bool one_answer(Answer answer) { return answer == Answer::kNumbers || answer == Answer::kClass; }

void check_input(const InputSpec& input) {
  require(input.vocabulary >= 0, "the vocabulary must be 0 (steps are numbers) or more, not {}",
          input.vocabulary);
  require(input.width >= 1, "a step must be at least 1 wide, not {}", input.width);
  require(input.steps >= 0, "the number of steps must be 0 (any) or more, not {}", input.steps);
  require(input.map >= 0, "the input map must give 0 (there is none) or more numbers, not {}", input.map);
  require(input.left_out >= 0 && (input.left_out == 0 || input.vocabulary == 0),
          "numbers are left out of steps of numbers: 0 or more, not {}", input.left_out);
  require(!input.squash || input.map > 0,
          "the numbers behind the input map are squashed, and there is no map");
  require(input.dropout >= 0 && input.dropout < 1, "--dropout must be in [0, 1), not {}", input.dropout);
  require(input.vectors.size() == 0 || input.vectors.size() == static_cast<std::size_t>(input.vocabulary) *
                                                                   static_cast<std::size_t>(input.width),
          "{} numbers of known vectors do not fit a vocabulary of {} in {} dimensions", input.vectors.size(),
          input.vocabulary, input.width);
}

bool words(const ModelSpec& spec) {
  const auto* const cell = std::get_if<CellOptions>(&spec.core);
  return cell && family_of(*cell).words;
}

void check_head(const ModelSpec& spec) {
  const HeadSpec& head = spec.head;
  require(head.outputs >= 1, "a model needs at least 1 output, not {}", head.outputs);
  find_class_loss(head.loss);
  if (!head.quantiles.empty()) {
    require(head.answer == Answer::kNumbers, "quantiles are of numbers, and this model answers with classes");
    check_levels(head.quantiles);
    require(static_cast<std::size_t>(head.outputs) % head.quantiles.size() == 0,
            "{} outputs are no {} quantiles of each true value", head.outputs, head.quantiles.size());
  }
  require(!spec.input.outcomes || (words(spec) && spec.input.vocabulary == 0 && spec.input.map == 0),
          "only a cell whose memory is projected on words takes one at every step");
  require(head.linear || head.answer == Answer::kNumbers || words(spec),
          "readouts are no logits of classes: a model that answers with classes needs --head linear");
  if (one_answer(head.answer)) find_row(kPools, "unknown --pool", head.pool);
  if (head.answer != Answer::kTranslation) return;
  find_row(kAttentions, "unknown --attention", head.attention);
  require(spec.input.vocabulary > 0, "a translator reads tokens: give its input a vocabulary");
  require(!spec.stateful, "a translator starts every sentence anew: leave --stateful out");
}

// The cores that see all steps at once.
void check_whole(const ModelSpec& spec, std::string_view core) {
  require(one_answer(spec.head.answer),
          "'{}' sees all steps at once and gives one answer a sequence: for answers at every step take a "
          "recurrent core such as lstm",
          core);
  require(spec.head.pool == "last", "'{}' sees all steps at once: --pool {} needs a recurrent core", core,
          spec.head.pool);
  require(spec.input.vocabulary == 0,
          "'{}' takes steps of numbers, not tokens: take a recurrent core such as lstm", core);
  require(spec.input.steps >= 1, "'{}' sees all steps at once and needs sequences of one fixed length", core);
  require(!spec.stateful,
          "'{}' has no state to carry from batch to batch: leave --stateful out, or take a recurrent core",
          core);
}

// The candidates in order, each once.
std::vector<int> ordered_degrees(std::vector<int> degrees) {
  require(!degrees.empty(), "--degrees must name at least one degree");
  std::ranges::sort(degrees);
  degrees.erase(std::unique(degrees.begin(), degrees.end()), degrees.end());
  require(degrees[0] >= 1, "a degree of --degrees must be at least 1, not {}", degrees[0]);
  return degrees;
}

std::size_t window_of(const ModelSpec& spec) {
  return static_cast<std::size_t>(spec.input.steps * spec.input.core_width());
}

void check_classical(const ModelSpec& spec, const ClassicalOptions& options) {
  const ClassicalCore& core = find_classical_core(options.core);
  if (core.has_hidden)
    require(options.hidden >= 1, "the hidden size of {} must be at least 1, not {}", core.name,
            options.hidden);
  if (core.has_layers)
    require(options.layers >= 1, "the number of layers of {} must be at least 1, not {}", core.name,
            options.layers);
  if (core.whole) check_whole(spec, core.name);
  require(core.name != "poly-ridge" || spec.head.answer == Answer::kNumbers,
          "'{}' answers with numbers, not with classes: take linear or mlp", core.name);
  require(spec.head.linear, "'{}' has no readouts that could be answers: take --head linear", core.name);
  require(!core.solved || spec.head.quantiles.empty(),
          "'{}' is solved in closed form, which minimises squared errors: it gives no quantiles", core.name);
  require(spec.entropy.weight == 0,
          "'{}' has no quantum memory whose entropy could be in the loss: leave --entropy-weight out",
          core.name);
  // At most four gates of weights a layer, and for each weight its gradient and two moments of the optimizer.
  const double width = core.has_hidden ? options.hidden : spec.head.outputs;
  const double inputs = spec.input.core_width() * (core.whole ? static_cast<double>(spec.input.steps) : 1.0);
  const double layers = core.has_layers ? options.layers : 1;
  const double bytes = 16.0 * width * (width + inputs) * layers * sizeof(double);
  require(bytes <= available_memory(),
          "a {} of hidden size {} and {} layers would take {} of memory, and {} is free: make it smaller",
          core.name, options.hidden, options.layers, readable_bytes(bytes),
          readable_bytes(available_memory()));
}

// A cell whose head alone is solved.
void check_solved(const ModelSpec& spec) {
  if (!spec.solve_head) return;
  require(one_answer(spec.head.answer),
          "a head is solved in closed form where it gives one answer a sequence, and this one answers every "
          "step");
  require(spec.head.linear, "without a linear head there is nothing to solve: take --head linear");
  require(spec.head.quantiles.empty(),
          "a head in closed form minimises squared errors: it gives no quantiles");
  require(
      spec.input.map == 0,
      "a trained map stands in front of the cell, and nothing but the head is solved: take --input-map none");
  require(spec.entropy.weight == 0,
          "a head in closed form has no entropy in its loss: leave --entropy-weight out");
}

void fit_degrees(ModelSpec& spec) {
  auto& options = std::get<ClassicalOptions>(spec.core);
  const ClassicalCore& core = find_classical_core(options.core);
  if (!core.solved || spec.head.answer != Answer::kNumbers) return;
  if (core.name == "linear") options.degrees = {1};
  const std::vector<int> dropped = dropped_degrees(spec);
  options.degrees = ordered_degrees(options.degrees);
  std::erase_if(options.degrees, [&](int degree) { return std::ranges::count(dropped, degree) > 0; });
  spec.dtype = "float64";
}

// A register cell that is read directly: Z on its last system wires, one an output.
void fill_readout(RegisterOptions& cell, int outputs) {
  if (!cell.readout.empty() || cell.system < 1) return;
  require(outputs <= cell.system,
          "{} targets are read from as many system wires, and there are {}: take --n-system {} or --head "
          "linear",
          outputs, cell.system, outputs);
  for (int k = 0; k < outputs; ++k) cell.readout.push_back(fmt::format("Z{}", cell.system - outputs + k));
}

std::size_t readouts_of(const CellOptions& cell, std::string_view dtype) {
  return dtype == "float32" ? make_cell<float>(cell)->outputs() : make_cell<double>(cell)->outputs();
}

CellOptions fitted_cell(const ModelSpec& spec, CellOptions cell) {
  const HeadSpec& head = spec.head;
  const bool every_step = !one_answer(head.answer) || head.pool == "mean";
  cell = with_sizes(std::move(cell), spec.input.core_width(), every_step);
  if (spec.solve_head) cell = with_freeze(std::move(cell), "cell");
  if (spec.entropy.weight != 0 && !spec.entropy_kind.empty())
    cell = with_entropy(std::move(cell), spec.entropy_kind, spec.entropy_stage);
  auto* const own = std::get_if<RegisterOptions>(&cell);
  if (own && !head.linear) fill_readout(*own, head.outputs);
  check_entropy_loss(spec.entropy, own ? *own : RegisterOptions{});
  if (!head.linear) {
    const std::size_t readouts = readouts_of(cell, spec.dtype);
    require(readouts == static_cast<std::size_t>(head.outputs) || !family_of(cell).words,
            "a cell that gives {} words their probabilities does not answer with one of {} classes", readouts,
            head.outputs);
    require(readouts == static_cast<std::size_t>(head.outputs),
            "{} readouts cannot be {} targets: give one --readout a target, or --head linear", readouts,
            head.outputs);
  }
  return cell;
}

}  // namespace

std::span<const ClassicalCore> classical_cores() { return kCores; }

const ClassicalCore& find_classical_core(std::string_view name) {
  return find_row(kCores, "no classical core is called", name);
}

std::span<const Choice> pools() { return kPools; }
std::span<const Choice> attentions() { return kAttentions; }

void check(const ModelSpec& spec) { completed(spec); }

std::vector<int> dropped_degrees(const ModelSpec& spec) {
  const auto* options = std::get_if<ClassicalOptions>(&spec.core);
  if (options == nullptr || options->core != "poly-ridge") return {};
  std::vector<int> dropped = ordered_degrees(options->degrees);
  dropped.erase(dropped.begin());
  std::erase_if(dropped,
                [&](int degree) { return Monomials::count(window_of(spec), degree) <= kMostMonomials; });
  return dropped;
}

ModelSpec completed(ModelSpec spec) {
  require(spec.dtype == "float64" || spec.dtype == "float32",
          "a model computes in float64 or float32, not '{}'", spec.dtype);
  check_input(spec.input);
  check_head(spec);
  if (const auto* classical = std::get_if<ClassicalOptions>(&spec.core)) {
    check_classical(spec, *classical);
    fit_degrees(spec);
    check_entropy_loss(spec.entropy, {});
  } else {
    check_solved(spec);
    spec.core = fitted_cell(spec, std::get<CellOptions>(spec.core));
  }
  return spec;
}

std::string summary_of(const CoreOptions& core) {
  if (const auto* cell = std::get_if<CellOptions>(&core)) return make_cell<double>(*cell)->summary();
  const auto& options = std::get<ClassicalOptions>(core);
  const ClassicalCore& row = find_classical_core(options.core);
  return fmt::format("{}{}{}", row.name,
                     row.has_hidden ? fmt::format(", hidden size {}", options.hidden) : "",
                     row.has_layers && options.layers > 1 ? fmt::format(", {} layers", options.layers) : "");
}

}  // namespace ebit::fit
