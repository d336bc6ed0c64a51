// ebit study noise: errors of trained models over the strength of noise and the number of shots.
#include <charconv>

#include "ebit/analysis/study/studies.h"
#include "ebit/analysis/study/table.h"
#include "ebit/base/error.h"
#include "ebit/experiment/runs/run.h"
#include "ebit/experiment/runs/show_exhibit.h"

namespace ebit::analysis {
namespace {

constexpr int kShots[] = {100, 1000, 10000};

/// One way to use the trained models.
struct Use {
  std::string name;               ///< in tables: "2", "1, 100 shots"
  std::vector<Setting> settings;  ///< of evaluate_run()
};

double factor_of(const std::string& value) {
  double factor = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), factor);
  require(error == std::errc() && end == value.data() + value.size() && factor >= 0,
          "--values: '{}' is no strength of noise: give numbers of 0 or more, such as 0,0.5,1,2", value);
  return factor;
}

std::vector<Use> uses_of(const StudyPlan& plan, const std::string& noise) {
  std::vector<Use> uses;
  for (const std::string& value : plan.values) {
    factor_of(value);
    find_noise_model(noise + "*" + value);  // throws before anything is trained
    uses.push_back({value, {{"model.noise", noise + "*" + value, "--values"}}});
  }
  for (const int shots : kShots)
    uses.push_back({fmt::format("1, {} shots", shots),
                    {{"model.noise", noise, "study"}, {"model.shots", fmt::to_string(shots), "study"}}});
  return uses;
}

using Errors = std::vector<std::vector<std::vector<double>>>;  // [V][uses][seeds]

Errors errors_in_use(const StudyPlan& plan, const std::vector<TrainedVariant>& variants,
                     const std::vector<Use>& uses, const StudyCallbacks& callbacks) {
  Errors errors;
  for (const TrainedVariant& trained : variants) {
    errors.emplace_back();
    for (const Use& use : uses) {
      const auto result = experiment::evaluate_run(plan.folder / trained.variant.name, {}, use.settings);
      errors.back().push_back(judged_errors(result.results, result.results.models[0]));
      if (callbacks.interrupted && callbacks.interrupted()) return {};
    }
  }
  return errors;
}

TextTable use_table(const std::vector<TrainedVariant>& variants, const std::vector<Use>& uses,
                    const Errors& errors, const std::string& noise) {
  TextTable table{
      .title = "RMSE in use, mean ± standard deviation over seeds",
      .columns = {{"noise in use", false}},
      .rows = {},
      .best_row = {},
      .notes = {fmt::format("noise in use: times the strength of {}. Errors are raw: nothing is mitigated "
                            "or extrapolated.",
                            noise)}};
  for (const TrainedVariant& trained : variants) table.columns.push_back({"trained " + trained.variant.name});
  for (std::size_t u = 0; u < uses.size(); ++u) {
    table.rows.push_back({uses[u].name});
    for (std::size_t v = 0; v < variants.size(); ++v) {
      const experiment::MeanSpread spread = experiment::mean_spread(errors[v][u]);
      table.rows.back().push_back(table_spread(spread.mean, spread.spread, 3));
    }
  }
  return table;
}

Sheet use_sheet(const std::vector<TrainedVariant>& variants, const std::vector<Use>& uses,
                const Errors& errors) {
  Sheet sheet;
  for (std::size_t v = 0; v < variants.size(); ++v) {
    SeedsFigure wanted{.title = "Trained " + variants[v].variant.name,
                       .x_label = "noise in use, times its strength",
                       .y_label = "RMSE"};
    for (std::size_t u = 0; u < uses.size(); ++u) {
      wanted.names.push_back(uses[u].name);
      wanted.values.push_back(errors[v][u]);
    }
    sheet.panels.push_back(seeds_figure(wanted));
    sheet.panels.back().height = 300;
    if (v > 0) sheet.panels.back().legend = Legend::kNone;
  }
  return sheet;
}

std::string finding(const std::vector<TrainedVariant>& variants, const std::vector<Use>& uses,
                    const Errors& errors, std::size_t use) {
  const double first = experiment::mean_spread(errors[0][use]).mean,
               second = experiment::mean_spread(errors[1][use]).mean;
  return fmt::format("With noise {} in use the mean RMSE is {} trained {} and {} trained {}.", uses[use].name,
                     table_number(first), variants[0].variant.name, table_number(second),
                     variants[1].variant.name);
}

}  // namespace

std::optional<StudyReport> run_noise(const StudyPlan& plan, const StudyCallbacks& callbacks) {
  const Config base = base_config(plan);
  const std::string noise = base.model.noise;
  require(!noise.empty(), "study noise: give --noise, the noise whose strength is varied");
  require(base.model.reg.shots == 0, "study noise: the study varies the shots itself: leave --shots out");
  const std::vector<Use> uses = uses_of(plan, noise);
  const std::vector<Variant> variants = {{"without-noise", {{"model.noise", "none"}}},
                                         {"with-noise", {{"model.noise", noise}}}};
  const auto trained = train_variants(plan, variants, callbacks);
  if (!trained) return std::nullopt;
  const Errors errors = errors_in_use(plan, *trained, uses, callbacks);
  if (errors.empty()) return std::nullopt;

  StudyReport report{.data = data_text((*trained)[0].dataset())};
  report.findings = error_findings(*trained);
  report.findings.push_back(finding(*trained, uses, errors, 0));
  report.findings.push_back(finding(*trained, uses, errors, plan.values.size() - 1));
  report.tables = {summary_table(*trained, "Trainings", "noise in training", {}),
                   use_table(*trained, uses, errors, noise)};
  for (std::size_t v = 0; v < trained->size(); ++v)
    for (std::size_t u = 0; u < uses.size(); ++u)
      for (std::size_t k = 0; k < errors[v][u].size(); ++k)
        report.rows.push_back({{"trained", (*trained)[v].variant.name},
                               {"in use", uses[u].name},
                               {"seed", (*trained)[v].seeds[k].seed},
                               {"RMSE", errors[v][u][k]}});
  report.figures = {{.name = "noise",
                     .caption = "Every dot is one training, used with noise of another strength or by shots.",
                     .sheet = use_sheet(*trained, uses, errors)}};
  return report;
}

}  // namespace ebit::analysis
