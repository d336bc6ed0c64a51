#include "ebit/train/inspect.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/train/check_inputs.h"
#include "ebit/train/checkpoint.h"
#include "ebit/train/model_factory.h"
#include "ebit/train/prepare.h"
#include "ebit/train/run.h"

namespace ebit::train {
namespace {

namespace fs = std::filesystem;

// Largest ancilla whose density matrix is kept for every step.
constexpr int kMostFidelityQubits = 4;

// The windows to inspect and the rows that they lie in.
struct Inspected {
  Windows windows;
  Series series;                     // that target_row counts in
  std::vector<std::size_t> targets;  // columns of `series`
  Dataset dataset;                   // whose scalers turn predictions back
  std::size_t scaler_part = 0;
  std::string part;
};

Inspected own_data(Config& config, const InspectOptions& options) {
  require_run_data(config);
  Inspected own;
  own.dataset = prepare_dataset(config);
  own.series = own.dataset.series, own.targets = own.dataset.target_columns;
  std::size_t part = kPartNames.size();
  for (std::size_t p = 0; p < kPartNames.size(); ++p)
    if (options.part.empty() ? part_of(own.dataset, p).count > 0 : kPartNames[p] == options.part) part = p;
  require(part < kPartNames.size(), "inspect: there is no part '{}'{}", options.part,
          suggestion(options.part, std::vector<std::string>(kPartNames.begin(), kPartNames.end())));
  own.part = kPartNames[part], own.scaler_part = part;
  own.windows = part_of(own.dataset, part);
  require(own.windows.count > 0, "inspect: the {} part of this run has no windows", own.part);
  return own;
}

Inspected other_data(Config config, const TrainedModel& trained, const InspectOptions& options) {
  require(options.part.empty(), "inspect: --part is of the run's own data; all of --data is inspected");
  config.data.file = options.data, config.data.generator.clear();
  Inspected other{
      .windows = {}, .series = load_data(config), .targets = {}, .dataset = trained.fitted, .part = "all"};
  other.windows = windows_of(other.series, trained.fitted);
  check_inputs(trained.job.config, other.windows, trained.fitted, other.series);
  for (const std::string& target : trained.fitted.options.targets)
    other.targets.push_back(
        static_cast<std::size_t>(std::find(other.series.names.begin(), other.series.names.end(), target) -
                                 other.series.names.begin()));
  return other;
}

Job job_of(const Config& config, const fs::path& folder, std::optional<std::uint64_t> seed) {
  for (Job& job : jobs_of(config, folder))
    if (!job.baseline && (!seed || job.config.train.seed == *seed)) return job;
  fail("inspect: the run has no training of seed {}; its seeds are {} to {}", *seed, config.train.seed,
       config.train.seed + static_cast<std::uint64_t>(config.seeds) - 1);
}

std::vector<double> numbers(const torch::Tensor& tensor) {
  const torch::Tensor flat = tensor.detach().to(torch::kFloat64).contiguous();
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

// Predictions for the windows, with x taken as given and no state carried on.
torch::Tensor run_model(const TrainedModel& trained, const torch::Tensor& x) {
  trained.model->reset_state();
  trained.model->seed_draws(trained.job.config.train.seed, prediction_draw(0, 0));
  const torch::Tensor y = trained.model->forward(x);
  trained.model->reset_state();
  return y;
}

// Root mean square over the windows of |d loss / d x_t|, [T].
std::vector<double> input_gradient(const TrainedModel& trained, const TensorPart& part) {
  const torch::Tensor x = part.x.clone().set_requires_grad(true);
  torch::mse_loss(run_model(trained, x), part.y).backward();
  return numbers(x.grad().to(torch::kFloat64).square().sum(2).mean(0).sqrt());
}

// Predictions where each window's last step comes behind the other steps of a window half the part away.
std::vector<double> with_exchanged_past(const TrainedModel& trained, const TensorPart& part) {
  const torch::NoGradGuard no_grad;
  const std::int64_t steps = part.x.size(1), half = part.x.size(0) / 2;
  const torch::Tensor past = part.x.narrow(1, 0, steps - 1).roll(half, 0);
  return numbers(run_model(trained, torch::cat({past, part.x.narrow(1, steps - 1, 1)}, 1)));
}

void add_fidelity(Inspection& in, const MemoryModel& memory) {
  const Memory kind = find_hidden_update<double>(in.cell.hidden).memory;
  if (kind == Memory::kWholeState) return;
  if (in.cell.ancilla > kMostFidelityQubits) {
    in.notes.push_back(
        fmt::format("the fidelity with the exact density matrix is left out above {} ancilla qubits",
                    kMostFidelityQubits));
    return;
  }
  const auto trace = [&](const std::string& hidden) {
    RegisterOptions options = memory.cell;
    options.hidden = hidden;
    RegisterCell<double> cell(options);
    return trace_memory(cell, memory.parameters, in.windows.input(in.seed),
                        {.negativity = false, .hidden = true});
  };
  const std::string pure = kind == Memory::kMixture ? "collapse" : in.cell.hidden;
  in.fidelity = hidden_fidelity(trace(pure), trace("density"));
  in.fidelity_of = pure + " against density";
}

void add_findings(Inspection& in, const TrainedModel& trained, const Inspected& data,
                  const MemoryModel& memory) {
  const auto add = [&](std::optional<Finding> finding) {
    if (finding) in.findings.push_back(std::move(*finding));
  };
  const Config& config = trained.job.config;
  add(stuck_outcome(in.trace));
  const torch::Tensor y = predict(*trained.model, data.windows, dtype_of(config), config.train.stateful,
                                  config.data.dataset.stride, config.train.seed, data.scaler_part);
  const std::vector<double> predicted =
      unscaled(data.dataset, data.scaler_part, {y.data_ptr<double>(), static_cast<std::size_t>(y.numel())});
  for (std::size_t o = 0; o < data.targets.size(); ++o) {
    std::vector<double> truth, prediction, last;
    for (std::size_t i = 0; i < data.windows.count; ++i) {
      const std::size_t row = data.windows.target_row[i];
      truth.push_back(data.series.at(row, data.targets[o]));
      last.push_back(
          data.series.at(row - static_cast<std::size_t>(data.dataset.options.horizon), data.targets[o]));
      prediction.push_back(predicted[i * data.windows.outputs + o]);
    }
    std::optional<Finding> lag = prediction_lag(truth, prediction, last);
    if (lag && data.targets.size() > 1) lag->text = data.series.names[data.targets[o]] + ": " + lag->text;
    add(std::move(lag));
  }
  add(vanishing_gradient(in.gradient));
  std::vector<double> norms;
  for (const EpochRecord& record : load_checkpoint(trained.job.folder / files::kLast, "").state.history)
    norms.push_back(record.gradient_norm);
  add(flat_start(norms));
  RegisterCell<double> cell(memory.cell);
  const SequenceInput<double> input = in.windows.input(in.seed);
  std::vector<double> readouts(input.samples * cell.outputs() * (memory.cell.every_step ? input.steps : 1));
  cell.forward(memory.parameters, input, readouts.data());
  add(saturated_readouts(readouts));
}

// What one pass of all traced windows through the model tells: gradients, and whether the past matters.
void add_dependence(Inspection& in, const TrainedModel& trained, const TracedWindows& windows,
                    const Inspected& data) {
  if (trained.job.config.train.stateful) {
    in.notes.push_back("gradients by step are left out: the hidden state is carried from window to window");
    return;
  }
  Windows few = data.windows;
  few.count = windows.count(), few.x = windows.x;
  few.y.clear();
  for (std::size_t k = 0; k < few.count; ++k) {
    const std::size_t i = k * data.windows.count / few.count;  // as traced_windows() chooses
    for (std::size_t o = 0; o < few.outputs; ++o) few.y.push_back(data.windows.y[i * few.outputs + o]);
  }
  const TensorPart part = to_tensors(few, dtype_of(trained.job.config));
  trained.model->eval();
  in.gradient = input_gradient(trained, part);
  if (few.steps < 2 || few.count < 2) return;
  const torch::NoGradGuard no_grad;
  const std::vector<double> prediction = numbers(run_model(trained, part.x));
  if (auto finding = unused_memory(prediction, with_exchanged_past(trained, part)))
    in.findings.push_back(std::move(*finding));
}

}  // namespace

Inspection inspect_run(const fs::path& folder, const InspectOptions& options) {
  require(options.windows >= -1, "inspect: --windows must be 0 (all) or more, not {}", options.windows);
  require(options.starts >= 1, "inspect: --starts must be 1 or more, not {}", options.starts);
  Config config = read_run_config(folder);
  require_quantum_memory(config, "inspect looks at");
  const Job job = job_of(config, folder, options.seed);
  const TrainedModel trained = load_trained(job);
  const MemoryModel memory = memory_model(*trained.model);
  const Inspected data =
      options.data.empty() ? own_data(config, options) : other_data(config, trained, options);

  Inspection in;
  in.model = model_name(config), in.summary = trained.model->summary(), in.data = data.series.source;
  in.part = data.part, in.seed = job.config.train.seed, in.seeds = static_cast<std::size_t>(config.seeds);
  in.cell = memory.cell;
  const std::size_t most = options.windows >= 0 ? static_cast<std::size_t>(options.windows)
                                                : affordable_windows(memory.cell, data.windows.steps);
  in.windows = traced_windows(data.windows, most, job.config);
  RegisterCell<double> cell(memory.cell);
  const SequenceInput<double> input = in.windows.input(in.seed);
  in.trace = trace_memory(cell, memory.parameters, input);
  in.bounds = memory_bounds(cell, memory.parameters, input, in.trace, options.powers, options.starts);
  add_fidelity(in, memory);
  add_dependence(in, trained, in.windows, data);
  add_findings(in, trained, data, memory);
  in.training = read_entropy_csv(job.folder / files::kEntropy);
  if (options.powers != PowerEffort::kNone && !in.bounds[0].searched)
    in.notes.push_back(
        fmt::format("E_up and E_down of {}+{} qubits would take long and are left out: --powers full "
                    "searches for them",
                    in.cell.system, in.cell.ancilla));
  if (in.windows.count() < in.windows.available)
    in.notes.push_back(fmt::format("{} of {} windows were traced: --windows 0 takes all", in.windows.count(),
                                   in.windows.available));
  if (in.seeds > 1 && !options.seed)
    in.notes.push_back(fmt::format("seed {} of {} seeds: --seed takes another", in.seed, in.seeds));
  return in;
}

}  // namespace ebit::train
