#include "ebit/analysis/hardware/export_run.h"

#include "ebit/analysis/inspect/sequences.h"
#include "ebit/base/error.h"
#include "ebit/experiment/runs/run.h"
#include "ebit/settings/models.h"

namespace ebit::analysis {
namespace {

using experiment::Job;

/// Why a family of models is no circuit a window.
struct Obstacle {
  unsigned families;
  std::string_view reason;
};
constexpr Obstacle kObstacles[] = {
    {kQrnn,
     "the angles of each step are written by a network from means over many runs of the steps before: it is "
     "prefix circuits for each step and basis, O(T^2) gates"},
    {kGated,
     "its gates are small circuits that start in |0...0> at every step, and its memory is numbers: take "
     "ebit export --ansatz for one of them"},
    {kKernel, "its memory is numbers, and its kernels are overlaps of two product states"},
    {kFastWeights, "its memory is the angles of a circuit, written by a network at every step"},
    {kRvqe, "its neurons repeat until they succeed, which is no circuit of fixed length"},
    {kWindow, "it has no memory of its own: take ebit export --ansatz for its circuit"}};

void require_circuit(const Config& config) {
  const unsigned family = family_of(config);
  for (const Obstacle& row : kObstacles)
    require((row.families & family) == 0, "the model {} is no circuit of a window: {}", config.model.name,
            row.reason);
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
