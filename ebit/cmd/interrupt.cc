#include "ebit/cmd/interrupt.h"

#include <csignal>

namespace ebit::cmd {
namespace {

volatile std::sig_atomic_t flag = 0;

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

// The next signal of any kind ends the program, also inside a call that never comes back to look at the flag.
extern "C" void set_flag(int) {
  flag = 1;
  for (const int signal : kSignals) {
    struct sigaction now = {};
    sigaction(signal, nullptr, &now);
    if (now.sa_handler == set_flag) std::signal(signal, SIG_DFL);
  }
}

}  // namespace

void catch_interrupts() {
  flag = 0;
  struct sigaction action = {};
  action.sa_handler = set_flag;
  // SA_RESTART: a read or write that is under way goes on; it must not look like a broken disk.
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (const int signal : kSignals) {
    struct sigaction before = {};
    sigaction(signal, nullptr, &before);
    // What nohup has silenced stays so.
    if (signal != SIGHUP || before.sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);
  }
}

bool interrupted() { return flag != 0; }

}  // namespace ebit::cmd
