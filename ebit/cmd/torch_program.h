// The second executable, ebit-torch, which carries the commands that need libtorch.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ebit::cmd {

/// Whether this build has ebit-torch (EBIT_TORCH=ON).
bool built_with_torch();

/// Where ebit-torch is: beside the running program (a build folder), else in ../libexec/ebit from there (an
/// installation). Throws Error naming both places where it is in neither.
std::filesystem::path torch_program();

/// Becomes ebit-torch with the same arguments; returns only by throwing Error. `command` is for the message.
[[noreturn]] void run_in_torch_program(const std::string& command, const std::vector<std::string>& arguments);

}  // namespace ebit::cmd
