#include "ebit/cmd/settings_flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "ebit/base/error.h"

namespace ebit::cmd {
namespace {

// All rows of one flag: an option may live in another place for another family of models.
struct Flag {
  std::vector<const OptionRow*> rows;  // those of the wanted problems first; at least one
  std::vector<std::string> names;      // as typed: "-o,--output" first, then others such as "--core"
};

// "-o,--output" is one name, of which the long one is shown in messages; "--model,--core" are two.
std::vector<std::string> names_in(std::string_view flag) {
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin < flag.size();) {
    const std::size_t end = std::min(flag.find(',', begin), flag.size());
    std::string name(flag.substr(begin, end - begin));
    begin = end + 1;
    if (!names.empty() && !names.back().starts_with("--") && names.back().find(',') == std::string::npos)
      names.back() += "," + name;
    else
      names.push_back(std::move(name));
  }
  return names;
}

std::string long_name(const std::string& name) { return name.substr(name.find("--")); }

// The flags of the rows that are `shown`, then those of the others.
std::vector<Flag> flags_of_table(const RowChoice& shown) {
  std::vector<Flag> flags;
  for (const bool wanted : {true, false}) {
    for (const OptionRow& row : option_table()) {
      if (row.flag.empty() || shown(row) != wanted) continue;
      const auto same =
          std::ranges::find_if(flags, [&](const Flag& flag) { return flag.rows[0]->flag == row.flag; });
      if (same == flags.end())
        flags.push_back({{&row}, names_in(row.flag)});
      else if (wanted)
        same->rows.push_back(&row);
    }
  }
  return flags;
}

// The heading of a section of options in --help.
std::string heading(const OptionRow& row) {
  std::string text(row.section);
  text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text + " [" + std::string(row.section) + "]";
}

std::string description(const Flag& flag) {
  std::string text, names;
  for (const OptionRow* row : flag.rows) text += (text.empty() ? "" : "; or ") + std::string(row->help);
  if (flag.rows[0]->choices == nullptr) return text;
  for (const std::string& name : flag.rows[0]->choices()) {
    if (!name.empty()) names += (names.empty() ? "" : " | ") + name;
  }
  return fmt::format("{} ({})", text, names);
}

// Appends a value, unless the option was given by another of its names.
void give(std::vector<Setting>& settings, const std::string& name, const std::string& value,
          const std::string& where) {
  for (const Setting& other : settings)
    require(other.name != name || other.where == where, "{} and {} are one option: give one of them",
            other.where, where);
  settings.push_back({name, value, where});
}

Option add_one(Parser& parser, const Flag& flag, const std::string& names, const Settings& settings) {
  static const Config defaults;
  const OptionRow& row = *flag.rows[0];
  const std::string name = name_of(row), type = type_of(row), where = long_name(names);
  if (type.empty()) {
    return parser.add_flag(
        fmt::format("{0},!--no-{1}", names, where.substr(2)),
        [settings, name, where](bool on) { give(*settings, name, on ? "true" : "false", where); },
        description(flag));
  }
  const auto take = [settings, name, where](const std::vector<std::string>& values) {
    std::string joined;
    for (std::size_t i = 0; i < values.size(); ++i) joined += (i > 0 ? "," : "") + values[i];
    give(*settings, name, joined, where);
  };
  return parser.add_option(names, take, type == "LIST" || type == "KEY=VALUE", description(flag))
      .type_name(type)
      .default_text(value_text(row, defaults));
}

// Adds a flag and its other names, of which --help shows the first alone, if any.
void add_flag(Parser& parser, const Settings& settings, const Flag& flag, bool shown) {
  for (const std::string& name : flag.names)
    add_one(parser, flag, name, settings)
        .heading(shown && name == flag.names[0] ? heading(*flag.rows[0]) : kHidden);
}

}  // namespace

void add_setting_flags(Parser& parser, const Settings& settings, unsigned problems) {
  const auto shown = [problems](const OptionRow& row) { return (row.users.problems & problems) != 0; };
  for (const Flag& flag : flags_of_table(shown)) add_flag(parser, settings, flag, shown(*flag.rows[0]));
}

void add_chosen_flags(Parser& parser, const Settings& settings, const RowChoice& chosen) {
  for (const Flag& flag : flags_of_table(chosen))
    if (chosen(*flag.rows[0])) add_flag(parser, settings, flag, true);
}

void add_noise_flags(Parser& parser, const Settings& settings) {
  add_chosen_flags(parser, settings, [](const OptionRow& row) {
    constexpr std::string_view kKeys[] = {
        "noise",         "shots",         "trajectories",    "extrapolate_noise",
        "extrapolation", "noise_scaling", "mitigate_readout"};
    return row.section == "model" && std::ranges::find(kKeys, row.key) != std::end(kKeys);
  });
}

void add_data_argument(Parser& parser, const Settings& settings, const std::string& help) {
  parser
      .add_option(
          "data",
          [settings](const std::vector<std::string>& values) {
            settings->push_back({"data.file", values[0], "data"});
          },
          /*list=*/false, help)
      .type_name("FILE|NAME");
}

bool gives(const std::vector<Setting>& settings, const std::string& name) {
  return std::ranges::any_of(settings, [&](const Setting& setting) { return setting.name == name; });
}

void settle_source(std::vector<Setting>& settings) {
  const bool file = gives(settings, "data.file"), generator = gives(settings, "data.generator");
  if (file && !generator) settings.push_back({"data.generator", "", "data"});
  if (generator && !file) settings.push_back({"data.file", "", "--generator"});
}

}  // namespace ebit::cmd
