// ebit study registers: ancilla qubits of a register cell, or qubits of a qrnn.
#include <charconv>

#include "ebit/analysis/study/entanglement_used.h"
#include "ebit/analysis/study/studies.h"
#include "ebit/analysis/study/table.h"
#include "ebit/base/error.h"
#include "ebit/experiment/runs/show_exhibit.h"

namespace ebit::analysis {
namespace {

// "3": ancilla qubits beside the model's system; "2+3": system and ancilla qubits.
Variant variant_of(const std::string& value, int system) {
  int ancilla = 0;
  const char* end = value.data() + value.size();
  auto read = std::from_chars(value.data(), end, ancilla);
  if (read.ec == std::errc() && read.ptr != end && *read.ptr == '+') {
    system = ancilla;
    read = std::from_chars(read.ptr + 1, end, ancilla);
  }
  require(
      read.ec == std::errc() && read.ptr == end && system >= 1 && ancilla >= 1,
      "--values: '{}' is no size of registers: give ancilla qubits such as 3, or system+ancilla such as 2+3",
      value);
  return {fmt::format("{}+{}", system, ancilla),
          {{"model.n_system", std::to_string(system)}, {"model.n_ancilla", std::to_string(ancilla)}}};
}

Variant qubits_of(const std::string& value) {
  int qubits = 0;
  const auto read = std::from_chars(value.data(), value.data() + value.size(), qubits);
  require(read.ec == std::errc() && read.ptr == value.data() + value.size() && qubits >= 2,
          "--values: '{}' is no number of qubits with a cut: give whole numbers from 2 on", value);
  return {std::to_string(qubits), {{"model.qubits", std::to_string(qubits)}}};
}

}  // namespace

std::optional<StudyReport> run_registers(const StudyPlan& plan, const StudyCallbacks& callbacks) {
  const bool qrnn = plan.family == kQrnn;
  const int system = base_config(plan).model.reg.system;
  std::vector<Variant> variants;
  for (const std::string& value : plan.values)
    variants.push_back(qrnn ? qubits_of(value) : variant_of(value, system));
  const auto trained = train_variants(plan, variants, callbacks);
  if (!trained) return std::nullopt;
  const EntanglementUsed used = entanglement_used(*trained);

  StudyReport report{.data = data_text((*trained)[0].dataset())};
  report.findings = error_findings(*trained);
  report.tables = {summary_table(*trained, qrnn ? "Sizes of the memory" : "Sizes of the registers", "qubits",
                                 used.columns)};
  report.rows = rows_of(*trained, "qubits");
  add_entanglement(used, *trained, report.rows);
  report.figures = {
      experiment::exhibit_of("errors",
                             error_figure(*trained, qrnn ? "qubits" : "qubits of system + ancilla", true),
                             "Every dot is one training."),
      experiment::exhibit_of(
          "entanglement", used.figure,
          qrnn ? "What half of the qubits allow, and what the trained memories have behind a step."
               : "What min(n_s, n_a) qubits allow, and what the trained memories have behind U_en.")};
  return report;
}

}  // namespace ebit::analysis
