#include "ebit/cmd/torch_program.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "ebit/base/error.h"
#include "ebit/base/memory.h"
#include "ebit/experiment/runs/run_folder.h"
#include "ebit/fit/model.h"
#include "ebit/settings/models.h"

namespace ebit::cmd {
namespace {

constexpr double kTorchMemory = 1.0 * (1 << 30);  // bytes: with its libraries, before a model is made
constexpr std::string_view kTorch = "torch";      // its name in the table of backends

bool can_compute(const fit::ModelSpec& spec) {
  return std::ranges::any_of(fit::backends(),
                             [&](const fit::Backend& row) { return row.obstacle(spec).empty(); });
}

}  // namespace

bool built_with_torch() { return EBIT_WITH_TORCH != 0; }

bool has_torch() {
  return std::ranges::any_of(fit::backends(), [](const fit::Backend& row) { return row.name == kTorch; });
}

std::filesystem::path torch_program() {
  const auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const auto beside = folder / "ebit-torch";
  const auto installed = folder.parent_path() / "libexec" / "ebit" / "ebit-torch";
  for (const auto& path : {beside, installed}) {
    if (access(path.c_str(), X_OK) == 0) return path;
  }
  fail(
      "cannot find the program ebit-torch, which carries libtorch: neither {} nor {} is there; build or "
      "install ebit again",
      beside.string(), installed.string());
}

void run_in_torch_program(const std::vector<std::string>& arguments) {
  const std::string path = torch_program().string();
  // Its linear algebra waits for ever for a buffer that it cannot have.
  require(available_memory() >= kTorchMemory,
          "libtorch, which this model needs, takes about {} of memory, and {} are free (of the machine, of "
          "its group or "
          "of ulimit -v)",
          readable_bytes(kTorchMemory), readable_bytes(available_memory()));
  std::vector<char*> argv{const_cast<char*>(path.c_str())};
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  execv(path.c_str(), argv.data());
  fail("cannot start {}: {}", path, std::strerror(errno));
}

void require_backends(const Config& config) {
  if (has_torch()) return;
  for (const experiment::Job& job : experiment::jobs_of(config, {})) {
    if (family_of(job.config) == kUntrained) continue;
    // A model that was asked for without torch is refused by name, not handed on.
    if (!job.baseline && config.step == "native") continue;
    if (config.step != kTorch && can_compute(outline_of(job.config))) continue;
    throw fit::NeedsTorch(fmt::format(
        "'{}' needs libtorch, and this ebit was built without it (EBIT_TORCH=OFF); build it again "
        "with EBIT_TORCH=ON{}",
        job.name, job.baseline ? ", or leave it out: --baselines persistence" : ""));
  }
}

void require_run_backends(const std::filesystem::path& folder) {
  require_backends(experiment::read_run_config(folder));
}

}  // namespace ebit::cmd
