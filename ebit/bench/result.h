// One measured figure of the benchmark, and its JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "ebit/bench/race.h"

namespace ebit::bench {

/// Something of ours measured against something else. What cannot be told by numbers is in `note`.
struct Result {
  std::string workload = {};  ///< "A" to "H", the row of workloads()
  std::string size = {};      ///< what it was measured at, such as "n=8"
  std::string variant = {};   ///< which way of ours, such as "native"; "" where there is one only
  std::string dtype = {};     ///< "float64", "float32"
  int threads = 1;            ///< threads of ours
  std::string unit = {};      ///< what `seconds` is for: "epoch", "sample", "step"
  Seconds ours = {};          ///< each repetition, seconds a unit; [R], at least one
  std::string against = {};   ///< what it is compared with, such as "torch-lstm", "fma-peak", "one-thread"
  Seconds theirs = {};    ///< each repetition [R], measured by turns with ours; or one figure from elsewhere
  bool recorded = false;  ///< `theirs` was measured elsewhere and written down, not in this run
  std::optional<double> share = {};   ///< of the machine's limit, against "fma-peak"
  std::optional<double> factor = {};  ///< theirs over ours where it is not the seconds that are compared
  std::string note = {};              ///< one line on how it is counted; "" for none
  nlohmann::ordered_json more = nlohmann::ordered_json::object();  ///< further fields, such as "peak_bytes"
};

/// Theirs over ours: above 1 we are faster. Pair by pair where both were repeated together.
double ratio_of(const Result& result);

/// {"workload", "size", "variant", "dtype", "threads", "unit", "seconds", "spread", "against",
/// "against_seconds", "share", "ratio", "recorded", "repeats", "against_repeats", "note", ...}: medians of
/// the repetitions, which follow in full, so that two files can be compared by dev/compare_bench.py. "share"
/// is left out where there is none.
nlohmann::ordered_json to_json(const Result& result);

}  // namespace ebit::bench
