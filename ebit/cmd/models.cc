// ebit models: everything that can be trained or compared with, and on which problems.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "ebit/cmd/command.h"
#include "ebit/cmd/output.h"
#include "ebit/report/text_table.h"
#include "ebit/settings/models.h"
#include "ebit/settings/problems.h"

namespace ebit::cmd {
namespace {

constexpr std::pair<Family, std::string_view> kFamilies[] = {{kRegister, "register cell"},
                                                             {kQrnn, "hybrid QRNN"},
                                                             {kRecurrent, "recurrent"},
                                                             {kOrthogonal, "recurrent"},
                                                             {kMlp, "feed-forward"},
                                                             {kLinear, "feed-forward"},
                                                             {kUntrained, "without training"},
                                                             {kGated, "gated cell"},
                                                             {kKernel, "kernel cell"},
                                                             {kFastWeights, "fast weights"},
                                                             {kPolynomial, "feed-forward"},
                                                             {kEcho, "reservoir"},
                                                             {kRvqe, "RVQE cell"},
                                                             {kWindow, "window cell"},
                                                             {kMeasured, "measured cell"}};

std::string_view family_name(Family family) {
  for (const auto& [row, name] : kFamilies)
    if (row == family) return name;
  return "";
}

std::vector<std::string> problem_names(const ModelRow& model) {
  std::vector<std::string> names;
  for (const ProblemRow& row : problems())
    if (problems_of(model) & row.set) names.emplace_back(row.name);
  return names;
}

int run(bool json) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  TextTable table;
  for (const char* heading : {"model", "family", "problems", "what"})
    table.columns.push_back({heading, false});
  for (const ModelRow& row : models()) {
    const std::vector<std::string> problems = problem_names(row);
    all.push_back({{"name", row.name},
                   {"family", family_name(row.family)},
                   {"help", row.help},
                   {"source", row.source},
                   {"problems", problems}});
    const bool any = problems.size() == settings::problems().size();
    table.rows.push_back({row.name, std::string(family_name(row.family)),
                          any ? "all" : fmt::format("{}", fmt::join(problems, ", ")), row.help});
    if (!row.source.empty()) table.notes.push_back(fmt::format("{}: {}", row.name, row.source));
  }
  table.notes.push_back(
      "'ebit task PROBLEM --model NAME' trains one; 'ebit presets NAME' prints the settings of a published "
      "one");
  if (json) {
    print_json(all);
  } else {
    print(table_text(table));
  }
  return kOk;
}

}  // namespace

Action setup_models(Parser& parser) {
  auto json = std::make_shared<bool>(false);
  parser.add_flag("--json", *json, "Print the result as JSON");
  return [json] { return run(*json); };
}

}  // namespace ebit::cmd
