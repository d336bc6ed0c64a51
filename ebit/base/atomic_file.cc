#include "ebit/base/atomic_file.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <limits>
#include <vector>

#include "ebit/base/error.h"
#include "ebit/base/memory.h"

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
  // A pipe that nobody reads is told, and not waited for.
  device.file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (device.file < 0 && errno == ENXIO)
    fail("cannot write '{}': it is a pipe that nobody reads", path.string());
  if (device.file < 0) fail_writing(path);
  ::fcntl(device.file, F_SETFL, ::fcntl(device.file, F_GETFL) & ~O_NONBLOCK);
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

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> made;  // innermost first
  for (std::filesystem::path missing = folder; !missing.empty() && !std::filesystem::exists(missing, error);
       missing = missing.parent_path())
    made.push_back(missing);
  std::filesystem::create_directories(folder, error);
  require(!error, "cannot make the folder '{}': {}", folder.string(), error.message());
  for (const std::filesystem::path& one : made) flush_folder(one.parent_path());
}

namespace {

// Deletes the partial files of a folder for which goes(path) says so.
template <class Goes>
void remove_partial_files_where(const std::filesystem::path& folder, Goes goes) {
  std::error_code error;
  std::vector<std::filesystem::path> left;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error))
    if (!partial_target(entry->path().filename().string()).empty() && goes(entry->path()))
      left.push_back(entry->path());
  for (const std::filesystem::path& file : left) std::filesystem::remove(file, error);
}

// Whether the process that wrote TARGET.PROCESS-NUMBER.partial is none of this machine's.
bool is_of_dead_process(const std::string& name) {
  pid_t process = 0;
  std::from_chars(name.data() + partial_target(name).size() + 1, name.data() + name.size(), process);
  return process > 0 && ::kill(process, 0) != 0 && errno == ESRCH;
}

}  // namespace

void remove_partial_files(const std::filesystem::path& folder) {
  remove_partial_files_where(folder, [](const std::filesystem::path&) { return true; });
}

void remove_dead_partial_files(const std::filesystem::path& folder) {
  remove_partial_files_where(folder, [](const std::filesystem::path& file) {
    std::error_code error;
    const auto written = std::filesystem::last_write_time(file, error);
    // A process of another machine has no number here, but writes a file of this kind in milliseconds.
    return is_of_dead_process(file.filename().string()) && !error &&
           std::filesystem::file_time_type::clock::now() - written > std::chrono::seconds(1);
  });
}

namespace {

// An open file that is closed at the end.
struct OpenFile {
  int file;
  ~OpenFile() {
    if (file > STDERR_FILENO) ::close(file);
  }
};

[[noreturn]] void fail_reading(const std::filesystem::path& path, std::string_view why) {
  fail("cannot read '{}': {}", path.string(), why);
}

void require_memory(double bytes, const std::filesystem::path& path) {
  if (bytes < available_memory()) return;
  fail_reading(path, fmt::format("it has {} and {} of memory are free", readable_bytes(bytes),
                                 readable_bytes(available_memory())));
}

// All that `file` still gives, at most `most` bytes. @param size expected; 0 where it is not known.
std::string read_all(int file, std::size_t size, std::size_t most, const std::filesystem::path& path) {
  constexpr std::size_t kPiece = std::size_t{1} << 16;
  std::string bytes;
  bytes.reserve(size + 1);
  std::size_t filled = 0, checked = std::size_t{1} << 26;
  for (;;) {
    // One byte beyond the expected size finds the end.
    bytes.resize(filled + (filled < size ? size - filled : filled == size && size > 0 ? 1 : kPiece));
    const ssize_t got = ::read(file, bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_reading(path, std::strerror(errno));
    filled += static_cast<std::size_t>(got);
    if (got == 0) break;
    if (filled > most)
      fail_reading(path, fmt::format("it gives more than {} and does not end",
                                     readable_bytes(static_cast<double>(most))));
    if (filled > size && filled > checked) require_memory(static_cast<double>(checked *= 2), path);
  }
  bytes.resize(filled);
  return bytes;
}

std::string read_from(const std::filesystem::path& path, bool streams) {
  std::error_code ignored;
  const std::filesystem::file_status status = std::filesystem::status(path, ignored);
  if (std::filesystem::is_directory(status)) fail_reading(path, "it is a folder");
  const bool regular = std::filesystem::is_regular_file(status);
  if (std::filesystem::exists(status) && !regular && !streams)
    fail_reading(path, "it is a pipe, socket or device, and a file is needed");
  // Should it have become a pipe by now, it is not waited for.
  const OpenFile open{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | (streams ? 0 : O_NONBLOCK))};
  if (open.file < 0) fail_reading(path, std::strerror(errno));
  const std::uintmax_t size = regular ? std::filesystem::file_size(path, ignored) : 0;
  const bool known = regular && !ignored && size > 0;  // files of /proc say 0
  if (known) require_memory(static_cast<double>(size), path);
  return read_all(open.file, known ? static_cast<std::size_t>(size) : 0,
                  known ? std::numeric_limits<std::size_t>::max() : kMostStreamed, path);
}

}  // namespace

std::string read_file(const std::filesystem::path& path) { return read_from(path, false); }

std::string read_input(const std::filesystem::path& path) {
  if (path != kStandardInput) return read_from(path, true);
  static const std::string bytes = read_all(STDIN_FILENO, 0, kMostStreamed, "standard input");
  return bytes;
}

}  // namespace ebit::inline base
