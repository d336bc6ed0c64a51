// Workload C: per-sample angles against the machine's multiply-add limit and against recorded figures of
// other simulators.
#include <fmt/format.h>

#include <array>

#include "ebit/bench/gate_layers.h"
#include "ebit/bench/workload.h"

namespace ebit::bench {
namespace {

constexpr int kLayers = 3;
constexpr std::size_t kBatch = 32;
constexpr std::size_t kRounds = 20000;

// The fastest of Lightning, qsim, Qulacs and QuEST on this circuit with Z read out alone, measured elsewhere,
// one thread.
struct Recorded {
  int wires;
  double seconds32, seconds64;
};
constexpr Recorded kRecorded[] = {
    {8, 78e-6, 124e-6}, {10, 188e-6, 360e-6}, {12, 790e-6, 1462e-6}, {14, 3421e-6, 7087e-6}};

template <class T>
void measure(const Bench& bench, const Recorded& row, std::vector<Result>& results) {
  const bool wide = sizeof(T) == 8;
  bench.next(fmt::format("C: {} qubits, {}", row.wires, wide ? "float64" : "float32"));
  GateLayers<T> layers(row.wires, kLayers, kBatch, 1);
  double flops = 0;
  const std::function<void()> sides[] = {[&] { layers.run_gates(); }, [&] { layers.run_all(); },
                                         [&] { flops = run_multiply_adds<T>(kRounds); }};
  std::vector<Seconds> taken = race(sides, bench.race_options());
  for (int side : {0, 1})
    for (double& seconds : taken[static_cast<std::size_t>(side)]) seconds /= kBatch;
  Result result{.workload = "C",
                .size = fmt::format("n={}", row.wires),
                .dtype = wide ? "float64" : "float32",
                .threads = bench.options.threads,
                .unit = "sample",
                .against = "fma-peak"};
  // The limit as seconds: what the counted operations would take at the rate measured by turns with them.
  const auto against_limit = [&](const char* variant, std::size_t side, double nominal, const char* note) {
    result.variant = variant, result.ours = taken[side], result.note = note;
    result.theirs = taken[2];
    for (double& seconds : result.theirs) seconds *= nominal / flops;
    result.share = ratio_of(result);
    results.push_back(result);
  };
  against_limit("gates", 0, layers.gate_flops(),
                "forward gates alone; 28 flops a pair of amplitudes and fused one-qubit gate, CNOTs none");
  against_limit("forward+vjp", 1, layers.all_flops(),
                "angles, gates, X Y Z of all, derivative; 116 flops a pair and fused gate, readouts none");
  result.share.reset(), result.recorded = true;
  result.against = "recorded-best";
  result.theirs = {wide ? row.seconds64 : row.seconds32};
  result.note = "best of Lightning, qsim, Qulacs, QuEST reading Z alone; recorded elsewhere, not in this run";
  results.push_back(result);
}

}  // namespace

std::vector<Result> run_gate_layers(const Bench& bench) {
  std::vector<Result> results;
  for (const Recorded& row : kRecorded) {
    if (bench.options.quick && row.wires > 8) break;
    measure<double>(bench, row, results);
    measure<float>(bench, row, results);
  }
  return results;
}

}  // namespace ebit::bench
