#include "ebit/base/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "ebit/base/error.h"

namespace ebit {
namespace {

// Removes the file under its temporary name unless it was renamed away.
struct Temporary {
  std::string name;
  int file = -1;
  bool kept = false;
  ~Temporary() {
    if (file >= 0) ::close(file);
    if (!kept) ::unlink(name.c_str());
  }
};

[[noreturn]] void fail_writing(const std::filesystem::path& path) {
  fail("cannot write '{}': {}", path.string(), std::strerror(errno));
}

void write_all(int file, std::string_view rest, const std::filesystem::path& path) {
  while (!rest.empty()) {
    const ssize_t written = ::write(file, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail_writing(path);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

// A pipe, a terminal or another device: nothing can stand beside it, and nothing may take its place.
void write_device(const std::filesystem::path& path, std::string_view content) {
  Temporary device{path.string(), ::open(path.c_str(), O_WRONLY | O_CLOEXEC), /*kept=*/true};
  if (device.file < 0) fail_writing(path);
  write_all(device.file, content, path);
}

}  // namespace

void write_file_atomically(const std::filesystem::path& path, std::string_view content) {
  std::error_code unknown;
  const std::filesystem::file_status there = std::filesystem::status(path, unknown);
  if (std::filesystem::exists(there) && !std::filesystem::is_regular_file(there) &&
      !std::filesystem::is_directory(there))
    return write_device(path, content);
  // A link stays one: the file that it points to is replaced.
  const std::filesystem::path target =
      std::filesystem::exists(there) ? std::filesystem::canonical(path, unknown) : path;
  Temporary temporary{target.string() + std::string(kPartial)};
  temporary.file = ::open(temporary.name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (temporary.file < 0) {
    temporary.kept = true;
    fail_writing(path);
  }
  write_all(temporary.file, content, path);
  if (::fsync(temporary.file) != 0) fail_writing(path);
  const int status = ::close(temporary.file);
  temporary.file = -1;
  if (status != 0 || ::rename(temporary.name.c_str(), target.c_str()) != 0) fail_writing(path);
  temporary.kept = true;
}

std::string read_file(const std::filesystem::path& path) {
  std::error_code ignored;
  require(!std::filesystem::is_directory(path, ignored), "cannot read '{}': it is a folder", path.string());
  std::ifstream in(path, std::ios::binary);
  require(in.good(), "cannot read '{}': {}", path.string(), std::strerror(errno));
  std::ostringstream bytes;
  bytes << in.rdbuf();
  require(!in.bad(), "cannot read '{}': {}", path.string(), std::strerror(errno));
  return std::move(bytes).str();
}

}  // namespace ebit
