#include "ebit/train/inspect_steps.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ebit::train {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// values [samples, steps], where every `window` steps are one window.
void summarise(const std::vector<double>& values, std::size_t window, StepColumn& column) {
  column.mean.assign(window, 0.0);
  column.least.assign(window, kInfinity), column.greatest.assign(window, -kInfinity);
  const double count = static_cast<double>(values.size() / window);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t t = i % window;
    column.mean[t] += values[i] / count;
    column.least[t] = std::min(column.least[t], values[i]);
    column.greatest[t] = std::max(column.greatest[t], values[i]);
  }
}

}  // namespace

std::vector<StepColumn> step_columns(const Inspection& in) {
  std::vector<StepColumn> columns;
  const auto add = [&](const std::string& key, const std::string& heading, const std::vector<double>& values,
                       const std::string& note = "", bool small = false) {
    if (values.empty()) return;
    StepColumn column{.key = key,
                      .heading = heading,
                      .note = note,
                      .small = small,
                      .mean = {},
                      .least = {},
                      .greatest = {}};
    summarise(values, in.windows.window, column);
    columns.push_back(std::move(column));
  };
  const MemoryTrace& trace = in.trace;
  using enum TracePoint;
  const bool dis = in.cell.layers_dis > 0;
  add("ancilla_before", "S before", trace[kEntered].ancilla, "entropy of the ancilla before U_en");
  add("ancilla_after_en", "after U_en", trace[kEntangled].ancilla);
  if (dis) add("ancilla_after_dis", "after U_dis", trace[kDisentangled].ancilla);
  if (trace.mixed) {
    add("system_before", "S(sys) before", trace[kEntered].system);
    add("system_after_en", "S(sys) U_en", trace[kEntangled].system,
        "entropy of the system, which the powers bound");
    if (dis) add("system_after_dis", "S(sys) U_dis", trace[kDisentangled].system);
    add("mutual_information_after_en", "I U_en", trace[kEntangled].mutual_information, "mutual information");
    if (dis) add("mutual_information_after_dis", "I U_dis", trace[kDisentangled].mutual_information);
    add("negativity_after_en", "N U_en", trace[kEntangled].negativity, "negativity: entanglement alone");
    if (dis) add("negativity_after_dis", "N U_dis", trace[kDisentangled].negativity);
  }
  add("outcome_probability", "p(outcome)", trace.probability, "of the outcome of the system that is kept");
  add("survived", "survives", trace.survived,
      "<h|rho|h>, how much of the ancilla's state lives on in the next hidden state");
  add("fidelity", "F(density)", in.fidelity, in.fidelity_of + ", <h|rho|h> of the two hidden states");
  add("gradient", "|dL/dx|", in.gradient, "of the loss in the input of this step", true);
  return columns;
}

const StepColumn* find_column(const std::vector<StepColumn>& columns, const std::string& key) {
  const auto found = std::ranges::find(columns, key, &StepColumn::key);
  return found == columns.end() ? nullptr : &*found;
}

}  // namespace ebit::train
