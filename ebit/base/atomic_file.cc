#include "ebit/base/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "ebit/base/error.h"

namespace ebit::inline base {
namespace {

// Removes the file under its temporary name unless it was renamed away.
struct Temporary {
  std::string name;
  int file = -1;
  bool kept = false;
  Temporary() = default;
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
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

// A new file beside `target`, by a name that no other writer takes: only a killed program can have left one
// so called.
void open_temporary(Temporary& temporary, const std::filesystem::path& target,
                    const std::filesystem::path& path) {
  static std::atomic<unsigned> counter{0};
  temporary.kept = true;  // not ours before it is open
  do {
    temporary.name = fmt::format("{}.{}-{}{}", target.string(), ::getpid(), counter++, kPartial);
    temporary.file = ::open(temporary.name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (temporary.file < 0 && errno == EEXIST);
  if (temporary.file < 0) fail_writing(path);
  temporary.kept = false;
}

// Makes the renaming last. Some file systems cannot flush a folder: then there is nothing more to do.
void flush_folder(const std::filesystem::path& folder) {
  const int file = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return;
  ::fsync(file);
  ::close(file);
}

// A pipe, a terminal or another device: nothing can stand beside it, and nothing may take its place.
void write_device(const std::filesystem::path& path, std::string_view content) {
  Temporary device;
  device.kept = true;
  device.file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
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
  Temporary temporary;
  open_temporary(temporary, target, path);
  write_all(temporary.file, content, path);
  if (::fsync(temporary.file) != 0) fail_writing(path);
  const int status = ::close(temporary.file);
  temporary.file = -1;
  if (status != 0 || ::rename(temporary.name.c_str(), target.c_str()) != 0) fail_writing(path);
  temporary.kept = true;
  flush_folder(target.parent_path());
}

std::string_view partial_target(std::string_view name) {
  if (!name.ends_with(kPartial)) return {};
  name.remove_suffix(kPartial.size());
  const std::size_t number = name.find_last_not_of("0123456789");
  if (number == std::string_view::npos || name[number] != '-' || number + 1 == name.size()) return {};
  const std::string_view with_process = name.substr(0, number);
  const std::size_t process = with_process.find_last_not_of("0123456789");
  if (process == std::string_view::npos || process == 0 || with_process[process] != '.' ||
      process + 1 == with_process.size())
    return {};
  return with_process.substr(0, process);
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

}  // namespace ebit::inline base
