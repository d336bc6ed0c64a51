#include "ebit/cmd/output.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

#include "ebit/base/error.h"
#include "ebit/base/utf8.h"

namespace ebit::cmd {

namespace {

// Whether standard output is a pipe that nobody reads any more: `ebit ... | head -1` had enough.
bool reader_left() {
  pollfd pipe{STDOUT_FILENO, POLLOUT, 0};
  return ::poll(&pipe, 1, 0) == 1 && (pipe.revents & POLLERR) != 0;
}

}  // namespace

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void tell(std::string_view text) {
  // Whatever a file made its way into the text with: nothing reaches the terminal that steers it.
  std::string lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines += shown(text.substr(0, end), std::string::npos);
    if (end < text.size()) lines += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  std::fwrite(lines.data(), 1, lines.size(), stderr);
  std::fflush(stderr);
}

void open_standard_streams() {
  for (const int file : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    // The lowest number that is free is taken, and those below are open by now.
    if (::fcntl(file, F_GETFD) == -1) [[maybe_unused]]
      const int opened = ::open("/dev/null", O_RDWR);
  }
}

void print_json(const nlohmann::ordered_json& value) {
  // Foreign bytes (a column name in Latin-1) are replaced, not refused: the result matters more than the
  // name.
  print(value.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

void flush_output() {
  errno = 0;
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    if (errno == EPIPE || reader_left()) return;
    fail("cannot write to standard output: {}", errno ? std::strerror(errno) : "an earlier write failed");
  }
}

}  // namespace ebit::cmd
