#include "ebit/cmd/torch_program.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "ebit/base/error.h"

namespace ebit::cmd {

bool built_with_torch() { return EBIT_WITH_TORCH != 0; }

std::filesystem::path torch_program() {
  const auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const auto beside = folder / "ebit-torch";
  const auto installed = folder.parent_path() / "libexec" / "ebit" / "ebit-torch";
  for (const auto& path : {beside, installed}) {
    if (access(path.c_str(), X_OK) == 0) return path;
  }
  fail(
      "cannot find the program ebit-torch, which carries this command: neither {} nor {} is there; build or "
      "install ebit again",
      beside.string(), installed.string());
}

void run_in_torch_program(const std::string& command, const std::vector<std::string>& arguments) {
  require(built_with_torch(),
          "'{}' needs libtorch, and this ebit was built without it (EBIT_TORCH=OFF); build it again with "
          "EBIT_TORCH=ON",
          command);
  const std::string path = torch_program().string();
  std::vector<char*> argv{const_cast<char*>(path.c_str())};
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  execv(path.c_str(), argv.data());
  fail("cannot start {}: {}", path, std::strerror(errno));
}

}  // namespace ebit::cmd
