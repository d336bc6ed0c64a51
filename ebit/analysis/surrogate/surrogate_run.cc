#include "ebit/analysis/surrogate/surrogate_run.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "ebit/analysis/inspect/sequences.h"
#include "ebit/analysis/surrogate/surrogate.h"
#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/parallel.h"
#include "ebit/cell/gated/gated_cell.h"
#include "ebit/experiment/runs/run.h"

namespace ebit::analysis {
namespace {

constexpr int kRounds = 5;
constexpr double kRoundSeconds = 0.05;  // at least

// Why a model of that family has none.
void require_gated(const Config& config) {
  const Family family = family_of(config);
  const std::string_view reason =
      family == kRegister || family == kQrnn
          ? "its memory is a quantum state, which steps entangle further: outputs are no sums of few products"
      : family == kWindow      ? "it is one circuit of a whole window, whose features grow with each step"
      : (family & kCells) == 0 ? "it is classical already"
                               : "its circuits are no gates of a classical recursion";
  require(family == kGated, "the model {} has no surrogate: {}; gated cells have one, such as qlstm-v0",
          config.model.name, reason);
  require(config.problem.name != "translate", "a translator has two cells: surrogates are made of one");
}

experiment::Job job_of(const Config& config, const std::filesystem::path& folder,
                       std::optional<std::uint64_t> seed) {
  for (experiment::Job& job : experiment::jobs_of(config, folder))
    if (!job.baseline && (!seed || job.config.train.seed == *seed)) return job;
  fail("surrogate: the run has no training of seed {}; its seeds are {} to {}", *seed, config.train.seed,
       config.train.seed + static_cast<std::uint64_t>(config.seeds) - 1);
}

// Seconds of one call, of as many as take kRoundSeconds.
template <class Body>
double seconds_of(const Body& body) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  double passed = 0;
  int calls = 0;
  do {
    body(), ++calls;
    passed = std::chrono::duration<double>(Clock::now() - start).count();
  } while (passed < kRoundSeconds);
  return passed / calls;
}

}  // namespace

SurrogateComparison surrogate_of_run(const std::filesystem::path& folder, const SurrogateOptions& options) {
  const Config config = experiment::read_run_config(folder);
  require_gated(config);
  const experiment::Job job = job_of(config, folder, options.seed);
  Config own = job.config;
  const std::unique_ptr<experiment::Problem> problem = experiment::make_problem(own);
  const experiment::TrainedModel trained = experiment::load_trained(job, *problem, config);
  const fit::ModelSpec& spec = trained.model->spec();
  GatedOptions cell_options = std::get<GatedOptions>(std::get<CellOptions>(spec.core));
  cell_options.every_step = false;
  const std::vector<double> parameters = fit::cell_parameters(spec, trained.model->weights());
  const Surrogate surrogate = extract_surrogate(cell_options, parameters);

  const std::size_t part = part_to_inspect(*problem, "");
  const Sequences sequences = sequences_of(*problem, part, options.windows, *trained.model, own);
  const SequenceInput<double> input = sequences.input(0);
  GatedCell<double> cell(cell_options);
  std::vector<double> circuit(input.samples * cell.outputs()), classical;
  const auto by_circuit = [&] { cell.forward(parameters, input, {circuit.data(), nullptr, nullptr}); };
  const auto by_surrogate = [&] { classical = run_surrogate(surrogate, input); };

  SurrogateComparison found{
      .model = cell.summary(),
      .part = std::string(experiment::kPartNames[part]),
      .windows = sequences.count(),
      .steps = sequences.window,
      .possible = surrogate.possible,
      .nonzero = surrogate.nonzero,
      .circuit_seconds = std::numeric_limits<double>::infinity(),
      .surrogate_seconds = std::numeric_limits<double>::infinity(),
      .folder = options.folder.empty() ? folder / "surrogate" : std::filesystem::path(options.folder)};
  set_threads(1);
  for (int round = 0; round < kRounds; ++round) {  // by turns, so that both meet the same machine
    found.circuit_seconds = std::min(found.circuit_seconds, seconds_of(by_circuit));
    found.surrogate_seconds = std::min(found.surrogate_seconds, seconds_of(by_surrogate));
  }
  for (std::size_t i = 0; i < circuit.size(); ++i) {
    found.largest_difference = std::max(found.largest_difference, std::abs(circuit[i] - classical[i]));
    found.largest_output = std::max(found.largest_output, std::abs(circuit[i]));
  }
  std::filesystem::create_directories(found.folder);
  fit::save_safetensors(found.folder / "surrogate.safetensors", surrogate_file(surrogate));
  write_file_atomically(found.folder / "README.md", surrogate_readme(surrogate));
  return found;
}

}  // namespace ebit::analysis
