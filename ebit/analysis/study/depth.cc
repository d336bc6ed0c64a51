// ebit study depth: layers of U_en and of U_dis, or of the circuit of a qrnn.
#include "ebit/analysis/study/entanglement_used.h"
#include "ebit/analysis/study/studies.h"
#include "ebit/analysis/study/table.h"
#include "ebit/base/error.h"
#include "ebit/experiment/runs/show_exhibit.h"

namespace ebit::analysis {
namespace {

// A register model with one circuit a step (no U_dis) keeps it.
Variant variant_of(const std::string& value, bool qrnn, bool two_circuits) {
  require(!value.empty() && value.find_first_not_of("0123456789") == std::string::npos && value != "0",
          "--values: '{}' is no number of layers: give whole numbers from 1 on", value);
  if (qrnn) return {value, {{"model.circuit_layers", value}}};
  Variant variant{value, {{"model.layers_en", value}}};
  if (two_circuits) variant.settings.emplace_back("model.layers_dis", value);
  return variant;
}

}  // namespace

std::optional<StudyReport> run_depth(const StudyPlan& plan, const StudyCallbacks& callbacks) {
  const bool qrnn = plan.family == kQrnn;
  const bool two_circuits = base_config(plan).model.reg.layers_dis > 0;
  std::vector<Variant> variants;
  for (const std::string& value : plan.values) variants.push_back(variant_of(value, qrnn, two_circuits));
  const auto trained = train_variants(plan, variants, callbacks);
  if (!trained) return std::nullopt;
  const EntanglementUsed used = entanglement_used(*trained);

  StudyReport report{.data = data_text((*trained)[0].dataset())};
  report.findings = error_findings(*trained);
  report.tables = {summary_table(*trained, qrnn ? "Layers of the circuit" : "Layers of each circuit",
                                 "layers", used.columns)};
  report.rows = rows_of(*trained, "layers");
  add_entanglement(used, *trained, report.rows);
  report.figures = {
      experiment::exhibit_of("errors",
                             error_figure(*trained, qrnn ? "layers" : "layers of U_en and of U_dis", true),
                             "Every dot is one training."),
      experiment::exhibit_of("entanglement", used.figure,
                             "What the qubits allow, and what the trained memories have.")};
  return report;
}

}  // namespace ebit::analysis
