#include "ebit/experiment/runs/run_folder.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/file_lock.h"
#include "ebit/settings/models.h"
#include "ebit/settings/resolve.h"

namespace ebit::experiment {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = "# ebit run:";

// All that a run writes at the top of its folder; the only things that --overwrite deletes.
constexpr std::array<std::string_view, 18> kOurs = {
    files::kConfig,     files::kLosses,    files::kMetrics,   files::kPredictions, files::kBest,
    files::kLast,       files::kLog,       files::kReport,    files::kPlots,       files::kSeeds,
    files::kForecast,   files::kBaselines, files::kEntropy,   files::kInspect,     files::kExamples,
    files::kVocabulary, files::kLogic,     files::kLogicTable};

// Also what a killed program left of one of ours.
bool is_ours(std::string_view name) {
  if (const std::string_view target = partial_target(name); !target.empty()) name = target;
  return name == kLockFile || std::find(kOurs.begin(), kOurs.end(), name) != kOurs.end();
}

// Nothing in it, or only the beginning of a run that was killed at once.
bool holds_nothing(const fs::path& folder) {
  std::error_code error;
  const fs::directory_iterator entries(folder, error);
  return !error && std::all_of(begin(entries), end(entries), [](const auto& entry) {
    const std::string name = entry.path().filename().string();
    return name == kLockFile || partial_target(name) == files::kConfig;
  });
}

}  // namespace

std::vector<Job> jobs_of(const Config& config, const fs::path& folder) {
  std::vector<Job> jobs;
  const auto add = [&](const Config& base, bool baseline, auto&& place) {
    for (int k = 0; k < config.seeds; ++k) {
      Job job{base.model.name, baseline, base, {}};
      job.config.train.seed = config.train.seed + static_cast<std::uint64_t>(k);
      // What is solved at once has one pass, and nothing to wait for.
      if (solved_at_once(base)) job.config.train.epochs = 1, job.config.train.patience = 0;
      job.folder = place(k, std::to_string(job.config.train.seed));
      jobs.push_back(std::move(job));
    }
  };
  add(config, false,
      [&](int k, const std::string& seed) { return k == 0 ? folder : folder / files::kSeeds / seed; });
  for (const std::string& model : config.baselines.which) {
    if (find_model(model).family == kUntrained) continue;
    add(with_model(config, model), true,
        [&](int, const std::string& seed) { return folder / files::kBaselines / model / ("seed-" + seed); });
  }
  return jobs;
}

std::string data_name(const Config& config) {
  if (config.problem.name != "forecast") return config.problem.name;
  return config.data.file.empty() ? config.data.generator : fs::path(config.data.file).stem().string();
}

bool is_run_folder(const fs::path& folder) {
  std::error_code ignored;
  const fs::path config = folder / files::kConfig;
  return fs::is_regular_file(config, ignored) && read_file(config).starts_with(kMark);
}

void check_run_folder(const fs::path& folder, bool overwrite) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (!fs::exists(status)) return;
  require(fs::is_directory(status), "cannot write the run to '{}': a file of that name is there",
          folder.string());
  if (holds_nothing(folder)) return;
  require(is_run_folder(folder),
          "'{}' is there, is not empty and is no run of ebit: choose another folder with -o",
          folder.string());
  require(overwrite,
          "'{}' holds a run already: add --overwrite to replace it, or choose another folder with -o",
          folder.string());
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    require(is_ours(name), "'{}' also holds '{}', which is not ebit's: move it away before --overwrite",
            folder.string(), name);
  }
}

void create_run_folder(const fs::path& folder, const Config& config) {
  check_run_folder(folder, config.output.overwrite);
  std::error_code error;
  if (is_run_folder(folder)) {
    // config.toml goes last, so that a folder half deleted still is a run folder.
    for (const auto& entry : fs::directory_iterator(folder)) {
      const std::string name = entry.path().filename().string();
      if (name == files::kConfig || name == kLockFile) continue;
      fs::remove_all(entry.path(), error);
      require(!error, "cannot delete '{}': {}", entry.path().string(), error.message());
    }
  }
  make_folder(folder);
  write_run_config(folder, config);
}

namespace {

// The first line of a run's config.toml says how many settings follow, so that a file which was cut short is
// not taken for another run. @returns 0 where it does not, as in runs of earlier versions.
std::size_t promised_settings(std::string_view text) {
  constexpr std::string_view kFront = " all its ";
  const std::string_view line = text.substr(0, text.find('\n'));
  std::size_t count = 0;
  if (const std::size_t at = line.find(kFront); at != std::string_view::npos)
    std::from_chars(line.data() + at + kFront.size(), line.data() + line.size(), count);
  return count;
}

}  // namespace

Config read_run_config(const fs::path& folder) {
  std::error_code ignored;
  require(fs::exists(folder, ignored), "there is no folder '{}'", folder.string());
  require(is_run_folder(folder), "'{}' is no run of ebit: it has no config.toml that begins with '{}'",
          folder.string(), kMark);
  const fs::path path = folder / files::kConfig;
  const std::string text = read_file(path);
  Config config = from_toml(text, path.string());
  const std::size_t settings = parse_settings(text, path.string()).size(), promised = promised_settings(text);
  require(settings >= promised,
          "'{}' holds {} of the {} settings that its first line speaks of: it is cut short; put the whole "
          "file back, or "
          "train again",
          path.string(), settings, promised);
  config.output.folder = folder.string();
  return config;
}

void write_run_config(const fs::path& folder, const Config& config) {
  const std::string settings = to_toml(config);
  write_file_atomically(
      folder / files::kConfig,
      fmt::format(
          "{} all its {} settings. To repeat it elsewhere: ebit {} --config config.toml -o FOLDER\n\n{}",
          kMark, parse_settings(settings, files::kConfig).size(),
          config.problem.name == "forecast" ? "train" : "task", settings));
}

std::string losses_csv(const fit::TrainProgress& progress) {
  const auto cell = [](double value) { return std::isnan(value) ? "" : fmt::format("{}", value); };
  const bool entropy =
      std::ranges::any_of(progress.history, [](const fit::EpochRecord& r) { return !std::isnan(r.entropy); });
  std::string text =
      fmt::format("epoch,train,validation,lr,gradient_norm,seconds,best{}", entropy ? ",entropy" : "");
  for (std::string name : progress.metrics) {
    std::ranges::replace(name, ' ', '_');
    text += fmt::format(",validation_{}", name);
  }
  text += "\n";
  for (const fit::EpochRecord& r : progress.history) {
    text += fmt::format("{},{},{},{},{},{:.6f},{}{}", r.epoch, r.train_loss, cell(r.validation_loss),
                        cell(r.lr), cell(r.gradient_norm), r.seconds, r.improved ? 1 : 0,
                        entropy ? fmt::format(",{}", r.entropy) : "");
    for (const double value : r.metrics) text += fmt::format(",{}", cell(value));
    text += "\n";
  }
  return text;
}

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

}  // namespace ebit::experiment
