#include "ebit/analysis/inspect/inspect.h"

#include "ebit/base/error.h"
#include "ebit/experiment/problems/forecast_problem.h"
#include "ebit/experiment/problems/prepare.h"
#include "ebit/experiment/runs/run.h"
#include "ebit/settings/problems.h"
#include "ebit/settings/resolve.h"

namespace ebit::analysis {
namespace {

namespace fs = std::filesystem;
using experiment::ForecastProblem;
using experiment::Job;
using experiment::Problem;
using experiment::TrainedModel;

// Other data are one part, the last.
constexpr std::size_t kOtherPart = 2;

void require_memory(const Config& config) {
  require(
      (family_of(config) & kCells) != 0,
      "inspect looks at a quantum memory, and the model '{}' keeps none: it works for the model register, "
      "its presets and qrnn",
      config.model.name);
  require(config.problem.name != "translate",
          "inspect looks at one memory, and a translator has two, an encoder's and a decoder's: it works for "
          "all other problems");
}

Job job_of(const Config& config, const fs::path& folder, std::optional<std::uint64_t> seed) {
  for (Job& job : experiment::jobs_of(config, folder))
    if (!job.baseline && (!seed || job.config.train.seed == *seed)) return job;
  fail("inspect: the run has no training of seed {}; its seeds are {} to {}", *seed, config.train.seed,
       config.train.seed + static_cast<std::uint64_t>(config.seeds) - 1);
}

// How a training saw its data; empty where its weights do not say, which ForecastProblem refuses.
std::string fitted_of(const fit::Metadata& metadata) {
  const auto found = metadata.find("data");
  return found == metadata.end() ? "" : found->second;
}

// The problem that makes the run's models: with its data, or where other data are inspected without any.
std::unique_ptr<Problem> own_problem(Config& config, const Job& job, const InspectOptions& options) {
  if (options.data.empty()) return experiment::make_problem(config);
  require(find_problem(config.problem.name).set == kForecast,
          "inspect --data is for runs of a series, and this one is of the problem {}", config.problem.name);
  experiment::require_one_series(config, "inspect --data");
  require(options.part.empty(), "inspect: --part is of the run's own data; all of --data is inspected");
  const std::string best = (job.folder / experiment::files::kBest).string();
  return std::make_unique<ForecastProblem>(config, fitted_of(fit::load_weights(best).metadata), best);
}

// The problem of other data, seen as the training's were.
std::unique_ptr<Problem> other_problem(Config& config, const TrainedModel& trained,
                                       const InspectOptions& options) {
  Series series = experiment::load_other_data(config, options.data);
  return std::make_unique<ForecastProblem>(config, std::move(series), fitted_of(trained.metadata),
                                           options.data);
}

// Of each target of a series: do predictions follow the last known value?
void add_lag(Inspection& in, const ForecastProblem& problem, std::size_t part,
             const std::vector<double>& predicted) {
  const Dataset& dataset = problem.dataset();
  const Windows& windows = problem.windows(part);
  const std::size_t targets = dataset.target_columns.size();
  for (std::size_t o = 0; o < targets; ++o) {
    const std::size_t column = dataset.target_columns[o];
    std::vector<double> truth, prediction, last;
    for (std::size_t i = 0; i < windows.count; ++i) {
      const std::size_t row = windows.target_row[i];
      truth.push_back(dataset.series.at(row, column));
      last.push_back(dataset.series.at(row - static_cast<std::size_t>(dataset.options.horizon), column));
      prediction.push_back(predicted[(i + 1) * windows.outputs - targets + o]);
    }
    std::optional<Finding> lag = prediction_lag(truth, prediction, last);
    if (!lag) continue;
    if (targets > 1) lag->text = dataset.series.names[column] + ": " + lag->text;
    in.findings.push_back(std::move(*lag));
  }
}

void add_findings(Inspection& in, const TrainedModel& trained, const Problem& problem, std::size_t part) {
  const auto add = [&](std::optional<Finding> finding) {
    if (finding) in.findings.push_back(std::move(*finding));
  };
  const Advice& advice = in.memory->advice();
  Dependence found;
  if (in.sequences->carried)
    in.notes.emplace_back(
        "gradients by step are left out: the hidden state is carried from window to window");
  else
    found = dependence(*trained.model, *in.sequences, in.seed);
  in.gradient = found.by_step;
  add(unused_memory(found.answers, found.exchanged, in.sequences->noun, advice));
  add(stuck_outcome(in.memory->outcomes()));
  if (const auto* forecast = dynamic_cast<const ForecastProblem*>(&problem))
    add_lag(in, *forecast, part, problem.scores(*trained.model, in.seed, false).predictions[part]);
  add(vanishing_gradient(found.first, found.last, advice));
  std::vector<double> norms;
  for (const fit::EpochRecord& record : trained.progress.history) norms.push_back(record.gradient_norm);
  add(flat_start(norms, advice));
  add(saturated_readouts(in.memory->readouts(), advice));
}

void add_notes(Inspection& in, const InspectOptions& options) {
  for (std::string& note : in.memory->notes()) in.notes.push_back(std::move(note));
  const Sequences& sequences = *in.sequences;
  const std::size_t count = sequences.count();
  if (sequences.available > count)
    in.notes.push_back(fmt::format("{} of {} {} were traced: --windows 0 takes all", count,
                                   sequences.available, sequences.noun));
  else if (sequences.available == 0 && options.windows != 0)
    in.notes.push_back(
        fmt::format("{} {} of the part were traced: --windows 0 takes all", count, sequences.noun));
  if (in.seeds > 1 && !options.seed)
    in.notes.push_back(fmt::format("seed {} of {} seeds: --seed takes another", in.seed, in.seeds));
}

}  // namespace

Inspection inspect_run(const fs::path& folder, const InspectOptions& options) {
  require(options.windows >= -1, "inspect: --windows must be 0 (all) or more, not {}", options.windows);
  const Config config = with_settings(experiment::read_run_config(folder), options.changes);
  require_memory(config);
  const Job job = job_of(config, folder, options.seed);
  Config own_config = job.config, other_config = job.config;
  std::unique_ptr<Problem> problem = own_problem(own_config, job, options);
  const TrainedModel trained = experiment::load_trained(job, *problem, config);
  const fit::ModelSpec& spec = trained.model->spec();
  const CellOptions& cell = std::get<CellOptions>(spec.core);
  check_options(cell, options);
  if (!options.data.empty()) problem = other_problem(other_config, trained, options);

  Inspection in;
  in.model = config.model.name, in.summary = trained.model->summary();
  const auto* series = dynamic_cast<const ForecastProblem*>(problem.get());
  in.data = series ? series->dataset().series.source : problem->description();
  in.seed = job.config.train.seed, in.seeds = static_cast<std::size_t>(config.seeds);
  const std::size_t part = options.data.empty() ? part_to_inspect(*problem, options.part) : kOtherPart;
  in.part = options.data.empty() ? experiment::kPartNames[part] : "all";
  const std::size_t most = options.windows >= 0
                               ? static_cast<std::size_t>(options.windows)
                               : affordable_sequences(cell, problem->sequences(part, 1).steps);
  in.sequences =
      std::make_shared<const Sequences>(sequences_of(*problem, part, most, *trained.model, job.config));
  const std::vector<double> parameters = fit::cell_parameters(spec, trained.model->weights());
  in.memory = look_at_memory({cell, parameters, in.sequences, in.seed, job.folder}, options);
  add_findings(in, trained, *problem, part);
  add_notes(in, options);
  return in;
}

}  // namespace ebit::analysis
