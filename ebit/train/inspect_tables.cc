// The part of inspect_report.h that is words and numbers.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "ebit/train/inspect_report.h"
#include "ebit/train/inspect_steps.h"

namespace ebit::train {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostRows = 24;

std::string ebits(double value) { return std::isnan(value) ? "–" : fmt::format("{:.6f}", value); }
std::string percent(double share) { return std::isnan(share) ? "–" : fmt::format("{:.1f} %", 100 * share); }

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(); }

std::string ancilla_text(const std::array<int, 2>& ancilla) {
  return ancilla == std::array{1, 1} ? "none" : fmt::format("{}x{}", ancilla[0], ancilla[1]);
}

Json power_json(const PowerResult& power, const RealisedChange& change, const MemoryBound& bound) {
  Json json = {{"power", bound.searched ? Json(power.value) : Json()},
               {"upper_bound", bound.searched ? power.upper_bound : bound.upper_bound},
               {"product_value", bound.searched ? Json(power.product_value) : Json()},
               {"starts", power.starts},
               {"starts_agreed", power.agreed},
               {"most", change.most},
               {"most_window", change.sample},
               {"most_step", change.step + 1},
               {"mean", change.mean},
               {"share_most", number(change.share_most)},
               {"share_mean", number(change.share_mean)}};
  return json;
}

}  // namespace

TextTable step_table(const Inspection& in) {
  const std::vector<StepColumn> columns = step_columns(in);
  TextTable table;
  table.title = fmt::format("Means over {} windows, entropies in bits{}", in.windows.count(),
                            in.trace.mixed ? " (a mixture: entropy is not entanglement)" : " (ebits)");
  table.columns = {{"step"}};
  for (const StepColumn& column : columns) table.columns.push_back({column.heading});
  const std::size_t steps = in.windows.window, every = (steps + kMostRows - 1) / kMostRows;
  for (std::size_t t = 0; t < steps; ++t) {
    if (t % every != 0 && t + 1 != steps) continue;
    std::vector<std::string> row = {std::to_string(t + 1)};
    for (const StepColumn& column : columns)
      row.push_back(column.small ? table_number(column.mean[t], 3) : fmt::format("{:.4f}", column.mean[t]));
    table.rows.push_back(std::move(row));
  }
  if (every > 1) table.notes.push_back(fmt::format("every {}. step and the last; --json has all", every));
  for (const StepColumn& column : columns)
    if (!column.note.empty()) table.notes.push_back(column.heading + ": " + column.note);
  return table;
}

TextTable bound_table(const Inspection& in) {
  TextTable table;
  table.title = "What the unitaries can do, and what they do, ebits";
  table.columns = {{"", false},  {"power", false}, {"ancillas", false},
                   {"at least"}, {"at most"},      {"most in a step"},
                   {"of it"},    {"mean"},         {"of it"}};
  bool learned = false, searched = false;
  for (const MemoryBound& bound : in.bounds) {
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
  if (in.trace.mixed)
    table.notes.push_back(
        "of a mixture the changes are those of the system's entropy, which the powers bound");
  if (searched) {
    std::string text;
    for (const MemoryBound& bound : in.bounds)
      text += fmt::format("{}{} {:.6f}", text.empty() ? "" : ", ", bound.unitary.name, bound.schmidt_entropy);
    table.notes.push_back("operator-Schmidt entropy: " + text);
  }
  return table;
}

std::string bound_verdict(const Inspection& in) {
  std::string broken;
  for (const MemoryBound& bound : in.bounds)
    if (bound.broken) broken += fmt::format("{}{}", broken.empty() ? "" : ", ", bound.unitary.name);
  if (!broken.empty()) return fmt::format("a step BREAKS the bound of {}: please report this", broken);
  return fmt::format("bound check: no step of {} breaks -E_down <= Delta S <= E_up",
                     in.trace.samples * in.trace.steps);
}

Json to_json(const Inspection& in) {
  Json json = {{"format", "ebit-inspection"},
               {"version", 1},
               {"model", in.model},
               {"summary", in.summary},
               {"data", in.data},
               {"part", in.part},
               {"seed", in.seed},
               {"windows", in.windows.count()},
               {"windows_available", in.windows.available},
               {"hidden", in.cell.hidden},
               {"mixed", in.trace.mixed}};
  json["steps"] = Json::array();
  const std::vector<StepColumn> columns = step_columns(in);
  for (std::size_t t = 0; t < in.windows.window; ++t) {
    Json step = {{"step", t + 1}};
    for (const StepColumn& column : columns)
      step[column.key] = {{"mean", number(column.mean[t])},
                          {"least", number(column.least[t])},
                          {"greatest", number(column.greatest[t])}};
    if (!in.trace.outcome.empty()) {
      std::map<int, int> counts;
      for (std::size_t i = t; i < in.trace.outcome.size(); i += in.windows.window)
        ++counts[in.trace.outcome[i]];
      for (const auto& [outcome, count] : counts)
        step["outcomes"][std::to_string(outcome)] = count / static_cast<double>(in.windows.count());
    }
    json["steps"].push_back(std::move(step));
  }
  json["unitaries"] = Json::array();
  for (const MemoryBound& bound : in.bounds)
    json["unitaries"].push_back(
        {{"name", bound.unitary.name},
         {"searched", bound.searched},
         {"ancilla", bound.ancilla},
         {"operator_schmidt_entropy", bound.searched ? Json(bound.schmidt_entropy) : Json()},
         {"e_up", power_json(bound.up, bound.made, bound)},
         {"e_down", power_json(bound.down, bound.destroyed, bound)},
         {"started_from_a_step", bound.learned},
         {"broken", bound.broken}});
  json["training"] = Json::array();
  for (const EntropySample& s : in.training)
    json["training"].push_back({{"epoch", s.epoch},
                                {"ancilla", s.ancilla},
                                {"system", s.system},
                                {"en_most_made", s.en_made},
                                {"en_most_destroyed", s.en_destroyed},
                                {"dis_most_made", s.dis_made},
                                {"dis_most_destroyed", s.dis_destroyed}});
  json["warnings"] = Json::array();
  for (const Finding& f : in.findings)
    json["warnings"].push_back({{"name", f.name}, {"value", f.value}, {"limit", f.limit}, {"text", f.text}});
  json["notes"] = in.notes;
  return json;
}

}  // namespace ebit::train
