// ebit version: what this build is, for bug reports.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "ebit/cmd/command.h"
#include "ebit/cmd/output.h"
#include "ebit/cmd/torch_program.h"

namespace ebit::cmd {
namespace {

struct VersionFlags {
  bool json = false;
};

int run(const VersionFlags& options);

}  // namespace

Action setup_version(Parser& parser) {
  auto options = std::make_shared<VersionFlags>();
  parser.add_flag("--json", options->json, "Print the result as JSON");
  return [options] { return run(*options); };
}

namespace {

std::string compiler() {
#if defined(__clang__)
  return fmt::format("clang {}.{}.{}", __clang_major__, __clang_minor__, __clang_patchlevel__);
#else
  return fmt::format("gcc {}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
}

/// The vector instructions of this machine, widest last; "" where the compiler cannot tell.
std::string machine_simd() {
  std::string found;
#if defined(__x86_64__)
  __builtin_cpu_init();
  // The builtin wants literals, so this table is spelled out.
  const std::pair<const char*, bool> rows[] = {{"sse2", __builtin_cpu_supports("sse2") != 0},
                                               {"avx", __builtin_cpu_supports("avx") != 0},
                                               {"avx2", __builtin_cpu_supports("avx2") != 0},
                                               {"fma", __builtin_cpu_supports("fma") != 0},
                                               {"avx512f", __builtin_cpu_supports("avx512f") != 0}};
  for (const auto& [name, there] : rows) {
    if (there) found += (found.empty() ? "" : " ") + std::string(name);
  }
#elif defined(__aarch64__)
  found = "neon";
#endif
  return found;
}

int run(const VersionFlags& options) {
  const nlohmann::ordered_json facts = {{"version", EBIT_VERSION},     {"compiler", compiler()},
                                        {"build", EBIT_BUILD_TYPE},    {"machine_simd", machine_simd()},
                                        {"torch", built_with_torch()}, {"torch_version", EBIT_TORCH_VERSION}};
  if (options.json) {
    print_json(facts);
  } else {
    print(fmt::format("ebit {}\ncompiler  {}, {}\nmachine   {}\nlibtorch  {}\n", EBIT_VERSION, compiler(),
                      EBIT_BUILD_TYPE, machine_simd(), built_with_torch() ? EBIT_TORCH_VERSION : "none"));
  }
  return kOk;
}

}  // namespace
}  // namespace ebit::cmd
