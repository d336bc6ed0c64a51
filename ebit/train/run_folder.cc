#include "ebit/train/run_folder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/nn/baselines.h"
#include "ebit/train/config_file.h"

namespace ebit::train {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = "# ebit run:";

// All that a run writes at the top of its folder; the only things that --overwrite deletes.
constexpr std::array<std::string_view, 16> kOurs = {
    files::kConfig,  files::kLosses,  files::kMetrics,  files::kPredictions,
    files::kBest,    files::kLast,    files::kLog,      files::kReport,
    files::kPlots,   files::kSeeds,   files::kForecast, files::kBaselines,
    files::kEntropy, files::kInspect, files::kExamples, files::kVocabulary};

// Also what a killed program left of one of ours.
bool is_ours(std::string_view name) {
  if (name.ends_with(kPartial)) name.remove_suffix(kPartial.size());
  return std::find(kOurs.begin(), kOurs.end(), name) != kOurs.end();
}

// Nothing in it, or only the beginning of a run that was killed at once.
bool holds_nothing(const fs::path& folder) {
  const std::string first_write = files::kConfig + std::string(kPartial);
  std::error_code error;
  const fs::directory_iterator entries(folder, error);
  return !error && std::all_of(begin(entries), end(entries),
                               [&](const auto& entry) { return entry.path().filename() == first_write; });
}

bool is_trained(const std::string& kind) {
  const auto table = nn::baseline_table();
  return std::any_of(table.begin(), table.end(), [&](const auto& row) { return row.name == kind; });
}

Config with_kind(Config config, const std::string& kind) {
  const std::string dtype = config.model.dtype;
  config.model = ModelConfig();
  config.model.kind = kind;
  config.model.dtype = dtype;
  config.model.hidden_size = config.baselines.hidden_size;
  config.model.layers = config.baselines.layers;
  config.task.core = kind;
  config.train.step = "auto";  // what was asked for is asked of the model, and may not fit a classical one
  return config;
}

}  // namespace

std::vector<Job> jobs_of(const Config& config, const fs::path& folder) {
  std::vector<Job> jobs;
  const auto add = [&](const std::string& name, bool baseline, const Config& base, auto&& place) {
    for (int k = 0; k < config.seeds; ++k) {
      Job job{name, baseline, base, {}};
      job.config.train.seed = config.train.seed + static_cast<std::uint64_t>(k);
      job.folder = place(k, std::to_string(job.config.train.seed));
      jobs.push_back(std::move(job));
    }
  };
  add("model", false, config,
      [&](int k, const std::string& seed) { return k == 0 ? folder : folder / files::kSeeds / seed; });
  const bool task = !config.task.name.empty();
  for (const std::string& kind : task ? config.task.baselines : config.baselines.which) {
    if (!task && !is_trained(kind)) continue;
    add(kind, true, with_kind(config, kind),
        [&](int, const std::string& seed) { return folder / files::kBaselines / kind / ("seed-" + seed); });
  }
  return jobs;
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
      if (entry.path().filename() == files::kConfig) continue;
      fs::remove_all(entry.path(), error);
      require(!error, "cannot delete '{}': {}", entry.path().string(), error.message());
    }
  }
  make_folder(folder);
  write_run_config(folder, config);
}

Config read_run_config(const fs::path& folder) {
  std::error_code ignored;
  require(fs::exists(folder, ignored), "there is no folder '{}'", folder.string());
  require(is_run_folder(folder), "'{}' is no run of ebit: it has no config.toml that begins with '{}'",
          folder.string(), kMark);
  Config config;
  const fs::path path = folder / files::kConfig;
  for (const Setting& setting : parse_settings(read_file(path), path.string()))
    apply_setting(config, setting);
  config.output.folder = folder.string();
  return config;
}

void write_run_config(const fs::path& folder, const Config& config) {
  write_file_atomically(
      folder / files::kConfig,
      fmt::format("{} all its settings. To repeat it elsewhere: ebit {} --config config.toml -o "
                  "FOLDER\n\n{}",
                  kMark, config.task.name.empty() ? "train" : "task", to_toml(config)));
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  require(!error, "cannot make the folder '{}': {}", folder.string(), error.message());
}

std::string losses_csv(const TrainProgress& progress) {
  const auto cell = [](double value) { return std::isnan(value) ? "" : fmt::format("{}", value); };
  const bool entropy =
      std::ranges::any_of(progress.history, [](const EpochRecord& r) { return !std::isnan(r.entropy); });
  std::string text =
      fmt::format("epoch,train,validation,lr,gradient_norm,seconds,best{}", entropy ? ",entropy" : "");
  for (std::string name : progress.metrics) {
    std::ranges::replace(name, ' ', '_');
    text += fmt::format(",validation_{}", name);
  }
  text += "\n";
  for (const EpochRecord& r : progress.history) {
    text += fmt::format("{},{},{},{},{},{:.6f},{}{}", r.epoch, r.train_loss, cell(r.validation_loss), r.lr,
                        r.gradient_norm, r.seconds, r.improved ? 1 : 0,
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

}  // namespace ebit::train
