#include "ebit/bench/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <set>
#include <thread>

#include "ebit/base/error.h"
#include "ebit/base/parallel.h"
#include "ebit/base/testing/error_of.h"
#include "ebit/bench/cell_step.h"
#include "ebit/bench/fma.h"
#include "ebit/bench/peak_memory.h"
#include "ebit/bench/peers.h"
#include "ebit/bench/training.h"
#include "ebit/sim/kernels.h"

namespace ebit::bench {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kOwnHeap = true;
#else
constexpr bool kOwnHeap = false;
#endif

using ::testing::HasSubstr;

TEST(Workloads, EveryRowIsComplete) {
  std::set<std::string_view> names;
  for (const Workload& row : workloads()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name << " is there twice";
    EXPECT_GT(row.what.size(), 10u) << row.name;
    EXPECT_GT(row.reach.size(), 10u) << row.name;
    EXPECT_NE(row.run, nullptr) << row.name;
  }
}

TEST(Workloads, AreChosenByName) {
  EXPECT_EQ(chosen_workloads({}).size(), workloads().size());
  const auto chosen = chosen_workloads({.workloads = {"e", "B"}});
  ASSERT_EQ(chosen.size(), 2u);
  EXPECT_EQ(chosen[0]->name, "B") << "in the order of the table";
  EXPECT_EQ(chosen[1]->name, "E");
  EXPECT_THAT(error_of([] { chosen_workloads({.workloads = {"Z"}}); }),
              HasSubstr("no workload is called 'Z'"));
}

// One run of everything, as small as it gets: shapes and sanity, never speed.
TEST(RunBench, QuickRunMeasuresEveryWorkload) {
  if (kOwnHeap) GTEST_SKIP() << "under a sanitizer the heap is its own, and peaks cannot be measured";
  std::size_t last = 0, total_seen = 0;
  const auto on_progress = [&](std::size_t done, std::size_t total, std::string_view what) {
    EXPECT_GE(done, last);
    EXPECT_LE(done, total);
    EXPECT_FALSE(what.empty());
    last = done, total_seen = total;
  };
  const BenchReport report = run_bench({.quick = true}, {.on_progress = on_progress});
  EXPECT_EQ(last, total_seen) << "it ends with all done";
  EXPECT_FALSE(report.interrupted);
  EXPECT_EQ(threads(), 1);
  const auto json = to_json(report);
  for (const char* key : {"fma_float32", "fma_float64"}) EXPECT_GT(json["machine"][key], 0) << key;
  ASSERT_EQ(json["machine"]["memory"].size(), 4u);
  for (const auto& rate : json["machine"]["memory"]) EXPECT_GT(rate["bytes_per_second"], 0) << rate;
  std::set<std::string> seen, racers;
  for (const auto& row : json["results"]) {
    SCOPED_TRACE(row.dump());
    seen.insert(row["workload"].get<std::string>());
    racers.insert(row["against"].get<std::string>());
    for (const char* key : {"seconds", "against_seconds", "ratio"}) {
      EXPECT_TRUE(std::isfinite(row[key].get<double>())) << key;
      EXPECT_GT(row[key].get<double>(), 0) << key;
    }
    EXPECT_TRUE(row["dtype"] == "float64" || row["dtype"] == "float32");
    EXPECT_GE(row["threads"], 1);
    EXPECT_FALSE(row["size"].get<std::string>().empty());
    EXPECT_FALSE(row["repeats"].empty());
    EXPECT_EQ(row["recorded"].get<bool>() ? 1 : row["repeats"].size(), row["against_repeats"].size());
    EXPECT_EQ(row.contains("share"), row["against"] == "fma-peak");
  }
  // This program has no libtorch, so B is left out, and of A the races against it.
  for (const Workload& row : workloads())
    EXPECT_TRUE(seen.count(std::string(row.name)) || row.name == "B" ||
                (row.name == "F" && report.machine.cores == 1))
        << row.name;
  for (const char* racer : {"reference-code", "fma-peak", "recorded-best", "T=10"})
    EXPECT_TRUE(racers.count(racer)) << racer;
  EXPECT_THAT(report.notes, testing::Contains(HasSubstr("B: left out")));
  const std::string text = text_of(report);
  EXPECT_THAT(text, HasSubstr("GFLOP/s"));
  EXPECT_THAT(text, HasSubstr("reference-code (recorded)"));

  const std::filesystem::path folder = std::filesystem::path(EBIT_TEST_TMP) / "bench-plots";
  std::filesystem::remove_all(folder);
  write_plots(report, folder);
  for (const char* name : {"growth.svg", "growth.png"})
    EXPECT_GT(std::filesystem::file_size(folder / name), 1000u);
}

TEST(SineTraining, ThePapersHasItsSeventyWindows) {
  const SineTraining training("daskin-collapse", {});
  EXPECT_EQ(training.windows().count, 70u);
  EXPECT_EQ(training.windows().steps, 10u);
  EXPECT_EQ(training.config().train.batch, 5);
  const std::vector<double> losses = training.losses(3, "native");
  ASSERT_EQ(losses.size(), 3u);
  EXPECT_LT(losses[2], losses[0]) << "it learns";
  EXPECT_EQ(training.losses(3, "native"), losses) << "a training starts anew";
}

TEST(RunBench, StopsWhereTheUserAsksTo) {
  int asked = 0;
  const BenchReport report = run_bench({.workloads = {"C", "E"}, .quick = true, .repeat = 1},
                                       {.interrupted = [&] { return ++asked > 3; }});
  EXPECT_TRUE(report.interrupted);
  ASSERT_FALSE(report.results.empty());
  for (const Result& result : report.results) EXPECT_EQ(result.workload, "C") << "E was not finished";
}

TEST(RunBench, RefusesNumbersOutOfRange) {
  EXPECT_THROW(run_bench({.quick = true, .threads = 0}), Error);
  EXPECT_THROW(run_bench({.quick = true, .repeat = -1}), Error);
}

TEST(Limits, LoopsOfEveryInstructionSetComputeTheSame) {
  for (const auto* table : kernels::usable_kernel_tables<double>()) {
    const auto& loops = limit_loops<double>(table->name);
    EXPECT_EQ(loops.name, table->name);
    // x -> 0.999 x + 0.001 goes to 1 from everywhere: twelve chains in every lane end there.
    const double lanes = static_cast<double>(loops.flops_a_round) / 24;
    EXPECT_NEAR(loops.multiply_add(100000), 12 * lanes, 1e-9 * lanes) << table->name;
    alignas(64) double x[32];
    for (int i = 0; i < 32; ++i) x[i] = i;
    loops.scale(x, 32, 3.0);
    for (int i = 0; i < 32; ++i) EXPECT_EQ(x[i], 3.0 * i) << table->name;
  }
}

TEST(PeakMemory, CountsWhatTheWorkHoldsAtOnceAndNotWhatWasThereBefore) {
  if (kOwnHeap) GTEST_SKIP() << "under a sanitizer the heap is its own, and peaks cannot be measured";
  constexpr double kMebibyte = 1024 * 1024;
  const auto work_of = [](std::size_t before, std::size_t during) {
    return [=]() -> std::function<void()> {
      auto kept = std::make_shared<std::vector<char>>(before, 'x');
      return [kept, during] {
        const std::vector<char> held(during, 'y');
        std::vector<double> sum(1 << 16, held[0] + (*kept)[0]);
        // The thread that looks gets its turn however busy the machine is.
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        kept->front() = static_cast<char>(sum.back());
      };
    };
  };
  const WorkCost small = measure_in_child(work_of(50 << 20, 10 << 20));
  EXPECT_NEAR(small.peak_bytes, 10.5 * kMebibyte, 0.3 * kMebibyte);
  EXPECT_GT(small.seconds, 0);
  EXPECT_NEAR(measure_in_child(work_of(1, 30 << 20)).peak_bytes, 30.5 * kMebibyte, 0.3 * kMebibyte);
}

TEST(PeakMemory, PassesTheChildsErrorOn) {
  EXPECT_THAT(error_of([] { measure_in_child([]() -> std::function<void()> { fail("no such cell"); }); }),
              HasSubstr("no such cell"));
  EXPECT_THAT(error_of([] { measure_in_child([]() -> std::function<void()> { ::_exit(3); }); }),
              HasSubstr("the child process ended"));
}

TEST(CellStep, GradientIsThereAndRepeats) {
  for (const RegisterOptions& options : {collapse_cell({.system = 2, .ancilla = 1, .layers = 2}),
                                         coherent_cell({.system = 2, .ancilla = 1, .layers = 2})}) {
    CellStep<double> step(options, {.system = 2, .ancilla = 1, .layers = 2, .steps = 4, .batch = 3}, 5);
    step.run();
    const std::vector<double> first = step.gradient();
    EXPECT_GT(*std::max_element(first.begin(), first.end()), 1e-6);
    step.run();
    EXPECT_EQ(step.gradient(), first) << "a run starts from zero";
    EXPECT_GT(step.gate_flops(), 0);
  }
}

Result own_result() {
  return {.workload = "C",
          .size = "n=8",
          .variant = "forward+vjp",
          .dtype = "float64",
          .unit = "sample",
          .ours = {1e-5, 2e-5},
          .against = "fma-peak",
          .theirs = {1e-6, 1e-6},
          .share = 0.1};
}

TEST(Peers, LinesArePairedWithOurFigures) {
  Result gates = own_result();
  gates.variant = "gates";
  Result again = own_result();
  again.against = "recorded-best";
  const PeerReport report = read_peer_lines(
      R"({"workload":"C","peer":"jax","versions":{"jax":"0.4"},"size":"n=8","dtype":"float64","unit":"sample","seconds":[3e-5,5e-5,4e-5],"note":"jit"}
{"workload":"C","peer":"jax","versions":{},"size":"n=99","dtype":"float64","unit":"sample","seconds":[1.0]}
{"peer":"qulacs","skipped":"cannot import qulacs"}
)",
      {gates, own_result(), again}, "peer_jax.py");
  ASSERT_EQ(report.results.size(), 1u) << "once, with the whole of C and at a size that we have";
  EXPECT_EQ(report.results[0].against, "jax");
  EXPECT_EQ(report.results[0].variant, "forward+vjp");
  EXPECT_FALSE(report.results[0].share);
  EXPECT_NEAR(ratio_of(report.results[0]), 4e-5 / 1.5e-5, 1e-12);
  EXPECT_THAT(report.results[0].note, HasSubstr("jax 0.4"));
  EXPECT_THAT(report.notes, testing::ElementsAre("qulacs: cannot import qulacs"));
}

TEST(Peers, RefusesLinesThatAreNone) {
  EXPECT_THAT(error_of([] { read_peer_lines("hello\n", {}, "peer_x.py"); }), HasSubstr("peer_x.py printed"));
  EXPECT_THAT(error_of([] { read_peer_lines("{\"workload\":\"C\"}\n", {own_result()}, "peer_x.py"); }),
              HasSubstr("peer_x.py printed"));
}

TEST(Peers, RefusesAnInterpreterThatIsNotThere) {
  const Bench bench{.options = {.python = "no-such-python"}, .machine = {}};
  EXPECT_THAT(error_of([&] { run_peers(bench, {}); }), HasSubstr("no-such-python"));
}

}  // namespace
}  // namespace ebit::bench
