#include "ebit/cell/register/hardware.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/choice.h"
#include "ebit/cell/register/register_cell.h"
#include "ebit/sim/draw.h"
#include "ebit/sim/lowered.h"
#include "ebit/sim/routing.h"
#include "ebit/sim/state_preparation.h"

namespace ebit::inline cell {
namespace {

constexpr HardwareProtocol kProtocols[] = {
    {"density", "one circuit; the system is reset behind each step", "the exact readout"},
    {"sample", "one circuit; the system is measured and reset behind each step",
     "the readout of density, the mean over outcomes"},
    {"collapse", "the circuit of sample; only shots with the given outcomes are kept",
     "the exact readout, from the share of shots that are kept"},
    {"probabilities", "a circuit for each step: the ancilla is measured, then prepared as r/|r|",
     "the readout with r measured", true},
    {"sqrt-probabilities", "a circuit for each step: the ancilla is measured, then prepared as sqrt(r)",
     "the readout with r measured", true},
    {"marginals", "a circuit for each step: the ancilla's wires are measured, then prepared by an RY each",
     "the readout with the marginals measured", true},
    {"coherent", "one unitary circuit",
     "the exact readout of the last step; one more circuit for each step before"},
};

// What of a step the circuits need.
struct StepRecord {
  std::vector<double> hidden;  // [H] that entered
  int outcome = 0;             // the system's most probable one
  double probability = 0;      // of that
};

struct Trace {
  std::vector<StepRecord> steps;
  std::vector<double> y;
};

Trace trace_of(RegisterOptions options, std::span<const double> parameters, std::span<const double> x) {
  options.every_step = false;
  RegisterCell<double> cell(options);
  require(parameters.size() == cell.parameters(), "the cell has {} parameters, not {}", cell.parameters(),
          parameters.size());
  require(!x.empty() && x.size() % cell.inputs() == 0, "a step has {} numbers, and {} were given",
          cell.inputs(), x.size());
  const std::size_t steps = x.size() / cell.inputs(), systems = std::size_t{1} << options.system;
  Trace trace{std::vector<StepRecord>(steps), std::vector<double>(cell.outputs())};
  const SequenceInput<double> input{.samples = 1, .steps = steps, .x = x.data()};
  cell.observe(
      parameters, input, {.y = trace.y.data()},
      [&](Stage stage, std::size_t, std::size_t t, const StepWorkspace<double>& w, const double* hidden) {
        StepRecord& record = trace.steps[t];
        if (stage == Stage::kEntered)
          for (std::size_t i = 0; i < cell.state_numbers(); ++i)
            record.hidden.push_back(hidden[i * kLanes<double>]);
        if (stage != Stage::kDisentangled || w.psi.size() != 1) return;
        std::vector<double> p(systems, 0.0);
        for (std::size_t row = 0; row < w.psi[0].dimension(); ++row)
          p[row * systems / w.psi[0].dimension()] +=
              std::pow(w.psi[0].re[row * kLanes<double>], 2) + std::pow(w.psi[0].im[row * kLanes<double>], 2);
        const auto best = std::ranges::max_element(p);
        record.outcome = static_cast<int>(best - p.begin()), record.probability = *best;
      });
  return trace;
}

/// Writes the circuits of one window.
class Writer {
 public:
  Writer(const RegisterOptions& options, std::span<const double> parameters, std::span<const double> x,
         const HardwareOptions& how)
      : options_(options),
        parameters_(parameters),
        x_(x),
        how_(how),
        trace_(trace_of(options, parameters, x)) {
    const Ansatz ansatz = ansatz_of(options_);
    wires_ = options_.system + options_.ancilla;
    core_ = build_ansatz(ansatz, wires_, options_.layers_en);
    core_.append(find_dis_structure(options_.dis).build(ansatz, wires_, options_.layers_dis),
                 options_.layers_en * ansatz.angles_per_layer(wires_));
    readout_ = readouts_of(options_);
    for (int q = 0; q < options_.system; ++q) system_.push_back(q);
    for (int q = options_.system; q < wires_; ++q) ancilla_.push_back(q);
  }

  HardwareWindow window() {
    HardwareWindow out{.programs = {}, .y = trace_.y, .outcomes = {}, .probability = 1};
    if (hardware_protocol(options_.hidden).rounds) {
      for (std::size_t t = 0; t < trace_.steps.size(); ++t) add_round(out, t);
      return out;
    }
    std::vector<ProgramPart> parts;
    for (std::size_t t = 0; t < trace_.steps.size(); ++t) {
      add_step(parts, t);
      if (t + 1 == trace_.steps.size()) break;
      leave(parts.back().circuit);
      if (options_.hidden != "collapse") continue;
      out.outcomes.push_back(trace_.steps[t].outcome);
      out.probability *= trace_.steps[t].probability;
    }
    add_programs(out, parts, "");
    return out;
  }

 private:
  std::string x_text(std::size_t t) const {
    const std::size_t features = static_cast<std::size_t>(options_.features);
    std::string text;
    for (std::size_t f = 0; f < features; ++f)
      text += fmt::format("{}{:.17g}", f == 0 ? "" : ", ", x_[t * features + f]);
    return text;
  }

  // The encoder's gates, then U_en and U_dis.
  void add_step(std::vector<ProgramPart>& parts, std::size_t t) const {
    Circuit encoder(wires_);
    const double* const x = x_.data() + t * static_cast<std::size_t>(options_.features);
    if (const Encoder& row = find_encoder(options_.encoder); row.build != nullptr) {
      const EncoderCircuit built = row.build(options_.system, options_.features, wires_);
      for (const Operation& operation : built.circuit.operations()) {
        std::array<Angle, kMaxGateAngles> angles = operation.angles;
        const Gate& own = gate(operation.gate);
        for (int k = 0; k < own.angles; ++k) {
          Angle& angle = angles[static_cast<std::size_t>(k)];
          if (angle.kind != Angle::Kind::kPerSample) continue;
          const AngleRule& rule = built.rules[static_cast<std::size_t>(angle.index)];
          angle = Angle::constant(angle.value + angle.scale * rule.value(x[rule.feature]));
        }
        encoder.add(own, {operation.wires.data(), static_cast<std::size_t>(own.wires)},
                    {angles.data(), static_cast<std::size_t>(own.angles)});
      }
    } else {
      const std::size_t rows = std::size_t{1} << options_.system,
                        features = static_cast<std::size_t>(options_.features);
      const double* const weight = parameters_.data() + core_.shared_parameters();
      std::vector<Complex> amplitudes(rows);
      for (std::size_t i = 0; i < rows; ++i) {
        amplitudes[i] = weight[rows * features + i];
        for (std::size_t f = 0; f < features; ++f) amplitudes[i] += weight[i * features + f] * x[f];
      }
      append_state_preparation(encoder, system_, amplitudes);
    }
    parts.push_back({fmt::format("step {}, x = {}", t, x_text(t)), std::move(encoder)});
    parts.push_back({"", core_});
  }

  void leave(Circuit& circuit) const {
    if (options_.hidden == "coherent") return;
    for (const int q : system_) {
      if (how_.feedforward) {
        circuit.add_channel(ChannelId::kFeedforward, {q}, {0, 0});
        continue;
      }
      if (options_.hidden != "density") circuit.add_channel(ChannelId::kMeasure, {q}, {0, 0});
      circuit.add_channel(ChannelId::kReset, {q});
    }
  }

  // A circuit of one step that starts from what was measured of the one before.
  void add_round(HardwareWindow& out, std::size_t t) const {
    Circuit memory(wires_);
    const std::vector<double>& h = trace_.steps[t].hidden;
    if (options_.hidden == "marginals") {
      for (std::size_t q = 0; q < ancilla_.size(); ++q)
        memory.add(GateId::kRY, {ancilla_[q]}, {Angle::constant(2 * std::atan2(h[2 * q + 1], h[2 * q]))});
    } else {
      append_state_preparation(memory, ancilla_, std::vector<Complex>(h.begin(), h.end()));
    }
    std::vector<ProgramPart> parts = {{"the memory as it was measured", std::move(memory)}};
    add_step(parts, t);
    const std::string name = fmt::format("round {} of {}", t, trace_.steps.size());
    if (t + 1 == trace_.steps.size()) return add_programs(out, parts, name);
    CircuitProgram program = program_of(parts, name);
    program.title.push_back(fmt::format(
        "out: wires {} and on, whose probabilities make the next round's memory", options_.system));
    program.measured = ancilla_;
    out.programs.push_back(std::move(program));
  }

  CircuitProgram program_of(std::vector<ProgramPart> parts, const std::string& name) const {
    CircuitProgram program{
        .title = {fmt::format("wires 0 to {} are the system, {} to {} the ancilla: {}", options_.system - 1,
                              options_.system, wires_ - 1, options_.hidden)},
        .wires = wires_,
        .parts = std::move(parts)};
    program.title.emplace_back(hardware_protocol(options_.hidden).protocol);
    if (!name.empty()) program.title.push_back(name);
    const auto angles = static_cast<std::size_t>(core_.shared_parameters());
    program.parameters.assign(parameters_.begin(), parameters_.begin() + static_cast<std::ptrdiff_t>(angles));
    if (!how_.inputs) return program;
    const int layer = ansatz_of(options_).angles_per_layer(wires_);
    for (int k = 0; k < core_.shared_parameters(); ++k) {
      const int own = k / layer, first = own < options_.layers_en ? own : own - options_.layers_en;
      program.parameter_names.push_back(
          fmt::format("theta_{}_{}_{}", own < options_.layers_en ? "en" : "dis", first, k % layer));
      program.title.push_back(fmt::format("{} = {:.17g}", program.parameter_names.back(),
                                          program.parameters[static_cast<std::size_t>(k)]));
    }
    return program;
  }

  // The last step, measured in as many bases as the readouts need.
  void add_programs(HardwareWindow& out, const std::vector<ProgramPart>& parts,
                    const std::string& name) const {
    for (const auto& group : measurement_groups(readout_)) {
      CircuitProgram program = program_of(parts, name);
      program.measured = append_basis_change(program.parts.back().circuit, readout_, group);
      for (const std::size_t k : group) program.title.push_back(readout_line(k, program.measured));
      if (!out.outcomes.empty()) {
        std::string text;
        for (const int outcome : out.outcomes) text += fmt::format("{}{}", text.empty() ? "" : ", ", outcome);
        program.title.push_back(
            fmt::format("keep the shots whose outcomes (m1, m3, ... as numbers, wire 0 the high "
                        "bit) are {}: {:.6g} of all",
                        text, out.probability));
      }
      out.programs.push_back(std::move(program));
    }
  }

  // "Z0*Z1 = (-1)^(out[0] + out[1]), exactly 0.5".
  std::string readout_line(std::size_t k, const std::vector<int>& measured) const {
    std::string bits;
    const Observable& o = readout_[k];
    for (std::size_t m = 0; m < measured.size(); ++m)
      if ((o.x_mask | o.z_mask) >> (wires_ - 1 - measured[m]) & 1)
        bits += fmt::format("{}out[{}]", bits.empty() ? "" : " + ", m);
    return fmt::format(
        "{} is the mean of (-1)^({}){}: {:.17g} without noise", o.text, bits,
        o.scale == 1 && o.offset == 0 ? "" : fmt::format(" times {} plus {}", o.scale, o.offset),
        trace_.y[k]);
  }

  const RegisterOptions& options_;
  std::span<const double> parameters_, x_;
  HardwareOptions how_;
  Trace trace_;
  int wires_ = 0;
  Circuit core_{1};
  std::vector<Observable> readout_;
  std::vector<int> system_, ancilla_;
};

}  // namespace

std::span<const HardwareProtocol> hardware_protocols() { return kProtocols; }

const HardwareProtocol& hardware_protocol(std::string_view hidden) {
  for (const HardwareProtocol& row : kProtocols)
    if (row.hidden == hidden) return row;
  fail("the hidden update '{}' has no protocol for hardware", hidden);
}

std::string_view hardware_obstacle(const CellOptions& options) {
  // In the order of CellOptions.
  constexpr std::string_view kObstacles[] = {
      "",
      "the angles of each step are written by a network from means over many runs of the steps before: it is "
      "prefix circuits for each step and basis, O(T^2) gates",
      "its gates are small circuits that start in |0...0> at every step, and its memory is numbers: take "
      "ebit export --ansatz for one of them",
      "its memory is numbers, and its kernels are overlaps of two product states",
      "its memory is the angles of a circuit, written by a network at every step",
      "its memory is numbers, and it has no circuit",
      "its neurons repeat until they succeed, which is no circuit of fixed length",
      "it has no memory of its own: take ebit export --ansatz for its circuit",
      "its memory is measured word by word, and what follows depends on the words"};
  static_assert(std::size(kObstacles) == std::variant_size_v<CellOptions>);
  return kObstacles[options.index()];
}

HardwareWindow hardware_window(const RegisterOptions& options, std::span<const double> parameters,
                               std::span<const double> x, const HardwareOptions& how) {
  require(!options.feedback,
          "a cell whose readouts are fed back is no circuit: its input is a mean over many runs of the "
          "circuit before");
  RegisterOptions pure = options;
  pure.noise.reset(), pure.shots = pure.trajectories = 0, pure.entropy.clear(), pure.engine = "auto";
  return Writer(pure, parameters, x, how).window();
}

CircuitCosts costs_of(const CircuitProgram& program, const CouplingMap& map) {
  constexpr GateId kNative[] = {GateId::kX,   GateId::kH,  GateId::kS,  GateId::kSdg, GateId::kT,
                                GateId::kTdg, GateId::kRX, GateId::kRY, GateId::kRZ,  GateId::kCNOT};
  Circuit all(program.wires);
  for (const ProgramPart& part : program.parts) all.append(lowered(part.circuit, kNative));
  const RoutedCircuit routed = route(all, map);
  CircuitCosts costs{.qubits = routed.qubits, .depth = depth(routed.circuit), .swaps = routed.swaps};
  for (const Operation& operation : routed.circuit.operations())
    costs.two_qubit += gate(operation.gate).wires == 2;
  for (const PlacedChannel& placed : routed.circuit.channels()) {
    const bool both = placed.channel == ChannelId::kFeedforward;
    costs.measurements += both || placed.channel == ChannelId::kMeasure;
    costs.resets += both || placed.channel == ChannelId::kReset;
  }
  return costs;
}

}  // namespace ebit::inline cell
