// Workload B: a QLSTM-shaped training against torch's own LSTM, with the same data and the same trainer.
#include <fmt/format.h>

#include "ebit/bench/torch_peers.h"
#include "ebit/bench/training.h"
#include "ebit/bench/workload.h"

namespace ebit::bench {
namespace {

constexpr const char* kTorch = "torch";  // its name in the table of backends

// 770 rows, of which 616 train: 600 windows of 16 and their targets.
const Pairs kData = {{"data.set", "points=770"}, {"data.window", "16"}, {"data.train", "0.8"},
                     {"data.validation", "0"},   {"train.batch", "64"}, {"train.optimizer", "adam"},
                     {"train.loss", "mse"}};
const Pairs kQuantum = {{"model.head", "linear"},
                        {"model.n_system", "2"},
                        {"model.n_ancilla", "2"},
                        {"model.layers_en", "1"},
                        {"model.layers_dis", "1"}};
const Pairs kClassical = {{"model.hidden_size", "8"}};

Pairs joined(const Pairs& a, const Pairs& b, const char* dtype) {
  Pairs all = a;
  all.insert(all.end(), b.begin(), b.end());
  all.emplace_back("model.dtype", dtype);
  return all;
}

}  // namespace

std::vector<Result> run_lstm_race(const Bench& bench) {
  if (!torch_peers()) {
    bench.leave_out("B: left out, because this program has no libtorch, whose LSTM is raced");
    return {};
  }
  torch_peers()->set_threads(bench.options.threads);
  const int epochs = bench.options.quick ? 1 : 5;
  std::vector<Result> results;
  for (const char* dtype : {"float64", "float32"}) {
    const SineTraining ours("register", joined(kData, kQuantum, dtype)),
        lstm("lstm", joined(kData, kClassical, dtype));
    const std::vector<std::string> steps = step_names();
    std::vector<std::function<void()>> sides;
    for (const std::string& step : steps) sides.push_back([&, step] { ours.losses(epochs, step); });
    // The LSTM always trains by torch's own graph.
    sides.push_back([&] { lstm.losses(epochs, kTorch); });
    bench.next(fmt::format("B: epochs, {}", dtype));
    std::vector<Seconds> taken = race(sides, bench.race_options());
    for (Seconds& side : taken)
      for (double& seconds : side) seconds /= epochs;
    for (std::size_t s = 0; s < steps.size(); ++s)
      results.push_back({.workload = "B",
                         .size = fmt::format("2+2 qubits, {} windows", ours.windows().count),
                         .variant = steps[s],
                         .dtype = dtype,
                         .threads = bench.options.threads,
                         .unit = "epoch",
                         .ours = taken[s],
                         .against = "torch-lstm",
                         .theirs = taken.back(),
                         .note = "torch::nn::LSTM(hidden 8) and a linear head, same data and trainer"});
  }
  return results;
}

}  // namespace ebit::bench
