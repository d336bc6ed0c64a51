// ebit study noise: errors of trained models over the strength of noise and the number of shots.
#include <fmt/ranges.h>

#include <charconv>
#include <cmath>

#include "ebit/analysis/study/studies.h"
#include "ebit/analysis/study/table.h"
#include "ebit/base/error.h"
#include "ebit/experiment/runs/run.h"
#include "ebit/experiment/runs/show_exhibit.h"
#include "ebit/settings/noise_options.h"

namespace ebit::analysis {
namespace {

constexpr int kShots[] = {100, 1000, 10000};
// What readouts are extrapolated from, where they are mitigated.
constexpr double kFactors[] = {1, 2, 3};

/// How outcomes become readouts.
struct Reading {
  std::string name;        ///< in tables: "exact", "100 shots", "mitigated"
  int shots = 0;           ///< 0: expectation values
  bool mitigated = false;  ///< extrapolated to no noise, misreading undone
  PlotColor color = PlotColor::kAuto;
};

/// How the trained models are used: at every strength of noise in every way.
struct Uses {
  std::vector<double> strengths;   ///< times that of --noise
  std::vector<std::string> names;  ///< of the strengths, as given
  std::vector<Reading> readings;
  std::string noise;  ///< the model of noise
};

double factor_of(const std::string& value) {
  double factor = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), factor);
  require(error == std::errc() && end == value.data() + value.size() && factor >= 0,
          "--values: '{}' is no strength of noise: give numbers of 0 or more, such as 0,0.5,1,2", value);
  return factor;
}

// Whether noise can be made so strong.
bool can_be(const std::string& noise, double strength) {
  try {
    find_noise_model(fmt::format("{}*{}", noise, strength));
  } catch (const Error&) {
    return false;
  }
  return true;
}

Uses uses_of(const StudyPlan& plan, const std::string& noise) {
  Uses uses{.strengths = {},
            .names = plan.values,
            .readings = {{"exact", 0, false, PlotColor::kInk}},
            .noise = noise};
  bool mitigable = true;
  for (const std::string& value : plan.values) {
    uses.strengths.push_back(factor_of(value));
    find_noise_model(noise + "*" + value);  // throws before anything is trained
    for (const double factor : kFactors)
      mitigable = mitigable && can_be(noise, factor * uses.strengths.back());
  }
  constexpr PlotColor kColors[] = {PlotColor::kOrange, PlotColor::kSky, PlotColor::kBlue};
  for (std::size_t i = 0; i < std::size(kShots); ++i)
    uses.readings.push_back({fmt::format("{} shots", kShots[i]), kShots[i], false, kColors[i]});
  if (mitigable) uses.readings.push_back({"mitigated", 0, true, PlotColor::kGreen});
  return uses;
}

std::vector<Setting> settings_of(const Uses& uses, std::size_t strength, const Reading& reading) {
  std::vector<Setting> settings = {{"model.noise", uses.noise + "*" + uses.names[strength], "--values"}};
  if (reading.shots > 0) settings.push_back({"model.shots", fmt::to_string(reading.shots), "study"});
  if (reading.mitigated) {
    settings.push_back({"model.extrapolate_noise", fmt::format("{}", fmt::join(kFactors, ",")), "study"});
    settings.push_back({"model.mitigate_readout", "true", "study"});
  }
  return settings;
}

using Errors = std::vector<std::vector<std::vector<std::vector<double>>>>;  // [V][strengths][readings][seeds]

Errors errors_in_use(const StudyPlan& plan, const std::vector<TrainedVariant>& variants, const Uses& uses,
                     const StudyCallbacks& callbacks) {
  Errors errors;
  for (const TrainedVariant& trained : variants) {
    errors.emplace_back();
    for (std::size_t s = 0; s < uses.names.size(); ++s) {
      errors.back().emplace_back();
      for (const Reading& reading : uses.readings) {
        const auto result =
            experiment::evaluate_run(plan.folder / trained.variant.name, {}, settings_of(uses, s, reading));
        errors.back().back().push_back(judged_errors(result.results, result.results.models[0]));
        if (callbacks.interrupted && callbacks.interrupted()) return {};
      }
    }
  }
  return errors;
}

TextTable use_table(const TrainedVariant& trained, const Uses& uses,
                    const std::vector<std::vector<std::vector<double>>>& errors) {
  TextTable table{.title = fmt::format("RMSE in use, trained {}, mean ± standard deviation over seeds",
                                       trained.variant.name),
                  .columns = {{"noise in use", false}},
                  .rows = {},
                  .best_row = {},
                  .notes = {fmt::format(
                      "noise in use: times the strength of {}. exact: expectation values, shots: means of so "
                      "many outcomes; both are raw.",
                      uses.noise)}};
  if (uses.readings.back().mitigated)
    table.notes.push_back(fmt::format(
        "mitigated: expectation values extrapolated from {} times the noise (richardson), misreading "
        "undone on average.",
        fmt::join(kFactors, ", ")));
  for (const Reading& reading : uses.readings) table.columns.push_back({reading.name});
  for (std::size_t s = 0; s < uses.names.size(); ++s) {
    table.rows.push_back({uses.names[s]});
    for (const std::vector<double>& seeds : errors[s]) {
      const experiment::MeanSpread spread = experiment::mean_spread(seeds);
      table.rows.back().push_back(table_spread(spread.mean, spread.spread, 3));
    }
  }
  return table;
}

// Of a variant: a line for each reading over the strengths, with a dot for each seed of exact ones.
Figure strength_figure(const TrainedVariant& trained, const Uses& uses,
                       const std::vector<std::vector<std::vector<double>>>& errors) {
  Figure figure{.title = "Trained " + trained.variant.name,
                .x_label = fmt::format("noise in use, times the strength of {}", uses.noise),
                .y_label = "RMSE"};
  figure.height = 330;
  for (std::size_t r = 0; r < uses.readings.size(); ++r) {
    PlotSeries line{.label = uses.readings[r].name, .style = PlotStyle::kLinePoints, .x = uses.strengths};
    line.color = uses.readings[r].color;
    for (std::size_t s = 0; s < uses.names.size(); ++s)
      line.y.push_back(experiment::mean_spread(errors[s][r]).mean);
    figure.series.push_back(std::move(line));
  }
  return figure;
}

// Over the number of shots, at every strength: powers of ten along the axis, exact values at its end.
Figure shots_figure(const TrainedVariant& trained, const Uses& uses,
                    const std::vector<std::vector<std::vector<double>>>& errors) {
  Figure figure{.title = fmt::format("Trained {}, by shots", trained.variant.name),
                .x_label = "shots of a readout",
                .y_label = "RMSE"};
  figure.height = 330;
  const double end = std::log10(kShots[std::size(kShots) - 1]) + 1;
  for (const int shots : kShots) figure.x_ticks.push_back({std::log10(shots), fmt::to_string(shots)});
  figure.x_ticks.push_back({end, "exact"});
  for (std::size_t s = 0; s < uses.names.size(); ++s) {
    PlotSeries line{.label = uses.names[s] + " x noise", .style = PlotStyle::kLinePoints};
    for (std::size_t r = 0; r < uses.readings.size(); ++r)
      if (uses.readings[r].shots > 0) {
        line.x.push_back(std::log10(uses.readings[r].shots));
        line.y.push_back(experiment::mean_spread(errors[s][r]).mean);
      }
    line.x.push_back(end), line.y.push_back(experiment::mean_spread(errors[s][0]).mean);
    figure.series.push_back(std::move(line));
  }
  return figure;
}

Sheet use_sheet(const std::vector<TrainedVariant>& variants, const Uses& uses, const Errors& errors) {
  Sheet sheet;
  sheet.column_shares = {1, 1}, sheet.width = 1100;
  for (std::size_t v = 0; v < variants.size(); ++v) {
    sheet.panels.push_back(strength_figure(variants[v], uses, errors[v]));
    sheet.panels.push_back(shots_figure(variants[v], uses, errors[v]));
  }
  return sheet;
}

// The first reading is the exact one.
std::string finding(const std::vector<TrainedVariant>& variants, const Uses& uses, const Errors& errors,
                    std::size_t strength) {
  const double first = experiment::mean_spread(errors[0][strength][0]).mean,
               second = experiment::mean_spread(errors[1][strength][0]).mean;
  return fmt::format("With noise {} times as strong in use the mean RMSE is {} trained {} and {} trained {}.",
                     uses.names[strength], table_number(first), variants[0].variant.name,
                     table_number(second), variants[1].variant.name);
}

std::string mitigation_finding(const TrainedVariant& trained, const Uses& uses,
                               const std::vector<std::vector<std::vector<double>>>& errors) {
  const std::size_t last = uses.names.size() - 1;
  return fmt::format(
      "Trained {} and used with noise {} times as strong, mitigation takes the mean RMSE from {} (raw) "
      "to {}.",
      trained.variant.name, uses.names[last],
      table_number(experiment::mean_spread(errors[last].front()).mean),
      table_number(experiment::mean_spread(errors[last].back()).mean));
}

}  // namespace

std::optional<StudyReport> run_noise(const StudyPlan& plan, const StudyCallbacks& callbacks) {
  const Config base = base_config(plan);
  const std::string noise = base.model.noise;
  require(!noise.empty(), "study noise: give --noise, the noise whose strength is varied");
  require(base.model.reg.shots == 0 && base.model.shots == 0 && base.model.qrnn.measurement != "shots",
          "study noise: the study varies the shots itself: leave --shots out");
  require(mitigation_of(base).empty(),
          "study noise: the study mitigates by itself: leave --extrapolate-noise and "
          "--mitigate-readout out");
  const Uses uses = uses_of(plan, noise);
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
  report.tables = {summary_table(*trained, "Trainings", "noise in training", {})};
  for (std::size_t v = 0; v < trained->size(); ++v) {
    if (uses.readings.back().mitigated)
      report.findings.push_back(mitigation_finding((*trained)[v], uses, errors[v]));
    report.tables.push_back(use_table((*trained)[v], uses, errors[v]));
    for (std::size_t s = 0; s < uses.names.size(); ++s)
      for (std::size_t r = 0; r < uses.readings.size(); ++r)
        for (std::size_t k = 0; k < errors[v][s][r].size(); ++k)
          report.rows.push_back({{"trained", (*trained)[v].variant.name},
                                 {"in use", uses.names[s]},
                                 {"shots", uses.readings[r].shots},
                                 {"mitigated", uses.readings[r].mitigated},
                                 {"seed", (*trained)[v].seeds[k].seed},
                                 {"RMSE", errors[v][s][r][k]}});
  }
  report.figures = {
      {.name = "noise",
       .caption = "Means over the seeds: on the left over the strength of noise, on the right over the "
                  "number of outcomes that a readout is the mean of.",
       .sheet = use_sheet(*trained, uses, errors)}};
  return report;
}

}  // namespace ebit::analysis
