// ebit probe: exact values of a given model on given inputs, in the format of the reference values in
// tests/golden.
#include <cmath>
#include <nlohmann/json.hpp>

#include "ebit/base/document.h"
#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/cell/reference.h"
#include "ebit/cell/register/preset.h"
#include "ebit/cell/register/register_cell.h"
#include "ebit/cell/tape.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/output.h"
#include "ebit/cmd/probe_noise.h"
#include "ebit/cmd/probe_rvqe.h"
#include "ebit/noise/noise_file.h"
#include "ebit/sim/reduced.h"

namespace ebit::cmd {
namespace {

using Json = nlohmann::ordered_json;

struct ProbeFlags {
  std::string spec;
  std::string dtype = "float64";
  std::string from;
  int trajectories = 0;
};

int run(const ProbeFlags& options);

}  // namespace

Action setup_probe(Parser& parser) {
  auto options = std::make_shared<ProbeFlags>();
  parser
      .add_option("spec", options->spec,
                  "JSON file: variant, sizes, parameters and inputs, or a reference file")
      .type_name("FILE")
      .required();
  parser.add_option("--dtype", options->dtype, "Precision of the computation")
      .choices({"float64", "float32"});
  parser
      .add_option("--from", options->from,
                  "Of a noisy circuit: its channels are those of the file's program, or are placed by its "
                  "rule")
      .choices({"program", "rule"});
  parser.add_option("--trajectories", options->trajectories,
                    "Of a noisy circuit: print the means of this many trajectories too");
  return [options] { return run(*options); };
}

namespace {

// The names that the reference files use for the presets.
struct Variant {
  std::string name;
  std::string preset;
};
const std::vector<Variant> kVariants = {
    {"collapsed", "daskin-collapse"}, {"density", "daskin-probabilities"}, {"extended", "daskin-extended"}};

const Preset& preset_of(const DocumentPlace& variant) {
  const std::string name = variant.text();
  std::vector<std::string> known;
  for (const Variant& row : kVariants) {
    if (row.name == name || row.preset == name) return find_preset(row.preset);
    known.push_back(row.name);
  }
  variant.fail_here(fmt::format("'{}' is unknown{}", name, suggestion(name, known)));
}

// A parameter of the spec, and the cell's segment that it fills. U_dis's angles are stored as the cell stores
// them.
struct Parameter {
  std::string spec_name, segment, shape;
};
const std::vector<Parameter> kParameters = {
    {"U_params", "theta_en", "num_layers x qubits"},
    {"Udagger_params", "theta_dis", "num_layers x qubits"},
    {"input_proj.weight", "encoder_weight", "2^n_system_qubits x features"},
    {"input_proj.bias", "encoder_bias", "2^n_system_qubits"}};

const std::string& spec_name_of(const std::string& segment) {
  for (const Parameter& row : kParameters)
    if (row.segment == segment) return row.spec_name;
  fail("the cell's parameters '{}' have no name in a probe spec", segment);
}

template <class T>
struct Probe {
  std::unique_ptr<RegisterCell<T>> cell;
  std::vector<T> parameters, x, hidden, targets, step_targets;
  std::size_t sequences = 0, steps = 0;
  bool extended = false;

  Probe(const Preset& preset, const RegisterOptions& options)
      : cell(std::make_unique<RegisterCell<T>>(options)) {
    extended = preset.name == "daskin-extended";
  }
};

template <class T>
std::vector<T> cast(const std::vector<double>& values) {
  return {values.begin(), values.end()};
}

// The state |h_0> of every sequence in the representation of the cell's hidden update.
template <class T>
void set_initial_hidden(Probe<T>& probe, const DocumentPlace& inputs, int ancilla) {
  const DocumentPlace h0 = inputs.find("h0");
  if (!h0.present()) return;
  std::vector<double> h = h0.array({1 << ancilla}, "2^n_ancilla_qubits");
  double norm = 0;
  for (double v : h) norm += v * v;
  if (norm == 0) h0.fail_here("is the zero vector, which is no state");
  for (double& v : h) v /= std::sqrt(norm);
  h.resize(probe.cell->state_numbers(), 0.0);  // imaginary parts, where the cell keeps them
  for (std::size_t b = 0; b < probe.sequences; ++b)
    for (double v : h) probe.hidden.push_back(static_cast<T>(v));
}

template <class T>
Probe<T> read_probe(const DocumentPlace& spec) {
  const Preset& preset = preset_of(spec.at("variant"));
  RegisterOptions options = preset.cell;
  options.system = spec.at("n_system_qubits").integer();
  options.ancilla = spec.at("n_ancilla_qubits").integer();
  options.layers_en = options.layers_dis = spec.at("num_layers").integer();
  if (options.layers_en < 1) spec.at("num_layers").fail_here("must be 1 or more");
  options.every_step = true;
  const DocumentPlace wire = spec.find("measured_wire"), inputs = spec.at("inputs");
  options.readout = {fmt::format("Z{}", wire.present() ? wire.integer() : options.system - 1)};
  const DocumentPlace sequences = inputs.at("x_sequences");
  if (sequences.size() == 0 || sequences.at(std::size_t{0}).size() == 0)
    sequences.fail_here("holds no sequence");
  const DocumentPlace first = sequences.at(std::size_t{0}).at(std::size_t{0});
  options.features = first.is_list() ? static_cast<int>(first.size()) : 1;

  Probe<T> probe(preset, options);
  probe.sequences = sequences.size();
  probe.steps = sequences.at(std::size_t{0}).size();
  std::vector<int> shape = {static_cast<int>(probe.sequences), static_cast<int>(probe.steps)};
  if (first.is_list()) shape.push_back(options.features);
  probe.x = cast<T>(sequences.array(shape, "sequences x steps"));

  const DocumentPlace parameters = inputs.at("params");
  for (const Segment& segment : probe.cell->segments())
    for (const Parameter& row : kParameters) {
      if (row.segment != segment.name) continue;
      const std::vector<int> extents(segment.shape.begin(), segment.shape.end());
      for (double v : parameters.at(row.spec_name).array(extents, row.shape))
        probe.parameters.push_back(static_cast<T>(v));
    }
  for (const std::string& key : parameters.keys()) {
    const bool known = std::any_of(kParameters.begin(), kParameters.end(),
                                   [&](const auto& r) { return r.spec_name == key; });
    const bool unused = key.rfind("output_proj.", 0) == 0;  // declared by the authors' code and never used
    if (!known && !unused) parameters.find(key).fail_here("is not a parameter of this model");
  }
  probe.targets = cast<T>(inputs.at("targets").array({static_cast<int>(probe.sequences)}, "one a sequence"));
  probe.step_targets =
      cast<T>(inputs.at("per_step_targets").array({static_cast<int>(probe.steps)}, "one a step"));
  set_initial_hidden(probe, inputs, options.ancilla);
  return probe;
}

// ---- results
// ---------------------------------------------------------------------------------------------------

// Lane 0 of consecutive numbers of a tile.
template <class T>
Json lane0(const T* numbers, std::size_t count) {
  Json list = Json::array();
  for (std::size_t i = 0; i < count; ++i) list.push_back(static_cast<double>(numbers[i * kLanes<T>]));
  return list;
}

// Numbers as nested lists of the given shape.
template <class Numbers>
Json nested(const Numbers& numbers, std::span<const std::int64_t> shape, std::size_t& next) {
  if (shape.empty()) return static_cast<double>(numbers[next++]);
  Json list = Json::array();
  for (std::int64_t i = 0; i < shape[0]; ++i) list.push_back(nested(numbers, shape.subspan(1), next));
  return list;
}

// Probabilities of the system's outcomes, the winner and its lead over the second.
template <class T>
void add_outcomes(Json& step, const Tile<T>& psi, RegisterShape shape) {
  std::vector<double> p(shape.systems(), 0.0);
  for (std::size_t row = 0; row < psi.dimension(); ++row) {
    const double re = psi.re[row * kLanes<T>], im = psi.im[row * kLanes<T>];
    p[row / shape.ancillas()] += re * re + im * im;
  }
  const std::size_t best = static_cast<std::size_t>(std::max_element(p.begin(), p.end()) - p.begin());
  double second = 0;
  for (std::size_t i = 0; i < p.size(); ++i)
    if (i != best) second = std::max(second, p[i]);
  step["system_outcome_probs"] = p;
  step["argmax"] = best;
  step["argmax_margin"] = p[best] - second;
}

template <class T>
void add_density_matrix(Json& step, const Tile<T>& psi, RegisterShape shape) {
  std::vector<int> keep;
  for (int q = 0; q < shape.ancilla; ++q) keep.push_back(shape.system + q);
  const std::size_t n = shape.ancillas();
  std::vector<T> re(n * n * kLanes<T>), im(re.size());
  reduced_density<T>(psi, keep, re.data(), im.data());
  for (const auto& [name, part] :
       {std::pair{"ancilla_density_matrix_re", &re}, std::pair{"ancilla_density_matrix_im", &im}}) {
    Json rows = Json::array();
    for (std::size_t j = 0; j < n; ++j) rows.push_back(lane0(part->data() + j * n * kLanes<T>, n));
    step[name] = rows;
  }
}

// The hidden state after a step as the authors' code stores it.
template <class T>
void add_hidden(Json& step, const Probe<T>& probe, const T* h, RegisterShape shape) {
  const std::size_t n = shape.ancillas();
  Json re = lane0(h, n), im = Json::array();
  if (probe.cell->state_numbers() == 2 * n)
    im = lane0(h + n * kLanes<T>, n);
  else
    for (std::size_t j = 0; j < n; ++j) im.push_back(0.0);
  if (probe.extended) {  // c / (|c| + 1e-12), renormalised when it enters the next step
    const double norm = std::sqrt(
        step["system_outcome_probs"][step["argmax"].template get<std::size_t>()].template get<double>());
    for (Json* part : {&re, &im})
      for (auto& v : *part) v = v.template get<double>() * (norm / (norm + 1e-12));
  }
  step["hidden"] = {{"re", re}, {"im", im}};
}

// What each step of the first sequence does; its z are filled in later.
template <class T>
Json observed_steps(Probe<T>& probe, const SequenceInput<T>& input) {
  const RegisterShape shape{probe.cell->options().system, probe.cell->options().ancilla};
  const bool keeps_probabilities = probe.cell->hidden_update().name == "probabilities";
  Json steps = Json::array();
  const auto observer = [&](Stage stage, std::size_t tile, std::size_t t, const StepWorkspace<T>& w,
                            const T* h) {
    if (tile != 0 || stage != Stage::kUpdated) return;
    Json step = {
        {"t", t}, {"x", probe.x[t * static_cast<std::size_t>(probe.cell->options().features)]}, {"z", 0.0}};
    if (keeps_probabilities) {
      add_hidden(step, probe, h, shape);
      add_density_matrix(step, w.psi[0], shape);
      double square = 0;
      for (double v : step["hidden"]["re"]) square += v * v;
      step["hidden_l2_norm"] = std::sqrt(square);
    } else {
      add_outcomes(step, w.psi[0], shape);
      step["joint_state"] = {{"re", lane0(w.psi[0].re, w.psi[0].dimension())},
                             {"im", lane0(w.psi[0].im, w.psi[0].dimension())}};
      add_hidden(step, probe, h, shape);
    }
    steps.push_back(step);
  };
  probe.cell->observe(probe.parameters, input, {}, observer);
  return steps;
}

// The readouts of all sequences and steps; `tape` gets what gradients() needs.
template <class T>
std::vector<T> run_forward(Probe<T>& probe, const SequenceInput<T>& input, std::span<std::byte> tape) {
  std::vector<T> z(input.samples * probe.steps);
  probe.cell->forward(probe.parameters, input, {.y = z.data()}, tape);
  return z;
}

// Gradients of a loss with dL/dz = d_z, by the names of the spec.
template <class T>
Json gradients(Probe<T>& probe, const SequenceInput<T>& input, std::span<const std::byte> tape,
               const std::vector<T>& d_z, bool with_x) {
  std::vector<double> d_parameters(probe.parameters.size(), 0.0);
  const std::size_t features = static_cast<std::size_t>(probe.cell->options().features);
  std::vector<T> d_x(input.samples * probe.steps * features);
  probe.cell->backward(probe.parameters, input, tape, {.y = d_z.data()},
                       {.parameters = d_parameters.data(), .x = d_x.data()});
  Json grad;
  for (const Segment& segment : probe.cell->segments()) {
    std::size_t next = segment.offset;
    grad[spec_name_of(segment.name)] = nested(d_parameters, segment.shape, next);
  }
  if (with_x) {
    std::size_t next = 0;
    std::vector<std::int64_t> shape = {static_cast<std::int64_t>(probe.steps)};
    if (features > 1) shape.push_back(static_cast<std::int64_t>(features));
    grad["x"] = nested(d_x, shape, next);
  }
  return grad;
}

template <class T>
Json results(Probe<T> probe) {
  const T* const hidden = probe.hidden.empty() ? nullptr : probe.hidden.data();
  const SequenceInput<T> one{.samples = 1, .steps = probe.steps, .x = probe.x.data(), .state = hidden};
  const SequenceInput<T> all{
      .samples = probe.sequences, .steps = probe.steps, .x = probe.x.data(), .state = hidden};
  const std::size_t last = probe.steps - 1;
  Json out, steps = observed_steps(probe, one);

  TapeMemory memory;
  const auto tape = memory.take(probe.cell->tape_bytes(one.samples, one.steps));
  const std::vector<T> z = run_forward(probe, one, tape);
  for (std::size_t t = 0; t < probe.steps; ++t) steps[t]["z"] = z[t];
  out["steps"] = steps;
  out["z_per_step"] = std::vector<double>(z.begin(), z.end());

  const double error = static_cast<double>(z[last]) - probe.targets[0];
  std::vector<T> d_z(probe.steps, T(0));
  d_z[last] = static_cast<T>(2 * error);
  out["final_step_mse"] = {{"target", probe.targets[0]},
                           {"loss", error * error},
                           {"grad", gradients(probe, one, tape, d_z, true)}};

  double loss = 0;
  for (std::size_t t = 0; t < probe.steps; ++t) {
    const double e = static_cast<double>(z[t]) - probe.step_targets[t];
    loss += e * e / static_cast<double>(probe.steps);
    d_z[t] = static_cast<T>(2 * e / static_cast<double>(probe.steps));
  }
  out["all_steps_mse"] = {
      {"targets", probe.step_targets}, {"loss", loss}, {"grad", gradients(probe, one, tape, d_z, true)}};

  const auto batch_tape = memory.take(probe.cell->tape_bytes(all.samples, all.steps));
  const std::vector<T> batch = run_forward(probe, all, batch_tape);
  std::vector<T> d_batch(batch.size(), T(0));
  Json predictions = Json::array();
  loss = 0;
  for (std::size_t b = 0; b < probe.sequences; ++b) {
    const std::size_t at = b * probe.steps + last;
    const double e = static_cast<double>(batch[at]) - probe.targets[b];
    predictions.push_back(batch[at]);
    loss += e * e / static_cast<double>(probe.sequences);
    d_batch[at] = static_cast<T>(2 * e / static_cast<double>(probe.sequences));
  }
  out["batch3_final_step_mse"] = {
      {"pred", predictions}, {"loss", loss}, {"grad", gradients(probe, all, batch_tape, d_batch, false)}};
  return out;
}

// Numbers of a reference file, nested and named as there.
void print_reference(const ReferenceValues& values) {
  const auto list = [](const std::vector<ReferenceTensor>& tensors) {
    Json all = Json::object();
    for (const ReferenceTensor& tensor : tensors) {
      if (tensor.shape.empty())
        all[tensor.name] = tensor.data[0];
      else
        all[tensor.name] = {{"shape", tensor.shape}, {"data", tensor.data}};
    }
    return all;
  };
  print_json({{"parameter_count", values.parameter_count},
              {"results", list(values.results)},
              {"grad", list(values.grad)},
              {"trace", list(values.trace)}});
}

int run(const ProbeFlags& options) {
  const DocumentPlace spec = DocumentPlace::open(options.spec);
  if (is_noise_file(spec)) {
    require(options.dtype == "float64",
            "probe: density matrices are computed in float64 alone: leave --dtype out");
    require(options.trajectories >= 0, "probe: --trajectories must be 0 or more, not {}",
            options.trajectories);
    print_json(probe_noise(options.spec, options.from, static_cast<std::size_t>(options.trajectories)));
    return kOk;
  }
  require(options.from.empty() && options.trajectories == 0,
          "probe: --from and --trajectories are for files of noisy circuits, and {} is none", options.spec);
  if (is_rvqe_probe(spec)) {
    print_json(probe_rvqe(spec, options.dtype));
    return kOk;
  }
  if (is_reference(spec)) {
    print_reference(options.dtype == "float32" ? reference_values<float>(spec)
                                               : reference_values<double>(spec));
    return kOk;
  }
  print_json(options.dtype == "float32" ? results(read_probe<float>(spec))
                                        : results(read_probe<double>(spec)));
  return kOk;
}

}  // namespace
}  // namespace ebit::cmd
