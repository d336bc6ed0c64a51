#include "ebit/settings/option.h"
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <concepts>
#include <type_traits>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/base/utf8.h"
#include "ebit/settings/models.h"
#include "ebit/settings/problems.h"

namespace ebit::inline settings {
namespace {

// What each type of value is called, read from and written to text.
template <class T>
struct Text;

template <class T>
requires std::integral<T>
struct Text<T> {
  static constexpr const char* kName = "INT";
  static constexpr const char* kMeaning = std::is_signed_v<T> ? "a whole number" : "a whole number from 0";
  static bool read(const std::string& text, T& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
  }
  static std::string write(const T& value) { return std::to_string(value); }
};

template <>
struct Text<double> {
  static constexpr const char* kName = "FLOAT";
  static constexpr const char* kMeaning = "a finite number";
  static bool read(const std::string& text, double& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && std::isfinite(value);
  }
  static std::string write(const double& value) { return fmt::format("{}", value); }
};

template <>
struct Text<std::optional<double>> {
  static constexpr const char* kName = "FLOAT|none";
  static constexpr const char* kMeaning = "a finite number or none";
  static constexpr const char* kNone = "none";
  static bool read(const std::string& text, std::optional<double>& value) {
    value.reset();
    return text == kNone || Text<double>::read(text, value.emplace());
  }
  static std::string write(const std::optional<double>& value) {
    return value ? Text<double>::write(*value) : kNone;
  }
};

template <>
struct Text<bool> {
  static constexpr const char* kName = "";
  static constexpr const char* kMeaning = "true or false";
  static bool read(const std::string& text, bool& value) {
    value = text == "true";
    return value || text == "false";
  }
  static std::string write(const bool& value) { return value ? "true" : "false"; }
};

template <>
struct Text<std::string> {
  static constexpr const char* kName = "TEXT";
  static constexpr const char* kMeaning = "a text";
  static bool read(const std::string& text, std::string& value) {
    value = text;
    return true;
  }
  static std::string write(const std::string& value) { return value; }
};

// Items joined by commas; a comma or backslash within an item has a backslash before it. One before anything
// else is itself.
template <>
struct Text<std::vector<std::string>> {
  static constexpr const char* kName = "LIST";
  static constexpr const char* kMeaning = "a list";
  static bool read(const std::string& text, std::vector<std::string>& value) {
    value.clear();
    if (text.empty()) return true;
    value.emplace_back();
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == ',') {
        value.emplace_back();
      } else {
        const char next = i + 1 < text.size() ? text[i + 1] : '\0';
        if (text[i] == '\\' && (next == ',' || next == '\\')) ++i;
        value.back() += text[i];
      }
    }
    return true;
  }
  static std::string write(const std::vector<std::string>& value) {
    std::string text;
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (i > 0) text += ',';
      for (const char c : value[i]) {
        if (c == ',' || c == '\\') text += '\\';
        text += c;
      }
    }
    return text;
  }
};

// Whole numbers joined by commas.
template <>
struct Text<std::vector<int>> {
  static constexpr const char* kName = "LIST";
  static constexpr const char* kMeaning = "a list of whole numbers";
  static bool read(const std::string& text, std::vector<int>& value) {
    std::vector<std::string> items;
    Text<std::vector<std::string>>::read(text, items);
    value.clear();
    return std::ranges::all_of(
        items, [&](const std::string& item) { return Text<int>::read(item, value.emplace_back()); });
  }
  static std::string write(const std::vector<int>& value) { return fmt::format("{}", fmt::join(value, ",")); }
};

// Numbers joined by commas.
template <>
struct Text<std::vector<double>> {
  static constexpr const char* kName = "LIST";
  static constexpr const char* kMeaning = "a list of finite numbers";
  static bool read(const std::string& text, std::vector<double>& value) {
    std::vector<std::string> items;
    Text<std::vector<std::string>>::read(text, items);
    value.clear();
    return std::ranges::all_of(
        items, [&](const std::string& item) { return Text<double>::read(item, value.emplace_back()); });
  }
  static std::string write(const std::vector<double>& value) {
    return fmt::format("{}", fmt::join(value, ","));
  }
};

// One step ahead, or all from A to B.
template <>
struct Text<StepsAhead> {
  static constexpr const char* kName = "INT|A..B";
  static constexpr const char* kMeaning = "a number of steps such as 7, or a range of them such as 1..14";
  static bool read(const std::string& text, StepsAhead& value) {
    const std::size_t dots = text.find("..");
    value.first_step = 0;
    if (dots == std::string::npos) return Text<int>::read(text, value.horizon);
    if (!Text<int>::read(text.substr(0, dots), value.first_step) ||
        !Text<int>::read(text.substr(dots + 2), value.horizon) || value.first_step < 1 ||
        value.horizon < value.first_step)
      return false;
    if (value.first_step == value.horizon) value.first_step = 0;
    return true;
  }
  static std::string write(const StepsAhead& value) {
    return value.first_step > 0 ? fmt::format("{}..{}", value.first_step, value.horizon)
                                : std::to_string(value.horizon);
  }
};

// Parameters add up: a flag changes the one it names and leaves those of the file.
template <>
struct Text<GeneratorOptions> {
  static constexpr const char* kName = "KEY=VALUE";
  static constexpr const char* kMeaning = "KEY=VALUE";
  static bool read(const std::string& text, GeneratorOptions& value) {
    std::vector<std::string> items;
    Text<std::vector<std::string>>::read(text, items);
    for (const std::string& item : items) {
      const std::size_t equals = item.find('=');
      if (equals == std::string::npos || equals == 0) return false;
      value[item.substr(0, equals)] = item.substr(equals + 1);
    }
    return true;
  }
  static std::string write(const GeneratorOptions& value) {
    std::vector<std::string> items;
    for (const auto& [key, text] : value) items.push_back(key + "=" + text);
    return Text<std::vector<std::string>>::write(items);
  }
};

template <class T>
using TextOf = Text<std::remove_pointer_t<T>>;

std::vector<std::string> option_names() {
  std::vector<std::string> names;
  for (const OptionRow& row : option_table()) names.push_back(name_of(row));
  return names;
}

// The row of that name that applies to the config's model and problem, else the first of that name.
const OptionRow& find_option(const Config& config, const Setting& setting) {
  const OptionRow* first = nullptr;
  for (const OptionRow& row : option_table()) {
    if (name_of(row) != setting.name) continue;
    if (applies(row, config)) return row;
    if (first == nullptr) first = &row;
  }
  if (first != nullptr) return *first;
  // All names are too many for a line: name the nearest, else the keys of the section.
  const std::vector<std::string> names = option_names();
  const std::string near = nearest(setting.name, names);
  if (!near.empty())
    fail("{}: there is no option '{}'; did you mean '{}'?", setting.where, shown(setting.name), near);
  std::string keys;
  const std::string section = setting.name.substr(0, setting.name.find('.'));
  for (const OptionRow& row : option_table()) {
    if (row.section == section) keys += (keys.empty() ? "" : ", ") + std::string(row.key);
  }
  if (!keys.empty())
    fail("{}: there is no option '{}'; [{}] has {}", setting.where, shown(setting.name), section, keys);
  fail("{}: there is no option '{}'; the sections are {}", setting.where, shown(setting.name),
       fmt::join(option_sections(), ", "));
}

// The users of all rows of that name together.
Users users_of(const std::string& name) {
  Users all{.families = 0, .problems = 0};
  for (const OptionRow& row : option_table()) {
    if (name_of(row) != name) continue;
    all.families |= row.users.families, all.problems |= row.users.problems;
  }
  return all;
}

// How a message names the option of a setting: as it was typed.
std::string place_of(const Setting& setting) {
  return setting.where.starts_with("-") ? setting.where : fmt::format("{}: {}", setting.where, setting.name);
}

void require_applies(const Config& config, const OptionRow& row, const Setting& setting) {
  const auto problem = find_problem(config.problem.name);
  const Users users = users_of(setting.name);
  if ((users.problems & problem.set) == 0) {
    std::vector<std::string> names;
    for (const ProblemRow& other : problems())
      if (users.problems & other.set) names.emplace_back(other.name);
    fail("{} has no effect on the problem {}: it is an option of {}", place_of(setting), problem.name,
         fmt::join(names, ", "));
  }
  if (applies(row, config)) return;
  std::vector<std::string> names;
  for (const ModelRow& model : models())
    if (users.families & model.family) names.push_back(model.name);
  fail("{} has no effect on the model {}{}: it is an option of {}", place_of(setting), config.model.name,
       (users.families & family_of(config)) ? fmt::format(" and the problem {}", problem.name) : "",
       fmt::join(names, ", "));
}

void check_choice(const OptionRow& row, const std::string& value, const std::string& where) {
  if (row.choices == nullptr) return;
  std::vector<std::string> choices = row.choices();
  if (std::find(choices.begin(), choices.end(), value) != choices.end()) return;
  std::erase(choices, "");
  // A flag names its option itself; a line of a file does not.
  const std::string place = where.starts_with("--") ? where : fmt::format("{}: {}", where, name_of(row));
  fail("{}: '{}' is not one of the choices{}", place, shown(value), suggestion(value, choices));
}

}  // namespace

bool applies(const OptionRow& row, const Config& config) {
  return (row.users.families & family_of(config)) != 0 &&
         (row.users.problems & find_problem(config.problem.name).set) != 0;
}

std::vector<std::string> option_sections() {
  std::vector<std::string> sections;
  for (const OptionRow& row : option_table())
    if (std::ranges::find(sections, row.section) == sections.end()) sections.emplace_back(row.section);
  return sections;
}

std::string name_of(const OptionRow& row) { return fmt::format("{}.{}", row.section, row.key); }

std::string type_of(const OptionRow& row) {
  Config scratch;
  return std::visit([](auto* slot) { return std::string(TextOf<decltype(slot)>::kName); }, row.slot(scratch));
}

std::string value_text(const OptionRow& row, const Config& config) {
  // A slot points into a changeable Config; nothing is changed through it here.
  return std::visit([](auto* slot) { return TextOf<decltype(slot)>::write(*slot); },
                    row.slot(const_cast<Config&>(config)));
}

void apply_setting(Config& config, const Setting& setting) {
  const OptionRow& row = find_option(config, setting);
  require_applies(config, row, setting);
  std::visit(
      [&](auto* slot) {
        using Type = std::remove_pointer_t<decltype(slot)>;
        Type value = *slot;
        if (!TextOf<decltype(slot)>::read(setting.value, value)) {
          const std::string& text = setting.value;
          const bool whole = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
          require(!std::integral<Type> || std::is_same_v<Type, bool> || !whole, "{}: '{}' is too large",
                  setting.where, shown(text));
          fail("{}: '{}' is not {}", setting.where, shown(text), TextOf<decltype(slot)>::kMeaning);
        }
        if constexpr (std::is_same_v<Type, std::string>) check_choice(row, value, setting.where);
        if constexpr (std::is_same_v<Type, std::vector<std::string>>) {
          for (const std::string& item : value) check_choice(row, item, setting.where);
          if (row.choices != nullptr && value == std::vector<std::string>{"none"}) value.clear();
        }
        *slot = std::move(value);
      },
      row.slot(config));
}

void apply_pairs(Config& config, const Pairs& pairs, const std::string& where) {
  for (const auto& [name, value] : pairs) {
    const Setting setting{name, value, where};
    if (applies(find_option(config, setting), config)) apply_setting(config, setting);
  }
}

void require_effect(const Config& config, const Setting& setting) {
  const OptionRow& row = find_option(config, setting);
  require_applies(config, row, setting);
  require(row.users.effective == nullptr || row.users.effective(config),
          "{} has no effect here: it counts {}", place_of(setting), row.users.when);
}

std::string fingerprint(const Config& config) {
  // FNV-1a, 64 bits: short, and the same on every machine.
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const OptionRow& row : option_table()) {
    if (!row.shapes_losses || !applies(row, config)) continue;
    for (const char c : name_of(row) + "=" + value_text(row, config) + "\n") {
      hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    }
  }
  return fmt::format("{:016x}", hash);
}

}  // namespace ebit::inline settings
