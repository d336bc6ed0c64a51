// Scores of the trainings of a run.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "ebit/experiment/runs/run.h"

namespace ebit::experiment {

/// The model of a job with its starting values. Throws Error as spec_of() and fit::make_model() do.
std::unique_ptr<fit::Model> model_of(const Job& job, const Problem& problem, const Config& run);

/// Tells trainings apart that must not be mixed: settings, seed and data.
std::string fingerprint_of(const Job& job, const Problem& problem);

/// The problem of a run's own data, without baselines; nothing where they are others than when the weights
/// that bear `metadata` were trained, or do not make its windows any more.
std::unique_ptr<Problem> problem_as_trained(const std::filesystem::path& folder,
                                            const fit::Metadata& metadata);

/// Scores every training of a run that has weights, and what needs none. Trainings without weights, and data
/// that have changed since the training, are told of by `callbacks.on_note`. Throws Error for a run without
/// any weights, and for data that have changed so that their values would be scaled otherwise than the
/// training saw them.
Results score_jobs(const std::filesystem::path& folder, const Config& config, const Problem& problem,
                   const RunCallbacks& callbacks);

/// Writes metrics.json, and predictions.csv, vocabulary.txt and examples.txt where there is something for
/// them.
void write_scores(const RunResult& result);

}  // namespace ebit::experiment
