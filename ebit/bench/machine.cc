#include "ebit/bench/machine.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <thread>

#include "ebit/base/aligned.h"
#include "ebit/base/error.h"
#include "ebit/base/memory.h"
#include "ebit/bench/fma.h"
#include "ebit/bench/race.h"
#include "ebit/sim/kernels.h"

namespace ebit::bench {
namespace {

// Many short repetitions: on a busy machine some of them find the processor to themselves.
constexpr int kRepeat = 50;
constexpr std::size_t kRounds = 20000;
constexpr double kMebibyte = 1024.0 * 1024.0;
constexpr double kLargeBytes = 64 * kMebibyte;

std::string compiler() {
#if defined(__clang__)
  return fmt::format("clang {}.{}.{}", __clang_major__, __clang_minor__, __clang_patchlevel__);
#else
  return fmt::format("gcc {}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
}

std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (const auto colon = line.find(": "); line.starts_with("model name") && colon != line.npos)
      return line.substr(colon + 2);
  return "unknown processor";
}

// Bytes of a cache as the system tells them; `otherwise` where it does not.
double cache_bytes(int name, double otherwise) {
  const long bytes = ::sysconf(name);
  return bytes > 0 ? static_cast<double>(bytes) : otherwise;
}

// The best of some repetitions: a limit is what nothing disturbed.
template <class T>
double multiply_add_rate(double seconds) {
  double flops = 0;
  const std::function<void()> work[] = {[&] { flops = run_multiply_adds<T>(kRounds); }};
  const Seconds taken = race(work, {kRepeat, seconds / kRepeat})[0];
  return flops / *std::min_element(taken.begin(), taken.end());
}

double scale_rate(double bytes, double seconds) {
  const auto count = static_cast<std::size_t>(bytes / sizeof(double)) / 16 * 16;
  AlignedVector<double> numbers(count, 1.0);
  const auto& loops = limit_loops<double>(kernels::kernel_table<double>().name);
  const std::function<void()> work[] = {[&] { loops.scale(numbers.data(), count, 1.0); }};
  // A pass over memory itself is long enough as it is, and a few show its rate.
  const Seconds taken = race(work, {bytes > kLargeBytes ? 3 : kRepeat, seconds / kRepeat})[0];
  return 2.0 * static_cast<double>(count * sizeof(double)) / *std::min_element(taken.begin(), taken.end());
}

}  // namespace

template <class T>
double run_multiply_adds(std::size_t rounds) {
  const LimitLoops<T>& loops = limit_loops<T>(kernels::kernel_table<T>().name);
  const T sum = loops.multiply_add(rounds);
  require(std::isfinite(sum), "the multiply-add loop ended in {}: its result must be a number", sum);
  return static_cast<double>(rounds * loops.flops_a_round);
}

Machine measure_machine(double seconds) {
  Machine machine{.cpu = processor(),
                  .cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency())),
                  .simd = std::string(kernels::kernel_table<double>().name),
                  .version = EBIT_VERSION,
                  .compiler = compiler(),
                  .flags = EBIT_BUILD_TYPE ": " EBIT_CXX_FLAGS,
                  .torch = EBIT_TORCH_VERSION,
                  .fma32 = multiply_add_rate<float>(seconds),
                  .fma64 = multiply_add_rate<double>(seconds)};
  const double l1 = cache_bytes(_SC_LEVEL1_DCACHE_SIZE, kMebibyte / 32),
               l2 = cache_bytes(_SC_LEVEL2_CACHE_SIZE, kMebibyte),
               l3 = cache_bytes(_SC_LEVEL3_CACHE_SIZE, 32 * kMebibyte);
  // A virtual machine may be told of a last cache that it shares with many others: half of it is not ours.
  const double outside = std::min({4 * l3, 512 * kMebibyte, available_memory() / 4});
  for (const auto& [where, bytes] :
       {std::pair{"L1", l1 / 2}, {"L2", l2 / 2}, {"L3", std::min(l3 / 2, 8 * l2)}, {"memory", outside}})
    machine.memory.push_back({where, bytes, scale_rate(bytes, seconds)});
  return machine;
}

nlohmann::ordered_json to_json(const Machine& machine) {
  nlohmann::ordered_json memory = nlohmann::ordered_json::array();
  for (const MemoryRate& rate : machine.memory)
    memory.push_back(
        {{"where", rate.where}, {"bytes", rate.bytes}, {"bytes_per_second", rate.bytes_per_second}});
  return {{"cpu", machine.cpu},           {"cores", machine.cores},
          {"simd", machine.simd},         {"version", machine.version},
          {"compiler", machine.compiler}, {"flags", machine.flags},
          {"torch", machine.torch},       {"fma_float32", machine.fma32},
          {"fma_float64", machine.fma64}, {"memory", memory}};
}

template double run_multiply_adds<float>(std::size_t rounds);
template double run_multiply_adds<double>(std::size_t rounds);

}  // namespace ebit::bench
