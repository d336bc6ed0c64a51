// The growth of a training step, drawn.
#include <fmt/format.h>

#include <cmath>
#include <system_error>

#include "ebit/base/error.h"
#include "ebit/bench/run.h"
#include "ebit/report/plot.h"

namespace ebit::bench {
namespace {

struct Axis {
  const char* name;                // as workload D names it
  const char* label;               // below the figure
  double (*growth)(double value);  // what the axis shows on its logarithmic scale
  double (*cost)(double value);    // what a cost in proportion to the number of gates and amplitudes grows by
};

double itself(double value) { return value; }
double amplitudes(double n) { return std::exp2(n); }
double gates_and_amplitudes(double n) { return n * std::exp2(n); }

constexpr Axis kAxes[] = {
    {"n", "qubits n (in proportion: n 2^n)", amplitudes, gates_and_amplitudes},
    {"T", "steps of a sequence", itself, itself},
    {"B", "samples of a batch", itself, itself},
    {"layers", "layers of each circuit", itself, itself},
};

// Positions on the x axis are log2 of what it shows.
Figure growth_figure(const Axis& axis, const std::vector<Result>& results) {
  Figure figure;
  figure.x_label = axis.label, figure.y_label = "seconds a step";
  figure.log_y = true, figure.height = 320, figure.legend = Legend::kTopLeft;
  PlotSeries measured, linear;
  measured.label = "measured", measured.style = PlotStyle::kLinePoints;
  linear.label = "in proportion", linear.style = PlotStyle::kDashes, linear.color = PlotColor::kGrey;
  double seconds_a_cost = 0;  // by the smallest size
  const auto add = [&](double value, double seconds) {
    measured.x.push_back(std::log2(axis.growth(value))), measured.y.push_back(seconds);
    figure.x_ticks.push_back({measured.x.back(), fmt::format("{}", value)});
    if (linear.x.empty()) seconds_a_cost = seconds / axis.cost(value);
    linear.x.push_back(measured.x.back()), linear.y.push_back(seconds_a_cost * axis.cost(value));
  };
  for (const Result& r : results) {
    if (r.workload != "D" || r.more.value("axis", "") != axis.name) continue;
    if (measured.x.empty()) add(r.more.at("value_before").get<double>(), median(r.theirs));
    add(r.more.at("value").get<double>(), median(r.ours));
  }
  figure.series = {measured, linear};
  return figure;
}

}  // namespace

void write_plots(const BenchReport& report, const std::filesystem::path& folder) {
  Sheet sheet;
  sheet.title = "Register cell, a training step: growth";
  sheet.column_shares = {1, 1};
  for (const Axis& axis : kAxes) {
    Figure figure = growth_figure(axis, report.results);
    if (!figure.series[0].x.empty()) sheet.panels.push_back(std::move(figure));
  }
  if (sheet.panels.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  require(!error, "cannot make the folder '{}': {}", folder.string(), error.message());
  for (const char* name : {"growth.svg", "growth.png"}) render(sheet, folder / name);
}

}  // namespace ebit::bench
