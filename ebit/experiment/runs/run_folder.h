// The folder of a run: what it holds, where, and how it is made safely.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ebit/fit/trainer.h"
#include "ebit/settings/config.h"

namespace ebit::experiment {

/// Names of the files of a run. Those of the first seed's model lie in the run folder itself, those of
/// further seeds in `seeds/<seed>/`, those of trained baselines in `baselines/<model>/seed-<seed>/`.
namespace files {
inline constexpr const char* kConfig = "config.toml";        ///< all settings; marks a folder as a run
inline constexpr const char* kLosses = "losses.csv";         ///< per epoch
inline constexpr const char* kEntropy = "entropy.csv";       ///< of --track-entropy, per sampled epoch
inline constexpr const char* kInspect = "inspect.html";      ///< of `ebit inspect`
inline constexpr const char* kLogic = "quantum-logic.json";  ///< of `ebit quantum-logic`
inline constexpr const char* kLogicTable =
    "quantum-logic.csv";                                 ///< of `ebit quantum-logic`, a line a word length
inline constexpr const char* kMetrics = "metrics.json";  ///< of all models and parts
inline constexpr const char* kPredictions = "predictions.csv";  ///< of a series, in the data's units
inline constexpr const char* kBest = "best.safetensors";        ///< weights of the best epoch
inline constexpr const char* kLast = "last.safetensors";        ///< checkpoint to resume from
inline constexpr const char* kLog = "log.txt";                  ///< what happened when
inline constexpr const char* kReport = "report.html";           ///< page of results and plots
inline constexpr const char* kForecast = "forecast.csv";        ///< of `ebit forecast`
inline constexpr const char* kExamples = "examples.txt";        ///< what the model says, in words
inline constexpr const char* kVocabulary = "vocabulary.txt";    ///< tokens by number
inline constexpr const char* kPlots = "plots";                  ///< folder of plots, SVG and PNG
inline constexpr const char* kSeeds = "seeds";                  ///< folder of further seeds
inline constexpr const char* kBaselines = "baselines";          ///< folder of trained baselines
}  // namespace files

/// One training of a run: a model and a seed.
struct Job {
  std::string name;              ///< of the model, as in tables
  bool baseline = false;         ///< a model to compare the run's with
  Config config;                 ///< the run's, with this job's model and seed
  std::filesystem::path folder;  ///< where its files lie
};

/// The trainings of a run in their order: the model for each seed, then each trained baseline for each seed.
std::vector<Job> jobs_of(const Config& config, const std::filesystem::path& folder);

/// What the data of a run are called in folders and titles: the file's, generator's or problem's name.
std::string data_name(const Config& config);

/// Whether `folder` was made by create_run_folder().
bool is_run_folder(const std::filesystem::path& folder);

/// Whether create_run_folder() would succeed as far as can be said without writing; throws Error as it does.
void check_run_folder(const std::filesystem::path& folder, bool overwrite);

/// Makes the folder and writes config.toml. An existing folder is refused unless it is empty, or a run folder
/// and `overwrite` is set; then what ebit wrote in it is deleted first. Throws Error for a folder that may
/// not be replaced, that holds files which are not of a run, or cannot be written.
void create_run_folder(const std::filesystem::path& folder, const Config& config);

/// Reads the settings of a run. Throws Error where `folder` is no run folder, of an earlier version, or its
/// config.toml is damaged.
Config read_run_config(const std::filesystem::path& folder);

/// Writes config.toml again, for a run that goes on with other settings.
void write_run_config(const std::filesystem::path& folder, const Config& config);

/// losses.csv of a training: epoch, train, validation, lr, gradient_norm (both empty where the model was
/// solved at once), seconds, best (1: best so far),
/// entropy where it is in the loss, and a column validation_METRIC for each metric.
std::string losses_csv(const fit::TrainProgress& progress);

/// A text for a CSV cell, quoted where it must be.
std::string csv_cell(const std::string& text);

}  // namespace ebit::experiment
