// What the machine is and what it can do at best, measured.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace ebit::bench {

/// How fast one core reads, scales and writes numbers in place.
struct MemoryRate {
  std::string where;            ///< "L1", "L2", "L3", "memory"
  double bytes = 0;             ///< size of the array: half of the cache, or several times the last one
  double bytes_per_second = 0;  ///< read and written, both counted
};

/// A machine and a build.
struct Machine {
  std::string cpu;       ///< as the processor names itself
  int cores = 1;         ///< that this process may use
  std::string simd;      ///< the kernels in use: "avx512", "avx2", "baseline"
  std::string version;   ///< of ebit
  std::string compiler;  ///< with its version
  std::string flags;     ///< of the compiler, without those of the kernels' own instruction sets
  std::string torch;     ///< version of libtorch in this build; "none": built without it
  double fma32 = 0;      ///< FLOP/s of one core in float32; a multiply-add counts as two
  double fma64 = 0;      ///< the same in float64
  std::vector<MemoryRate> memory = {};  ///< from the nearest cache to memory
};

/// Runs `rounds` rounds of the multiply-add loop of the instruction set in use, and @returns the additions
/// and multiplications that it made. What a workload races to learn its share of the limit.
template <class T>
double run_multiply_adds(std::size_t rounds);

/// Looks at the machine and measures it: about `seconds` a figure. Throws Error as kernel_table() does.
Machine measure_machine(double seconds);

/// All fields, rates in FLOP/s and bytes/s.
nlohmann::ordered_json to_json(const Machine& machine);

}  // namespace ebit::bench
