#include "ebit/bench/peak_memory.h"

#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>

#include "ebit/base/error.h"
#include "ebit/base/parallel.h"

namespace ebit::bench {
namespace {

// What the child sends: the cost, or why there is none.
struct Message {
  WorkCost cost;
  bool failed = false;
  char reason[200] = {};
};

double heap_in_use() {
  const auto info = ::mallinfo2();
  return static_cast<double>(info.uordblks) + static_cast<double>(info.hblkhd);
}

WorkCost measure(const std::function<void()>& work) {
  const double before = heap_in_use();
  double peak = before;
  std::atomic<bool> done = false;
  std::thread watcher([&] {
    while (!done) {
      peak = std::max(peak, heap_in_use());
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
  });
  const auto start = std::chrono::steady_clock::now();
  work();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  done = true;
  watcher.join();
  return {std::max(peak, heap_in_use()) - before, seconds};
}

[[noreturn]] void child(int out, const std::function<std::function<void()>()>& prepare) {
  Message message;
  try {
    message.cost = measure(prepare());
  } catch (const std::exception& error) {
    message.failed = true;
    std::strncpy(message.reason, error.what(), sizeof message.reason - 1);
  }
  const bool sent = ::write(out, &message, sizeof message) == static_cast<ssize_t>(sizeof message);
  // Without the parent's exit handlers: its threads are not here.
  ::_exit(sent ? 0 : 1);
}

}  // namespace

WorkCost measure_in_child(const std::function<std::function<void()>()>& prepare) {
  require(threads() == 1, "memory is measured with one thread, not {}", threads());
  int ends[2];
  require(::pipe(ends) == 0, "memory cannot be measured: no pipe to a child process: {}",
          std::strerror(errno));
  const pid_t id = ::fork();
  if (id == 0) {
    ::close(ends[0]);
    child(ends[1], prepare);
  }
  ::close(ends[1]);
  Message message;
  std::size_t got = 0;
  for (ssize_t n = 1; id > 0 && got < sizeof message && n != 0;) {
    n = ::read(ends[0], reinterpret_cast<char*>(&message) + got, sizeof message - got);
    if (n < 0 && errno != EINTR) break;
    got += n > 0 ? static_cast<std::size_t>(n) : 0;
  }
  ::close(ends[0]);
  require(id > 0, "memory cannot be measured: no child process: {}", std::strerror(errno));
  int status = 0;
  while (::waitpid(id, &status, 0) < 0 && errno == EINTR) {
  }
  require(got == sizeof message, "memory cannot be measured: the child process ended with status {}", status);
  require(!message.failed, "memory cannot be measured: {}", message.reason);
  return message.cost;
}

}  // namespace ebit::bench
