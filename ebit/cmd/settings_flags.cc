#include "ebit/cmd/settings_flags.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/data/included.h"

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

// Families of models in words, for an option that means another thing to each.
constexpr std::pair<unsigned, std::string_view> kFamilies[] = {{kRegister, "register cells"},
                                                               {kQrnn, "qrnn"},
                                                               {kGated, "gated cells"},
                                                               {kKernel, "kernel cells"},
                                                               {kRvqe, "rvqe"},
                                                               {kFastWeights, "fast-weights cells"},
                                                               {kWindow, "window cells"},
                                                               {kMeasured, "measured cells"},
                                                               {kEcho, "esn"},
                                                               {kRecurrent, "lstm, gru, rnn"},
                                                               {kOrthogonal, "orthogonal"},
                                                               {kMlp, "mlp"},
                                                               {kLinear, "linear"},
                                                               {kPolynomial, "poly-ridge"}};

std::string families_in_words(unsigned families) {
  std::string text;
  for (const auto& [bit, name] : kFamilies)
    if ((families & bit) != 0) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

// What an option is to some families: help, the names that can be given, and what stands where none is given.
struct Meaning {
  std::string help, standard;
  std::vector<std::string> choices;
  unsigned families = 0;
};

std::vector<std::string> choices_of(const OptionRow& row) {
  std::vector<std::string> names;
  if (row.choices != nullptr) names = row.choices();
  std::erase(names, "");
  return names;
}

std::string standard_of(const OptionRow& row) {
  static const Config defaults;
  const std::string text = value_text(row, defaults);
  if (!type_of(row).empty()) return text;
  return text == "true" ? "on" : "off";
}

std::vector<Meaning> meanings_of(const Flag& flag) {
  std::vector<Meaning> meanings;
  for (const OptionRow* row : flag.rows) {
    const std::vector<std::string> choices = choices_of(*row);
    const std::string standard = standard_of(*row);
    const auto same = std::ranges::find_if(meanings, [&](const Meaning& meaning) {
      return meaning.help == row->help && meaning.choices == choices;
    });
    if (same == meanings.end()) {
      meanings.push_back({std::string(row->help), standard, choices, row->users.families});
    } else {
      same->families |= row->users.families;
      if (same->standard != standard) same->standard.clear();
    }
  }
  return meanings;
}

bool share_choices(const std::vector<Meaning>& meanings) {
  return std::ranges::all_of(meanings, [&](const Meaning& m) { return m.choices == meanings[0].choices; });
}

// The help of an option that means one thing, or of each meaning with whose it is.
std::string description(const std::vector<Meaning>& meanings) {
  if (meanings.size() == 1) return meanings[0].help;
  const bool shared = share_choices(meanings);
  const bool by_family =
      std::ranges::any_of(meanings, [&](const Meaning& m) { return m.families != meanings[0].families; });
  std::string text;
  for (const Meaning& meaning : meanings) {
    std::string in_brackets = shared ? "" : fmt::format("{}", fmt::join(meaning.choices, " | "));
    if (!meaning.standard.empty())
      in_brackets += fmt::format("{}default: {}", in_brackets.empty() ? "" : "; ", meaning.standard);
    text += text.empty() ? "" : by_family ? "; " : "; or ";
    if (by_family) text += families_in_words(meaning.families) + ": ";
    text += meaning.help + (in_brackets.empty() ? "" : " (" + in_brackets + ")");
  }
  return text;
}

// What stands behind the flag of an option that is a place on disk; "": as its type is called.
std::string place_type(const std::string& name) {
  static constexpr std::pair<std::string_view, std::string_view> kPlaces[] = {
      {"output.folder", "FOLDER"},  {"train.start_from", "RUN"},    {"model.ansatz_file", "FILE"},
      {"model.noise", "NAME|FILE"}, {"corpus.corpus", "NAME|FILE"}, {"corpus.target_file", "FILE"},
      {"corpus.folder", "FOLDER"},  {"corpus.vectors", "FILE"}};
  const auto row = std::ranges::find_if(kPlaces, [&](const auto& place) { return place.first == name; });
  return row == std::end(kPlaces) ? "" : std::string(row->second);
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
  const OptionRow& row = *flag.rows[0];
  const std::string name = name_of(row), type = type_of(row), where = long_name(names);
  const std::vector<Meaning> meanings = meanings_of(flag);
  const std::string standard = meanings.size() == 1 ? meanings[0].standard : "";
  if (type.empty()) {
    return parser
        .add_flag(
            fmt::format("{0},!--no-{1}", names, where.substr(2)),
            [settings, name, where](bool on) { give(*settings, name, on ? "true" : "false", where); },
            description(meanings))
        .default_text(standard);
  }
  const auto take = [settings, name, where](const std::vector<std::string>& values) {
    std::string joined;
    for (std::size_t i = 0; i < values.size(); ++i) joined += (i > 0 ? "," : "") + values[i];
    give(*settings, name, joined, where);
  };
  std::vector<std::string> choices;
  for (const Meaning& meaning : meanings)
    for (const std::string& choice : meaning.choices)
      if (std::ranges::find(choices, choice) == choices.end()) choices.push_back(choice);
  const std::string place = place_type(name);
  return parser.add_option(names, take, type == "LIST" || type == "KEY=VALUE", description(meanings))
      .type_name(place.empty() ? type : place)
      .default_text(standard)
      .offers(std::move(choices), /*shown=*/share_choices(meanings));
}

// Adds a flag and its other names, of which --help shows the first alone, if any.
void add_flag(Parser& parser, const Settings& settings, const Flag& flag, bool shown) {
  for (const std::string& name : flag.names)
    add_one(parser, flag, name, settings)
        .heading(shown && name == flag.names[0] ? heading(*flag.rows[0]) : kHidden);
}

}  // namespace

void add_setting_flags(Parser& parser, const Settings& settings, unsigned problems) {
  add_setting_flags(parser, settings,
                    [problems](const OptionRow& row) { return (row.users.problems & problems) != 0; });
}

void add_setting_flags(Parser& parser, const Settings& settings, const RowChoice& shown) {
  for (const Flag& flag : flags_of_table(shown)) add_flag(parser, settings, flag, shown(*flag.rows[0]));
}

void add_chosen_flags(Parser& parser, const Settings& settings, const RowChoice& chosen) {
  for (const Flag& flag : flags_of_table(chosen))
    if (chosen(*flag.rows[0])) add_flag(parser, settings, flag, true);
}

void add_plots_flag(Parser& parser, const std::function<void(bool on)>& take, const std::string& help) {
  parser.add_flag("--plots,!--no-plots", take, help);
  parser.add_flag("--plot,!--no-plot", take, help).hidden();
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
      .offers(names_of(included_table()), /*shown=*/true)
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
