// The files of a sweep for people: table, figures, page.
#include <algorithm>
#include <cmath>

#include "ebit/analysis/study/statistics.h"
#include "ebit/analysis/study/table.h"
#include "ebit/analysis/sweep/sweep_results.h"
#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/experiment/runs/json.h"
#include "ebit/experiment/runs/show_exhibit.h"
#include "ebit/report/page.h"

namespace ebit::analysis {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kMostNames = 12;  // on an axis of names

bool is_range(const SweepSpec& sweep, const OptionEffect& effect) {
  const auto option = std::ranges::find(sweep.options, effect.name, &SweptOption::name);
  return effect.numbers && (option->values.empty() || effect.values.size() > kMostNames);
}

// A dot a setting over the values of a range; on a logarithmic axis its logarithm is what is drawn.
Figure range_figure(const OptionEffect& effect, bool log) {
  Figure figure{.title = effect.name, .x_label = effect.name, .y_label = {}};
  PlotSeries dots{.label = "", .style = PlotStyle::kPoints, .color = PlotColor::kBlue};
  double low = INFINITY, high = -INFINITY;
  for (const ValueEffect& value : effect.values) {
    const double x = std::stod(value.value);
    low = std::min(low, x), high = std::max(high, x);
    for (const double score : value.scores)
      dots.x.push_back(log ? std::log10(x) : x), dots.y.push_back(score);
  }
  if (log)
    for (Tick tick : log_ticks(low, high)) figure.x_ticks.push_back({std::log10(tick.at), tick.label});
  figure.series.push_back(std::move(dots));
  return figure;
}

Figure names_figure(const OptionEffect& effect) {
  SeedsFigure wanted{.title = effect.name, .x_label = effect.name, .y_label = "", .joined = effect.numbers};
  for (const ValueEffect& value : effect.values)
    wanted.names.push_back(value.value), wanted.values.push_back(value.scores);
  Figure figure = seeds_figure(wanted);
  figure.series.front().label = "each setting";
  return figure;
}

Figure effect_figure(const SweepSpec& sweep, const SweepResults& results, const OptionEffect& effect) {
  const auto option = std::ranges::find(sweep.options, effect.name, &SweptOption::name);
  Figure figure = is_range(sweep, effect) ? range_figure(effect, option->log) : names_figure(effect);
  figure.y_label = fmt::format("{}, validation part", results.metric().name);
  double low = INFINITY, high = -INFINITY;
  for (const ValueEffect& value : effect.values)
    for (const double score : value.scores) low = std::min(low, score), high = std::max(high, score);
  figure.log_y = low > 0 && high > 10 * low;
  return figure;
}

std::string csv(const SweepSpec& sweep, const std::vector<SweepPoint>& points, const SweepResults& results) {
  std::vector<Json> rows;
  for (std::size_t p = 0; p < points.size(); ++p) {
    const SuiteCell& cell = results.suite.cells[0][p];
    for (std::size_t k = 0; k < cell.values.size(); ++k) {
      Json row = {{"setting", points[p].name}};
      for (std::size_t o = 0; o < sweep.options.size(); ++o)
        row[sweep.options[o].name] = points[p].values[o].empty() ? Json(nullptr) : Json(points[p].values[o]);
      row["training"] = k + 1;
      row["validation " + results.metric().name] = experiment::number(cell.values[k]);
      row["parameters"] = cell.parameters;
      row["seconds"] = cell.seconds[k];
      rows.push_back(std::move(row));
    }
  }
  return rows_csv(rows);
}

void add_chosen(const SweepSpec& sweep, const std::vector<SweepPoint>& points, const SweepResults& results,
                Page& page) {
  if (results.order.empty()) {
    page.warning(chosen_text(sweep, points, results));
    return;
  }
  const std::size_t p = results.order[0];
  const double validation = quartiles_of(results.suite.cells[0][p].values).median;
  std::vector<HeadlineNumber> numbers;
  if (!results.tested.empty() && !results.tested.back().values.empty())
    numbers.push_back({table_number(quartiles_of(results.tested.back().values).median),
                       "test " + results.metric().name, "median over seeds; scored after the choice"});
  numbers.push_back({table_number(validation), "validation " + results.metric().name,
                     fmt::format("the best of {}, which flatters it", results.order.size())});
  page.headlines(numbers);
  std::vector<std::pair<std::string, std::string>> facts = {{"setting", points[p].name}};
  for (std::size_t o = 0; o < sweep.options.size(); ++o)
    if (!points[p].values[o].empty()) facts.emplace_back(sweep.options[o].name, points[p].values[o]);
  for (int seed = 1; seed <= sweep.seeds; ++seed)
    facts.emplace_back(fmt::format("run, seed {}", seed),
                       fmt::format("settings/{}-{}", points[p].name, seed));
  page.facts(facts);
  if (results.tested.size() > 1)
    page.warning(
        fmt::format("This sweep grew: its test part was looked at for {} settings, each of which was "
                    "the chosen one at its time.",
                    results.tested.size()));
}

}  // namespace

void write_sweep(const SweepSpec& sweep, const std::vector<SweepPoint>& points, const SweepResults& results,
                 const fs::path& folder) {
  write_file_atomically(folder / "sweep.csv", csv(sweep, points, results));
  const TextTable settings = settings_table(sweep, points, results), effects = effects_table(results);
  write_file_atomically(folder / "sweep.md", table_markdown(settings) + "\n" + table_markdown(effects) +
                                                 "\n" + chosen_text(sweep, points, results) + "\n");
  Page page("ebit sweep " + sweep.name, sweep.help);
  page.section("Chosen");
  add_chosen(sweep, points, results, page);
  page.section("All settings").table(settings);
  page.section("What each option does").table(effects);
  for (const OptionEffect& effect : results.effects)
    if (effect.values.size() > 1)
      experiment::show(experiment::exhibit_of(effect.name, effect_figure(sweep, results, effect),
                                              "A dot for each setting: its median over seeds."),
                       folder, page);
  page.write(folder / "report.html");
}

}  // namespace ebit::analysis
