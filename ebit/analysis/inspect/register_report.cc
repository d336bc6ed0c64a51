// The part of register_view.h that is tables and figures.
#include <fmt/format.h>

#include <cmath>
#include <tuple>

#include "ebit/analysis/inspect/register_view.h"
#include "ebit/experiment/runs/show_exhibit.h"

namespace ebit::analysis {
namespace {

constexpr StepCurve kEntropyCurves[] = {
    {"ancilla_before", "before U_en", PlotColor::kGrey},
    {"ancilla_after_en", "after U_en", PlotColor::kBlue, true},
    {"ancilla_after_dis", "after U_dis", PlotColor::kVermillion, true},
};
constexpr StepCurve kMixtureCurves[] = {
    {"mutual_information_after_en", "mutual information after U_en", PlotColor::kBlue},
    {"mutual_information_after_dis", "after U_dis", PlotColor::kVermillion},
    {"negativity_after_en", "negativity after U_en", PlotColor::kSky},
    {"negativity_after_dis", "after U_dis", PlotColor::kOrange},
};
constexpr StepCurve kHiddenCurves[] = {
    {"outcome_probability", "probability of the kept outcome", PlotColor::kBlue, true},
    {"survived", "survives the hidden update", PlotColor::kGreen, true},
    {"fidelity", "fidelity with the exact density matrix", PlotColor::kVermillion, true},
};

std::string ebits(double value) { return std::isnan(value) ? "–" : fmt::format("{:.6f}", value); }
std::string percent(double share) { return std::isnan(share) ? "–" : fmt::format("{:.1f} %", 100 * share); }

std::string ancilla_text(const std::array<int, 2>& ancilla) {
  return ancilla == std::array{1, 1} ? "none" : fmt::format("{}x{}", ancilla[0], ancilla[1]);
}

}  // namespace

std::string RegisterView::entropy_remark() const {
  return found_.trace.mixed ? " (a mixture: entropy is not entanglement)" : " (ebits)";
}

std::vector<TextTable> RegisterView::tables() const { return {bound_table()}; }

TextTable RegisterView::bound_table() const {
  TextTable table;
  table.title = "What the unitaries can do, and what they do, ebits";
  table.columns = {{"", false},  {"power", false}, {"ancillas", false},
                   {"at least"}, {"at most"},      {"most in a step"},
                   {"of it"},    {"mean"},         {"of it"}};
  bool learned = false, searched = false;
  for (const MemoryBound& bound : found_.bounds) {
    const auto row = [&](const char* name, const PowerResult& power, const RealisedChange& change) {
      const bool found = bound.searched;
      table.rows.push_back({std::string(bound.unitary.name), name, found ? ancilla_text(bound.ancilla) : "–",
                            found ? ebits(power.value) : "–",
                            ebits(found ? power.upper_bound : bound.upper_bound), ebits(change.most),
                            percent(change.share_most), ebits(change.mean), percent(change.share_mean)});
    };
    row("E_up", bound.up, bound.made);
    row("E_down", bound.down, bound.destroyed);
    learned = learned || bound.learned, searched = searched || bound.searched;
  }
  if (searched)
    table.notes.push_back("at least: a power that was found, a lower bound; at most: no state does better");
  if (learned)
    table.notes.push_back(
        "a step did more than the first search found: the power shown was found from its state");
  if (found_.trace.mixed)
    table.notes.push_back(
        "of a mixture the changes are those of the system's entropy, which the powers bound");
  if (searched) {
    std::string text;
    for (const MemoryBound& bound : found_.bounds)
      text += fmt::format("{}{} {:.6f}", text.empty() ? "" : ", ", bound.unitary.name, bound.schmidt_entropy);
    table.notes.push_back("operator-Schmidt entropy: " + text);
  }
  return table;
}

std::string RegisterView::verdict() const {
  std::string broken;
  for (const MemoryBound& bound : found_.bounds)
    if (bound.broken) broken += fmt::format("{}{}", broken.empty() ? "" : ", ", bound.unitary.name);
  if (!broken.empty()) return fmt::format("a step BREAKS the bound of {}: please report this", broken);
  std::size_t steps = 0;
  for (std::size_t b = 0; b < found_.sequences->samples; ++b) steps += found_.sequences->length(b);
  return fmt::format("bound check: no step of {} breaks -E_down <= Delta S <= E_up", steps);
}

Figure RegisterView::change_figure(const MemoryBound& bound) const {
  Figure figure;
  figure.title = fmt::format("Change by {}", bound.unitary.name);
  figure.x_label = found_.sequences->step_label();
  figure.y_label = found_.trace.mixed ? "bits, of the system" : "ebits";
  figure.levels = {{0}};
  const StepColumn change = step_column(*found_.sequences, "", "",
                                        realised_change(found_.trace, bound.unitary.from, bound.unitary.to));
  const std::size_t steps = change.mean.size();
  PlotSeries band{.label = "least to greatest", .style = PlotStyle::kBand, .x = step_numbers(steps)};
  band.low = change.least, band.high = change.greatest;
  PlotSeries line{
      .label = "mean", .style = PlotStyle::kLinePoints, .x = step_numbers(steps), .y = change.mean};
  band.color = line.color = PlotColor::kBlue;
  figure.series = {band, line};
  if (!bound.searched) return figure;
  for (const auto& [label, value, color] : {std::tuple{"E_up", bound.up.value, PlotColor::kGreen},
                                            {"-E_down", -bound.down.value, PlotColor::kOrange}})
    figure.series.push_back({.label = label,
                             .style = PlotStyle::kDashes,
                             .x = {0.5, static_cast<double>(steps) + 0.5},
                             .y = {value, value},
                             .color = color});
  return figure;
}

Sheet RegisterView::memory_sheet() const {
  const std::vector<StepColumn> all = columns();
  const bool mixed = found_.trace.mixed;
  Sheet sheet;
  const auto panel = [&](const char* title, const char* unit, std::span<const StepCurve> curves) {
    Figure figure{.title = title, .x_label = found_.sequences->step_label(), .y_label = unit};
    figure.height = 330, figure.y_low = 0;
    add_curves(all, curves, figure);
    sheet.panels.push_back(std::move(figure));
  };
  panel(mixed ? "Entropy of the ancilla (not entanglement)" : "Entanglement of system and ancilla",
        mixed ? "bits" : "ebits", kEntropyCurves);
  if (mixed) panel("Correlation of system and ancilla", "bits; negativity without unit", kMixtureCurves);
  for (const MemoryBound& bound : found_.bounds) {
    sheet.panels.push_back(change_figure(bound));
    sheet.panels.back().height = 300;
  }
  return sheet;
}

std::vector<experiment::Exhibit> RegisterView::pictures() const {
  const std::string noun = found_.sequences->noun;
  std::vector<experiment::Exhibit> pictures = {
      {.name = "memory",
       .caption =
           fmt::format("Lines are means over the {}, bands reach from the least to the greatest.", noun),
       .sheet = memory_sheet()}};
  if (found_.fidelity.empty() && found_.trace.survived.empty()) return pictures;
  Figure hidden{.title = "What the hidden update keeps", .x_label = found_.sequences->step_label()};
  hidden.y_low = 0, hidden.y_high = 1.02;
  add_curves(columns(), kHiddenCurves, hidden);
  pictures.push_back(experiment::exhibit_of(
      "memory-hidden", hidden, fmt::format("Means over the {}, from the least to the greatest.", noun)));
  return pictures;
}

std::vector<PageSection> RegisterView::sections() const {
  PageSection training{.heading = "Over the training"};
  if (found_.training.empty())
    training.paragraph = "This run took no samples: ebit train --track-entropy N takes one every N epochs.";
  else
    training.pictures = {experiment::exhibit_of(
        "memory-training", experiment::training_figure({found_.training}, found_.trace.mixed),
        fmt::format("Means over {} and steps; dashes: the most in one step.", found_.sequences->noun))};
  return {{.heading = "Bounds", .tables = {bound_table()}}, training};
}

}  // namespace ebit::analysis
