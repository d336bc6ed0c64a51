// ebit study shots: what the protocol of each hidden update costs in shots.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "ebit/analysis/hardware/shot_error.h"
#include "ebit/analysis/study/statistics.h"
#include "ebit/analysis/study/store.h"
#include "ebit/analysis/study/studies.h"
#include "ebit/analysis/study/table.h"
#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/base/random.h"
#include "ebit/cell/cells.h"
#include "ebit/cell/register/hardware.h"
#include "ebit/cell/register/hidden_update.h"

namespace ebit::analysis {
namespace {

// What decides cells and shots; nothing is trained.
constexpr std::array kUsed = {"model.name",      "model.ansatz",    "model.ansatz_file", "model.n_system",
                              "model.n_ancilla", "model.layers_en", "model.layers_dis",  "model.dis",
                              "model.encoder",   "model.readout",   "model.init_low",    "model.init_high",
                              "model.hidden",    "train.seed",      "train.threads"};

/// What is measured: every hidden update with every number of shots, of windows of every length.
struct Grid {
  RegisterOptions cell;
  std::vector<std::string> hidden;
  std::vector<int> shots, steps;
  int samples = 0;
  std::uint64_t seed = 1;
};

/// Errors of a hidden update by a number of shots.
struct Point {
  double rms = 0;      // over the samples with an estimate
  double missing = 0;  // share of those without
  double kept = 1;     // median share of the shots that count
};

int shots_of(const std::string& value) {
  int shots = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), shots);
  require(error == std::errc() && end == value.data() + value.size() && shots >= 1 && shots <= 10000000,
          "--values: '{}' is no number of shots: give whole numbers from 1 to 10000000", value);
  return shots;
}

Grid grid_of(const StudyPlan& plan) {
  for (const Setting& setting : plan.settings)
    require(setting.name.starts_with("output.") || std::ranges::find(kUsed, setting.name) != kUsed.end(),
            "shots trains nothing: leave out {} (it takes sizes, layers, --ansatz, --encoder, --hidden, "
            "--readout, --init-low, --init-high, --seed)",
            setting.where);
  const Config config = base_config(plan);
  Grid grid{.cell = config.model.reg, .hidden = {}, .shots = {}, .steps = plan.depths};
  grid.cell.features = 1;
  grid.samples = plan.samples, grid.seed = config.train.seed;
  if (config.given.contains("model.hidden"))
    grid.hidden = {grid.cell.hidden};
  else
    for (const auto& row : hidden_updates<double>()) grid.hidden.emplace_back(row.name);
  for (const std::string& value : plan.values) grid.shots.push_back(shots_of(value));
  for (std::vector<int>* list : {&grid.shots, &grid.steps}) {
    std::ranges::sort(*list);
    list->erase(std::ranges::unique(*list).begin(), list->end());
  }
  for (const int steps : grid.steps)
    require(steps >= 1 && steps <= 100, "--depths: {} steps are not between 1 and 100", steps);
  return grid;
}

// Angles as they start, and inputs in [-1, 1]: the same for every hidden update and number of shots.
Point measure(const Grid& grid, const std::string& hidden, int shots, int steps) {
  RegisterOptions options = grid.cell;
  options.hidden = hidden;
  const std::size_t numbers = make_cell<double>(options)->parameters();
  double squares = 0;
  int there = 0;
  std::vector<double> kept;
  for (int s = 0; s < grid.samples; ++s) {
    Random random(grid.seed, 2 * static_cast<std::uint64_t>(s));
    std::vector<double> parameters(numbers), x(static_cast<std::size_t>(steps));
    for (double& p : parameters) p = random.uniform(options.init_low, options.init_high);
    for (double& number : x) number = random.uniform(-1, 1);
    const ShotEstimate estimate =
        estimate_by_shots(options, parameters, x, shots, grid.seed * 1000003 + static_cast<std::uint64_t>(s));
    kept.push_back(estimate.kept);
    if (!estimate.value) continue;
    squares += std::pow(*estimate.value - estimate.exact, 2);
    ++there;
  }
  std::ranges::sort(kept);
  return {there > 0 ? std::sqrt(squares / there) : NAN, 1.0 - static_cast<double>(there) / grid.samples,
          kept[kept.size() / 2]};
}

using Points = std::vector<std::vector<std::vector<Point>>>;  // [steps][hidden][shots]

std::optional<Points> measure_all(const Grid& grid, const StudyPlan& plan, const StudyCallbacks& callbacks) {
  Store store(plan.folder / files::kDone);
  Points points;
  for (const int steps : grid.steps) {
    points.emplace_back();
    for (const std::string& hidden : grid.hidden) {
      if (callbacks.on_piece)
        callbacks.on_piece(fmt::format("{}, {} steps", hidden, steps), points.back().size(),
                           grid.hidden.size());
      points.back().emplace_back();
      for (const int shots : grid.shots) {
        if (callbacks.interrupted && callbacks.interrupted()) return std::nullopt;
        const Json json = store.get(fmt::format("{} {} steps {} shots", hidden, steps, shots), [&] {
          const Point own = measure(grid, hidden, shots, steps);
          return Json{{"rms", own.rms}, {"missing", own.missing}, {"kept", own.kept}};
        });
        points.back().back().push_back({json["rms"].is_null() ? NAN : json["rms"].get<double>(),
                                        json["missing"].get<double>(), json["kept"].get<double>()});
      }
    }
  }
  return points;
}

TextTable error_table(const Grid& grid, const std::vector<std::vector<Point>>& points, int steps) {
  TextTable table{
      .title = fmt::format("rms error of y by shots, T = {}", steps),
      .columns = {{"hidden update", false}, {"circuits"}, {"shots kept"}},
      .rows = {},
      .best_row = {},
      .notes = {fmt::format("{} random cells and windows; circuits of rounds are run with so many "
                            "shots each",
                            grid.samples)}};
  for (const int shots : grid.shots) table.columns.push_back({fmt::format("{} shots", shots)});
  for (std::size_t h = 0; h < grid.hidden.size(); ++h) {
    const bool rounds = hardware_protocol(grid.hidden[h]).rounds;
    table.rows.push_back(
        {grid.hidden[h], fmt::to_string(rounds ? steps : 1), table_number(points[h][0].kept, 2)});
    for (const Point& point : points[h]) {
      std::string cell = std::isfinite(point.rms) ? table_number(point.rms, 2) : "none kept";
      if (point.missing > 0 && std::isfinite(point.rms))
        cell += fmt::format(" (none kept: {:.0f}%)", 100 * point.missing);
      table.rows.back().push_back(cell);
    }
  }
  return table;
}

Sheet error_sheet(const Grid& grid, const Points& points) {
  Sheet sheet;
  for (std::size_t t = 0; t < grid.steps.size(); ++t) {
    Figure figure{.title = fmt::format("T = {}", grid.steps[t]),
                  .x_label = "shots of a circuit",
                  .y_label = "rms error of y",
                  .log_y = true};
    std::vector<double> x, law;
    for (const int shots : grid.shots) {
      x.push_back(std::log10(shots)), law.push_back(1 / std::sqrt(shots));
      figure.x_ticks.push_back({x.back(), fmt::format("{}", shots)});
    }
    figure.series.push_back(
        {.label = "1/√N", .style = PlotStyle::kDashes, .x = x, .y = law, .color = PlotColor::kGrey});
    for (std::size_t h = 0; h < grid.hidden.size(); ++h) {
      figure.series.push_back({.label = grid.hidden[h], .style = PlotStyle::kLinePoints, .x = x, .y = {}});
      if (h >= 6) figure.series.back().style = PlotStyle::kDashes;
      for (const Point& point : points[t][h]) figure.series.back().y.push_back(point.rms);
    }
    figure.legend = Legend::kRight;
    sheet.panels.push_back(figure);
  }
  return sheet;
}

// Shots that a wanted error takes, by 1/sqrt(N) from the largest number measured; where most are thrown away,
// what their share says.
std::string finding(const Grid& grid, const std::vector<std::vector<Point>>& points, int steps) {
  constexpr double kWanted = 0.01;
  std::string text = fmt::format("For an rms error of {} at T = {} shots are needed:", kWanted, steps);
  for (std::size_t h = 0; h < grid.hidden.size(); ++h) {
    const Point& last = points[h].back();
    double shots = grid.shots.back() * last.rms * last.rms / (kWanted * kWanted);
    if (last.kept < 1) shots = 1 / (kWanted * kWanted * last.kept);
    if (hardware_protocol(grid.hidden[h]).rounds) shots *= steps;
    text += fmt::format("{} {} {:.2g}", h == 0 ? "" : ",", grid.hidden[h], shots);
  }
  return text + " (all circuits together).";
}

}  // namespace

std::optional<StudyReport> run_shots(const StudyPlan& plan, const StudyCallbacks& callbacks) {
  const Grid grid = grid_of(plan);
  const auto points = measure_all(grid, plan, callbacks);
  if (!points) return std::nullopt;
  StudyReport report;
  for (std::size_t t = 0; t < grid.steps.size(); ++t) {
    report.findings.push_back(finding(grid, (*points)[t], grid.steps[t]));
    report.tables.push_back(error_table(grid, (*points)[t], grid.steps[t]));
    for (std::size_t h = 0; h < grid.hidden.size(); ++h)
      for (std::size_t n = 0; n < grid.shots.size(); ++n) {
        const Point& own = (*points)[t][h][n];
        report.rows.push_back({{"hidden", grid.hidden[h]},
                               {"steps", grid.steps[t]},
                               {"shots", grid.shots[n]},
                               {"rms", own.rms},
                               {"none kept", own.missing},
                               {"kept", own.kept}});
      }
  }
  report.figures = {
      {.name = "shots",
       .caption = "Error of the last step's readout as its protocol estimates it, without noise.",
       .sheet = error_sheet(grid, *points)}};
  return report;
}

}  // namespace ebit::analysis
