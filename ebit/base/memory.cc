#include "ebit/base/memory.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>

namespace ebit::inline base {

namespace {

double page_bytes() { return static_cast<double>(sysconf(_SC_PAGE_SIZE)); }

double free_on_machine() {
  std::ifstream info("/proc/meminfo");
  for (std::string key; info >> key;) {
    double kibibytes;
    if (key == "MemAvailable:" && info >> kibibytes) return kibibytes * 1024;
    info.ignore(256, '\n');
  }
  return static_cast<double>(sysconf(_SC_PHYS_PAGES)) * page_bytes();
}

// What the limit of this process (ulimit -v) leaves.
double free_of_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return 1e300;
  double pages = 0;  // of the process
  std::ifstream("/proc/self/statm") >> pages;
  return std::max(0.0, static_cast<double>(limit.rlim_cur) - pages * page_bytes());
}

// What the limit of this process' control group leaves, as in a container.
double free_of_group() {
  double most = 0, used = 0;
  if (!(std::ifstream("/sys/fs/cgroup/memory.max") >> most)) return 1e300;  // no such file, or "max"
  std::ifstream("/sys/fs/cgroup/memory.current") >> used;
  // The files that the group has read count as used, and are given back on demand.
  std::ifstream stat("/sys/fs/cgroup/memory.stat");
  double bytes = 0;
  for (std::string key; stat >> key >> bytes;)
    if (key == "inactive_file") used -= bytes;
  return std::max(0.0, most - used);
}

}  // namespace

double available_memory() { return std::min({free_on_machine(), free_of_limit(), free_of_group()}); }

std::string readable_bytes(double bytes) {
  const char* const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (!std::isfinite(bytes)) return "more than 10^308 bytes";
  if (bytes >= 1e21) return fmt::format("10^{:.0f} bytes", std::log10(bytes));
  int unit = 0;
  for (; bytes >= 1024 && unit < 6; ++unit) bytes /= 1024;
  return fmt::format("{:.3g} {}", bytes, units[unit]);
}

}  // namespace ebit::inline base
