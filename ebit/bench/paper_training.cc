// Workload A: the paper's own training against the same model in plain torch, and the reference code's
// recorded time.
#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/bench/torch_peers.h"
#include "ebit/bench/training.h"
#include "ebit/bench/workload.h"
#include "ebit/fit/model_spec.h"

namespace ebit::bench {
namespace {

constexpr double kSameLoss = 1e-10;

// The reference code's epoch took 12 to 16 seconds on the machine of the recorded measurements.
constexpr double kReferenceEpoch = 14.0;

struct Peer {
  const char* name;
  RestatedLosses TorchPeers::*losses;
  const char* note;
};

constexpr Peer kPeers[] = {
    {"torch-restatement", &TorchPeers::complex_gates,
     "plain torch, batched, gate by gate on complex [B, 16] states; losses equal to 1e-10"},
    {"torch-real", &TorchPeers::real_gates,
     "the restatement on real states, CNOT rings as permutations; losses equal to 1e-10"},
    {"torch-folded", &TorchPeers::folded,
     "the restatement with one real 16x16 matrix a training step; losses equal to 1e-10"},
};

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
  const SineTraining training("daskin-collapse", {});
  const TorchPeers* const torch = torch_peers();
  const std::span<const Peer> peers = torch ? std::span(kPeers) : std::span<const Peer>();
  if (torch)
    torch->set_threads(bench.options.threads);
  else
    bench.leave_out("A: the paper's model in plain torch is left out, because this program has no libtorch");
  const std::vector<double> initial = training.initial();
  const fit::ModelSpec spec = fit::completed(training.spec());
  const auto& cell = std::get<RegisterOptions>(std::get<CellOptions>(spec.core));
  const auto restated_losses = [&](const Peer& peer, int epochs) {
    return (torch->*peer.losses)(cell, initial, training.windows(), training.config().train, epochs);
  };
  const std::vector<std::string> steps = step_names();
  const int checked = bench.options.quick ? 2 : 5;
  bench.next("A: equal losses");
  for (const Peer& peer : peers) {
    const auto theirs = restated_losses(peer, checked);
    for (const std::string& step : steps) require_equal(training.losses(checked, step), theirs, peer.name);
  }

  // As many epochs a run as make building the model and the trainer a small part of it.
  const int epochs = bench.options.quick ? 2 : 50, peer_epochs = bench.options.quick ? 1 : 2;
  std::vector<std::function<void()>> sides;
  for (const std::string& step : steps) sides.push_back([&, step] { training.losses(epochs, step); });
  for (const Peer& peer : peers) sides.push_back([&] { restated_losses(peer, peer_epochs); });
  bench.next("A: training epochs");
  const std::vector<Seconds> taken = race(sides, bench.race_options());

  std::vector<Result> results;
  for (std::size_t s = 0; s < steps.size(); ++s) {
    Result result{.workload = "A",
                  .size = fmt::format("2+2 qubits, {} windows", training.windows().count),
                  .variant = steps[s],
                  .dtype = "float64",
                  .threads = bench.options.threads,
                  .unit = "epoch",
                  .ours = divided(taken[s], epochs)};
    for (std::size_t p = 0; p < peers.size(); ++p) {
      result.against = peers[p].name, result.note = peers[p].note;
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
