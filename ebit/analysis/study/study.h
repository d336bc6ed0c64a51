// The table of studies: questions about quantum models, each answered by several trainings or circuits.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ebit/experiment/problem.h"
#include "ebit/report/text_table.h"
#include "ebit/settings/option.h"

namespace ebit::experiment {
struct RunCallbacks;
}

namespace ebit::analysis {

using Json = nlohmann::ordered_json;

/// What the user asks of a study.
struct StudyOptions {
  std::vector<Setting> settings;    ///< options of `ebit train`, in order; the last one wins
  std::vector<std::string> values;  ///< of what the study varies; empty: Study::values
  std::vector<int> depths;          ///< plateau: layers; shots: steps; empty: its own
  int samples = 256;                ///< of these two: random circuits a point, 2 or more
  std::filesystem::path folder;     ///< of the results; empty: `runs/study-NAME`
  bool overwrite = false;           ///< begin anew in a folder of another study
};

/// What the caller hears of a study; any but `run` may be empty.
struct StudyCallbacks {
  const experiment::RunCallbacks& run;     ///< of each training
  std::function<bool()> interrupted = {};  ///< polled between pieces of work: true stops
  /// A piece of work begins: what, which of how many.
  std::function<void(const std::string& what, std::size_t index, std::size_t count)> on_piece = {};
};

/// What a study found.
struct StudyReport {
  std::vector<std::string> findings;  ///< sentences computed from the numbers
  std::vector<TextTable> tables;      ///< the first is the summary
  std::vector<Json> rows;             ///< flat objects, one a measurement: a training, a circuit, a unitary
  std::vector<experiment::Exhibit> figures;  ///< as they stand on the page
  std::string data;                          ///< one line about the data; "" without any
};

/// A study at work: what it was asked, filled in, and where its results lie.
struct StudyPlan {
  std::vector<Setting> settings;    ///< the study's own, then the user's
  Family family = kRegister;        ///< of the model
  std::vector<std::string> values;  ///< never empty
  std::vector<int> depths;          ///< see StudyOptions
  int samples = 0;                  ///< see StudyOptions
  std::filesystem::path folder;     ///< made already
};

/// How a study treats the models of one family.
struct StudyFamily {
  Family family;                    ///< which
  std::string varies;               ///< what the values of --values are
  std::vector<std::string> values;  ///< taken where none are given
  Pairs settings;                   ///< of the model, on top of Study::settings
};

/// A row of the table of studies.
struct Study {
  std::string name;                   ///< as in `ebit study NAME`
  std::string help;                   ///< one line: the question
  std::vector<StudyFamily> families;  ///< the first is the one without --model
  std::string refuses;                ///< why models of other families have no meaning here
  std::vector<int> depths;            ///< plateau: layers; shots: steps of a window; others: none
  Pairs settings;                     ///< of the defaults that are others than those of `ebit train`
  bool trains = true;                 ///< false: it takes no data, and no options of trainings
  /// Does the work; nothing where it was interrupted. What is finished is in the plan's folder and is not
  /// done again. Throws Error for bad settings and data.
  std::optional<StudyReport> (*run)(const StudyPlan& plan, const StudyCallbacks& callbacks);
};

/// All studies: registers, depth, hidden, plateau, specialise, noise, shots.
std::span<const Study> studies();

/// The study called `name`. Throws Error with the nearest name where there is none.
const Study& find_study(const std::string& name);

/// Names of the files in a study's folder, beside the folders of its trainings.
namespace files {
inline constexpr const char* kStudy = "study.json";  ///< settings, findings, rows; marks the folder
inline constexpr const char* kTable = "study.csv";   ///< the rows
inline constexpr const char* kPage = "report.html";  ///< page of all
inline constexpr const char* kDone = "done.json";    ///< measurements that are not trainings, see Store
}  // namespace files

/// How a study ended.
struct StudyResult {
  std::filesystem::path folder;       ///< where everything lies
  std::optional<StudyReport> report;  ///< nothing where it was interrupted: the same call goes on
  Json json;                          ///< what study.json holds
};

/// Does a study, or goes on with it where the folder holds its beginning with the same settings, and writes
/// study.json, study.csv, the figures (SVG and PNG) and the page. Throws Error for settings that do not make
/// a study, for a folder that holds something else, or another study and not `overwrite`.
StudyResult run_study(const Study& study, const StudyOptions& options, const StudyCallbacks& callbacks);

}  // namespace ebit::analysis
