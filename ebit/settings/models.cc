#include "ebit/settings/models.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/cell/encoder.h"
#include "ebit/data/baseline.h"
#include "ebit/settings/gated_models.h"
#include "ebit/settings/problems.h"
#include "ebit/settings/window_models.h"

namespace ebit::inline settings {
namespace {

Family family_of(const fit::ClassicalCore& core) {
  if (core.name == "orthogonal") return kOrthogonal;
  if (core.name == "mlp") return kMlp;
  return core.name == "linear" ? kLinear : kRecurrent;
}

std::vector<ModelRow> make_table() {
  std::vector<ModelRow> rows = {
      {.name = "register",
       .family = kRegister,
       .help = "register cell: a system register takes the input, an ancilla register is the memory",
       .source = "Daskin 2025 (arXiv:2505.06774)"}};
  for (const Preset& preset : presets())
    rows.push_back({.name = preset.name,
                    .family = kRegister,
                    .help = preset.help,
                    .source = preset.source,
                    .settings = preset.more,
                    .training = preset.training,
                    .preset = &preset});
  rows.push_back(
      {.name = "qrnn",
       .family = kQrnn,
       .help = "hybrid QRNN: a network writes the angles of a circuit on a coherent quantum memory",
       .source = "Xu 2025 (arXiv:2510.25557)",
       .settings = {{"model.head", "linear"}}});
  std::ranges::move(gated_models(), std::back_inserter(rows));
  std::ranges::move(window_models(), std::back_inserter(rows));
  for (const fit::ClassicalCore& core : fit::classical_cores())
    rows.push_back({.name = std::string(core.name),
                    .family = family_of(core),
                    .help = std::string(core.help),
                    .source = std::string(core.source)});
  for (const Baseline& baseline : baseline_table())
    rows.push_back({.name = std::string(baseline.name),
                    .family = kUntrained,
                    .help = std::string(baseline.help),
                    .source = ""});
  return rows;
}

constexpr Choice kInputMaps[] = {
    {"auto", "none where the cell takes a step as it is, else linear, or tanh for encoders of [-1, 1]"},
    {"none", "a step's numbers, or its embedding, enter the cell as they are"},
    {"linear", "a trained linear map to as many numbers as the encoder has wires"},
    {"tanh", "the same with 0.99 tanh behind it"},
};

// The most numbers, up to `width`, that the encoder takes on these wires.
int most_features(const Encoder& encoder, int wires, int width) {
  for (int features = std::min(wires, width); features >= 1; --features)
    if (encoder.fits(wires, features)) return features;
  fail("the encoder {} takes no number of features on {} wires", encoder.name, wires);
}

// What stands between a step and a register cell.
void map_input(const Config& config, std::string_view data, fit::InputSpec& input) {
  const Encoder& encoder = find_encoder(config.model.reg.encoder);
  const int wires = config.model.reg.system;
  const bool bounded = !encoder.accepts(1.5), bits = !encoder.accepts(0.5);
  const bool series = find_problem(config.problem.name).set == kForecast;
  std::string wanted = config.model.input_map;
  if (wanted == "auto") {
    // A series is scaled to the encoder's domain, and tokens have embeddings, which are any numbers.
    const bool fits = wires >= 1 && encoder.fits(wires, input.width);
    wanted = series || (fits && !bounded) ? "none" : bounded ? "tanh" : "linear";
  }
  if (wanted == "none" || wires < 1) return;
  require(!bits, "the encoder {} takes bits, which no trained map gives: {} needs another --encoder",
          encoder.name, data);
  input.map = most_features(encoder, wires, input.width);
  input.squash = wanted == "tanh";
}

// What stands between a step and a gated cell. Without a linear map in front of its circuits x takes wires.
void map_gated_input(const Config& config, fit::InputSpec& input) {
  const GatedOptions& gated = config.model.gated;
  std::string wanted = config.model.input_map;
  if (wanted == "auto") {
    const bool series = find_problem(config.problem.name).set == kForecast;
    const int room = gated.hidden > 0 ? gated.qubits - gated.hidden : gated.qubits - 1;
    const bool fits = gated.linear_in != "none" || input.width <= room;
    wanted = series || fits ? "none" : "linear";
  }
  if (wanted == "none") return;
  input.map = gated.linear_in == "none" ? fitting_inputs(gated) : gated.qubits;
  input.squash = wanted == "tanh";
}

fit::CoreOptions core_of(const Config& config) {
  const ModelConfig& m = config.model;
  if (family_of(config) == kRegister) return CellOptions(m.reg);
  if (family_of(config) == kQrnn) {
    ControlledOptions qrnn = m.qrnn;
    qrnn.ffn.dropout = qrnn.ffn.hidden.empty() ? 0 : m.dropout;
    return CellOptions(qrnn);
  }
  if (family_of(config) == kGated) return CellOptions(m.gated);
  if (family_of(config) == kWindow) return CellOptions(window_options_of(config));
  fit::ClassicalOptions classical = m.classical;
  classical.core = m.name;
  return classical;
}

}  // namespace

std::span<const ModelRow> models() {
  static const std::vector<ModelRow> table = make_table();
  return table;
}

const ModelRow& find_model(std::string_view name) { return find_row(models(), "no model is called", name); }

unsigned problems_of(const ModelRow& row) {
  if (row.family == kUntrained) return kForecast;
  // Those that see all steps at once need sequences of numbers, of one fixed length.
  return row.family == kMlp || row.family == kLinear ? kForecast | kImages : kAnyProblem;
}

Family family_of(const Config& config) { return find_model(config.model.name).family; }

std::span<const Choice> input_maps() { return kInputMaps; }

fit::ModelSpec outline_of(const Config& config) {
  const unsigned problem = find_problem(config.problem.name).set;
  fit::ModelSpec spec{.core = core_of(config)};
  spec.input.vocabulary = (problem & kTokens) != 0 ? 1 : 0;
  spec.input.dropout = config.model.dropout;
  if (problem == kTranslate) spec.head.answer = fit::Answer::kTranslation;
  return spec;
}

fit::ModelSpec spec_of(const Config& config, fit::InputSpec input, fit::HeadSpec head,
                       std::string_view data) {
  const Family family = family_of(config);
  const ModelConfig& m = config.model;
  require(family != kUntrained,
          "{} is not trained: compare a model with it, for example --model lstm --baselines {}", m.name,
          m.name);
  fit::ModelSpec spec{.core = core_of(config), .input = std::move(input), .head = std::move(head)};
  spec.input.dropout = m.dropout;
  spec.head.pool = m.pool, spec.head.attention = m.attention;
  // A series may be answered by readouts as they are; classes always have a trained map.
  spec.head.linear =
      spec.head.answer != fit::Answer::kNumbers || (family & kCells) == 0 || m.head == "linear";
  if (family == kRegister) map_input(config, data, spec.input);
  if (family == kGated) map_gated_input(config, spec.input);
  if (family == kWindow) map_window_input(config, spec.input);
  if (family == kQrnn && (m.input_map == "linear" || m.input_map == "tanh")) {
    spec.input.map = m.qrnn.qubits, spec.input.squash = m.input_map == "tanh";
  }
  if (m.has_entropy()) {
    spec.entropy = m.entropy;
    spec.entropy_kind = m.entropy_kind, spec.entropy_stage = m.entropy_stage;
  }
  spec.stateful = m.stateful || config.problem.carry;
  spec.dtype = m.dtype;
  spec.seed = config.train.seed;
  fit::check(spec);
  return spec;
}

}  // namespace ebit::inline settings
