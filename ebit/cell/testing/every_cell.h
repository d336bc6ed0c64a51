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
#include "ebit/cell/gated/gate_encoder.h"
#include "ebit/cell/gated/gated_cell.h"
#include "ebit/cell/register/hidden_update.h"
#include "ebit/cell/register/preset.h"
#include "ebit/cell/register/register_cell.h"
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
inline bool is_diagonal(std::string_view ansatz) {
  return ansatz == "basic-entangler-rz" || ansatz == "crz-ring";
}

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
        // One that never lets the input in is tested by itself.
        do o.encoder = gate_encoders()[n++ % gate_encoders().size()].name;
        while (o.encoder == "h-rx-arctan");
        const std::string_view ansaetze[] = {"arctan-vqc", "brick-ry", "crz-all", "strongly-entangling",
                                             "arctan-vqc-near"};
        o.ansatz = ansaetze[n % 5], o.layers = 1 + static_cast<int>(n % 2);
        all.push_back({fmt::format("gated {}{}{} in {} out {} {} {} {}", o.architecture,
                                   o.coupled ? " coupled" : "", o.peepholes ? " peepholes" : "", o.linear_in,
                                   o.linear_out, o.order, o.encoder, o.ansatz),
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

/// Every preset, and rows of every table.
inline const std::vector<NamedCell>& every_cell() {
  static const std::vector<NamedCell> all = [] {
    std::vector<NamedCell> cells;
    for (const Preset& preset : presets()) cells.push_back({"preset " + preset.name, preset.cell});
    add_register_cells(cells);
    add_controlled_cells(cells);
    add_gated_cells(cells);
    add_window_cells(cells);
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
