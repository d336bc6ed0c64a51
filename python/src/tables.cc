// The tables of names, as lists of dicts.
#include "bind.h"
#include "ebit/cell/ansatz.h"
#include "ebit/cell/cells.h"
#include "ebit/cell/encoder.h"
#include "ebit/cell/register/hidden_update.h"
#include "ebit/data/scaler.h"
#include "ebit/fit/model_spec.h"
#include "ebit/info/entropy.h"
#include "ebit/settings/models.h"
#include "ebit/settings/problems.h"
#include "ebit/settings/published.h"
#include "ebit/settings/resolve.h"
#include "ebit/sim/gate.h"

namespace ebit::python {
namespace {

// A dict of a row's name, help and source.
template <class Row>
nb::dict named(const Row& row) {
  nb::dict d;
  d["name"] = std::string(row.name);
  d["help"] = std::string(row.help);
  if constexpr (requires { row.source; }) d["source"] = std::string(row.source);
  return d;
}

template <class Rows>
nb::list all_named(const Rows& rows) {
  nb::list list;
  for (const auto& row : rows) list.append(named(row));
  return list;
}

nb::list gate_rows() {
  nb::list list;
  for (const Gate& gate : gates()) {
    if (gate.id == GateId::kMatrix1 || gate.id == GateId::kMatrix2) continue;  // kept by the circuit
    nb::dict d = named(gate);
    d["wires"] = gate.wires, d["controls"] = gate.controls, d["angles"] = gate.angles;
    d["qasm"] = std::string(gate.qasm);
    list.append(d);
  }
  return list;
}

nb::list model_rows() {
  nb::list list;
  for (const ModelRow& row : models()) {
    if (row.family == kUntrained) continue;
    nb::dict d = named(row);
    const bool cell = (row.family & kCells) != 0;
    d["cell"] = cell;
    d["solved"] = (row.family & kSolved) != 0;
    const Config config = resolve("forecast", std::nullopt, {{"model.name", row.name, "model"}});
    if (cell) {
      const fit::ModelSpec spec = outline_of(config);
      d["family"] = std::string(family_of(std::get<CellOptions>(spec.core)).name);
    } else {
      d["family"] = row.name;
    }
    list.append(d);
  }
  return list;
}

// Whether the option is one of the cell itself: it lies in the options of a family. --ansatz-file is read
// into them, and the dropout of a network that writes angles is the model's.
bool is_of_the_cell(const OptionRow& row, Config& config) {
  const auto inside = [](const void* slot, const auto& options) {
    const auto* const at = static_cast<const char*>(slot);
    const auto* const begin = reinterpret_cast<const char*>(&options);
    return at >= begin && at < begin + sizeof(options);
  };
  const ModelConfig& m = config.model;
  const void* const slot = std::visit([](auto* p) { return static_cast<const void*>(p); }, row.slot(config));
  return inside(slot, m.reg) || inside(slot, m.qrnn) || inside(slot, m.gated) || inside(slot, m.kernel) ||
         inside(slot, m.fast_weights) || inside(slot, m.echo) || inside(slot, m.rvqe) ||
         inside(slot, m.window) || inside(slot, m.measured) || slot == &m.ansatz_file || slot == &m.freeze ||
         slot == &m.entanglement || (slot == &m.dropout && family_of(config) == kQrnn);
}

// The options of a section that count for a model on series: name, type, default, choices, help.
nb::list option_rows(const std::string& model, const std::string& section) {
  Config config = resolve("forecast", std::nullopt, {{"model.name", model, "model"}});
  nb::list list;
  for (const OptionRow& row : option_table()) {
    if (row.section != section || !applies(row, config)) continue;
    nb::dict d;
    d["name"] = std::string(row.key);
    d["type"] = type_of(row);
    d["default"] = value_text(row, config);
    d["help"] = std::string(row.help);
    d["cell"] = is_of_the_cell(row, config);
    if (row.choices) d["choices"] = row.choices();
    list.append(d);
  }
  return list;
}

}  // namespace

void bind_tables(nb::module_& m) {
  m.def("gates", gate_rows, "Rows of the gate table: name, help, wires, controls, angles, qasm.");
  m.def(
      "encoders", [] { return all_named(ebit::encoders()); }, "Rows of the encoder table.");
  m.def(
      "ansaetze", [] { return all_named(ebit::ansaetze()); }, "Rows of the table of ansaetze.");
  m.def(
      "hidden_updates", [] { return all_named(ebit::hidden_updates<double>()); },
      "Rows of the table of hidden updates.");
  m.def(
      "presets", [] { return all_named(ebit::published_models()); }, "Published models.");
  m.def(
      "cell_families", [] { return all_named(ebit::cell_families()); }, "Families of cells.");
  m.def(
      "entropies", [] { return all_named(ebit::entropies()); }, "Entropies.");
  m.def(
      "scalers", [] { return all_named(ebit::scaler_table()); }, "Scalers of series.");
  m.def("models", model_rows, "Everything that can be trained: name, help, source, family, cell.");
  m.def("options", option_rows, nb::arg("model"), nb::arg("section") = "model",
        "Options of a model: rows with name, type, default, help, choices.");
  m.def(
      "gate_matrix",
      [](const std::string& name, const std::vector<double>& angles) {
        const Gate& row = gate(name);
        require(static_cast<int>(angles.size()) == row.angles, "{} has {} angles, not {}", row.name,
                row.angles, angles.size());
        const std::size_t d = std::size_t{1} << row.wires;
        return to_numpy(ebit::gate_matrix(row, angles), {d, d});
      },
      nb::arg("name"), nb::arg("angles"),
      "The whole matrix of a gate [2^wires, 2^wires], controls first, first wire most significant.");
}

}  // namespace ebit::python
