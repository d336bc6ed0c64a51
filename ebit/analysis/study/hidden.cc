// ebit study hidden: what of the ancilla survives a step, and what is lost by it.
#include <fmt/format.h>

#include <cmath>

#include "ebit/analysis/study/hidden_loss.h"
#include "ebit/analysis/study/statistics.h"
#include "ebit/analysis/study/studies.h"
#include "ebit/analysis/study/table.h"
#include "ebit/experiment/runs/show_exhibit.h"

namespace ebit::analysis {
namespace {

/// A number of HiddenLoss as tables, files and figures show it.
struct LossRow {
  const char* key;             // in study.csv
  const char* heading;         // in the table
  const char* title;           // of its figure; null: none
  const char* unit;            // of the figure's axis
  double HiddenLoss::*member;  // where it lies
};

constexpr LossRow kLosses[] = {
    {"entropy_removed", "entropy removed", "Entropy of the ancilla that a step removes", "bits",
     &HiddenLoss::entropy_removed},
    {"correlation_lost", "correlation lost", "Correlation with the system register that a step loses", "bits",
     &HiddenLoss::correlation_lost},
    {"infidelity", "1 - F a step", "Infidelity of one update, 1 - <h|rho|h>", "infidelity",
     &HiddenLoss::infidelity},
    {"trace_distance", "distance from density", nullptr, "", &HiddenLoss::distance},
    {"trace_distance_last", "at the last step", "Trace distance from the exact density memory, last step",
     "trace distance", &HiddenLoss::distance_last},
    {"holevo", "Holevo chi", "What the last hidden state can say about its sequence, Holevo chi", "bits",
     &HiddenLoss::holevo},
    {"holevo_density", "of density", nullptr, "", &HiddenLoss::holevo_density},
};

using Losses = std::vector<std::vector<HiddenLoss>>;  // [V][seeds]

std::vector<double> values_of(const std::vector<HiddenLoss>& seeds, double HiddenLoss::*member) {
  std::vector<double> values;
  for (const HiddenLoss& loss : seeds) values.push_back(loss.*member);
  return values;
}

Losses losses_of(const std::vector<TrainedVariant>& variants) {
  Losses losses;
  for (const TrainedVariant& trained : variants) {
    RegisterCell<double> cell(std::get<RegisterOptions>(trained.cell));
    losses.emplace_back();
    for (const TrainedCell& seed : trained.seeds)
      losses.back().push_back(
          hidden_loss(cell, seed.trained.parameters, trained.input(seed.trained, seed.seed)));
  }
  return losses;
}

TextTable loss_table(const std::vector<TrainedVariant>& variants, const Losses& losses) {
  TextTable table{
      .title = "What is lost, mean ± standard deviation over seeds",
      .columns = {{"hidden update", false}},
      .rows = {},
      .best_row = {},
      .notes = {"entropy removed: S(rho) - S(h), bits a step, rho the ancilla behind U_dis and h what is "
                "kept of it. correlation lost: I(system : ancilla) there, bits a step.",
                "distance: trace distance from the density memory with the same angles on the same "
                "windows, mean over steps, and at the last one.",
                "Holevo chi: bits that one hidden state can say about its window at most; of density: "
                "of the density memory with the same angles."}};
  for (const LossRow& row : kLosses) table.columns.push_back({row.heading});
  for (std::size_t v = 0; v < variants.size(); ++v) {
    table.rows.push_back({variants[v].variant.name});
    for (const LossRow& row : kLosses) {
      const experiment::MeanSpread spread = experiment::mean_spread(values_of(losses[v], row.member));
      // A mean of rounding errors is a zero.
      table.rows.back().push_back(
          std::abs(spread.mean) < 1e-12 ? "0" : table_spread(spread.mean, spread.spread, 3));
    }
  }
  return table;
}

Sheet loss_sheet(const std::vector<TrainedVariant>& variants, const Losses& losses) {
  Sheet sheet;
  for (const LossRow& row : kLosses) {
    if (row.title == nullptr) continue;
    SeedsFigure wanted{.title = row.title, .x_label = "", .y_label = row.unit};
    for (std::size_t v = 0; v < variants.size(); ++v) {
      wanted.names.push_back(variants[v].variant.name);
      wanted.values.push_back(values_of(losses[v], row.member));
    }
    sheet.panels.push_back(seeds_figure(wanted));
    sheet.panels.back().y_low = 0;
    sheet.panels.back().height = 260;
    if (sheet.panels.size() > 1) sheet.panels.back().legend = Legend::kNone;
  }
  return sheet;
}

// Does what loses less of the memory predict better? Over the variants, as ranks of their means would say.
std::string relation(const std::vector<TrainedVariant>& variants, const Losses& losses) {
  std::vector<double> lost, errors;
  for (std::size_t v = 0; v < variants.size(); ++v) {
    lost.push_back(experiment::mean_spread(values_of(losses[v], &HiddenLoss::distance_last)).mean);
    errors.push_back(experiment::mean_spread(judged_errors(variants[v].results, variants[v].model())).mean);
  }
  return fmt::format(
      "Over the {} hidden updates the rank correlation of mean RMSE with the distance from the density "
      "memory is {}: "
      "{}.",
      variants.size(), table_number(rank_correlation(lost, errors), 2),
      rank_correlation(lost, errors) > 0.5    ? "what keeps more of it predicts better here"
      : rank_correlation(lost, errors) < -0.5 ? "what keeps less of it predicts better here"
                                              : "keeping more of it does not go with a smaller error here");
}

}  // namespace

std::optional<StudyReport> run_hidden(const StudyPlan& plan, const StudyCallbacks& callbacks) {
  std::vector<Variant> variants;
  for (const std::string& value : plan.values)
    variants.push_back({std::string(find_hidden_update<double>(value).name), {{"model.hidden", value}}});
  const auto trained = train_variants(plan, variants, callbacks);
  if (!trained) return std::nullopt;
  const Losses losses = losses_of(*trained);

  StudyReport report{.data = data_text((*trained)[0].dataset())};
  report.findings = error_findings(*trained);
  if (variants.size() > 2) report.findings.push_back(relation(*trained, losses));
  report.tables = {summary_table(*trained, "Hidden updates", "hidden update", {}),
                   loss_table(*trained, losses)};
  report.rows = rows_of(*trained, "hidden update");
  add_numbers(report.rows, *trained, [&](std::size_t v, std::size_t k) {
    Json numbers;
    for (const LossRow& row : kLosses) numbers[row.key] = losses[v][k].*row.member;
    return numbers;
  });
  report.figures = {
      experiment::exhibit_of("errors", error_figure(*trained, "", false), "Every dot is one training."),
      {.name = "losses",
       .caption = "What each hidden update loses of the memory.",
       .sheet = loss_sheet(*trained, losses)}};
  return report;
}

}  // namespace ebit::analysis
