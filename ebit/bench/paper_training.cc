// Workload A: the paper's own training against the same model in plain torch, and the reference code's
// recorded time.
#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/bench/restatement.h"
#include "ebit/bench/training.h"
#include "ebit/bench/workload.h"

namespace ebit::bench {
namespace {

constexpr double kSameLoss = 1e-10;

// The reference code's epoch took 12 to 16 seconds on the machine of the recorded measurements.
constexpr double kReferenceEpoch = 14.0;

struct Peer {
  const char* name;
  Circuits circuits;
  const char* note;
};

constexpr Peer kPeers[] = {
    {"torch-restatement", Circuits::kComplexGates,
     "plain torch, batched, gate by gate on complex [B, 16] states; losses equal to 1e-10"},
    {"torch-real", Circuits::kRealGates,
     "the restatement on real states, CNOT rings as permutations; losses equal to 1e-10"},
    {"torch-folded", Circuits::kFolded,
     "the restatement with one real 16x16 matrix a training step; losses equal to 1e-10"},
};

std::vector<double> restated_losses(const TrainingProblem& problem, Circuits circuits, int epochs) {
  const auto model = std::dynamic_pointer_cast<nn::RegisterModelImpl>(problem.model());
  Restatement restatement(nn::RegisterModel(model), problem.config.train, circuits);
  const train::TensorPart part = train::to_tensors(problem.data.train, torch::kFloat64);
  std::vector<double> losses;
  for (int e = 0; e < epochs; ++e) losses.push_back(restatement.epoch(part.x, part.y, e));
  return losses;
}

void require_equal(const std::vector<double>& ours, const std::vector<double>& theirs, const char* peer) {
  for (std::size_t e = 0; e < ours.size(); ++e)
    require(std::abs(ours[e] - theirs[e]) <= kSameLoss,
            "{} is another model: its loss of epoch {} is {}, ours is {}; nothing was timed", peer, e + 1,
            theirs[e], ours[e]);
}

Seconds divided(Seconds seconds, double by) {
  for (double& s : seconds) s /= by;
  return seconds;
}

}  // namespace

std::vector<Result> run_paper_training(const Bench& bench) {
  torch::set_num_threads(bench.options.threads);
  const TrainingProblem problem = sine_problem("daskin-collapse", {});
  const std::vector<std::string> steps = step_choices();
  const int checked = bench.options.quick ? 2 : 5;
  bench.next("A: equal losses");
  for (const Peer& peer : kPeers) {
    const auto theirs = restated_losses(problem, peer.circuits, checked);
    for (const std::string& step : steps)
      require_equal(train_losses(problem, checked, step), theirs, peer.name);
  }

  // As many epochs a run as make building the model and the trainer a small part of it.
  const int epochs = bench.options.quick ? 2 : 50, peer_epochs = bench.options.quick ? 1 : 2;
  std::vector<std::function<void()>> sides;
  for (const std::string& step : steps) sides.push_back([&, step] { train_losses(problem, epochs, step); });
  for (const Peer& peer : kPeers)
    sides.push_back([&, circuits = peer.circuits] { restated_losses(problem, circuits, peer_epochs); });
  bench.next("A: training epochs");
  const std::vector<Seconds> taken = race(sides, bench.race_options());

  std::vector<Result> results;
  for (std::size_t s = 0; s < steps.size(); ++s) {
    Result result{.workload = "A",
                  .size = fmt::format("2+2 qubits, {} windows", problem.data.train.count),
                  .variant = steps[s],
                  .dtype = "float64",
                  .threads = bench.options.threads,
                  .unit = "epoch",
                  .ours = divided(taken[s], epochs)};
    for (std::size_t p = 0; p < std::size(kPeers); ++p) {
      result.against = kPeers[p].name, result.note = kPeers[p].note;
      result.theirs = divided(taken[steps.size() + p], peer_epochs);
      results.push_back(result);
    }
    result.against = "reference-code", result.theirs = {kReferenceEpoch}, result.recorded = true;
    result.note =
        "recorded on another day, not in this run: the paper author's code took 12 to 16 s an epoch";
    results.push_back(result);
  }
  return results;
}

}  // namespace ebit::bench
