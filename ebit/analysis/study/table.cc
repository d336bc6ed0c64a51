#include "ebit/analysis/study/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "ebit/analysis/study/statistics.h"
#include "ebit/experiment/runs/run_folder.h"

namespace ebit::analysis {
namespace {

constexpr PlotColor kLevelColors[] = {PlotColor::kInk, PlotColor::kGreen, PlotColor::kPurple,
                                      PlotColor::kOrange};

std::string mean_text(const std::vector<double>& values) {
  const experiment::MeanSpread over = experiment::mean_spread(values);
  return table_spread(over.mean, over.spread);
}

// "0.081 [0.078, 0.094]".
std::string quartiles_text(const std::vector<double>& values) {
  const Quartiles q = quartiles_of(values);
  return fmt::format("{} [{}, {}]", table_number(q.median, 3), table_number(q.low, 3),
                     table_number(q.high, 3));
}

std::string seconds_text(const experiment::ModelResult& model) {
  return model.counts.trained() > 0 ? table_number(experiment::mean_seconds(model), 2) : "–";
}

// What the study's models are compared with.
std::vector<const experiment::ModelResult*> compared(const std::vector<TrainedVariant>& variants) {
  std::vector<const experiment::ModelResult*> models;
  for (const experiment::ModelResult& model : variants[0].results.models)
    if (model.role != experiment::Role::kModel) models.push_back(&model);
  return models;
}

std::string cell_of(const Json& value) {
  if (value.is_null()) return "";
  return experiment::csv_cell(value.is_string() ? value.get<std::string>() : value.dump());
}

}  // namespace

std::string rows_csv(const std::vector<Json>& rows) {
  std::vector<std::string> keys;
  for (const Json& row : rows)
    for (const auto& [key, value] : row.items())
      if (std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
  std::string text;
  for (std::size_t k = 0; k < keys.size(); ++k) text += (k > 0 ? "," : "") + experiment::csv_cell(keys[k]);
  text += "\n";
  for (const Json& row : rows) {
    for (std::size_t k = 0; k < keys.size(); ++k)
      text += (k > 0 ? "," : "") + cell_of(row.value(keys[k], Json()));
    text += "\n";
  }
  return text;
}

std::string data_text(const Dataset& dataset) {
  return fmt::format(
      "{}, {} rows; windows of {} steps, {} step{} ahead: {} for training, {} for validation, {} for test",
      dataset.series.source, dataset.series.rows(), dataset.options.window, dataset.options.horizon,
      dataset.options.horizon == 1 ? "" : "s", dataset.train.count, dataset.validation.count,
      dataset.test.count);
}

TextTable summary_table(const std::vector<TrainedVariant>& variants, const std::string& title,
                        const std::string& heading, const std::vector<StudyColumn>& columns) {
  std::vector<experiment::ModelResult> all;
  for (const TrainedVariant& variant : variants)
    all.insert(all.end(), variant.results.models.begin(), variant.results.models.end());
  const experiment::CountColumns counts(all);
  TextTable table{.title = title, .columns = {{heading, false}}, .rows = {}, .best_row = {}, .notes = {}};
  std::ranges::move(counts.columns(), std::back_inserter(table.columns));
  const char* const judged = variants[0].dataset().test.count == 0 ? "validation RMSE" : "test RMSE";
  for (const char* name : {"train RMSE", judged, "median [quartiles]", "seconds"})
    table.columns.push_back({name});
  for (const StudyColumn& column : columns) table.columns.push_back({column.heading});
  std::vector<double> means;
  const auto add = [&](const std::string& name, const experiment::Results& results,
                       const experiment::ModelResult& model) {
    const std::vector<double> errors = judged_errors(results, model);
    std::vector<std::string> row = {name};
    std::ranges::move(counts.cells(model), std::back_inserter(row));
    for (std::string cell : {mean_text(training_errors(results, model)), mean_text(errors),
                             quartiles_text(errors), seconds_text(model)})
      row.push_back(std::move(cell));
    table.rows.push_back(std::move(row));
    means.push_back(experiment::mean_spread(errors).mean);
  };
  for (std::size_t v = 0; v < variants.size(); ++v) {
    add(variants[v].variant.name, variants[v].results, variants[v].model());
    for (const StudyColumn& column : columns) table.rows.back().push_back(column.cells[v]);
  }
  for (const experiment::ModelResult* model : compared(variants))
    add(model->name, variants[0].results, *model);
  table.best_row = least_row(means);
  table.best_meaning = "least mean RMSE";
  table.notes = {
      fmt::format("mean ± standard deviation over {} seeds; RMSE in units of {}; seconds a training",
                  variants[0].seeds.size(), variants[0].dataset().options.targets[0]),
      counts.note()};
  return table;
}

Figure seeds_figure(const SeedsFigure& wanted) {
  Figure figure{.title = wanted.title, .x_label = wanted.x_label, .y_label = wanted.y_label};
  PlotSeries seeds{.label = "each seed", .style = PlotStyle::kPoints, .color = PlotColor::kSky};
  PlotSeries mean{.label = "mean",
                  .style = wanted.joined ? PlotStyle::kLinePoints : PlotStyle::kPoints,
                  .color = PlotColor::kVermillion};
  for (std::size_t v = 0; v < wanted.names.size(); ++v) {
    const auto x = static_cast<double>(v);
    figure.x_ticks.push_back({x, wanted.names[v]});
    for (const double value : wanted.values[v]) seeds.x.push_back(x), seeds.y.push_back(value);
    mean.x.push_back(x), mean.y.push_back(experiment::mean_spread(wanted.values[v]).mean);
  }
  figure.x_low = -0.5, figure.x_high = static_cast<double>(wanted.names.size()) - 0.5;
  for (std::size_t l = 0; l < wanted.levels.size(); ++l)
    figure.series.push_back({.label = wanted.levels[l].first,
                             .style = PlotStyle::kDashes,
                             .x = {*figure.x_low, *figure.x_high},
                             .y = {wanted.levels[l].second, wanted.levels[l].second},
                             .color = kLevelColors[l % std::size(kLevelColors)]});
  figure.series.push_back(seeds), figure.series.push_back(mean);
  return figure;
}

Figure error_figure(const std::vector<TrainedVariant>& variants, const std::string& x_label, bool joined) {
  SeedsFigure wanted{.title = "Error on windows that were not trained on",
                     .x_label = x_label,
                     .y_label = fmt::format("RMSE of {}", variants[0].dataset().options.targets[0]),
                     .joined = joined};
  for (const TrainedVariant& trained : variants) {
    wanted.names.push_back(trained.variant.name);
    wanted.values.push_back(judged_errors(trained.results, trained.model()));
  }
  for (const experiment::ModelResult* model : compared(variants))
    wanted.levels.emplace_back(model->name,
                               experiment::mean_spread(judged_errors(variants[0].results, *model)).mean);
  return seeds_figure(wanted);
}

std::vector<std::string> error_findings(const std::vector<TrainedVariant>& variants) {
  const auto errors = [](const TrainedVariant& one) { return judged_errors(one.results, one.model()); };
  const auto better = [&](const TrainedVariant& a, const TrainedVariant& b) {
    return experiment::mean_spread(errors(a)).mean < experiment::mean_spread(errors(b)).mean;
  };
  const TrainedVariant& best = *std::ranges::min_element(variants, better);
  const std::vector<double> own = errors(best);
  const double mean = experiment::mean_spread(own).mean;
  std::vector<std::string> findings;
  std::string same;
  for (const TrainedVariant& other : variants) {
    if (&other == &best) continue;
    // The same seeds, so that differences are paired.
    std::vector<double> differences = errors(other);
    for (std::size_t k = 0; k < differences.size(); ++k) differences[k] -= own[k];
    const double p = sign_flip_test(differences);
    if (p > 0.05)
      same += fmt::format("{}{} (p = {})", same.empty() ? "" : ", ", other.variant.name, table_number(p, 2));
  }
  findings.push_back(fmt::format(
      "Least mean RMSE: {} with {}.{}", best.variant.name, table_number(mean),
      same.empty()
          ? " It differs from each other one (sign-flip test over seeds, p <= 0.05)."
          : fmt::format(" {} seeds do not tell it apart (sign-flip test) from: {}.", own.size(), same)));
  for (const experiment::ModelResult* model : compared(variants)) {
    const double theirs = experiment::mean_spread(judged_errors(variants[0].results, *model)).mean;
    findings.push_back(fmt::format("It {} {} ({} against {}).", mean < theirs ? "beats" : "loses to",
                                   model->name, table_number(mean), table_number(theirs)));
  }
  return findings;
}

}  // namespace ebit::analysis
