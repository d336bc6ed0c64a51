#include "ebit/analysis/inspect/controlled_view.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "ebit/base/error.h"

namespace ebit::analysis {
namespace {

using Json = nlohmann::ordered_json;

// Readouts that the table of steps shows; JSON and the figure have all.
constexpr std::size_t kMostColumns = 6;

constexpr Advice kWindows = {
    .vanishing = "try a shorter --window, another --angle-scale, or fewer --circuit-layers",
    .flat = "Try another --angle-scale, fewer --circuit-layers or --qubits, or another seed",
    .saturated = "The memory hardly leaves its poles: try a larger --angle-scale, or --initial trainable",
    .unused = "a window of 1 would do as well, or train for longer with another --seed or --angle-scale"};
constexpr Advice kSequences = {
    .vanishing = "try shorter sequences, another --angle-scale, or fewer --circuit-layers",
    .flat = kWindows.flat,
    .saturated = kWindows.saturated,
    .unused = "one step would do as well, or train for longer with another --seed or --angle-scale"};

std::string numbers_text(const std::vector<int>& cut) { return fmt::format("{}", fmt::join(cut, ",")); }

// "qubit 0", "qubits 0,1".
std::string cut_text(const std::vector<int>& cut) {
  return (cut.size() == 1 ? "qubit " : "qubits ") + numbers_text(cut);
}

// The steps below a heat map, from 1; of long sequences some are left out.
std::vector<std::string> step_labels(std::size_t steps) {
  constexpr std::size_t kMost = 20;
  const std::size_t every = (steps + kMost - 1) / kMost;
  std::vector<std::string> labels(steps);
  for (std::size_t t = 0; t < steps; t += every) labels[t] = std::to_string(t + 1);
  return labels;
}

}  // namespace

double controlled_step_cost(const CellOptions& options) {
  const int qubits = std::get<ControlledOptions>(options).qubits;
  return std::ldexp(1.0, qubits + qubits / 2);
}

void check_controlled_options(const CellOptions& options, const InspectOptions& inspect) {
  require(
      !inspect.powers && !inspect.starts,
      "inspect: --powers and --starts are about U_en and U_dis of a register cell; the memory of a qrnn is "
      "looked at by --cut");
  const int qubits = std::get<ControlledOptions>(options).qubits;
  require(qubits >= 2, "inspect: a memory of one qubit has no cut, and so no entanglement to look at");
  std::vector<int> cut = inspect.cut;
  std::ranges::sort(cut);
  for (const int q : cut)
    require(q >= 0 && q < qubits, "inspect: --cut names qubit {}, and the memory has qubits 0 to {}", q,
            qubits - 1);
  require(std::ranges::adjacent_find(cut) == cut.end(), "inspect: --cut names a qubit twice");
  require(std::ssize(cut) < qubits, "inspect: --cut names all {} qubits: leave some for the other side",
          qubits);
}

std::unique_ptr<MemoryView> look_at_controlled(const InspectedCell& inspected,
                                               const InspectOptions& inspect) {
  ControlledFindings found{.cell = std::get<ControlledOptions>(inspected.options),
                           .sequences = inspected.sequences};
  ControlledCell<double> cell(found.cell);
  std::vector<int> cut = inspect.cut;
  std::ranges::sort(cut);
  found.trace = trace_memory(cell, inspected.parameters, found.sequences->input(inspected.seed), cut);
  for (const Observable& observable : cell.readout()) found.names.push_back(observable.text);
  return std::make_unique<ControlledView>(std::move(found));
}

ControlledView::ControlledView(ControlledFindings found) : found_(std::move(found)) {
  const Sequences& sequences = *found_.sequences;
  for (std::size_t b = 0; b < sequences.samples; ++b)
    for (std::size_t s = 0; s < sequences.length(b); ++s) {
      const double entropy = found_.trace.entropy[b * sequences.steps + s];
      if (entropy > most_.entropy)
        most_ = {entropy, sequences.carried ? s / sequences.window : b, s % sequences.window};
    }
}

std::vector<StepColumn> ControlledView::columns() const {
  std::vector<StepColumn> columns = {step_column(
      *found_.sequences, "entropy", "entropy", found_.trace.entropy,
      fmt::format("of {} behind the step, the entanglement with the others", cut_text(found_.trace.cut)))};
  for (std::size_t k = 0; k < found_.names.size(); ++k) {
    std::vector<double> values;
    for (std::size_t i = k; i < found_.trace.readout.size(); i += found_.trace.outputs)
      values.push_back(found_.trace.readout[i]);
    columns.push_back(step_column(*found_.sequences, "readout " + found_.names[k],
                                  fmt::format("<{}>", found_.names[k]), values));
    columns.back().in_table = k < kMostColumns;
  }
  return columns;
}

std::vector<TextTable> ControlledView::tables() const {
  const StepColumn entropy = columns().front();
  TextTable table{
      .title = "Entanglement of the cut, ebits",
      .columns = {{"cut", false}, {"available"}, {"most"}, {"of it"}, {"mean behind the last step"}},
      .notes = {"available: the qubits of the smaller side, no state does better"}};
  table.rows = {{numbers_text(found_.trace.cut), table_number(found_.trace.largest),
                 fmt::format("{:.6f}", most_.entropy),
                 fmt::format("{:.1f} %", 100 * most_.entropy / found_.trace.largest),
                 fmt::format("{:.6f}", entropy.mean.back())}};
  return {table};
}

std::string ControlledView::verdict() const {
  return fmt::format("most entanglement of {} with the others: {:.4f} of {} ebits, at step {} of {} {}",
                     cut_text(found_.trace.cut), most_.entropy, found_.trace.largest, most_.step + 1,
                     found_.sequences->noun == "windows" ? "window" : "sequence", most_.sequence + 1);
}

std::vector<experiment::Exhibit> ControlledView::pictures() const {
  const std::vector<StepColumn> all = columns();
  const Sequences& sequences = *found_.sequences;
  Sheet sheet;
  Figure entropy{.title = fmt::format("Entanglement of {} with the others", cut_text(found_.trace.cut)),
                 .x_label = sequences.step_label(),
                 .y_label = "ebits",
                 .y_low = 0};
  constexpr StepCurve kCurves[] = {{"entropy", "mean", PlotColor::kBlue, true}};
  add_curves(all, kCurves, entropy);
  Figure readouts{.title = "Readouts, means", .x_label = sequences.step_label()};
  Heatmap map{.rows = found_.names.size(),
              .columns = sequences.window,
              .column_labels = step_labels(sequences.window),
              .scale_label = "expectation"};
  for (std::size_t k = 0; k < found_.names.size(); ++k) {
    map.row_labels.push_back(found_.names[k]);
    const std::vector<double>& mean = all[k + 1].mean;
    map.values.insert(map.values.end(), mean.begin(), mean.end());
  }
  readouts.height = std::max(260, 110 + 22 * static_cast<int>(map.rows));
  readouts.heatmap = std::move(map);
  sheet.panels = {entropy, readouts};
  return {{.name = "memory",
           .caption = fmt::format(
               "The line is the mean over the {}, the band reaches from the least to the greatest.",
               sequences.noun),
           .sheet = sheet}};
}

std::vector<PageSection> ControlledView::sections() const {
  return {{.heading = "Entanglement", .tables = tables()}};
}

std::vector<std::pair<std::string, std::string>> ControlledView::facts() const {
  return {{"cut", numbers_text(found_.trace.cut)}, {"measurement", found_.cell.measurement}};
}

std::vector<double> ControlledView::readouts() const {
  const Sequences& sequences = *found_.sequences;
  std::vector<double> all;
  for (std::size_t b = 0; b < sequences.samples; ++b) {
    const std::size_t width = found_.trace.outputs;
    const auto first =
        found_.trace.readout.begin() + static_cast<std::ptrdiff_t>(b * sequences.steps * width);
    all.insert(all.end(), first, first + static_cast<std::ptrdiff_t>(sequences.length(b) * width));
  }
  return all;
}

const Advice& ControlledView::advice() const {
  return found_.sequences->noun == "windows" ? kWindows : kSequences;
}

std::vector<std::string> ControlledView::notes() const {
  if (found_.names.size() <= kMostColumns) return {};
  return {
      fmt::format("{} of {} readouts are in the table: --json has all", kMostColumns, found_.names.size())};
}

void ControlledView::add_choices(Json& json) const {
  json["qubits"] = found_.cell.qubits;
  json["measurement"] = found_.cell.measurement;
  json["cut"] = found_.trace.cut;
}

void ControlledView::add_rest(Json& json) const {
  json["entropy"] = {{"available", found_.trace.largest},
                     {"most", most_.entropy},
                     {"most_window", most_.sequence},
                     {"most_step", most_.step + 1}};
}

}  // namespace ebit::analysis
