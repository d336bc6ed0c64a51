// The table of workloads: what the benchmark measures, a row each, and what runs them.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/bench/machine.h"
#include "ebit/bench/result.h"

namespace ebit::bench {

/// What the user asked for.
struct BenchOptions {
  std::vector<std::string> workloads = {};  ///< names of rows, in any case; empty: all
  bool quick = false;  ///< small sizes and few repetitions: shows that everything runs, not how fast
  int threads = 1;     ///< of workloads A to E, G and H, 1 or more; F and G compare several with one
  int repeat = 0;      ///< repetitions of each side; 0: 7, or 2 where quick
  bool peers = false;  ///< also run the Python scripts of bench/peers
  std::string python = "python3";  ///< the interpreter for them
};

/// What a workload is given.
struct Bench {
  BenchOptions options;                                 ///< checked
  Machine machine;                                      ///< measured in the same run
  std::function<void(std::string_view what)> say = {};  ///< hears what is being measured; may be empty
  std::function<bool()> interrupted = {};  ///< asked between measurements: true stops; may be empty
  std::function<void(std::string_view note)> leave_out = [](std::string_view) {};  ///< hears what is left out

  /// Repetitions, and how long each lasts at least.
  RaceOptions race_options() const;

  /// Announces the next measurement. Throws Interrupted where the user asked to stop.
  void next(std::string_view what) const;
};

/// Thrown by Bench::next() to leave a benchmark that the user stopped.
struct Interrupted {};

/// A row of the table of workloads.
struct Workload {
  std::string_view name;                           ///< "A" to "H"
  std::string_view what;                           ///< one line: what runs
  std::string_view reach;                          ///< what it must reach
  bool races_torch;                                ///< part or all of it needs a program with libtorch
  std::vector<Result> (*run)(const Bench& bench);  ///< measures it
};

std::vector<Result> run_paper_training(const Bench& bench);  ///< A
std::vector<Result> run_lstm_race(const Bench& bench);       ///< B
std::vector<Result> run_gate_layers(const Bench& bench);     ///< C
std::vector<Result> run_cell_sizes(const Bench& bench);      ///< D
std::vector<Result> run_long_memory(const Bench& bench);     ///< E
std::vector<Result> run_threads(const Bench& bench);         ///< F
std::vector<Result> run_gated_race(const Bench& bench);      ///< G
std::vector<Result> run_noise_race(const Bench& bench);      ///< H

/// All workloads, in order.
std::span<const Workload> workloads();

/// The rows that the options ask for, in the order of the table. Throws Error for an unknown name (nearest
/// suggested).
std::vector<const Workload*> chosen_workloads(const BenchOptions& options);

/// Whether one of these races libtorch. Throws Error as chosen_workloads().
bool races_torch(const BenchOptions& options);

}  // namespace ebit::bench
