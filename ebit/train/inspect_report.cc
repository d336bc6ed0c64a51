#include "ebit/train/inspect_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "ebit/base/atomic_file.h"
#include "ebit/report/page.h"
#include "ebit/train/inspect_steps.h"
#include "ebit/train/run_folder.h"

namespace ebit::train {
namespace {

namespace fs = std::filesystem;

struct Curve {
  const char* key;
  const char* label;
  PlotColor color;
  bool band = false;  // from the least to the greatest over windows
};

constexpr Curve kEntropyCurves[] = {
    {"ancilla_before", "before U_en", PlotColor::kGrey},
    {"ancilla_after_en", "after U_en", PlotColor::kBlue, true},
    {"ancilla_after_dis", "after U_dis", PlotColor::kVermillion, true},
};
constexpr Curve kMixtureCurves[] = {
    {"mutual_information_after_en", "mutual information after U_en", PlotColor::kBlue},
    {"mutual_information_after_dis", "after U_dis", PlotColor::kVermillion},
    {"negativity_after_en", "negativity after U_en", PlotColor::kSky},
    {"negativity_after_dis", "after U_dis", PlotColor::kOrange},
};
constexpr Curve kHiddenCurves[] = {
    {"outcome_probability", "probability of the kept outcome", PlotColor::kBlue, true},
    {"survived", "survives the hidden update", PlotColor::kGreen, true},
    {"fidelity", "fidelity with the exact density matrix", PlotColor::kVermillion, true},
};

std::vector<double> step_numbers(std::size_t count) {
  std::vector<double> x(count);
  std::iota(x.begin(), x.end(), 1.0);
  return x;
}

// Adds bands first, so that no line lies under one.
template <std::size_t N>
void add_curves(const std::vector<StepColumn>& columns, const Curve (&curves)[N], Figure& figure) {
  for (const bool band : {true, false})
    for (const Curve& curve : curves) {
      const StepColumn* const column = find_column(columns, curve.key);
      if (!column || (band && !curve.band)) continue;
      PlotSeries series;
      series.x = step_numbers(column->mean.size()), series.color = curve.color;
      series.style = band ? PlotStyle::kBand : PlotStyle::kLinePoints;
      if (band)
        series.low = column->least, series.high = column->greatest;
      else
        series.y = column->mean, series.label = curve.label;
      figure.series.push_back(std::move(series));
    }
}

// What a unitary changes at each step, with its bounds as dashes.
Figure change_figure(const Inspection& in, const MemoryBound& bound) {
  Figure figure;
  figure.title = fmt::format("Change by {}", bound.unitary.name);
  figure.x_label = "step of the window", figure.y_label = in.trace.mixed ? "bits, of the system" : "ebits";
  figure.levels = {{0}};
  const std::vector<double> change = realised_change(in.trace, bound.unitary.from, bound.unitary.to);
  const std::size_t steps = in.windows.window;
  PlotSeries band, line;
  band.style = PlotStyle::kBand, line.style = PlotStyle::kLinePoints;
  band.x = line.x = step_numbers(steps);
  band.color = line.color = PlotColor::kBlue, line.label = "mean", band.label = "least to greatest";
  for (std::size_t t = 0; t < steps; ++t) {
    double sum = 0, low = change[t], high = change[t];
    for (std::size_t i = t; i < change.size(); i += steps)
      sum += change[i], low = std::min(low, change[i]), high = std::max(high, change[i]);
    line.y.push_back(sum / static_cast<double>(in.windows.count()));
    band.low.push_back(low), band.high.push_back(high);
  }
  figure.series = {band, line};
  if (!bound.searched) return figure;
  for (const auto& [label, value, color] : {std::tuple{"E_up", bound.up.value, PlotColor::kGreen},
                                            {"-E_down", -bound.down.value, PlotColor::kOrange}}) {
    PlotSeries dashes;
    dashes.label = label, dashes.style = PlotStyle::kDashes, dashes.color = color;
    dashes.x = {0.5, static_cast<double>(steps) + 0.5}, dashes.y = {value, value};
    figure.series.push_back(dashes);
  }
  return figure;
}

TextTable findings_table(const Inspection& in) {
  TextTable table;
  table.columns = {{"warning", false}, {"figure"}, {"limit"}};
  for (const Finding& f : in.findings)
    table.rows.push_back({f.name, table_number(f.value), table_number(f.limit)});
  return table;
}

}  // namespace

Sheet memory_sheet(const Inspection& in) {
  const std::vector<StepColumn> columns = step_columns(in);
  Sheet sheet;
  sheet.title = fmt::format("Memory of {}", in.model);
  Figure entropy;
  entropy.title =
      in.trace.mixed ? "Entropy of the ancilla (not entanglement)" : "Entanglement of system and ancilla";
  entropy.x_label = "step of the window", entropy.y_label = in.trace.mixed ? "bits" : "ebits";
  entropy.height = 330, entropy.y_low = 0;
  add_curves(columns, kEntropyCurves, entropy);
  sheet.panels.push_back(std::move(entropy));
  if (in.trace.mixed) {
    Figure mixture;
    mixture.title = "Correlation of system and ancilla";
    mixture.x_label = "step of the window", mixture.y_label = "bits; negativity without unit";
    mixture.height = 330, mixture.y_low = 0;
    add_curves(columns, kMixtureCurves, mixture);
    sheet.panels.push_back(std::move(mixture));
  }
  for (const MemoryBound& bound : in.bounds) {
    sheet.panels.push_back(change_figure(in, bound));
    sheet.panels.back().height = 300;
  }
  return sheet;
}

Figure hidden_figure(const Inspection& in) {
  Figure figure;
  figure.title = "What the hidden update keeps", figure.x_label = "step of the window";
  figure.y_low = 0, figure.y_high = 1.02;
  add_curves(step_columns(in), kHiddenCurves, figure);
  return figure;
}

Figure training_figure(const std::vector<std::vector<EntropySample>>& seeds, bool mixed) {
  Figure figure;
  figure.title = mixed ? "Entropy of the ancilla over the training" : "Entanglement over the training";
  figure.x_label = "epoch", figure.y_label = mixed ? "bits" : "ebits", figure.y_low = 0;
  struct Line {
    const char* label;
    double (*value)(const EntropySample& s);
    PlotColor color;
    PlotStyle style;
  };
  const Line lines[] = {
      {"before U_en", [](const EntropySample& s) { return s.ancilla[0]; }, PlotColor::kGrey,
       PlotStyle::kLine},
      {"after U_en", [](const EntropySample& s) { return s.ancilla[1]; }, PlotColor::kBlue, PlotStyle::kLine},
      {"after U_dis", [](const EntropySample& s) { return s.ancilla[2]; }, PlotColor::kVermillion,
       PlotStyle::kLine},
      {"most made by U_en", [](const EntropySample& s) { return s.en_made; }, PlotColor::kSky,
       PlotStyle::kDashes},
      {"most destroyed by U_dis", [](const EntropySample& s) { return s.dis_destroyed; }, PlotColor::kOrange,
       PlotStyle::kDashes},
  };
  for (const Line& line : lines) {
    std::map<int, std::pair<double, int>> sums;
    for (const auto& samples : seeds)
      for (const EntropySample& s : samples) {
        auto& [sum, count] = sums[s.epoch];
        sum += line.value(s), ++count;
      }
    PlotSeries series;
    series.label = line.label, series.style = line.style, series.color = line.color;
    for (const auto& [epoch, entry] : sums)
      series.x.push_back(epoch), series.y.push_back(entry.first / entry.second);
    figure.series.push_back(std::move(series));
  }
  return figure;
}

fs::path write_inspection(const fs::path& folder, const Inspection& in) {
  make_folder(folder / files::kPlots);
  Page page(fmt::format("Memory of {}", in.model), in.summary);
  const auto show = [&](const std::string& name, const auto& drawing, const std::string& caption) {
    const fs::path plots = folder / files::kPlots;
    const std::string svg = render_svg(drawing);
    write_file_atomically(plots / (name + ".svg"), svg);
    render(drawing, plots / (name + ".png"));
    page.svg(svg, caption);
  };
  for (const Finding& finding : in.findings) page.warning(finding.text + ".");
  page.note(bound_verdict(in) + ".");
  page.section("Over the sequence");
  show("memory", memory_sheet(in),
       "Lines are means over the windows, bands reach from the least to the greatest.");
  page.table(step_table(in));
  if (!in.fidelity.empty() || !in.trace.survived.empty())
    show("memory-hidden", hidden_figure(in), "Means over the windows, from the least to the greatest.");
  page.section("Bounds");
  page.table(bound_table(in));
  page.section("Over the training");
  if (in.training.empty())
    page.paragraph("This run took no samples: ebit train --track-entropy N takes one every N epochs.");
  else
    show("memory-training", training_figure({in.training}, in.trace.mixed),
         "Means over windows and steps; dashes: the most in one step.");
  page.section("What was inspected");
  if (!in.findings.empty()) page.table(findings_table(in));
  page.facts({{"model", in.summary},
              {"hidden update", in.cell.hidden},
              {"data", fmt::format("{}, part: {}", in.data, in.part)},
              {"windows", fmt::format("{} of {}", in.windows.count(), in.windows.available)},
              {"seed", std::to_string(in.seed)}});
  for (const std::string& note : in.notes) page.note(note + ".");
  page.footer("Written by ebit inspect.");
  page.write(folder / files::kInspect);
  return folder / files::kInspect;
}

}  // namespace ebit::train
