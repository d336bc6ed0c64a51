#include "ebit/report/gnuplot.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "ebit/base/error.h"
#include "ebit/report/text.h"

namespace ebit::inline report {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

// A nameless file that vanishes with its handle. Files instead of pipes: neither side can block the other.
File scratch_file() {
  File file(std::tmpfile());
  require(file != nullptr, "cannot draw: no room for a temporary file: {}", std::strerror(errno));
  ::fcntl(::fileno(file.get()), F_SETFD, FD_CLOEXEC);
  return file;
}

std::string content_of(std::FILE* file) {
  std::string bytes;
  char block[1 << 16];
  std::rewind(file);
  while (const std::size_t n = std::fread(block, 1, sizeof block, file)) bytes.append(block, n);
  return bytes;
}

// The line of gnuplot's complaint that says something: `"..." line 3: undefined variable: x`. The lines
// before it repeat the command and point into it with a caret.
std::string reason_in(const std::string& complaint) {
  std::string first;
  for (std::size_t at = 0; at < complaint.size();) {
    const std::size_t end = std::min(complaint.find('\n', at), complaint.size());
    std::string line = clean_text(std::string_view(complaint).substr(at, end - at));
    line.erase(0, line.find_first_not_of(" ^"));
    if (line.starts_with("line ") || line.find(" line ") != std::string::npos) return line;
    if (first.empty()) first = line;
    at = end + 1;
  }
  return first.empty() ? "it gave no reason" : first;
}

// Undoes what posix_spawn needs on every way out.
struct SpawnSettings {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  SpawnSettings() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
};

}  // namespace

std::string gnuplot_string(std::string_view text) {
  std::string quoted = "'";
  for (const char c : clean_text(text, true)) {
    if (c == '\'')
      quoted += "''";
    else if (c == '\n')
      quoted += "'.\"\\n\".'";
    else
      quoted += c;
  }
  return quoted + "'";
}

std::string gnuplot_tick_string(std::string_view text) {
  std::string doubled;
  for (const char c : clean_text(text)) doubled += c == '%' ? std::string("%%") : std::string(1, c);
  return gnuplot_string(doubled);
}

std::string run_gnuplot(const std::string& script) {
  const File in = scratch_file(), out = scratch_file(), complaints = scratch_file();
  require(
      std::fwrite(script.data(), 1, script.size(), in.get()) == script.size() && std::fflush(in.get()) == 0,
      "cannot draw: writing a temporary file failed: {}", std::strerror(errno));
  std::rewind(in.get());

  SpawnSettings spawn;
  posix_spawn_file_actions_adddup2(&spawn.actions, ::fileno(in.get()), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&spawn.actions, ::fileno(out.get()), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&spawn.actions, ::fileno(complaints.get()), STDERR_FILENO);
  // In its own process group, so that Ctrl-C on the terminal leaves the picture whole.
  posix_spawnattr_setflags(&spawn.attributes, POSIX_SPAWN_SETPGROUP);
  char name[] = "gnuplot", defaults[] = "-d";
  char* const arguments[] = {name, defaults, nullptr};
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, name, &spawn.actions, &spawn.attributes, arguments, environ);
  require(error != ENOENT,
          "cannot draw: gnuplot is not installed or not on PATH; on Debian: apt-get install gnuplot-nox");
  require(error == 0, "cannot draw: gnuplot cannot be started: {}", std::strerror(error));

  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    require(errno == EINTR, "cannot draw: lost sight of gnuplot: {}", std::strerror(errno));
  require(!WIFSIGNALED(status), "cannot draw: gnuplot was stopped by signal {}", WTERMSIG(status));
  require(WEXITSTATUS(status) != 127 || !content_of(out.get()).empty(),
          "cannot draw: gnuplot cannot be started; on Debian: apt-get install gnuplot-nox");
  require(WEXITSTATUS(status) == 0, "cannot draw: gnuplot failed: {}",
          reason_in(content_of(complaints.get())));
  std::string picture = content_of(out.get());
  require(!picture.empty(), "cannot draw: gnuplot wrote nothing: {}",
          reason_in(content_of(complaints.get())));
  return picture;
}

}  // namespace ebit::inline report
