// ebit study plateau: how the gradient's variance falls with qubits and layers.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "ebit/analysis/study/gradient_variance.h"
#include "ebit/analysis/study/statistics.h"
#include "ebit/analysis/study/store.h"
#include "ebit/analysis/study/studies.h"
#include "ebit/analysis/study/table.h"
#include "ebit/base/error.h"

namespace ebit::analysis {
namespace {

constexpr double kZero = 1e-30;  // a variance below is rounding: no angle changes the readout

/// The angles that a circuit starts from.
struct Range {
  std::string name;
  double low, high;  // radians
};

/// What is measured: every ansatz on every number of qubits, with every number of layers, from every range.
struct Grid {
  std::vector<Ansatz> ansaetze;
  std::vector<Range> ranges;
  std::vector<int> qubits, layers;  // ascending
  VarianceOptions options;          // seed and samples; the range is filled in

  std::size_t size() const { return ansaetze.size() * ranges.size() * qubits.size() * layers.size(); }
  std::size_t at(std::size_t a, std::size_t r, std::size_t q, std::size_t l) const {
    return ((a * ranges.size() + r) * qubits.size() + q) * layers.size() + l;
  }
};

int whole_number(const std::string& value) {
  require(!value.empty() && value.size() < 3 && value.find_first_not_of("0123456789") == std::string::npos,
          "--values: '{}' is no number of qubits: give whole numbers from 2 to 16", value);
  const int number = std::stoi(value);
  require(number >= 2 && number <= 16, "--values: {} qubits are not between 2 and 16", number);
  return number;
}

// What a circuit of a register cell is read by: Z of the last wire of the system, the first half of all.
Observable readout_of(int qubits) {
  return parse_observable(fmt::format("Z{}", (qubits + 1) / 2 - 1), qubits);
}

std::vector<Ansatz> ansaetze_of(const Config& config) {
  const RegisterOptions& cell = config.model.reg;
  if (cell.custom_ansatz || config.given.contains("model.ansatz")) return {ansatz_of(cell)};
  return {ansaetze().begin(), ansaetze().end()};
}

// What decides circuits and angles; nothing is trained.
constexpr std::array kUsed = {"model.name",      "model.ansatz", "model.ansatz_file", "model.init_low",
                              "model.init_high", "train.seed",   "train.threads"};

Grid grid_of(const StudyPlan& plan) {
  for (const Setting& setting : plan.settings)
    require(setting.name.starts_with("output.") || std::ranges::find(kUsed, setting.name) != kUsed.end(),
            "plateau trains nothing: leave out {} (it takes --ansatz, --ansatz-file, --model, --init-low, "
            "--init-high, --seed, --threads)",
            setting.where);
  const Config config = base_config(plan);
  const double low = config.model.reg.init_low, high = config.model.reg.init_high;
  require(low < high, "--init-low {} is not below --init-high {}", low, high);
  Grid grid{
      .ansaetze = ansaetze_of(config), .ranges = {}, .qubits = {}, .layers = plan.depths, .options = {}};
  grid.ranges = {{fmt::format("[{}, {})", low, high), low, high}, {"[0, 2 pi)", 0, 2 * std::numbers::pi}};
  for (const std::string& value : plan.values) grid.qubits.push_back(whole_number(value));
  for (const int depth : grid.layers)
    require(depth >= 1 && depth <= 1000, "--depths: {} layers are not between 1 and 1000", depth);
  for (std::vector<int>* list : {&grid.qubits, &grid.layers}) {
    std::ranges::sort(*list);
    list->erase(std::ranges::unique(*list).begin(), list->end());
  }
  grid.options.samples = plan.samples, grid.options.seed = config.train.seed;
  return grid;
}

Json to_json(const GradientVariance& variance) {
  return {{"angles", variance.angles},
          {"variance_first", variance.first},
          {"variance_all", variance.all},
          {"variance_all_error", variance.all_error}};
}

GradientVariance from_json(const Json& json) {
  return {.angles = json["angles"],
          .first = json["variance_first"],
          .all = json["variance_all"],
          .all_error = json["variance_all_error"]};
}

// All points in the order of Grid::at(); nothing where it was interrupted.
std::optional<std::vector<GradientVariance>> measure(const Grid& grid, const StudyPlan& plan,
                                                     const StudyCallbacks& callbacks) {
  Store store(plan.folder / files::kDone);
  std::vector<GradientVariance> variances;
  for (const Ansatz& ansatz : grid.ansaetze) {
    if (callbacks.on_piece)
      callbacks.on_piece(ansatz.name, static_cast<std::size_t>(&ansatz - grid.ansaetze.data()),
                         grid.ansaetze.size());
    for (const Range& range : grid.ranges)
      for (const int qubits : grid.qubits)
        for (const int layers : grid.layers) {
          if (callbacks.interrupted && callbacks.interrupted()) return std::nullopt;
          VarianceOptions options = grid.options;
          options.low = range.low, options.high = range.high;
          const std::string key =
              fmt::format("{} {} {} qubits {} layers", ansatz.name, range.name, qubits, layers);
          variances.push_back(from_json(store.get(key, [&] {
            return to_json(gradient_variance(ansatz, qubits, layers, readout_of(qubits), options));
          })));
        }
  }
  return variances;
}

// Variances over the qubits, of one ansatz, range and depth; of all angles, or of the first.
std::vector<double> over_qubits(const Grid& grid, const std::vector<GradientVariance>& variances,
                                std::size_t a, std::size_t r, std::size_t l,
                                double GradientVariance::*which) {
  std::vector<double> values;
  for (std::size_t q = 0; q < grid.qubits.size(); ++q)
    values.push_back(variances[grid.at(a, r, q, l)].*which);
  return values;
}

// log2 of the variance against qubits. Zeros (an angle that the readout does not see) are left out.
FittedLine decay(const Grid& grid, std::vector<double> variances) {
  for (double& v : variances) v = v > kZero ? std::log2(v) : NAN;
  return fit_line(std::vector<double>(grid.qubits.begin(), grid.qubits.end()), variances);
}

std::string slope_text(const FittedLine& line) {
  return std::isnan(line.slope_error) ? table_number(line.slope, 3)
                                      : fmt::format("{:.2f} ± {:.2f}", line.slope, line.slope_error);
}

std::string variance_text(double variance) { return variance > kZero ? table_number(variance, 3) : "0"; }

TextTable slope_table(const Grid& grid, const std::vector<GradientVariance>& variances) {
  const std::size_t shallow = 0, deep = grid.layers.size() - 1;
  TextTable table{
      .title = fmt::format("log2 of the gradient's variance a qubit, and the variance at {} qubits",
                           grid.qubits.back()),
      .columns = {{"ansatz", false},
                  {"angles from", false},
                  {fmt::format("slope, layers {}", grid.layers[shallow])},
                  {fmt::format("slope, layers {}", grid.layers[deep])},
                  {"first angle"},
                  {fmt::format("variance, layers {}", grid.layers[shallow])},
                  {fmt::format("variance, layers {}", grid.layers[deep])}},
      .rows = {},
      .best_row = {},
      .notes = {fmt::format("{} random circuits a point; the cost is Z of the last system wire, half of the "
                            "wires are system; slope ± standard error of the fit",
                            grid.options.samples),
                "variance: mean over all angles; first angle: slope of its own variance at most layers. "
                "-1 is the barren plateau of a 2-design."}};
  for (std::size_t a = 0; a < grid.ansaetze.size(); ++a)
    for (std::size_t r = 0; r < grid.ranges.size(); ++r) {
      const auto all = [&](std::size_t l) {
        return over_qubits(grid, variances, a, r, l, &GradientVariance::all);
      };
      table.rows.push_back(
          {grid.ansaetze[a].name, grid.ranges[r].name, slope_text(decay(grid, all(shallow))),
           slope_text(decay(grid, all(deep))),
           slope_text(decay(grid, over_qubits(grid, variances, a, r, deep, &GradientVariance::first))),
           variance_text(all(shallow).back()), variance_text(all(deep).back())});
    }
  return table;
}

Figure panel(const Grid& grid, const std::string& title) {
  Figure figure{.title = title, .x_label = "qubits", .y_label = "variance", .log_y = true};
  PlotSeries power{.label = "2⁻ⁿ", .style = PlotStyle::kDashes, .color = PlotColor::kInk};
  PlotSeries design{.label = "2-design", .style = PlotStyle::kDashes, .color = PlotColor::kGrey};
  for (const int n : grid.qubits) {
    figure.x_ticks.push_back({static_cast<double>(n), std::to_string(n)});
    power.x.push_back(n), power.y.push_back(std::exp2(-n));
    design.x.push_back(n), design.y.push_back(two_design_variance(n));
  }
  figure.series = {power, design};
  return figure;
}

void add_line(Figure& figure, const Grid& grid, const std::string& label, std::vector<double> values) {
  for (double& v : values)
    if (v <= kZero) v = NAN;
  figure.series.push_back({.label = label,
                           .style = PlotStyle::kLinePoints,
                           .x = {grid.qubits.begin(), grid.qubits.end()},
                           .y = std::move(values)});
}

// One panel a range: all ansaetze at the greatest depth.
Sheet ansatz_sheet(const Grid& grid, const std::vector<GradientVariance>& variances) {
  Sheet sheet;
  for (std::size_t r = 0; r < grid.ranges.size(); ++r) {
    Figure figure =
        panel(grid, fmt::format("{} layers, angles from {}", grid.layers.back(), grid.ranges[r].name));
    for (std::size_t a = 0; a < grid.ansaetze.size(); ++a) {
      add_line(figure, grid, grid.ansaetze[a].name,
               over_qubits(grid, variances, a, r, grid.layers.size() - 1, &GradientVariance::all));
      // The palette has six colours: what comes after is dashed.
      if (a >= 6) figure.series.back().style = PlotStyle::kDashes;
    }
    figure.legend = Legend::kRight;
    sheet.panels.push_back(figure);
  }
  return sheet;
}

// One panel an ansatz: all depths, angles of a full turn.
Sheet depth_sheet(const Grid& grid, const std::vector<GradientVariance>& variances) {
  Sheet sheet{.title = "Depth, angles from " + grid.ranges.back().name, .column_shares = {1, 1}};
  for (std::size_t a = 0; a < grid.ansaetze.size(); ++a) {
    Figure figure = panel(grid, grid.ansaetze[a].name);
    for (std::size_t l = 0; l < grid.layers.size(); ++l)
      add_line(figure, grid, fmt::format("{} layers", grid.layers[l]),
               over_qubits(grid, variances, a, grid.ranges.size() - 1, l, &GradientVariance::all));
    figure.height = 260;
    if (a > 0) figure.legend = Legend::kNone;
    sheet.panels.push_back(figure);
  }
  if (grid.ansaetze.size() == 1) sheet.column_shares = {1};
  return sheet;
}

std::vector<Json> rows_of(const Grid& grid, const std::vector<GradientVariance>& variances) {
  std::vector<Json> rows;
  for (std::size_t a = 0; a < grid.ansaetze.size(); ++a)
    for (std::size_t r = 0; r < grid.ranges.size(); ++r)
      for (std::size_t q = 0; q < grid.qubits.size(); ++q)
        for (std::size_t l = 0; l < grid.layers.size(); ++l) {
          Json row = {{"ansatz", grid.ansaetze[a].name},
                      {"range", grid.ranges[r].name},
                      {"qubits", grid.qubits[q]},
                      {"layers", grid.layers[l]}};
          row.update(to_json(variances[grid.at(a, r, q, l)]));
          row["two_design"] = two_design_variance(grid.qubits[q]);
          rows.push_back(row);
        }
  return rows;
}

// The range of slopes over the ansaetze, and who is steepest and flattest.
std::string finding(const Grid& grid, const std::vector<GradientVariance>& variances, std::size_t r) {
  std::size_t steep = 0, flat = 0;
  std::vector<double> slopes;
  for (std::size_t a = 0; a < grid.ansaetze.size(); ++a) {
    slopes.push_back(
        decay(grid, over_qubits(grid, variances, a, r, grid.layers.size() - 1, &GradientVariance::all))
            .slope);
    if (slopes[a] < slopes[steep]) steep = a;
    if (slopes[a] > slopes[flat]) flat = a;
  }
  return fmt::format(
      "Angles from {}, {} layers: the variance goes as 2^({:.2f} n) for {} and as 2^({:.2f} n) for {}, the "
      "steepest "
      "and the flattest; a 2-design has 2^(-n).",
      grid.ranges[r].name, grid.layers.back(), slopes[steep], grid.ansaetze[steep].name, slopes[flat],
      grid.ansaetze[flat].name);
}

}  // namespace

std::optional<StudyReport> run_plateau(const StudyPlan& plan, const StudyCallbacks& callbacks) {
  const Grid grid = grid_of(plan);
  const auto variances = measure(grid, plan, callbacks);
  if (!variances) return std::nullopt;
  StudyReport report;
  for (std::size_t r = 0; grid.qubits.size() > 1 && r < grid.ranges.size(); ++r)
    report.findings.push_back(finding(grid, *variances, r));
  report.tables = {slope_table(grid, *variances)};
  report.rows = rows_of(grid, *variances);
  report.figures = {{.name = "variance",
                     .caption = "Mean variance of all angles; dashed: 2⁻ⁿ and a unitary 2-design.",
                     .sheet = ansatz_sheet(grid, *variances)},
                    {.name = "depth",
                     .caption = "The same for every number of layers.",
                     .sheet = depth_sheet(grid, *variances)}};
  return report;
}

}  // namespace ebit::analysis
