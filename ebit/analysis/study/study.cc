#include "ebit/analysis/study/study.h"

#include <algorithm>

#include "ebit/analysis/marked_folder.h"
#include "ebit/analysis/study/table.h"
#include "ebit/base/atomic_file.h"
#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/base/file_lock.h"
#include "ebit/base/parallel.h"
#include "ebit/experiment/runs/run_folder.h"
#include "ebit/experiment/runs/show_exhibit.h"
#include "ebit/report/page.h"
#include "ebit/settings/models.h"
#include "ebit/settings/resolve.h"

namespace ebit::analysis {
namespace {

namespace fs = std::filesystem;

// What decides the numbers of a study, to tell whether a folder holds the same one.
Json settings_json(const Study& study, const StudyPlan& plan) {
  Json settings = Json::object();
  for (const Setting& setting : plan.settings)
    if (!setting.name.starts_with("output.") && setting.name != "train.threads")
      settings[setting.name] = setting.value;
  Json all = {{"study", study.name}, {"values", plan.values}, {"settings", settings}};
  if (!study.trains) all["depths"] = plan.depths, all["samples"] = plan.samples;
  return all;
}

FolderMark mark_of() {
  return {"study", files::kStudy, [](const fs::path& entry) {
            const std::string name = entry.filename().string();
            return experiment::is_run_folder(entry) || name == files::kTable || name == files::kPage ||
                   name == files::kDone || name == experiment::files::kPlots;
          }};
}

void write_files(const Study& study, const StudyReport& report, const Json& json, const fs::path& folder) {
  write_file_atomically(folder / files::kTable, rows_csv(report.rows));
  Page page("ebit study " + study.name, study.help);
  for (const std::string& finding : report.findings) page.paragraph(finding);
  if (!report.data.empty()) page.note("Data: " + report.data);
  page.section("Results");
  for (const TextTable& table : report.tables) page.table(table);
  page.section("Figures");
  for (const experiment::Exhibit& figure : report.figures) experiment::show(figure, folder, page);
  page.folded_code("Settings", Json({{"values", json["values"]}, {"settings", json["settings"]}}).dump(1));
  page.write(folder / files::kPage);
  write_file_atomically(folder / files::kStudy, json.dump(1) + "\n");
}

// How the study treats the model that the settings name.
const StudyFamily& family_for(const Study& study, const std::vector<Setting>& settings) {
  const auto named = std::ranges::find(settings.rbegin(), settings.rend(), "model.name", &Setting::name);
  if (named == settings.rend()) return study.families.front();
  const Family family = find_model(named->value).family;
  const fit::CoreOptions core =
      outline_of(resolve("forecast", std::nullopt, {{"model.name", named->value, named->where}})).core;
  const auto* const cell = std::get_if<CellOptions>(&core);
  const std::string_view classical = cell ? family_of(*cell).classical : "it has no quantum memory";
  for (const StudyFamily& row : study.families)
    if (row.family == family) return row;
  const std::string_view reason = !classical.empty()       ? classical
                                  : !study.refuses.empty() ? std::string_view(study.refuses)
                                                           : "it has no view of that memory";
  std::string others;
  for (const StudyFamily& row : study.families)
    if (row.family != kRegister)
      others += fmt::format(", and for {}", row.family == kQrnn ? "qrnn" : "gated");
  fail("study {} has no meaning for the model {}: {}. It works for the model register and its presets{}",
       study.name, named->value, reason, others);
}

StudyPlan plan_of(const Study& study, const StudyOptions& options) {
  require(study.trains || options.samples >= 2, "--samples must be at least 2, not {}", options.samples);
  require(!study.trains || options.depths.empty(), "--depths is for plateau and shots: {} has none",
          study.name);
  const StudyFamily& family = family_for(study, options.settings);
  StudyPlan plan{
      .settings = {},
      .family = family.family,
      .values = options.values.empty() ? family.values : options.values,
      .depths = options.depths.empty() ? study.depths : options.depths,
      .samples = options.samples,
      .folder = options.folder.empty() ? fs::path("runs") / ("study-" + study.name) : options.folder};
  const auto given = [&](std::string_view name) {
    return std::ranges::any_of(options.settings, [&](const auto& setting) { return setting.name == name; });
  };
  // Data of the user's replace the study's whole choice of data.
  const bool own_data = given("data.file") || given("data.generator");
  for (const Pairs* pairs : {&study.settings, &family.settings})
    for (const auto& [name, value] : *pairs)
      if (!(own_data && name.starts_with("data.")))
        plan.settings.push_back({name, value, "study " + study.name});
  plan.settings.insert(plan.settings.end(), options.settings.begin(), options.settings.end());
  return plan;
}

// The threads that the settings ask for.
int threads_of(const StudyPlan& plan) {
  Config config;
  for (const Setting& setting : plan.settings)
    if (setting.name == "train.threads") apply_setting(config, setting);
  require(config.threads >= 0, "--threads must be 0 (one a core) or more, not {}", config.threads);
  return config.threads;
}

}  // namespace

const Study& find_study(const std::string& name) { return find_row(studies(), "unknown study", name); }

StudyResult run_study(const Study& study, const StudyOptions& options, const StudyCallbacks& callbacks) {
  const StudyPlan plan = plan_of(study, options);
  set_threads(threads_of(plan));
  const Json settings = settings_json(study, plan);
  prepare_marked_folder(plan.folder, mark_of(), settings, options.overwrite);
  const FolderLock lock(plan.folder);
  StudyResult result{.folder = plan.folder, .report = std::nullopt, .json = settings};
  try {
    result.report = study.run(plan, callbacks);
  } catch (const Error&) {
    forget_marked_folder(plan.folder, mark_of());
    throw;
  }
  if (!result.report) return result;
  Json& json = result.json;
  if (!result.report->data.empty()) json["data"] = result.report->data;
  json["findings"] = result.report->findings;
  json["rows"] = result.report->rows;
  json["page"] = (plan.folder / files::kPage).string();
  write_files(study, *result.report, json, plan.folder);
  return result;
}

}  // namespace ebit::analysis
