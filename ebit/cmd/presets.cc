// ebit presets: the table of published models, or the settings of one as a configuration file.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/output.h"
#include "ebit/report/text_table.h"
#include "ebit/settings/published.h"

namespace ebit::cmd {
namespace {

struct PresetsFlags {
  std::string name;
  bool json = false;
};

int run(const PresetsFlags& options);

}  // namespace

Action setup_presets(Parser& parser) {
  auto options = std::make_shared<PresetsFlags>();
  parser.add_option("NAME", options->name, "A preset to show with all its settings, as TOML for --config")
      .offers(names_of(published_models()));
  parser.add_flag("--json", options->json, "Print the result as JSON");
  return [options] { return run(*options); };
}

namespace {

using Json = nlohmann::ordered_json;

/// A setting's value with the type that it has in a configuration file.
Json typed(const std::string& option, const std::string& text) {
  const auto row = std::ranges::find_if(option_table(), [&](const auto& r) { return name_of(r) == option; });
  require(row != option_table().end(), "a preset sets '{}', and there is no such option", option);
  const std::string type = type_of(*row);
  if (type == "LIST") {
    Json list = Json::array();
    for (std::size_t from = 0; from < text.size();) {
      const std::size_t comma = std::min(text.find(',', from), text.size());
      list.push_back(text.substr(from, comma - from));
      from = comma + 1;
    }
    return list;
  }
  if (type.empty()) return text == "true";
  if (type == "INT") return std::stoll(text);
  if (type == "FLOAT") return std::stod(text);
  return text;
}

/// {"model": {"encoder": ...}, "train": {...}, ...}, the settings in their order.
Json sections(const ModelRow& preset) {
  Json all = Json::object();
  all["model"]["name"] = preset.name;
  for (const auto& [option, text] : settings_of(preset)) {
    const std::size_t dot = option.find('.');
    all[option.substr(0, dot)][option.substr(dot + 1)] = typed(option, text);
  }
  return all;
}

Json facts(const ModelRow& preset) {
  const NumberCounts numbers = trained_numbers(preset);
  return {{"name", preset.name},
          {"help", preset.help},
          {"source", preset.source},
          {"trained_numbers", {{"quantum", numbers.quantum}, {"classical", numbers.classical}}},
          {"settings", sections(preset)}};
}

std::string toml_text(const ModelRow& preset) {
  const NumberCounts numbers = trained_numbers(preset);
  std::string text = fmt::format(
      "# {}: {}\n# {}\n# trained numbers on one column: {} angles of gates, {} weights of classical maps\n",
      preset.name, preset.help, preset.source, numbers.quantum, numbers.classical);
  const Json all = sections(preset);
  for (const auto& [section, options] : all.items()) {
    text += fmt::format("\n[{}]\n", section);
    // What these values are made of, TOML writes as JSON does.
    for (const auto& [key, value] : options.items()) text += fmt::format("{} = {}\n", key, value.dump());
  }
  return text;
}

int run(const PresetsFlags& options) {
  if (!options.name.empty()) {
    const ModelRow& preset = find_published(options.name);
    if (options.json)
      print_json(facts(preset));
    else
      print(toml_text(preset));
    return kOk;
  }
  if (options.json) {
    Json all = Json::array();
    for (const ModelRow& preset : published_models()) all.push_back(facts(preset));
    print_json(all);
    return kOk;
  }
  TextTable table;
  table.columns = {{"preset", false}, {"quantum"}, {"classical"}, {"what", false}};
  for (const ModelRow& preset : published_models()) {
    const NumberCounts numbers = trained_numbers(preset);
    table.rows.push_back(
        {preset.name, fmt::to_string(numbers.quantum), fmt::to_string(numbers.classical), preset.help});
    table.notes.push_back(fmt::format("{}: {}", preset.name, preset.source));
  }
  table.notes.push_back(
      "quantum, classical: trained angles of gates, and other trained numbers with the head's, on a series "
      "of "
      "one column. 'ebit presets NAME' prints the settings.");
  print(table_text(table));
  return kOk;
}

}  // namespace
}  // namespace ebit::cmd
