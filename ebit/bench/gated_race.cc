// Workload G: gated cells against torch's LSTM, the machine's limit and themselves on one thread; the same
// data and the same trainer.
#include <fmt/format.h>

#include <algorithm>

#include "ebit/base/parallel.h"
#include "ebit/bench/torch_peers.h"
#include "ebit/bench/training.h"
#include "ebit/bench/workload.h"
#include "ebit/cell/gated/gated_cell.h"
#include "ebit/fit/model_spec.h"

namespace ebit::bench {
namespace {

constexpr std::size_t kRounds = 20000;

// As workload B: 600 windows of 16 and their targets.
const Pairs kData = {{"data.set", "points=770"}, {"data.window", "16"},   {"data.train", "0.8"},
                     {"data.validation", "0"},   {"train.batch", "64"},   {"train.optimizer", "adam"},
                     {"train.loss", "mse"},      {"train.patience", "0"}, {"train.restore_best", "false"}};
const Pairs kClassical = {{"model.hidden_size", "8"}};

// A model of the table at some size.
struct Contender {
  const char* model;
  int qubits, layers;
  double limit;  // of its epoch over the LSTM's
};
constexpr Contender kContenders[] = {{"qlstm-v0", 4, 1, 1.0},
                                     {"qlstm-2020", 4, 2, 1.5},
                                     {"qlstm-fellner", 6, 3, 6.0},
                                     {"le-qlstm-fellner", 6, 3, 6.0}};

Pairs with(const Pairs& more) {
  Pairs all = kData;
  all.insert(all.end(), more.begin(), more.end());
  all.emplace_back("model.dtype", "float32");
  return all;
}

// Additions and multiplications of an epoch in the circuits.
double flops_of(const SineTraining& training) {
  const fit::ModelSpec spec = fit::completed(training.spec());
  const GatedCell<float> cell(std::get<GatedOptions>(std::get<CellOptions>(spec.core)));
  const auto batch = static_cast<std::size_t>(training.config().train.batch);
  const Windows& windows = training.windows();
  double flops = 0;
  for (std::size_t first = 0; first < windows.count; first += batch)
    flops += cell.circuit_flops(std::min(batch, windows.count - first), windows.steps);
  return flops;
}

// A run of `work` on so many threads.
std::function<void()> on_threads(int count, const std::function<void()>& work) {
  return [count, work] {
    if (threads() != count) set_threads(count);
    work();
  };
}

}  // namespace

std::vector<Result> run_gated_race(const Bench& bench) {
  const int own = bench.options.threads, more = std::min(2 * own, bench.machine.cores);
  const int epochs = bench.options.quick ? 1 : 5;
  std::unique_ptr<SineTraining> lstm;
  if (torch_peers()) {
    torch_peers()->set_threads(own);
    lstm = std::make_unique<SineTraining>("lstm", with(kClassical));
  } else {
    bench.leave_out("G: torch's LSTM is left out, because this program has no libtorch");
  }
  std::vector<Result> results;
  for (const Contender& row : kContenders) {
    const SineTraining ours(row.model, with({{"model.qubits", std::to_string(row.qubits)},
                                             {"model.circuit_layers", std::to_string(row.layers)}}));
    const std::function<void()> train = [&] { ours.losses(epochs, "native"); };
    std::vector<std::function<void()>> sides = {on_threads(own, train)};
    if (more > own) sides.push_back(on_threads(more, train));
    double peak_flops = 0;
    sides.push_back([&] { peak_flops = run_multiply_adds<float>(kRounds); });
    if (lstm) sides.push_back(on_threads(own, [&] { lstm->losses(epochs, "torch"); }));
    bench.next(fmt::format("G: {}, {} qubits", row.model, row.qubits));
    std::vector<Seconds> taken = race(sides, bench.race_options());
    for (Seconds& side : taken)
      for (double& seconds : side) seconds /= epochs;
    const std::size_t peak = more > own ? 2 : 1;
    for (double& seconds : taken[peak]) seconds *= epochs * flops_of(ours) / peak_flops / own;
    Result result{.workload = "G",
                  .size = fmt::format("{}, {} qubits, {} layer{}", row.model, row.qubits, row.layers,
                                      row.layers == 1 ? "" : "s"),
                  .dtype = "float32",
                  .threads = own,
                  .unit = "epoch"};
    if (lstm) {
      result.ours = taken[0], result.against = "torch-lstm", result.theirs = taken.back();
      result.note = fmt::format(
          "torch::nn::LSTM(hidden 8) and a linear head, same data and trainer; wanted: "
          "at most {} of its epoch",
          row.limit);
      results.push_back(result);
    }
    result.ours = taken[0], result.against = "fma-peak", result.theirs = taken[peak];
    result.share = ratio_of(result);
    result.note = "multiply-adds of the circuits as they are run, over all of the epoch's time";
    results.push_back(result);
    result.share.reset();
    if (more > own) {
      result.ours = taken[1], result.against = "one-thread", result.theirs = taken[0], result.threads = more;
      result.note = "the same epochs on fewer threads, by turns";
      results.push_back(result);
    }
  }
  set_threads(own);
  return results;
}

}  // namespace ebit::bench
