#include "ebit/analysis/hardware/export_run.h"

#include "ebit/analysis/inspect/sequences.h"
#include "ebit/base/error.h"
#include "ebit/cell/register/hardware.h"
#include "ebit/experiment/runs/run.h"
#include "ebit/settings/models.h"

namespace ebit::analysis {
namespace {

using experiment::Job;

void require_circuit(const Config& config) {
  const unsigned family = family_of(config);
  if ((family & kCells) != 0) {
    const std::string_view obstacle = hardware_obstacle(cell_of(config));
    require(obstacle.empty(), "the model {} is no circuit of a window: {}", config.model.name, obstacle);
  }
  require((family & kRegister) != 0,
          "the model {} has no circuit: ebit export takes register cells and their presets",
          config.model.name);
  require(!config.model.stateful && !config.problem.carry,
          "the run carries its quantum state from window to window, and a state cannot be exported: train it "
          "without "
          "--stateful");
  require(config.problem.name != "translate",
          "a translator has two memories, and attention between them: it is no "
          "circuit");
}

}  // namespace

ExportWindow export_window(const std::filesystem::path& folder, const ExportOptions& options) {
  const Config config = experiment::read_run_config(folder);
  require_circuit(config);
  const std::vector<Job> jobs = experiment::jobs_of(config, folder);
  const Job* job = nullptr;
  for (const Job& one : jobs)
    if (!one.baseline && job == nullptr && (!options.seed || one.config.train.seed == *options.seed))
      job = &one;
  require(job != nullptr, "export: the run has no training of seed {}", options.seed.value_or(0));
  Config own = job->config;
  const auto problem = experiment::make_problem(own);
  const experiment::TrainedModel trained = experiment::load_trained(*job, *problem, config);
  const fit::ModelSpec& spec = trained.model->spec();
  const std::size_t part = part_to_inspect(*problem, options.part, "export");
  const Sequences all = sequences_of(*problem, part, 0, *trained.model, job->config);
  const std::size_t count = all.samples, features = all.x.size() / (all.samples * all.steps);
  require(options.window < static_cast<int>(count), "export: the part has {} {}, numbered from 0, not {}",
          count, all.noun, options.window);
  const std::size_t window = options.window < 0 ? count - 1 : static_cast<std::size_t>(options.window);

  ExportWindow out{.cell = std::get<RegisterOptions>(std::get<CellOptions>(spec.core)),
                   .parameters = fit::cell_parameters(spec, trained.model->weights()),
                   .x = {},
                   .notes = {}};
  const double* const x = all.x.data() + window * all.steps * features;
  out.x.assign(x, x + all.length(window) * features);
  out.notes.push_back(fmt::format("ebit run {}, seed {}: {} {} of the {} part", config.model.name,
                                  job->config.train.seed, all.noun == "windows" ? "window" : "sequence",
                                  window, experiment::kPartNames[part]));
  out.notes.push_back(spec.head.linear
                          ? "a linear head stands behind the readouts, and its outputs are scaled back"
                          : "the readouts are the outputs, which are scaled back to the data's units");
  if (out.cell.noise)
    out.notes.push_back(fmt::format("trained with noise {}, which is not written: a device has its own",
                                    out.cell.noise->name));
  return out;
}

}  // namespace ebit::analysis
