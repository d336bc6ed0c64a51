#include "ebit/bench/run.h"

#include <fmt/format.h>

#include "ebit/base/error.h"
#include "ebit/base/memory.h"
#include "ebit/base/parallel.h"
#include "ebit/bench/peers.h"
#include "ebit/report/text_table.h"

namespace ebit::bench {
namespace {

// Seconds in the unit that reads best.
std::string time_text(double seconds) {
  for (const auto& [scale, unit] : {std::pair{1.0, "s"}, {1e-3, "ms"}, {1e-6, "us"}})
    if (seconds >= scale) return fmt::format("{} {}", table_number(seconds / scale, 3), unit);
  return fmt::format("{} ns", table_number(seconds * 1e9, 3));
}

std::string machine_text(const Machine& m) {
  std::string text = fmt::format(
      "processor  {}, {} cores, {} kernels\nbuild      ebit {}, {}, {}\nlibtorch   {}\n"
      "FMA peak   {:.1f} GFLOP/s float32, {:.1f} float64, one core\nmemory    ",
      m.cpu, m.cores, m.simd, m.version, m.compiler, m.flags, m.torch, m.fma32 / 1e9, m.fma64 / 1e9);
  for (const MemoryRate& rate : m.memory)
    text += fmt::format(" {:.1f} GB/s {}", rate.bytes_per_second / 1e9, rate.where);
  text += ", scaled in place\n";
  return text;
}

// What some workloads tell besides seconds.
std::string besides(const Result& r) {
  if (r.more.contains("peak_bytes"))
    return fmt::format("{}, {} times", readable_bytes(r.more["peak_bytes"].get<double>()),
                       table_number(r.more["growth"].get<double>(), 3));
  if (r.more.contains("exponent"))
    return fmt::format("exponent {}", table_number(r.more["exponent"].get<double>(), 3));
  return "";
}

TextTable table_of(const Workload& row, const std::vector<Result>& results) {
  TextTable table;
  table.title = fmt::format("{}. {}", row.name, row.what);
  for (const char* heading : {"size", "way", "dtype"}) table.columns.push_back({heading, false});
  table.columns.push_back({"threads", true}), table.columns.push_back({"ours", true});
  table.columns.push_back({"+-", true}), table.columns.push_back({"against", false});
  for (const char* heading : {"theirs", "ratio", "share"}) table.columns.push_back({heading, true});
  table.columns.push_back({"besides", false});
  for (const Result& r : results) {
    if (r.workload != row.name) continue;
    table.rows.push_back({r.size, r.variant, r.dtype, fmt::to_string(r.threads), time_text(median(r.ours)),
                          fmt::format("{:.0f}%", 100 * spread(r.ours)),
                          fmt::format("{}{}", r.against, r.recorded ? " (recorded)" : ""),
                          time_text(median(r.theirs)), table_number(ratio_of(r), 3),
                          r.share ? fmt::format("{:.1f}%", 100 * *r.share) : "", besides(r)});
  }
  table.notes.push_back(fmt::format("wanted: {}", row.reach));
  return table;
}

}  // namespace

BenchReport run_bench(const BenchOptions& options, const BenchCallbacks& callbacks) {
  const std::vector<const Workload*> chosen = chosen_workloads(options);
  require(options.threads >= 1, "--threads must be at least 1, not {}", options.threads);
  require(options.repeat >= 0, "--repeat must be at least 1, not {}", options.repeat);
  if (options.peers) check_peers(options);
  const int threads_before = threads();
  set_threads(options.threads);
  const std::size_t total = chosen.size() + 1 + (options.peers ? 1 : 0);
  std::size_t done = 0;
  Bench bench{.options = options, .machine = {}, .interrupted = callbacks.interrupted};
  bench.say = [&](std::string_view what) {
    if (callbacks.on_progress) callbacks.on_progress(done, total, what);
  };
  BenchReport report;
  bench.leave_out = [&](std::string_view note) { report.notes.emplace_back(note); };
  try {
    bench.next("the machine");
    report.machine = bench.machine = measure_machine(options.quick ? 0.02 : 0.5);
    for (const Workload* row : chosen) {
      ++done;
      std::vector<Result> results = row->run(bench);
      report.results.insert(report.results.end(), results.begin(), results.end());
    }
    if (options.peers) {
      ++done;
      PeerReport peers = run_peers(bench, report.results);
      report.results.insert(report.results.end(), peers.results.begin(), peers.results.end());
      report.notes.insert(report.notes.end(), peers.notes.begin(), peers.notes.end());
    }
  } catch (const Interrupted&) {
    report.interrupted = true;
  }
  if (callbacks.on_progress && !report.interrupted) callbacks.on_progress(total, total, "done");
  set_threads(threads_before);
  return report;
}

nlohmann::ordered_json to_json(const BenchReport& report) {
  nlohmann::ordered_json results = nlohmann::ordered_json::array();
  for (const Result& result : report.results) results.push_back(to_json(result));
  return {{"machine", to_json(report.machine)}, {"results", results}, {"notes", report.notes}};
}

std::string text_of(const BenchReport& report) {
  std::string text = machine_text(report.machine);
  for (const Workload& row : workloads()) {
    const TextTable table = table_of(row, report.results);
    if (!table.rows.empty()) text += fmt::format("\n{}", table_text(table));
  }
  for (const std::string& note : report.notes) text += fmt::format("note: {}\n", note);
  return text;
}

}  // namespace ebit::bench
