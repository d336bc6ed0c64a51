#include "ebit/bench/workload.h"

#include <algorithm>
#include <cctype>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"

namespace ebit::bench {
namespace {

constexpr Workload kWorkloads[] = {
    {"A", "the paper's training: 2+2 qubits, 2+2 layers, window 10, batch 5, 70 windows, Adam; an epoch",
     "10,000 times the reference code, 700 times a batched torch restatement", true, run_paper_training},
    {"B", "QLSTM-shaped training: 2+2 qubits, 1 layer, window 16, batch 64, 600 windows; an epoch",
     "half the time of torch::nn::LSTM(hidden 8)", true, run_lstm_race},
    {"C", "per-sample angles: 3 layers of RX RY RZ and a CNOT ring, X Y Z of all read, batch 32; a sample",
     "60% of the FMA peak in gates to n = 12, 8 times the best recorded peer", false, run_gate_layers},
    {"D", "register cells of 4+4, 6+6, 8+8 qubits, 4 layers, window 20, batch 32; a training step",
     "growth in 2^n, T, B and layers stated", false, run_cell_sizes},
    {"E", "coherent cell, 10 qubits, 10 to 1000 steps; memory of a forward and backward pass",
     "memory at T = 1000 under 1.2 times that at T = 10", false, run_long_memory},
    {"F", "threads: several over one on C and D", "two threads 1.8 times one", false, run_threads},
    {"G", "gated cells: window 16, batch 64, 600 windows; an epoch",
     "the time of torch::nn::LSTM(hidden 8) at 4 qubits, 1.5 times it with six circuits, 6 times it at 6 "
     "qubits; two threads 1.8 times one",
     true, run_gated_race},
    {"H",
     "noise: a trajectory of 2+2 qubits, T = 4; a step of density matrices, 2+2 qubits, T = 10, batch 64",
     "5 us a trajectory on one core; 20 times a pure state's step", false, run_noise_race},
};

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::toupper(x) == std::toupper(y); });
}

}  // namespace

std::span<const Workload> workloads() { return kWorkloads; }

std::vector<const Workload*> chosen_workloads(const BenchOptions& options) {
  for (const std::string& name : options.workloads)
    require(std::any_of(std::begin(kWorkloads), std::end(kWorkloads),
                        [&](const Workload& row) { return same_name(row.name, name); }),
            "no workload is called '{}'{}", name, suggestion(name, names_of(kWorkloads)));
  std::vector<const Workload*> chosen;
  for (const Workload& row : kWorkloads)
    if (options.workloads.empty() ||
        std::any_of(options.workloads.begin(), options.workloads.end(),
                    [&](const std::string& name) { return same_name(row.name, name); }))
      chosen.push_back(&row);
  return chosen;
}

bool races_torch(const BenchOptions& options) {
  const auto chosen = chosen_workloads(options);
  return std::any_of(chosen.begin(), chosen.end(), [](const Workload* row) { return row->races_torch; });
}

RaceOptions Bench::race_options() const {
  return {options.repeat > 0 ? options.repeat : options.quick ? 2 : 7, options.quick ? 0.005 : 0.2};
}

void Bench::next(std::string_view what) const {
  if (interrupted && interrupted()) throw Interrupted{};
  if (say) say(what);
}

}  // namespace ebit::bench
