// Cells that stand for all others, built from the tables: what the tests of the contract loop over.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <vector>

#include "ebit/cell/cell_problem.h"
#include "ebit/cell/controlled/activation.h"
#include "ebit/cell/controlled/controlled_cell.h"
#include "ebit/cell/encoder.h"
#include "ebit/cell/fast_weights/fast_weights_cell.h"
#include "ebit/cell/gate_encoder.h"
#include "ebit/cell/gated/gated_cell.h"
#include "ebit/cell/kernel/kernel_cell.h"
#include "ebit/cell/register/hidden_update.h"
#include "ebit/cell/register/preset.h"
#include "ebit/cell/register/register_cell.h"
#include "ebit/cell/rvqe/rvqe_cell.h"
#include "ebit/cell/window/window_options.h"
#include "ebit/info/entropy.h"

namespace ebit::inline cell {

/// A cell with a name for messages.
struct NamedCell {
  std::string name;       ///< what is special about it
  CellOptions options;    ///< small sizes
  bool training = false;  ///< dropout is to act
  /// A small change of the parameters jumps over outcomes of a random draw: no derivative to compare with.
  bool jumps = false;
};

/// Whether every gate of a built-in ansatz is diagonal: it may leave every reading as it is.
inline bool is_diagonal(std::string_view ansatz) { return ansatz.ends_with("-rz") || ansatz == "crz-ring"; }

/// The cell of a problem, which is one of that family.
template <class T>
RegisterCell<T>& register_cell(CellProblem<T>& problem) {
  return dynamic_cast<RegisterCell<T>&>(*problem.cell);
}
/// Likewise.
template <class T>
ControlledCell<T>& controlled_cell(CellProblem<T>& problem) {
  return dynamic_cast<ControlledCell<T>&>(*problem.cell);
}

/// Every encoder with every hidden update that it fits, with an entropy where there can be one and without;
/// ansaetze, structures of U_dis, sizes, engines and gradient memories by turns.
inline void add_register_cells(std::vector<NamedCell>& all) {
  std::size_t n = 0;
  for (const Encoder& encoder : encoders())
    for (const auto& update : hidden_updates<double>())
      for (bool with_entropy : {false, true}) {
        if (update.memory == Memory::kWholeState && !encoder.build) continue;
        if (update.memory == Memory::kMixture && with_entropy) continue;
        RegisterOptions o;
        o.system = 2, o.ancilla = n % 3 == 0 ? 1 : 2, o.features = 2;
        o.encoder = encoder.name, o.hidden = update.name;
        o.ansatz = ansaetze()[(n / 2 + 1) % ansaetze().size()].name;
        // A basis state stays one, and probabilities of exactly 0 have no derivative of their roots.
        if (o.encoder == "basis" && is_diagonal(o.ansatz)) o.ansatz = "basic-entangler-rx";
        o.layers_en = 2, o.layers_dis = 1, o.dis = dis_structures()[n % 2].name;
        o.readout = {"Z0", "X1*Z2", "P(1)"}, o.every_step = n / 2 % 2 == 0;
        o.gradient_memory = gradient_memories()[n % 3].name;
        if (with_entropy) {
          o.entropy = entropies()[n % entropies().size()].name;
          o.entropy_stage = entropy_stages()[n / 2 % 2].name;
        }
        if (o.entropy.empty() || o.entropy_stage == "disentangled") o.engine = engines()[n / 3 % 3].name;
        all.push_back(
            {fmt::format("register {} {} {} {} {}+{} {} {} {} {}", o.encoder, o.ansatz, o.hidden, o.dis,
                         o.system, o.ancilla, o.engine, o.gradient_memory, o.entropy, o.entropy_stage),
             o});
        ++n;
      }
}

/// Every activation, ansatz, initial state and measurement, with and without what can be left out.
inline void add_controlled_cells(std::vector<NamedCell>& all) {
  // The angles stay so small that central differences are exact to 1e-7.
  const ControlledOptions base{.inputs = 2, .qubits = 2, .ffn = {.hidden = {3}}, .angle_scale = 0.3};
  const auto add = [&](std::string name, const ControlledOptions& options, bool training = false,
                       bool jumps = false) {
    all.push_back({"qrnn " + std::move(name), options, training, jumps});
    auto& own = std::get<ControlledOptions>(all.back().options);
    own.every_step = all.size() % 3 != 0;
    if (own.gradient_memory == "auto") own.gradient_memory = gradient_memories()[all.size() % 3].name;
  };
  for (const auto& row : activations<double>())
    for (bool residual : {false, true}) {
      ControlledOptions o = base;  // widths: a residual through a matrix, then one without
      o.ffn = {.hidden = {3, 3}, .activation = std::string(row.name), .residual = residual};
      add(fmt::format("{}, residual {}", row.name, residual), o);
    }
  for (const Ansatz& row : ansaetze()) {
    ControlledOptions o = base;
    o.qubits = 3, o.ansatz = row.name, o.readout = {"XYZ", "Z0*Z2", "P(1)"};
    add(row.name, o);
  }
  for (const InitialStateRow& row : initial_states())
    for (bool first_ry : {false, true}) {
      ControlledOptions o = base;
      o.ffn.hidden = {}, o.layers = 2, o.angle_scale = 0.7, o.initial = row.name, o.first_ry = first_ry;
      add(fmt::format("initial {}, first RY {}", row.name, first_ry), o);
    }
  for (bool reset : {false, true})
    for (const std::vector<int>& measured : {std::vector<int>{}, {1}, {2, 0}}) {
      ControlledOptions o = base;
      o.qubits = 3, o.layers = 2, o.measurement = "sampled", o.measured = measured, o.reset = reset;
      add(fmt::format("sampled [{}], reset {}", fmt::join(measured, ","), reset), o);
    }
  ControlledOptions o = base;
  o.measurement = "shots", o.shots = 20;
  add("shots", o, /*training=*/false, /*jumps=*/true);
  o = base;
  o.ffn = {.hidden = {8}, .dropout = 0.4}, o.initial = "trainable";
  add("dropout", o, /*training=*/true);
}

/// Every architecture with every choice of linear maps that it takes; encoders, ansaetze, orders and updates
/// by turns.
inline void add_gated_cells(std::vector<NamedCell>& all) {
  std::size_t n = 0;
  for (const Choice& architecture : architectures())
    for (const Choice& in : gate_linears())
      for (const Choice& out : gate_linears()) {
        const bool six = architecture.name == "lstm-6";
        if (six && (in.name != "none" || out.name != "none")) continue;
        GatedOptions o;
        o.architecture = architecture.name, o.linear_in = in.name, o.linear_out = out.name;
        o.inputs = 2, o.qubits = 3, o.hidden = in.name == "none" ? 1 : out.name == "none" ? 2 : 4;
        o.order = gate_orders()[n % 2].name, o.update = gru_updates()[n / 2 % 2].name;
        o.coupled = architecture.name != "gru" && n % 4 == 3;
        o.peepholes = architecture.name != "gru" && n % 2 == 1;
        o.every_step = n % 3 != 0;
        // Those that never let the input in are tested by themselves.
        do o.encoder = gate_encoders()[n++ % gate_encoders().size()].name;
        while (o.encoder == "h-rx-arctan" || o.encoder == "h-rx" || o.encoder == "rz" ||
               o.encoder == "rz-ry-chain-undone");
        const std::string_view ansaetze[] = {"arctan-vqc", "brick-ry", "crz-all", "strongly-entangling",
                                             "arctan-vqc-near"};
        o.ansatz = ansaetze[n % 5], o.layers = 1 + static_cast<int>(n % 2);
        all.push_back({fmt::format("gated {}{}{} in {} out {} {} {} {}", o.architecture,
                                   o.coupled ? " coupled" : "", o.peepholes ? " peepholes" : "", o.linear_in,
                                   o.linear_out, o.order, o.encoder, o.ansatz),
                       o});
      }
  GatedOptions bare;  // circuits that are their encoder alone
  bare.inputs = 2, bare.qubits = 3, bare.layers = 0, bare.linear_out = "shared";
  bare.encoder = "rz-ry-chain-inverse-raw";
  all.push_back({"gated without layers", bare});
}

/// Every kernel with references of all gates or of each and with or without a linear map in front; feature
/// maps and what else there is by turns.
inline void add_kernel_cells(std::vector<NamedCell>& all) {
  const std::string_view maps[] = {"ry", "zz", "rz-ry-chain", "zz-chain", "rz-ry-chain-raw"};
  std::size_t n = 0;
  for (const KernelRow& kernel : kernels_of_cells())
    for (const Choice& owner : reference_owners())
      for (const Choice& in : kernel_linears())
        for (int repetitions = 1; repetitions <= (kernel.mapped ? 2 : 1); ++repetitions) {
          KernelOptions o;
          o.kernel = kernel.name, o.owner = owner.name, o.linear_in = in.name, o.repetitions = repetitions;
          o.inputs = 2, o.qubits = in.name == "none" ? 4 : 3, o.hidden = in.name == "none" ? 2 : 4;
          o.encoder = maps[n % 5], o.references = 1 + static_cast<int>(n % 3), o.bias = n % 3 != 1;
          o.order = gate_orders()[n % 2].name, o.width = 1.5, o.every_step = n++ % 3 != 0;
          all.push_back({fmt::format("kernel {} {} in {} {} x {} {}", o.kernel, o.owner, o.linear_in,
                                     o.encoder, o.repetitions, o.order),
                         o});
        }
}

/// With a gate and without, with rows of other tables by turns.
inline void add_fast_weights_cells(std::vector<NamedCell>& all) {
  std::size_t n = 0;
  for (bool gate : {false, true})
    for (const char* encoder : {"h-ry", "arctan-angle", "zz"})
      for (const char* ansatz : {"brick-ry", "strongly-entangling"}) {
        FastWeightsOptions o;
        o.gate = gate, o.encoder = encoder, o.ansatz = ansatz, o.inputs = 2, o.qubits = 3, o.layers = 2;
        o.latent = n % 2 ? 2 : 0, o.measured = n % 4 ? 2 : 0, o.every_step = n++ % 3 != 0;
        all.push_back({fmt::format("fast-weights {} {} gate {}", encoder, ansatz, gate), o});
      }
}

/// Mixtures of circuits, and cells without entanglement, with frozen parts and with feedback.
inline void add_ablated_cells(std::vector<NamedCell>& all) {
  for (const Choice& mixture : mixtures())
    for (const Choice& norm : mixture_norms())
      for (const char* architecture : {"lstm-4", "lstm-6", "gru"}) {
        if (mixture.name == "none") continue;
        GatedOptions o;
        o.architecture = architecture, o.inputs = 1, o.qubits = 3, o.hidden = 2;
        o.linear_in = o.linear_out = o.architecture == "gru" ? "shared" : "none";
        o.mixture = mixture.name, o.mixture_norm = norm.name;
        o.mixture_encoders = {"h-ry", "rx", "h-rz"}, o.mixture_ansaetze = {"ring-rx", "brick-ry"};
        o.every_step = all.size() % 3 != 0;
        all.push_back({fmt::format("gated {} mixture {} {}", o.architecture, o.mixture, o.mixture_norm), o});
      }
  RegisterOptions zz;
  zz.ansatz = "zz-ring", zz.readout = {"Z0", "ZZ"}, zz.every_step = true;
  ControlledOptions written{.inputs = 2, .qubits = 3, .angle_scale = 0.3, .initial = "trainable"};
  GatedOptions single{.inputs = 2, .qubits = 3, .ansatz = "strongly-entangling"}, mixed = single;
  mixed.mixture = "shared", mixed.mixture_ansaetze = {"ring-rx", "brick-ry"};
  const std::vector<CellOptions> bases = {zz, written, single, mixed};
  for (const CellOptions& base : bases)
    for (bool entanglement : {false, true})
      for (const Choice& freeze : freezes()) {
        if (freeze.name == "none" && entanglement) continue;
        if (freeze.name == "circuit" && std::holds_alternative<ControlledOptions>(base)) continue;
        CellOptions o = with_freeze(base, freeze.name);
        std::visit(
            [&](auto& own) {
              if constexpr (requires { own.entanglement; }) own.entanglement = entanglement;
            },
            o);
        all.push_back({fmt::format("{} of {}, entanglement {}, frozen: {}", all.size(), family_of(o).name,
                                   entanglement, freeze.name),
                       o});
      }
  for (const char* hidden : {"collapse", "density", "coherent"})
    for (const char* encoder : {"linear-amplitude", "arctan-angle", "arccos-angle"}) {
      if (std::string_view(hidden) == "coherent" && std::string_view(encoder) == "linear-amplitude") continue;
      RegisterOptions o;
      o.system = 3, o.ancilla = 1, o.encoder = encoder, o.layers_en = 1, o.hidden = hidden;
      o.readout = {"Z0", "Z1*Z3"}, o.feedback = true, o.every_step = all.size() % 2 == 0;
      if (all.size() % 3 == 0 && o.hidden == "collapse") o.entropy = "von-neumann";
      all.push_back({fmt::format("register {} {} with feedback", hidden, encoder), o});
    }
}

/// Every memory that noise leaves, with encoders, noise models and readouts by turns; with shots.
inline void add_noisy_cells(std::vector<NamedCell>& all) {
  const std::string_view encoders[] = {"linear-amplitude", "arctan-angle", "arccos-angle", "cubic-angle"};
  const std::string_view ansaetze[] = {"basic-entangler-ry", "zz-ring", "strongly-entangling"};
  std::size_t n = 0;
  for (const char* hidden : {"density", "probabilities", "sqrt-probabilities", "marginals"})
    for (const char* noise : {"none", "depolarizing", "sherbrooke"}) {
      RegisterOptions o;
      o.system = 1 + static_cast<int>(n % 2), o.ancilla = 2 - static_cast<int>(n % 2);
      o.encoder = encoders[n % 4], o.ansatz = ansaetze[n / 2 % 3], o.hidden = hidden;
      o.layers_en = 1, o.layers_dis = 1, o.readout = {"Z0", "X1*Z2", "P(1)", "Y0"}, o.every_step = n % 3 != 0;
      o.noise = find_noise_model(noise), o.freeze = n == 5 ? "circuit" : "none";
      all.push_back({fmt::format("noisy {} {} {} {}", hidden, o.encoder, o.ansatz, noise), o});
      if (n++ % 4 != 0) continue;
      o.shots = 20;
      all.push_back({all.back().name + " by shots", o, false, /*jumps=*/true});
    }
}

/// Cells of every family with circuits, run on a device: density matrices, shots, mitigated readouts.
inline void add_device_cells(std::vector<NamedCell>& all) {
  ControlledOptions written{.inputs = 2, .qubits = 2, .ffn = {.hidden = {3}}, .angle_scale = 0.3};
  written.readout = {"XYZ", "Z0*Z1"};
  GatedOptions gated{.inputs = 2, .qubits = 3, .hidden = 2, .linear_in = "shared"};
  GatedOptions six{
      .inputs = 1, .architecture = "lstm-6", .qubits = 2, .linear_in = "none", .linear_out = "none"};
  GatedOptions mixed{.inputs = 2, .architecture = "gru", .qubits = 2, .hidden = 2};
  mixed.mixture = "shared", mixed.mixture_encoders = {"h-ry", "rx"}, mixed.mixture_ansaetze = {"ring-rx"};
  FastWeightsOptions fast{.inputs = 2, .qubits = 3, .measured = 2};
  KernelOptions kernel{.inputs = 2, .qubits = 3, .references = 2};
  WindowOptions window;
  window.inputs = 2, window.span = 2, window.qubits = 2, window.layers = 1;
  RegisterOptions coherent;
  coherent.hidden = "coherent", coherent.encoder = "cubic-angle", coherent.ansatz = "zz-ring";
  coherent.system = coherent.ancilla = coherent.layers_en = coherent.layers_dis = 1;
  std::size_t n = 0;
  for (const CellOptions& base :
       {CellOptions(written), CellOptions(gated), CellOptions(six), CellOptions(mixed), CellOptions(fast),
        CellOptions(window), CellOptions(kernel), CellOptions(coherent)})
    for (const char* noise : {"depolarizing", "sherbrooke"}) {
      NoiseUse use{.noise = find_noise_model(noise)};
      if (n % 4 == 1) use.mitigation.readout = true;
      if (n % 4 == 2) use.mitigation.factors = {1, 3};
      CellOptions own = with_noise_use(base, use);
      if (auto* const o = std::get_if<ControlledOptions>(&own); o && n % 2 == 1) o->initial = "trainable";
      const std::string name = fmt::format("{} of {} with noise {}", n++, family_of(own).name, noise);
      all.push_back({name, own});
      if (n % 3 != 0) continue;
      use.shots = 20;
      all.push_back({name + " by shots", with_noise_use(own, use), false, /*jumps=*/true});
    }
}

/// With and without what can be left out.
inline void add_echo_cells(std::vector<NamedCell>& all) {
  for (const double leak : {1.0, 0.3})
    for (const bool read_input : {true, false}) {
      EchoOptions o;
      o.inputs = 2, o.hidden = 5, o.leak = leak, o.read_input = read_input, o.density = 0.6;
      o.every_step = read_input == (leak < 1);
      all.push_back({fmt::format("echo, leak {}, read input {}", leak, read_input), o});
    }
}

/// Every order, with words of 1 to 3 bits; workspaces, stages and degrees by turns.
inline void add_rvqe_cells(std::vector<NamedCell>& all) {
  for (int order = 1; order <= 3; ++order)
    for (int bits = 1; bits <= 3; ++bits) {
      RvqeOptions o;
      o.inputs = bits + 1, o.order = order, o.workspace = 1 + (bits + order) % 3,
      o.stages = (bits * order) % 3;
      o.degree = std::min(order == 2 ? 3 : 2, o.qubits() - 1), o.every_step = (bits + order) % 2 == 0;
      all.push_back({fmt::format("rvqe of {}+{} qubits, {} stages, order {}, degree {}", bits, o.workspace,
                                 o.stages, order, o.degree),
                     o});
    }
}

/// With blocks and without, spans shorter and longer than the sequences of the tests.
inline void add_window_cells(std::vector<NamedCell>& all) {
  for (const char* blocks : {"", "EXY_X_CZ_EYX_Y_CX", "ruexp_EYX_Z_EXY_CY_Y_X"})
    for (int span : {2, 3, 5})
      for (bool every_step : {false, true}) {
        WindowOptions o;
        o.inputs = 2, o.span = span, o.qubits = 3, o.blocks = blocks, o.every_step = every_step;
        o.ansatz = span == 3 ? "strongly-entangling" : "hardware-efficient", o.layers = 2;
        all.push_back({fmt::format("window of {} {}, every step {}", span, blocks, every_step), o});
      }
}

/// Both forms, with one qubit, as many as a sweep of kernels turns, and more.
inline void add_measured_cells(std::vector<NamedCell>& all) {
  for (const char* form : {"shared", "free"})
    for (int qubits = 1; qubits <= (form[0] == 's' ? 4 : 2); ++qubits) {
      MeasuredOptions o;
      o.form = form, o.inputs = o.form == "shared" ? 4 * qubits + 1 : 1 << 2 * qubits;
      o.every_step = qubits != 2;
      all.push_back({fmt::format("measured, form {}, {} qubits", form, qubits), o});
    }
}

/// Every preset, and rows of every table.
inline const std::vector<NamedCell>& every_cell() {
  static const std::vector<NamedCell> all = [] {
    std::vector<NamedCell> cells;
    for (const Preset& preset : presets()) cells.push_back({"preset " + preset.name, preset.cell});
    add_register_cells(cells);
    add_controlled_cells(cells);
    add_gated_cells(cells);
    add_kernel_cells(cells);
    add_fast_weights_cells(cells);
    add_ablated_cells(cells);
    add_echo_cells(cells);
    add_rvqe_cells(cells);
    add_window_cells(cells);
    add_measured_cells(cells);
    add_noisy_cells(cells);
    add_device_cells(cells);
    return cells;
  }();
  return all;
}

/// Cells that draw: each sample of a batch has a stream of its own.
inline bool uses_draws(const NamedCell& cell) {
  return make_cell<double>(cell.options)->capabilities().draws;
}

/// The largest difference between two gradients, divided by the size of the first where that is above 1.
template <class A, class B>
double relative_distance(const A& a, const B& b) {
  const auto size = [](const auto& v) { return largest_difference(v, std::vector<double>(v.size())); };
  const double scale = std::max({1.0, size(a.parameters), size(a.x), size(a.state)});
  return std::max({largest_difference(a.parameters, b.parameters), largest_difference(a.x, b.x),
                   largest_difference(a.state, b.state)}) /
         scale;
}

}  // namespace ebit::inline cell
