#include "ebit/analysis/inspect/report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "ebit/experiment/runs/json.h"
#include "ebit/experiment/runs/run_folder.h"
#include "ebit/experiment/runs/show_exhibit.h"
#include "ebit/report/page.h"

namespace ebit::analysis {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using experiment::number;

constexpr std::size_t kMostRows = 24;

// The memory's columns, and the gradient.
std::vector<StepColumn> step_columns(const Inspection& in) {
  std::vector<StepColumn> columns = in.memory->columns();
  if (!in.gradient.empty())
    columns.push_back(
        step_column("gradient", "|dL/dx|", in.gradient, "of the loss in the input of this step"));
  return columns;
}

// A row for each step, means over the traced sequences. Of long ones some steps are left out, and a note says
// so.
TextTable step_table(const Inspection& in) {
  std::vector<StepColumn> columns = step_columns(in);
  std::erase_if(columns, [](const StepColumn& column) { return !column.in_table; });
  TextTable table;
  table.title = fmt::format("Means over {} {}, entropies in bits{}", in.sequences->count(),
                            in.sequences->noun, in.memory->entropy_remark());
  table.columns = {{"step"}};
  for (const StepColumn& column : columns) table.columns.push_back({column.heading});
  const std::size_t steps = in.sequences->window, every = (steps + kMostRows - 1) / kMostRows;
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

TextTable findings_table(const Inspection& in) {
  TextTable table;
  table.columns = {{"warning", false}, {"figure"}, {"limit"}};
  for (const Finding& f : in.findings)
    table.rows.push_back({f.name, table_number(f.value), table_number(f.limit)});
  return table;
}

std::string count_text(const Sequences& sequences) {
  return sequences.available > 0 ? fmt::format("{} of {}", sequences.count(), sequences.available)
                                 : std::to_string(sequences.count());
}

}  // namespace

std::string inspection_text(const Inspection& in) {
  std::string text = fmt::format("{} on {} ({} part, seed {})\n\n", in.summary, in.data, in.part, in.seed);
  text += table_text(step_table(in)) + "\n";
  for (const TextTable& table : in.memory->tables()) text += table_text(table) + "\n";
  text += in.memory->verdict() + "\n";
  for (const std::string& note : in.notes) text += note + "\n";
  for (const Finding& finding : in.findings) text += fmt::format("\nwarning: {}\n", finding.text);
  return text;
}

Json to_json(const Inspection& in) {
  const std::size_t available = in.sequences->available;
  Json json = {{"format", "ebit-inspection"},
               {"version", 1},
               {"model", in.model},
               {"summary", in.summary},
               {"data", in.data},
               {"part", in.part},
               {"seed", in.seed},
               {"windows", in.sequences->count()},
               {"windows_available", available > 0 ? Json(available) : Json()}};
  in.memory->add_choices(json);
  json["steps"] = Json::array();
  const std::vector<StepColumn> columns = step_columns(in);
  for (std::size_t t = 0; t < in.sequences->window; ++t) {
    Json step = {{"step", t + 1}};
    for (const StepColumn& column : columns)
      step[column.key] = {{"mean", number(column.mean[t])},
                          {"least", number(column.least[t])},
                          {"greatest", number(column.greatest[t])}};
    in.memory->add_step(t, step);
    json["steps"].push_back(std::move(step));
  }
  in.memory->add_rest(json);
  json["warnings"] = Json::array();
  for (const Finding& f : in.findings)
    json["warnings"].push_back({{"name", f.name}, {"value", f.value}, {"limit", f.limit}, {"text", f.text}});
  json["notes"] = in.notes;
  return json;
}

fs::path write_inspection(const fs::path& folder, const Inspection& in) {
  const std::string title = fmt::format("Memory of {}", in.model);
  Page page(title, in.summary);
  for (const Finding& finding : in.findings) page.warning(finding.text + ".");
  page.note(in.memory->verdict() + ".");
  page.section("Over the sequence");
  std::vector<experiment::Exhibit> pictures = in.memory->pictures();
  pictures.front().sheet->title = title;
  show(pictures.front(), folder, page);
  page.table(step_table(in));
  for (std::size_t k = 1; k < pictures.size(); ++k) show(pictures[k], folder, page);
  for (const PageSection& section : in.memory->sections()) {
    page.section(section.heading);
    for (const TextTable& table : section.tables) page.table(table);
    if (!section.paragraph.empty()) page.paragraph(section.paragraph);
    for (const experiment::Exhibit& picture : section.pictures) show(picture, folder, page);
  }
  page.section("What was inspected");
  if (!in.findings.empty()) page.table(findings_table(in));
  std::vector<std::pair<std::string, std::string>> facts = {{"model", in.summary}};
  for (auto& fact : in.memory->facts()) facts.push_back(std::move(fact));
  facts.emplace_back("data", fmt::format("{}, part: {}", in.data, in.part));
  facts.emplace_back(in.sequences->noun, count_text(*in.sequences));
  facts.emplace_back("seed", std::to_string(in.seed));
  page.facts(facts);
  for (const std::string& note : in.notes) page.note(note + ".");
  page.footer("Written by ebit inspect.");
  page.write(folder / experiment::files::kInspect);
  return folder / experiment::files::kInspect;
}

}  // namespace ebit::analysis
