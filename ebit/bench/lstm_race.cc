// Workload B: a QLSTM-shaped training against torch's own LSTM, with the same data and the same trainer.
#include <fmt/format.h>

#include "ebit/bench/training.h"
#include "ebit/bench/workload.h"

namespace ebit::bench {
namespace {

// 770 rows, of which 616 train: 600 windows of 16 and their targets.
const TrainSettings kData = {{"data.set", "points=770"}, {"data.window", "16"},   {"data.train", "0.8"},
                             {"data.validation", "0"},   {"train.batch", "64"},   {"train.optimizer", "adam"},
                             {"train.loss", "mse"},      {"model.head", "linear"}};
const TrainSettings kQuantum = {{"model.kind", "register"},
                                {"model.n_system", "2"},
                                {"model.n_ancilla", "2"},
                                {"model.layers_en", "1"},
                                {"model.layers_dis", "1"}};
const TrainSettings kClassical = {{"model.kind", "lstm"}, {"model.hidden_size", "8"}};

TrainSettings joined(const TrainSettings& a, const TrainSettings& b, const char* dtype) {
  TrainSettings all = a;
  all.insert(all.end(), b.begin(), b.end());
  all.emplace_back("model.dtype", dtype);
  return all;
}

}  // namespace

std::vector<Result> run_lstm_race(const Bench& bench) {
  torch::set_num_threads(bench.options.threads);
  const int epochs = bench.options.quick ? 1 : 5;
  std::vector<Result> results;
  for (const char* dtype : {"float64", "float32"}) {
    const TrainingProblem ours = sine_problem("", joined(kData, kQuantum, dtype)),
                          lstm = sine_problem("", joined(kData, kClassical, dtype));
    const std::vector<std::string> steps = step_choices();
    std::vector<std::function<void()>> sides;
    for (const std::string& step : steps) sides.push_back([&, step] { train_losses(ours, epochs, step); });
    // The LSTM always trains by torch's own graph: there is no other way for it.
    sides.push_back([&] { train_losses(lstm, epochs, ""); });
    bench.next(fmt::format("B: epochs, {}", dtype));
    std::vector<Seconds> taken = race(sides, bench.race_options());
    for (Seconds& side : taken)
      for (double& seconds : side) seconds /= epochs;
    for (std::size_t s = 0; s < steps.size(); ++s)
      results.push_back({.workload = "B",
                         .size = fmt::format("2+2 qubits, {} windows", ours.data.train.count),
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
