// The files of a backtest for people: tables, figures, page.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "ebit/analysis/backtest/backtest_scores.h"
#include "ebit/analysis/study/table.h"
#include "ebit/base/atomic_file.h"
#include "ebit/experiment/runs/json.h"
#include "ebit/experiment/runs/run_folder.h"
#include "ebit/experiment/runs/show_exhibit.h"
#include "ebit/report/page.h"

namespace ebit::analysis {
namespace {

namespace fs = std::filesystem;
using experiment::csv_cell;

constexpr std::size_t kMostFigures = 6, kMostSeries = 100;  // of a panel, on its page

// One row a model, seed and set of forecasts: all of them, each cut, each step; of a panel those of each
// series too, where a first column names it.
std::string scores_csv(const Backtest& test) {
  std::vector<Json> rows;
  const auto add = [&](const Backtest& one, const BacktestModel& model, Among among) {
    for (std::size_t k = 0; k < model.forecasts.size(); ++k) {
      Json row = Json::object();
      if (!test.parts.empty()) row["series"] = &one == &test ? Json(nullptr) : Json(one.id);
      row.update({{"model", model.name},
                  {"seed", model.trained ? Json(k + 1) : Json(nullptr)},
                  {"cut", among.cut ? Json(*among.cut + 1) : Json(nullptr)},
                  {"step", among.step ? Json(*among.step + 1) : Json(nullptr)}});
      for (std::size_t m = 0; m < backtest_metrics().size(); ++m)
        row[std::string(backtest_metrics()[m].name)] = experiment::number(scores_of(one, model, m, among)[k]);
      rows.push_back(std::move(row));
    }
  };
  for (const BacktestModel& model : test.models) {
    add(test, model, {});
    for (std::size_t c = 0; c < test.known.size(); ++c) add(test, model, {.cut = c});
    for (std::size_t s = 0; s < test.steps; ++s) add(test, model, {.step = s});
  }
  for (const Backtest& part : test.parts)
    for (const BacktestModel& model : part.models) add(part, model, {});
  return rows_csv(rows);
}

// @param series what stands before each row: of a panel its name and a comma.
std::string forecast_lines(const Backtest& test, const std::string& series) {
  std::string text;
  for (const BacktestModel& model : test.models)
    for (std::size_t k = 0; k < model.forecasts.size(); ++k)
      for (std::size_t c = 0; c < test.known.size(); ++c) {
        const CutForecast& own = model.forecasts[k][c];
        for (std::size_t i = 0; i < own.values.size(); ++i) {
          const std::size_t s = i / test.targets.size();
          text += fmt::format("{}{},{},{},{},{},{},{},{}", series, csv_cell(model.name),
                              model.trained ? std::to_string(k + 1) : "", c + 1, s + 1,
                              csv_cell(test.times[c][s]), csv_cell(test.targets[i % test.targets.size()]),
                              test.truth[c][i], own.values[i]);
          text += own.lower.empty() ? ",,\n" : fmt::format(",{},{}\n", own.lower[i], own.upper[i]);
        }
      }
  return text;
}

std::string forecasts_csv(const Backtest& test) {
  const std::string heading = "model,seed,cut,step,time,target,truth,forecast,lower,upper\n";
  if (test.parts.empty()) return heading + forecast_lines(test, "");
  std::string text = "series," + heading;
  for (const Backtest& part : test.parts) text += forecast_lines(part, csv_cell(part.id) + ",");
  return text;
}

double mean_score(const Backtest& test, const BacktestModel& model, std::string_view metric, Among among) {
  const auto all = backtest_metrics();
  const auto row = std::ranges::find(all, metric, &BacktestMetric::name);
  return experiment::mean_spread(scores_of(test, model, static_cast<std::size_t>(row - all.begin()), among))
      .mean;
}

// A line a model over steps or cuts.
Figure lines_figure(const Backtest& test, std::string title, std::string x_label, std::size_t count,
                    auto among) {
  Figure figure{
      .title = std::move(title), .x_label = std::move(x_label), .y_label = std::string(shown_metric(test))};
  figure.y_low = 0;
  for (const BacktestModel& model : test.models) {
    PlotSeries line{.label = model.name,
                    .style = &model == &test.models[0] ? PlotStyle::kLinePoints
                             : model.trained           ? PlotStyle::kLine
                                                       : PlotStyle::kDashes};
    for (std::size_t k = 0; k < count; ++k) {
      line.x.push_back(static_cast<double>(k + 1));
      line.y.push_back(mean_score(test, model, shown_metric(test), among(k)));
    }
    figure.series.push_back(std::move(line));
  }
  return figure;
}

// By cut: a tick says when its forecast begins; of many cuts some do.
Figure cuts_figure(const Backtest& test) {
  Figure figure = lines_figure(test, "By cut", "cut, and the first time that is forecast from it",
                               test.known.size(), [](std::size_t c) { return Among{.cut = c}; });
  constexpr std::size_t kMostTicks = 6;
  const std::size_t apart = (test.known.size() + kMostTicks - 1) / kMostTicks;
  for (std::size_t c = 0; c < test.known.size(); c += apart)
    figure.x_ticks.push_back({static_cast<double>(c + 1), fmt::format("{}: {}", c + 1, test.times[c].at(0))});
  return figure;
}

// The end of the series, and what the model said of it from each cut, the mean over its seeds.
Figure forecasts_figure(const Backtest& test, std::size_t target) {
  const std::string& name = test.targets[target];
  Figure figure{
      .title = test.id.empty() ? "Forecasts from every cut" : test.id, .x_label = {}, .y_label = name};
  const TimeAxis axis = time_axis(test.series.times, 6);
  const std::size_t rows = test.series.rows(), tail = rows - test.known.front() + 2 * test.steps;
  const std::size_t from = rows > tail ? rows - tail : 0;
  const auto column =
      static_cast<std::size_t>(std::ranges::find(test.series.names, name) - test.series.names.begin());
  PlotSeries truth{.label = "truth", .color = PlotColor::kInk};
  for (std::size_t row = from; row < rows; ++row)
    truth.x.push_back(axis.x[row]), truth.y.push_back(test.series.at(row, column));
  const auto& seeds = test.models[0].forecasts;
  for (std::size_t c = 0; c < test.known.size(); ++c) {
    PlotSeries line{.label = c == 0 ? test.models[0].name : "",
                    .style = PlotStyle::kLinePoints,
                    .color = PlotColor::kBlue};
    PlotSeries band{.label = c == 0 ? fmt::format("{:g} % prediction interval", 100 * test.level) : "",
                    .style = PlotStyle::kBand,
                    .color = PlotColor::kSky};
    const bool intervals =
        std::ranges::none_of(seeds, [&](const auto& cuts) { return cuts[c].lower.empty(); });
    for (std::size_t s = 0; s < test.steps; ++s) {
      const std::size_t i = s * test.targets.size() + target;
      double value = 0, low = 0, high = 0;
      for (const auto& cuts : seeds) {
        const double share = 1 / static_cast<double>(seeds.size());
        value += share * cuts[c].values[i];
        if (intervals) low += share * cuts[c].lower[i], high += share * cuts[c].upper[i];
      }
      const double x = axis.x[test.known[c] + s];
      line.x.push_back(x), line.y.push_back(value);
      band.x.push_back(x), band.low.push_back(low), band.high.push_back(high);
    }
    if (intervals) figure.series.push_back(std::move(band));
    figure.series.push_back(std::move(line));
    figure.marks.push_back({axis.x[test.known[c]], axis.x[test.known[c]], "", PlotColor::kGrey});
  }
  figure.series.push_back(std::move(truth));
  for (const Tick& tick :
       time_axis({test.series.times.begin() + static_cast<std::ptrdiff_t>(from), test.series.times.end()}, 6)
           .ticks)
    figure.x_ticks.push_back(
        {axis.dates || axis.label == "time" ? tick.at : tick.at + static_cast<double>(from), tick.label});
  figure.x_label = axis.label;
  return figure;
}

}  // namespace

void write_backtest(const Backtest& test, const fs::path& folder) {
  write_file_atomically(folder / "scores.csv", scores_csv(test));
  write_file_atomically(folder / "forecasts.csv", forecasts_csv(test));
  const std::string_view metric = shown_metric(test);
  const TextTable models = models_table(test), steps = by_step_table(test, metric),
                  cuts = by_cut_table(test, metric), series = by_series_table(test, metric, kMostSeries);
  const TextTable own = own_steps_table(test);
  write_file_atomically(folder / "backtest.md",
                        table_markdown(models) + "\n" + table_markdown(steps) + "\n" + table_markdown(cuts) +
                            "\n" + table_markdown(own) +
                            (test.parts.empty() ? "" : "\n" + table_markdown(series)));
  Page page(fmt::format("Backtest of {} on {}", test.models.at(0).name, test.data), models.title);
  for (const std::string& line : verdicts_of(test))
    line.find(" beats ") == std::string::npos ? page.warning(line + ".") : page.note(line + ".");
  TextTable shown = models;  // without what stands above already
  for (const std::string& line : verdicts_of(test)) std::erase(shown.notes, line);
  page.section("All cuts and steps").table(shown);
  page.section("Forecasts");
  const std::size_t many = std::min(kMostFigures, test.parts.size());
  for (std::size_t s = 0; s < std::max<std::size_t>(1, many); ++s)
    for (std::size_t o = 0; o < test.targets.size(); ++o)
      experiment::show(experiment::exhibit_of("forecasts" + (many > 0 ? fmt::format("-{}", s + 1) : "") +
                                                  (test.targets.size() > 1 ? fmt::format("-{}", o + 1) : ""),
                                              forecasts_figure(many > 0 ? test.parts[s] : test, o),
                                              "A grey line at each cut; forecasts.csv has the numbers."),
                       folder, page);
  if (many > 0) page.section("By series").table(series);
  page.section("By step");
  if (test.steps > 1)
    experiment::show(experiment::exhibit_of("steps",
                                            lines_figure(test, "By step", "steps ahead", test.steps,
                                                         [](std::size_t s) { return Among{.step = s}; }),
                                            "Over all cuts."),
                     folder, page);
  page.table(steps).table(own);
  page.section("By cut");
  if (test.known.size() > 1)
    experiment::show(experiment::exhibit_of("cuts", cuts_figure(test), "Over all steps."), folder, page);
  page.table(cuts);
  std::vector<std::pair<std::string, std::string>> facts;
  for (const BacktestMetric& row : backtest_metrics()) facts.emplace_back(row.name, row.help);
  page.section("What the columns mean").facts(facts);
  page.footer("Written by ebit.");
  page.write(folder / "report.html");
}

}  // namespace ebit::analysis
