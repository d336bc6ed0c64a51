// Suites: models x data x seeds, trained under one protocol and told apart on one page.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/base/document.h"
#include "ebit/settings/option.h"

namespace ebit::analysis {

/// A model or the data of a suite.
struct SuiteItem {
  std::string name;               ///< in tables, and of folders
  std::vector<Setting> settings;  ///< options of `ebit train` that make it
  /// Of a model: the authors' own number of the suite's metric, by the name of the data. Shown beside, never
  /// ranked: protocols differ.
  std::map<std::string, double> published = {};
  std::string problem = {};  ///< of data: a row of problems(); empty: the suite's
  std::string metric = {};   ///< of data: what is compared; empty: the suite's
  std::string get = {};      ///< of data that do not come with ebit: where they are to be had
};

/// An option with values to choose from.
struct ListedOption {
  std::string name;                 ///< "section.key"
  std::vector<std::string> values;  ///< at least one, as texts
  std::string where;                ///< for messages: "mine.toml:7"
};

/// What each model is to have of its own on each data, by the validation part: see choice.h.
struct SuiteChoice {
  std::vector<ListedOption> options;  ///< every value with every other; empty: nothing is chosen
  int seeds = 1;                      ///< trainings of each of them
};

/// What is compared, and how.
struct Suite {
  std::string name;                  ///< as in `ebit suite NAME`
  std::string help;                  ///< one line: the question
  std::string source;                ///< papers, and what of their protocol is taken
  std::string takes;                 ///< how long it takes, on which machine
  std::string problem = "forecast";  ///< a row of problems()
  std::string metric;              ///< of the judged part, or "epochs" of training; empty: the problem's own
  bool scaled = false;             ///< the metric of scaled numbers instead of the data's units
  int seeds = 5;                   ///< trainings of each model on each data
  std::vector<Setting> settings;   ///< of all models that have such an option
  SuiteChoice choose = {};         ///< options of which each model has its own best value on each data
  std::vector<SuiteItem> data;     ///< at least one
  std::vector<SuiteItem> models;   ///< at least one
  std::vector<std::string> notes;  ///< what is left out, and why
};

/// A row of the table of suites.
struct SuiteRow {
  std::string_view name;  ///< as in `ebit suite NAME`
  std::string_view text;  ///< as a user would write it, see parse_suite()
};

/// The suites that come with ebit.
std::span<const SuiteRow> suites();

/// Reads a suite of TOML (or JSON): see docs/suites.md. With `quick`, what stands in its table [quick] counts
/// instead; with a `protocol`, the options in [protocols.NAME] on top. Data with `get` whose file is not
/// there are left out, with a note. Throws Error as "source:line: ..." for a key, an option or a value that
/// is none, with the nearest name, for names that are there twice, and a protocol that the suite does not
/// have.
Suite parse_suite(std::string_view text, const std::string& source, bool quick,
                  const std::string& protocol = {});

/// The suite called `name_or_file`: a row of suites(), else a file. Throws Error where it is neither.
Suite find_suite(const std::string& name_or_file, bool quick, const std::string& protocol = {});

/// The value of an option in a file, as `ebit train` takes it: a list is joined by commas. Throws Error for
/// what is none.
std::string option_text(const DocumentPlace& place);

/// What is done with an option of a file: its name, "section.key", and the value's place.
using UseOption = std::function<void(const std::string& option, const DocumentPlace& place)>;

/// Hands out the options of `ebit train` that stand in a table as in config.toml: train.lr = 0.01. The other
/// keys that may be in it are `own`. Throws Error for a key and an option that is none, with the nearest
/// name.
void each_option(const DocumentPlace& table, std::vector<std::string> own, const UseOption& use);

/// Reads the options of a table as each_option() and adds them to `settings`; the last one that speaks wins.
void read_sections(const DocumentPlace& table, std::vector<std::string> own, std::vector<Setting>& settings);

}  // namespace ebit::analysis
