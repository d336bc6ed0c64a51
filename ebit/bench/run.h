// A whole run of the benchmark, and how it is shown.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/bench/workload.h"

namespace ebit::bench {

/// Everything that one run measured.
struct BenchReport {
  Machine machine;                 ///< measured first
  std::vector<Result> results;     ///< in the order of the table of workloads, peers last
  std::vector<std::string> notes;  ///< what was left out, a line each
  bool interrupted = false;        ///< the user stopped it: `results` holds the workloads that were finished
};

/// What the caller hears of and decides; any may be empty.
struct BenchCallbacks {
  std::function<void(std::size_t done, std::size_t total, std::string_view what)> on_progress =
      {};                                  ///< workloads done, and what is measured now
  std::function<bool()> interrupted = {};  ///< true stops before the next measurement
};

/// Measures the machine, then the chosen workloads one after the other. Sets the threads of parallel_for as
/// the options say. Throws Error for unknown workloads, numbers out of range, and as the workloads do.
BenchReport run_bench(const BenchOptions& options, const BenchCallbacks& callbacks = {});

/// {"machine": ..., "results": [...], "notes": [...]}: what is stored as a baseline.
nlohmann::ordered_json to_json(const BenchReport& report);

/// The machine and a table a workload, for a terminal.
std::string text_of(const BenchReport& report);

/// Draws the growth of workload D on logarithmic axes into `folder`/growth.svg and .png; nothing where D was
/// not measured. Throws Error as render() and where the folder cannot be made.
void write_plots(const BenchReport& report, const std::filesystem::path& folder);

}  // namespace ebit::bench
