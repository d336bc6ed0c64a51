#include "ebit/cmd/interrupt.h"

#include <csignal>

namespace ebit::cmd {
namespace {

volatile std::sig_atomic_t flag = 0;

extern "C" void set_flag(int) { flag = 1; }

}  // namespace

void catch_interrupts() {
  flag = 0;
  struct sigaction action = {};
  action.sa_handler = set_flag;
  // SA_RESETHAND: the handler serves one signal, then the default (die) is back.
  // SA_RESTART: a read or write that is under way goes on; it must not look like a broken disk.
  action.sa_flags = SA_RESETHAND | SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before = {};
    sigaction(signal, nullptr, &before);
    // What nohup has silenced stays so.
    if (signal != SIGHUP || before.sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);
  }
}

bool interrupted() { return flag != 0; }

}  // namespace ebit::cmd
