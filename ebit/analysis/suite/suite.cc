#include "ebit/analysis/suite/suite.h"

#include <algorithm>

#include "ebit/analysis/suite/choice.h"
#include "ebit/base/atomic_file.h"
#include "ebit/base/choice.h"
#include "ebit/base/document.h"
#include "ebit/base/error.h"
#include "ebit/base/utf8.h"
#include "ebit/data/included.h"
#include "ebit/settings/problems.h"

namespace ebit::analysis {

std::string option_text(const DocumentPlace& place) {
  if (!place.is_list()) {
    const auto text = place.value().scalar_text();
    if (!text)
      place.fail_here(fmt::format("must be a number, a text, true, false or a list of them, not {}",
                                  place.value().kind_text()));
    return *text;
  }
  std::string all;
  for (std::size_t i = 0; i < place.size(); ++i) all += (i == 0 ? "" : ",") + option_text(place.at(i));
  return all;
}

void each_option(const DocumentPlace& table, std::vector<std::string> own, const UseOption& use) {
  const std::vector<std::string> sections = option_sections();
  own.insert(own.end(), sections.begin(), sections.end());
  table.check_keys(own);
  for (const std::string& section : sections) {
    const DocumentPlace place = table.find(section);
    if (!place.present()) continue;
    for (const std::string& key : place.keys()) {
      const std::string option = section + "." + key;
      const auto known = [&](const OptionRow& row) { return name_of(row) == option; };
      if (std::ranges::none_of(option_table(), known)) {
        std::vector<std::string> names;
        for (const OptionRow& row : option_table()) names.push_back(name_of(row));
        fail("{}: there is no option {}{}", place.at(key).where(), shown(option), suggestion(option, names));
      }
      use(option, place.at(key));
    }
  }
}

void read_sections(const DocumentPlace& table, std::vector<std::string> own, std::vector<Setting>& settings) {
  each_option(table, std::move(own), [&](const std::string& option, const DocumentPlace& place) {
    std::erase_if(settings, [&](const Setting& setting) { return setting.name == option; });
    settings.push_back({option, option_text(place), place.where()});
  });
}

namespace {

// Throws Error, beginning with `where`, for a name that is no problem.
void check_problem(const std::string& name, const std::string& where) {
  const std::vector<std::string> names = names_of(problems());
  if (!std::ranges::count(names, name))
    fail("{}: no problem is called '{}'{}", where, shown(name), suggestion(name, names));
}

// Data may be of a problem of their own: problem.name.
void take_problem(SuiteItem& item) {
  const auto named = std::ranges::find(item.settings, "problem.name", &Setting::name);
  if (named == item.settings.end()) return;
  check_problem(named->value, named->where);
  item.problem = named->value;
  item.settings.erase(named);
}

// The name of a folder: it can leave no other, and stands in lists and on terminals as it is.
void check_name(const std::string& name, const DocumentPlace& place) {
  const bool fit = !name.empty() && name.find_first_of("/\\ ,") == std::string::npos && name.front() != '.' &&
                   name == shown(name);
  if (!fit)
    place.fail_here(
        "is the name of a folder: short, without blanks, commas, slashes, control characters, a leading dot");
}

std::vector<SuiteItem> read_items(const DocumentPlace& root, const char* key,
                                  const std::vector<std::string>& own_keys) {
  std::vector<SuiteItem> items;
  const DocumentPlace list = root.at(key);
  for (std::size_t i = 0; i < list.size(); ++i) {
    const DocumentPlace place = list.at(i);
    SuiteItem item{.name = place.at("name").text(), .settings = {}};
    check_name(item.name, place.at("name"));
    for (const SuiteItem& other : items)
      if (other.name == item.name) place.at("name").fail_here(fmt::format("is there twice: {}", item.name));
    read_sections(place, own_keys, item.settings);
    const auto read_text = [&](const char* name, std::string& to) {
      if (const DocumentPlace own = place.find(name); own.present()) to = own.text();
    };
    read_text("metric", item.metric), read_text("get", item.get);
    take_problem(item);
    if (const DocumentPlace published = place.find("published"); published.present())
      for (const std::string& data : published.keys()) item.published[data] = published.at(data).number();
    items.push_back(std::move(item));
  }
  if (items.empty()) list.fail_here("is empty: a suite has at least one");
  return items;
}

// Leaves out data that are to be had elsewhere and are not there.
void leave_out_missing(Suite& suite) {
  std::erase_if(suite.data, [&](const SuiteItem& item) {
    const auto file = std::ranges::find(item.settings, "data.file", &Setting::name);
    std::error_code ignored;
    if (item.get.empty() || file == item.settings.end() || find_included(file->value) != nullptr ||
        std::filesystem::exists(file->value, ignored))
      return false;
    suite.notes.push_back(fmt::format("{} is left out, since there is no file '{}' here: {}", item.name,
                                      file->value, item.get));
    return true;
  });
}

// Keeps those that `quick` names, in the suite's order.
void keep(std::vector<SuiteItem>& items, const DocumentPlace& names) {
  if (!names.present()) return;
  std::vector<std::string> wanted, known;
  for (const SuiteItem& item : items) known.push_back(item.name);
  for (std::size_t i = 0; i < names.size(); ++i) {
    wanted.push_back(names.at(i).text());
    if (!std::ranges::count(known, wanted.back()))
      names.at(i).fail_here(fmt::format("names {}, which is not in the suite{}", shown(wanted.back()),
                                        suggestion(wanted.back(), known)));
  }
  std::erase_if(items, [&](const SuiteItem& item) { return !std::ranges::count(wanted, item.name); });
}

}  // namespace

Suite parse_suite(std::string_view text, const std::string& source, bool quick, const std::string& protocol) {
  const DocumentPlace root = DocumentPlace::parse(text, source);
  root.check_keys({"name", "help", "source", "takes", "problem", "metric", "scaled", "seeds", "settings",
                   "choose", "data", "models", "quick", "protocols"});
  const auto text_of = [&](const char* key) {
    const DocumentPlace place = root.find(key);
    return place.present() ? place.text() : std::string();
  };
  Suite suite{.name = root.at("name").text(),
              .help = text_of("help"),
              .source = text_of("source"),
              .takes = text_of("takes")};
  check_name(suite.name, root.at("name"));
  if (root.find("problem").present()) suite.problem = text_of("problem");
  check_problem(suite.problem, root.at("name").where());
  suite.metric = text_of("metric");
  if (root.find("scaled").present()) suite.scaled = root.at("scaled").flag();
  if (root.find("seeds").present()) suite.seeds = root.at("seeds").integer();
  if (root.find("settings").present()) read_sections(root.at("settings"), {}, suite.settings);
  if (root.find("choose").present()) suite.choose = read_choice(root.at("choose"), suite.settings);
  suite.data = read_items(root, "data", {"name", "metric", "get"});
  suite.models = read_items(root, "models", {"name", "published"});
  if (const DocumentPlace less = root.find("quick"); quick && less.present()) {
    read_sections(less, {"seeds", "use_data", "use_models"}, suite.settings);
    if (less.find("seeds").present()) suite.seeds = less.at("seeds").integer();
    keep(suite.data, less.find("use_data")), keep(suite.models, less.find("use_models"));
  } else if (quick) {
    fail("{}: the suite has no table [quick]: leave --quick out, or write one", source);
  }
  if (!protocol.empty()) {
    const DocumentPlace all = root.find("protocols");
    const std::vector<std::string> names = all.present() ? all.keys() : std::vector<std::string>();
    require(std::ranges::count(names, protocol) > 0, "{}: the suite has no protocol '{}'{}", source,
            shown(protocol), names.empty() ? ": it has but its own" : suggestion(protocol, names));
    suite.name += "-" + protocol;
    read_sections(all.at(protocol), {}, suite.settings);
  } else if (root.find("protocols").present()) {
    std::vector<Setting> checked;  // a slip is told whether or not the protocol is asked for
    for (const std::string& name : root.at("protocols").keys())
      read_sections(root.at("protocols").at(name), {}, checked);
  }
  leave_out_missing(suite);
  require(!suite.data.empty(), "{}: no data are left: {}", source,
          suite.notes.empty() ? "" : suite.notes.front());
  require(suite.seeds >= 1, "{}: seeds must be at least 1, not {}", source, suite.seeds);
  for (const SuiteItem& model : suite.models)
    for (const auto& [name, value] : model.published)
      if (std::ranges::none_of(root.at("data").value().list, [&](const DocumentValue& item) {
            const DocumentValue* own = item.find("name");
            return own != nullptr && own->text == name;
          }))
        fail("{}: {} has a published number on {}, which is no data of the suite", source, model.name, name);
  return suite;
}

Suite find_suite(const std::string& name_or_file, bool quick, const std::string& protocol) {
  for (const SuiteRow& row : suites())
    if (row.name == name_or_file) return parse_suite(row.text, "suite " + name_or_file, quick, protocol);
  std::error_code ignored;
  if (!std::filesystem::exists(name_or_file, ignored)) {
    std::vector<std::string> names;
    for (const SuiteRow& row : suites()) names.emplace_back(row.name);
    fail("there is no suite and no file '{}'{}", shown(name_or_file, std::string::npos),
         suggestion(name_or_file, names));
  }
  return parse_suite(read_input(name_or_file), name_or_file, quick, protocol);
}

}  // namespace ebit::analysis
