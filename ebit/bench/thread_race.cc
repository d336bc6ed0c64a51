// Workload F: several threads against one, on gates with per-sample angles and on register cells.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "ebit/base/parallel.h"
#include "ebit/bench/cell_step.h"
#include "ebit/bench/gate_layers.h"
#include "ebit/bench/workload.h"

namespace ebit::bench {
namespace {

// Work of which one run is timed with different numbers of threads.
struct Job {
  std::string size;
  const char* dtype;
  std::function<void()> run;
};

template <class T>
Job gates(int wires) {
  auto layers = std::make_shared<GateLayers<T>>(wires, 3, 32, 1);
  return {fmt::format("C, n={}", wires), sizeof(T) == 8 ? "float64" : "float32",
          [layers] { layers->run_all(); }};
}

template <class T>
Job cell(int half) {
  const CellShape shape{.system = half, .ancilla = half};
  auto step = std::make_shared<CellStep<T>>(collapse_cell(shape), shape, 1);
  return {fmt::format("D, {0}+{0} qubits", half), sizeof(T) == 8 ? "float64" : "float32",
          [step] { step->run(); }};
}

std::function<void()> with_threads(int count, const std::function<void()>& run) {
  return [count, &run] {
    if (threads() != count) set_threads(count);
    run();
  };
}

}  // namespace

std::vector<Result> run_threads(const Bench& bench) {
  const int threads_before = threads();
  std::set<int> counts = {std::min(2, bench.machine.cores), bench.machine.cores};
  counts.erase(1);
  std::vector<Job> jobs = {gates<double>(bench.options.quick ? 8 : 10),
                           gates<float>(bench.options.quick ? 8 : 10)};
  if (!bench.options.quick) {
    jobs.push_back(gates<double>(14)), jobs.push_back(gates<float>(14));
    jobs.push_back(cell<double>(6)), jobs.push_back(cell<float>(6));
  }
  jobs.push_back(cell<double>(bench.options.quick ? 2 : 4)),
      jobs.push_back(cell<float>(bench.options.quick ? 2 : 4));
  std::vector<Result> results;
  for (const Job& job : jobs) {
    std::vector<std::function<void()>> sides = {with_threads(1, job.run)};
    for (const int count : counts) sides.push_back(with_threads(count, job.run));
    bench.next(fmt::format("F: {}, {}", job.size, job.dtype));
    const std::vector<Seconds> taken = race(sides, bench.race_options());
    std::size_t side = 1;
    for (const int count : counts)
      results.push_back({.workload = "F",
                         .size = job.size,
                         .dtype = job.dtype,
                         .threads = count,
                         .unit = "batch",
                         .ours = taken[side++],
                         .against = "one-thread",
                         .theirs = taken[0],
                         .note = "the same work on one thread, by turns"});
  }
  set_threads(threads_before);
  return results;
}

}  // namespace ebit::bench
