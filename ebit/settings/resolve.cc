#include "ebit/settings/resolve.h"

#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/base/utf8.h"
#include "ebit/cell/ansatz.h"
#include "ebit/fit/losses.h"
#include "ebit/settings/models.h"
#include "ebit/settings/noise_options.h"
#include "ebit/settings/problems.h"

namespace ebit::inline settings {
namespace {

std::string position(const std::string& source, const toml::node& node) {
  return fmt::format("{}:{}", source, node.source().begin.line);
}

std::string escaped(const std::string& item) {
  std::string text;
  for (const char c : item) {
    if (c == ',' || c == '\\') text += '\\';
    text += c;
  }
  return text;
}

// The text of a number, text or on/off value, as flags write it; empty optional for anything else.
std::optional<std::string> scalar_text(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  return std::nullopt;
}

// Items of an array, or KEY=VALUE of a table, joined as flags write lists.
std::optional<std::string> list_text(const toml::node& node) {
  std::string text;
  bool first = true;
  const auto append = [&](const std::string& item) {
    if (!first) text += ',';
    text += escaped(item);
    first = false;
  };
  if (const auto* array = node.as_array()) {
    for (const toml::node& item : *array) {
      const auto value = scalar_text(item);
      if (!value) return std::nullopt;
      append(*value);
    }
    return text;
  }
  if (const auto* table = node.as_table()) {
    for (const auto& [key, item] : *table) {
      const auto value = scalar_text(item);
      if (!value) return std::nullopt;
      append(fmt::format("{}={}", std::string_view(key.str()), *value));
    }
    return text;
  }
  return std::nullopt;
}

struct Kind {
  bool list, table, text, on_off, number;
};

// What TOML may say for an option of each type of slot.
Kind kind_of(const OptionRow& row) {
  const std::string type = type_of(row);
  return {
      .list = type == "LIST" || type == "KEY=VALUE",
      .table = type == "KEY=VALUE",
      .text = type == "TEXT" || type.find('|') != std::string::npos || type == "LIST" || type == "KEY=VALUE",
      .on_off = type.empty(),
      .number = type.starts_with("INT") || type.starts_with("FLOAT")};
}

std::string wanted(const Kind& kind) {
  if (kind.table) return "a table such as {points = 300}";
  if (kind.list) return "a list of texts such as [\"a\", \"b\"]";
  if (kind.on_off) return "true or false";
  return kind.number ? "a number" : "a text in quotes";
}

const OptionRow* first_row(const std::string& name) {
  const auto table = option_table();
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const OptionRow& r) { return name_of(r) == name; });
  return found == table.end() ? nullptr : &*found;
}

Setting read_setting(const std::string& name, const toml::node& node, const std::string& source) {
  const std::string where = position(source, node);
  const OptionRow* row = first_row(name);
  if (row != nullptr) {
    const Kind kind = kind_of(*row);
    const bool fits = (kind.list && node.is_array()) || (kind.table && node.is_table()) ||
                      (kind.text && node.is_string()) || (kind.on_off && node.is_boolean()) ||
                      (kind.number && node.is_number());
    const auto value = node.is_string() && kind.list ? std::optional(escaped(node.as_string()->get()))
                       : kind.list                   ? list_text(node)
                                                     : scalar_text(node);
    require(fits && value, "{}: {} must be {}", where, name, wanted(kind));
    return {name, *value, where};
  }
  // Unknown: apply_setting() words the message and the suggestion.
  Config scratch;
  apply_setting(scratch, {name, "", where});
  return {};
}

std::string quoted(const std::string& text) {
  std::ostringstream out;
  out << toml::value<std::string>(text);
  return out.str();
}

// TOML tells floating-point numbers from whole ones by a point or an exponent.
std::string floating(double value) {
  const std::string text = fmt::format("{}", value);
  return text.find_first_of(".en") == std::string::npos ? fmt::format("{}.0", text) : text;
}

struct ToToml {
  std::string operator()(const double* value) const { return floating(*value); }
  std::string operator()(const std::optional<double>* value) const {
    return *value ? floating(**value) : quoted("none");
  }
  std::string operator()(const bool* value) const { return *value ? "true" : "false"; }
  std::string operator()(const std::string* value) const { return quoted(*value); }
  std::string operator()(const std::vector<std::string>* value) const {
    std::string text;
    for (const std::string& item : *value)
      text += fmt::format("{}{}", text.empty() ? "" : ", ", quoted(item));
    return fmt::format("[{}]", text);
  }
  std::string operator()(const std::vector<int>* value) const {
    return fmt::format("[{}]", fmt::join(*value, ", "));
  }
  std::string operator()(const GeneratorOptions* value) const {
    std::string text;
    for (const auto& [key, item] : *value)
      text += (text.empty() ? "" : ", ") + quoted(key) + " = " + quoted(item);
    return "{" + text + "}";
  }
  std::string operator()(const std::vector<double>* value) const {
    std::string text;
    for (const double item : *value) text += (text.empty() ? "" : ", ") + floating(item);
    return fmt::format("[{}]", text);
  }
  std::string operator()(const StepsAhead* value) const {
    return value->first_step > 0 ? quoted(fmt::format("{}..{}", value->first_step, value->horizon))
                                 : std::to_string(value->horizon);
  }
  template <class Integer>
  std::string operator()(const Integer* value) const {
    return std::to_string(*value);
  }
};

const Setting* last_of(const std::vector<Setting>& settings, std::string_view name) {
  const auto found = std::ranges::find(settings.rbegin(), settings.rend(), name, &Setting::name);
  return found == settings.rend() ? nullptr : &*found;
}

// What the model's row sets: the cell of a preset, the options of the family, and as its authors trained.
void start_from(Config& config, const ModelRow& row) {
  if (row.preset != nullptr) config.model.reg = row.preset->cell;
  apply_pairs(config, row.settings, "model " + row.name);
  if (find_problem(config.problem.name).set == kForecast)
    apply_pairs(config, row.training, "model " + row.name);
}

// Whether the data ask for more numbers than a cell has readouts, or the head alone is learnt.
bool needs_head(const Config& config) {
  return config.model.train_only == "head" || config.data.dataset.steps() > 1 ||
         config.train.loss == fit::kQuantileLoss;
}

// What all families of cells have in common: the gate list that is taken instead of a row of ansaetze(),
// whether its two-wire gates are there, and what is frozen.
void fill_cells(Config& config) {
  const ModelConfig& m = config.model;
  std::optional<Ansatz> own;
  if (!m.ansatz_file.empty()) own = parse_ansatz(read_input(m.ansatz_file), m.ansatz_file);
  const auto fill = [&](auto& cell) {
    if (own) cell.custom_ansatz = own;
    cell.entanglement = m.entanglement, cell.freeze = m.freeze;
  };
  fill(config.model.reg), fill(config.model.qrnn), fill(config.model.gated), fill(config.model.fast_weights);
  fill(config.model.window);
  config.model.kernel.freeze = config.model.rvqe.freeze = config.model.measured.freeze = m.freeze;
  fill_noise(config);
}

}  // namespace

std::vector<Setting> parse_settings(std::string_view text, const std::string& source) {
  toml::table root;
  try {
    root = toml::parse(text, source);
  } catch (const toml::parse_error& error) {
    fail("{}:{}: broken TOML: {}", source, error.source().begin.line, shown(error.description(), 200));
  }
  std::vector<Setting> settings;
  for (const auto& [section, node] : root) {
    const std::string name(section.str());
    require(node.is_table(),
            "{}: '{}' stands outside a section; begin one with [problem], [data], [model], [train], ...",
            position(source, node), shown(name));
    const std::vector<std::string> sections = option_sections();
    require(std::find(sections.begin(), sections.end(), name) != sections.end(),
            "{}: there is no section [{}]{}", position(source, node), shown(name),
            suggestion(name, sections));
    for (const auto& [key, value] : *node.as_table()) {
      settings.push_back(
          read_setting(fmt::format("{}.{}", name, std::string_view(key.str())), value, source));
    }
  }
  return settings;
}

Config resolve(std::string_view problem, const std::optional<std::filesystem::path>& file,
               const std::vector<Setting>& flags) {
  std::vector<Setting> settings;
  if (file) settings = parse_settings(read_input(*file), file->string());
  settings.insert(settings.end(), flags.begin(), flags.end());

  // Problem and model first: they say which options there are, and where their defaults lie.
  Config config;
  if (const Setting* named = last_of(settings, "problem.name")) config.problem.name = named->value;
  if (!problem.empty()) config.problem.name = problem;
  const ProblemRow& row = find_problem(config.problem.name);
  config.problem.name = row.name, config.model.name = row.model;
  if (const Setting* named = last_of(settings, "model.name")) apply_setting(config, *named);
  apply_pairs(config, row.settings, fmt::format("problem {}", row.name));
  start_from(config, find_model(config.model.name));
  for (const Setting& setting : settings) {
    if (setting.name == "problem.name" || setting.name == "model.name") continue;
    apply_setting(config, setting);
    config.given.insert(setting.name);
  }
  // A head that is needed is there, unless somebody says that it is not, which is refused with the model.
  if (needs_head(config) && !config.given.contains("model.head")) config.model.head = "linear";
  settle_shots(config, settings);
  for (const Setting& setting : flags) require_effect(config, setting);
  fill_cells(config);
  return config;
}

Config with_model(const Config& run, const std::string& model) {
  Config config = run;
  config.model = ModelConfig();
  config.model.name = model;
  const ProblemRow& problem = find_problem(run.problem.name);
  Pairs own;  // of the model alone: data and training are the run's
  for (const auto& pair : problem.settings)
    if (pair.first.starts_with("model.")) own.push_back(pair);
  apply_pairs(config, own, fmt::format("problem {}", problem.name));
  const ModelRow& row = find_model(model);
  if (row.preset != nullptr) config.model.reg = row.preset->cell;
  apply_pairs(config, row.settings, fmt::format("model {}", row.name));
  config.model.classical.hidden = run.baselines.hidden_size;
  config.model.classical.layers = run.baselines.layers;
  // What a model has in common with the one that it is compared with.
  config.model.dtype = run.model.dtype, config.model.embedding = run.model.embedding;
  config.model.dropout = run.model.dropout, config.model.attention = run.model.attention;
  config.model.pool = run.model.pool;
  if (row.family & (kCells | kRecurrent | kOrthogonal)) config.model.stateful = run.model.stateful;
  if (needs_head(config)) config.model.head = "linear";
  config.step = "auto";  // what was asked for is asked of the model, and may not fit another
  return config;
}

std::vector<std::string> changes_of_model(const Config& config) {
  std::vector<std::string> changes;
  const ModelRow& model = find_model(config.model.name);
  if (model.preset == nullptr && model.settings.empty())
    return changes;  // a family, whose options are its users'
  const Config published = with_model(config, config.model.name);
  for (const OptionRow& row : option_table()) {
    if (row.section != "model" || row.key == "name" || !applies(row, config) || !applies(row, published))
      continue;
    const std::string own = value_text(row, config), its = value_text(row, published);
    if (own != its) changes.push_back(fmt::format("{} {} ({})", row.key, own, its.empty() ? "none" : its));
  }
  return changes;
}

Config with_settings(Config run, const std::vector<Setting>& settings) {
  for (const Setting& setting : settings) apply_setting(run, setting);
  settle_shots(run, settings);
  for (const Setting& setting : settings) require_effect(run, setting);
  fill_cells(run);
  return run;
}

std::string to_toml(const Config& config) {
  std::string text, section;
  for (const OptionRow& row : option_table()) {
    if (!applies(row, config)) continue;
    if (row.section != section) {
      section = row.section;
      text += fmt::format("{}[{}]\n", text.empty() ? "" : "\n", section);
    }
    const std::string line =
        fmt::format("{} = {}", row.key, std::visit(ToToml(), row.slot(const_cast<Config&>(config))));
    text += fmt::format("{:<32}  # {}\n", line, row.help);
  }
  return text;
}

Config from_toml(std::string_view text, const std::string& source) {
  require(text.find("[problem]") != std::string_view::npos,
          "'{}' has no section [problem]: it is of an earlier version of ebit, whose runs cannot be gone on "
          "with; "
          "train it again",
          source);
  return from_settings(parse_settings(text, source), source);
}

Config from_settings(const std::vector<Setting>& settings, const std::string& source) {
  Config config;
  for (const char* name : {"problem.name", "model.name"}) {
    const Setting* setting = last_of(settings, name);
    require(setting != nullptr, "'{}' does not say {}", source, name);
    (std::string_view(name) == "problem.name" ? config.problem.name : config.model.name) = setting->value;
  }
  find_problem(config.problem.name), find_model(config.model.name);
  config.baselines.which.clear();
  for (const Setting& setting : settings) apply_setting(config, setting);
  fill_cells(config);
  return config;
}

}  // namespace ebit::inline settings
