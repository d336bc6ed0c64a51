#include "ebit/settings/models.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/cell/encoder.h"
#include "ebit/data/baseline.h"
#include "ebit/settings/fast_weights_models.h"
#include "ebit/settings/gated_models.h"
#include "ebit/settings/kernel_models.h"
#include "ebit/settings/measured_models.h"
#include "ebit/settings/problems.h"
#include "ebit/settings/reservoir_models.h"
#include "ebit/settings/window_models.h"

namespace ebit::inline settings {
namespace {

Family family_of(const fit::ClassicalCore& core) {
  if (core.name == "orthogonal") return kOrthogonal;
  if (core.name == "mlp") return kMlp;
  if (core.name == "poly-ridge") return kPolynomial;
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
  rows.push_back({.name = "rvqe",
                  .family = kRvqe,
                  .help = "quantum neurons on a real state, of which a word is measured at every step",
                  .source = "Bausch 2020 (arXiv:2006.14619)"});
  std::ranges::move(measured_models(), std::back_inserter(rows));
  std::ranges::move(kernel_models(), std::back_inserter(rows));
  std::ranges::move(fast_weights_models(), std::back_inserter(rows));
  std::ranges::move(reservoir_models(), std::back_inserter(rows));
  rows.push_back({.name = "esn",
                  .family = kEcho,
                  .help = "echo state network: a fixed random recurrent network, its readout in closed form",
                  .source = "Jaeger 2001 (GMD report 148); Jaeger et al. 2007"});
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

// The most numbers, up to `width`, that the encoder takes on these wires beside readouts that are fed back.
int most_features(const Encoder& encoder, int wires, int width, int fed) {
  for (int features = std::min(wires, width); features >= 1; --features)
    if (encoder.fits(wires, features + fed)) return features;
  require(fed == 0,
          "the encoder {} has no room for a number beside {} readouts that are fed back on {} wires",
          encoder.name, fed, wires);
  fail("the encoder {} takes no number of features on {} wires", encoder.name, wires);
}

// What stands between a step and a register cell.
void map_input(const Config& config, std::string_view data, fit::InputSpec& input) {
  const Encoder& encoder = find_encoder(config.model.reg.encoder);
  const int wires = config.model.reg.system;
  const bool bounded = !encoder.accepts(1.5), bits = !encoder.accepts(0.5);
  const bool series = find_problem(config.problem.name).set == kForecast;
  const int fed =
      config.model.reg.feedback && wires >= 1 ? static_cast<int>(readouts_of(config.model.reg).size()) : 0;
  std::string wanted = config.model.input_map;
  if (wanted == "auto") {
    // A series is scaled to the encoder's domain, and tokens have embeddings, which are any numbers.
    const bool fits = wires >= 1 && encoder.fits(wires, input.width + fed);
    wanted = series || (fits && !bounded) ? "none" : bounded ? "tanh" : "linear";
  }
  if (wanted == "none" || wires < 1) return;
  require(!bits, "the encoder {} takes bits, which no trained map gives: {} needs another --encoder",
          encoder.name, data);
  input.map = most_features(encoder, wires, input.width, fed);
  input.squash = wanted == "tanh";
}

// How wide a step may be for a cell whose circuits start anew, and to how many numbers a map brings it.
struct Room {
  int most;  // 0: any width
  int mapped;
};

// Without a linear map of the cell's own x and h have a wire each.
template <class Options>
Room room_of(const Options& o) {
  if (o.linear_in != "none") return {0, o.qubits};
  if (o.hidden > 0) return {o.qubits - o.hidden, std::max(1, o.qubits - o.hidden)};
  return {o.qubits - 1, std::max(1, o.qubits / 2)};
}

Room room_of(const Config& config) {
  const ModelConfig& m = config.model;
  if (family_of(config) == kGated) return room_of(m.gated);
  if (family_of(config) == kKernel) return room_of(m.kernel);
  return {m.fast_weights.qubits, m.fast_weights.qubits};
}

// What stands between a step and such a cell.
void map_to_room(const Config& config, fit::InputSpec& input) {
  const Room room = room_of(config);
  std::string wanted = config.model.input_map;
  if (wanted == "auto") {
    const bool series = find_problem(config.problem.name).set == kForecast;
    wanted = series || room.most == 0 || input.width <= room.most ? "none" : "linear";
  }
  if (wanted == "none") return;
  input.map = room.mapped;
  input.squash = wanted == "tanh";
}

// Whether a linear head is solved behind a cell that is not trained.
bool solves_head(const Config& config) { return (family_of(config) & kCells) != 0 && solved_at_once(config); }

fit::CoreOptions core_of(const Config& config) {
  const ModelConfig& m = config.model;
  if (family_of(config) & kCells) return cell_of(config);
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
  if (row.family & (kUntrained | kPolynomial | kEcho)) return kForecast;
  if (row.family == kRvqe) return kWordTasks;  // it reads bits, and answers with words
  if (row.family == kMeasured) return kPauli;
  if (row.family == kWindow) return kAnyProblem & ~kTranslate;
  // Those that see all steps at once need sequences of numbers, of one fixed length.
  return row.family == kMlp || row.family == kLinear ? kForecast | kImages | kWordTasks : kAnyProblem;
}

CellOptions cell_of(const Config& config) {
  const ModelConfig& m = config.model;
  switch (family_of(config)) {
    case kRegister:
      return m.reg;
    case kGated:
      return m.gated;
    case kKernel:
      return m.kernel;
    case kFastWeights:
      return m.fast_weights;
    case kEcho:
      return m.echo;
    case kRvqe:
      return m.rvqe;
    case kWindow:
      return window_options_of(config);
    case kMeasured: {
      MeasuredOptions measured = m.measured;  // of two qubits, where no problem says it
      if (measured.form == "free") measured.inputs = 1 << 4;
      return measured;
    }
    default:
      break;
  }
  require(family_of(config) == kQrnn, "{} is no cell", m.name);
  ControlledOptions qrnn = m.qrnn;
  qrnn.ffn.dropout = qrnn.ffn.hidden.empty() ? 0 : m.dropout;
  return qrnn;
}

Family family_of(const Config& config) { return find_model(config.model.name).family; }

bool solved_at_once(const Config& config) {
  const bool numbers = find_problem(config.problem.name).set == kForecast;
  const Family family = family_of(config);
  if ((family & (kCells & ~kEcho)) != 0) return config.model.train_only == "head";
  return (family & kSolved) != 0 && numbers;
}

bool takes_steps(const Config& run) {
  if (!solved_at_once(run)) return true;
  return std::ranges::any_of(run.baselines.which, [&](const std::string& name) {
    return (find_model(name).family & (kSolved | kUntrained)) == 0;
  });
}

std::span<const Choice> input_maps() { return kInputMaps; }

fit::ModelSpec outline_of(const Config& config) {
  const unsigned problem = find_problem(config.problem.name).set;
  fit::ModelSpec spec{.core = core_of(config)};
  spec.input.vocabulary = (problem & kTokens) != 0 ? 1 : 0;
  spec.input.dropout = solved_at_once(config) ? 0 : config.model.dropout;
  if (problem == kTranslate) spec.head.answer = fit::Answer::kTranslation;
  if (problem == kImages || problem == kSentiment) spec.head.answer = fit::Answer::kClass;
  spec.solve_head = solves_head(config);
  return spec;
}

fit::ModelSpec spec_of(const Config& config, fit::InputSpec input, fit::HeadSpec head,
                       std::string_view data) {
  const Family family = family_of(config);
  const ModelConfig& m = config.model;
  require(family != kUntrained,
          "{} is not trained: compare a model with it, for example --model lstm --baselines {}", m.name,
          m.name);
  require((family & (kPolynomial | kEcho)) == 0 || head.answer == fit::Answer::kNumbers,
          "'{}' answers with numbers, not with classes: take linear, mlp or lstm", m.name);
  require(
      m.parameters.empty(),
      "a number of parameters is turned into a hidden size by ebit train and ebit task: give the size here");
  require(
      family != kWindow || head.answer != fit::Answer::kTranslation,
      "'{}' remembers the last steps as they were, and a decoder's steps are wider than its encoder's: take "
      "qrnn, gated or lstm",
      m.name);
  require(family != kRvqe || (problems_of(find_model(m.name)) & find_problem(config.problem.name).set) != 0,
          "'{}' reads words of bits and answers with words, and {} has none: it works for dna, simple-seq, "
          "elman-xor, elman-letters and mnist-01{}",
          m.name, config.problem.name,
          find_problem(config.problem.name).set == kPauli ? "; for pauli take measured" : "");
  require(
      family != kMeasured || (problems_of(find_model(m.name)) & find_problem(config.problem.name).set) != 0,
      "'{}' measures what a step's setting says, and {} has no settings: it works for pauli; qrnn or "
      "register "
      "are quantum memories for {}",
      m.name, config.problem.name, config.problem.name);
  fit::ModelSpec spec{.core = core_of(config), .input = std::move(input), .head = std::move(head)};
  spec.input.dropout = solved_at_once(config) ? 0 : m.dropout;
  spec.head.pool = m.pool, spec.head.attention = m.attention;
  // What is solved at once minimises squared errors, and gives one number.
  if (solved_at_once(config)) {
    spec.head.outputs = static_cast<int>(spec.head.targets());
    spec.head.quantiles.clear();
  }
  // A series may be answered by readouts as they are; classes always have a trained map.
  spec.head.linear =
      spec.head.answer != fit::Answer::kNumbers || (family & kCells & ~kEcho) == 0 || m.head == "linear";
  if (family & (kRvqe | kMeasured)) spec.head.linear = false, spec.input.outcomes = true;
  if (family == kMeasured) leave_out_last_outcome(config, spec.input);
  if (config.problem.loss != "auto")
    spec.head.loss = config.problem.loss;
  else if (family == kRvqe)
    spec.head.loss = "rvqe";
  if (family == kRegister) map_input(config, data, spec.input);
  if (family & (kGated | kKernel | kFastWeights)) map_to_room(config, spec.input);
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
  spec.solve_head = solves_head(config), spec.ridge = m.ridge;
  fit::check(spec);
  return spec;
}

}  // namespace ebit::inline settings
