// The second executable, ebit-torch: the same commands, and libtorch for the models that need it.
//
// Loading libtorch alone takes a fraction of a second, so `ebit` does without as long as it can. Whether it
// can is asked before any work is done.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ebit/settings/config.h"

namespace ebit::cmd {

/// Whether this build has ebit-torch (EBIT_TORCH=ON).
bool built_with_torch();

/// Whether this program carries libtorch: it is ebit-torch.
bool has_torch();

/// Where ebit-torch is: beside the running program (a build folder), else in ../libexec/ebit from there (an
/// installation). Throws Error naming both places where it is in neither.
std::filesystem::path torch_program();

/// Becomes ebit-torch with the same arguments; returns only by throwing Error.
[[noreturn]] void run_in_torch_program(const std::vector<std::string>& arguments);

/// Throws fit::NeedsTorch where a run of these settings has a model, its own or a trained baseline, that
/// this program cannot compute because it has no libtorch. Looks at the settings alone, not at data.
void require_backends(const Config& config);

/// The same of the run in `folder`. Throws Error where there is none.
void require_run_backends(const std::filesystem::path& folder);

}  // namespace ebit::cmd
