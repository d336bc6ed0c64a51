#include "ebit/train/config_file.h"

#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/cell/preset.h"

namespace ebit::train {
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
  return {.list = type == "LIST" || type == "KEY=VALUE",
          .table = type == "KEY=VALUE",
          .text = type == "TEXT" || type == "FLOAT|none" || type == "LIST" || type == "KEY=VALUE",
          .on_off = type.empty(),
          .number = type == "INT" || type.starts_with("FLOAT")};
}

std::string wanted(const Kind& kind) {
  if (kind.table) return "a table such as {points = 300}";
  if (kind.list) return "a list of texts such as [\"a\", \"b\"]";
  if (kind.on_off) return "true or false";
  return kind.number ? "a number" : "a text in quotes";
}

const OptionRow* find_row(const std::string& name) {
  const auto table = option_table();
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const OptionRow& r) { return name_of(r) == name; });
  return found == table.end() ? nullptr : &*found;
}

Setting read_setting(const std::string& name, const toml::node& node, const std::string& source) {
  const std::string where = position(source, node);
  const OptionRow* row = find_row(name);
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
  std::string operator()(const GeneratorOptions* value) const {
    std::string text;
    for (const auto& [key, item] : *value)
      text += (text.empty() ? "" : ", ") + quoted(key) + " = " + quoted(item);
    return "{" + text + "}";
  }
  template <class Integer>
  std::string operator()(const Integer* value) const {
    return std::to_string(*value);
  }
};

}  // namespace

std::vector<Setting> parse_settings(std::string_view text, const std::string& source) {
  toml::table root;
  try {
    root = toml::parse(text, source);
  } catch (const toml::parse_error& error) {
    fail("{}:{}: broken TOML: {}", source, error.source().begin.line, error.description());
  }
  std::vector<Setting> settings;
  for (const auto& [section, node] : root) {
    const std::string name(section.str());
    require(node.is_table(),
            "{}: '{}' stands outside a section; begin one with [data], [model], [train], ...",
            position(source, node), name);
    const std::vector<std::string> sections = {"data", "model", "train", "baselines", "output", "task"};
    require(std::find(sections.begin(), sections.end(), name) != sections.end(),
            "{}: there is no section [{}]{}", position(source, node), name, suggestion(name, sections));
    for (const auto& [key, value] : *node.as_table()) {
      settings.push_back(
          read_setting(fmt::format("{}.{}", name, std::string_view(key.str())), value, source));
    }
  }
  return settings;
}

Config resolve_config(const std::optional<std::filesystem::path>& file, const std::vector<Setting>& flags) {
  std::vector<Setting> settings;
  if (file) settings = parse_settings(read_file(*file), file->string());
  settings.insert(settings.end(), flags.begin(), flags.end());

  Config config;
  for (const Setting& setting : settings) {
    if (setting.name == "model.preset") apply_setting(config, setting);
  }
  if (!config.model.preset.empty()) {
    apply_settings(config, settings_of(find_preset(config.model.preset)), "preset " + config.model.preset);
  }
  for (const Setting& setting : settings) {
    apply_setting(config, setting);
    config.given.insert(setting.name);
  }
  return config;
}

std::string to_toml(const Config& config) {
  std::string text, section;
  for (const OptionRow& row : option_table()) {
    if (!belongs_to(row, config.task.name)) continue;
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

}  // namespace ebit::train
