#include "ebit/base/memory.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <string>

namespace ebit::inline base {

double available_memory() {
  std::ifstream info("/proc/meminfo");
  for (std::string key; info >> key;) {
    double kibibytes;
    if (key == "MemAvailable:" && info >> kibibytes) return kibibytes * 1024;
    info.ignore(256, '\n');
  }
  return static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
}

std::string readable_bytes(double bytes) {
  const char* const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (!std::isfinite(bytes)) return "more than 10^308 bytes";
  if (bytes >= 1e21) return fmt::format("10^{:.0f} bytes", std::log10(bytes));
  int unit = 0;
  for (; bytes >= 1024 && unit < 6; ++unit) bytes /= 1024;
  return fmt::format("{:.3g} {}", bytes, units[unit]);
}

}  // namespace ebit::inline base
