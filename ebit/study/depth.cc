// ebit study depth: 1 to 8 layers of U_en and of U_dis.
#include "ebit/base/error.h"
#include "ebit/study/entanglement_used.h"
#include "ebit/study/studies.h"
#include "ebit/study/table.h"

namespace ebit::study {
namespace {

// A model with one circuit a step (no U_dis) keeps it.
Variant variant_of(const std::string& value, bool two_circuits) {
  require(!value.empty() && value.find_first_not_of("0123456789") == std::string::npos && value != "0",
          "--values: '{}' is no number of layers: give whole numbers from 1 on", value);
  Variant variant{value, {{"model.layers_en", value}}};
  if (two_circuits) variant.settings.emplace_back("model.layers_dis", value);
  return variant;
}

}  // namespace

std::optional<StudyReport> run_depth(const StudyPlan& plan, const StudyCallbacks& callbacks) {
  const bool two_circuits = base_config(plan).model.layers_dis > 0;
  std::vector<Variant> variants;
  for (const std::string& value : plan.values) variants.push_back(variant_of(value, two_circuits));
  const auto trained = train_variants(plan, variants, callbacks);
  if (!trained) return std::nullopt;
  const EntanglementUsed used = entanglement_used(*trained);

  StudyReport report{.data = data_text((*trained)[0].dataset)};
  report.findings = error_findings(*trained);
  report.tables = {summary_table(*trained, "Layers of each circuit", "layers", used.columns)};
  report.rows = rows_of(*trained, "layers");
  add_entanglement(used, *trained, report.rows);
  report.figures = {{"errors",
                     {.panels = {error_figure(*trained, "layers of U_en and of U_dis", true)}},
                     "Every dot is one training."},
                    {"entanglement",
                     {.panels = {used.figure}},
                     "What the registers allow, and what the trained memories have."}};
  return report;
}

}  // namespace ebit::study
