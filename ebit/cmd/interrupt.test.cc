#include "ebit/cmd/interrupt.h"

#include <gtest/gtest.h>

#include <csignal>

namespace ebit::cmd {
namespace {

class Interrupt : public testing::TestWithParam<int> {
 protected:
  void TearDown() override {
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    std::signal(SIGHUP, SIG_DFL);
  }
};

TEST_P(Interrupt, FirstSignalSetsTheFlag) {
  catch_interrupts();
  EXPECT_FALSE(interrupted());
  std::raise(GetParam());
  EXPECT_TRUE(interrupted());
  catch_interrupts();
  EXPECT_FALSE(interrupted());
}

TEST_P(Interrupt, SecondSignalKills) {
  EXPECT_EXIT(
      {
        catch_interrupts();
        std::raise(GetParam());
        std::raise(GetParam());
      },
      testing::KilledBySignal(GetParam()), "");
}

TEST_P(Interrupt, SecondSignalOfAnotherKindKillsToo) {
  for (const int other : {SIGINT, SIGTERM, SIGHUP})
    EXPECT_EXIT(
        {
          catch_interrupts();
          std::raise(GetParam());
          std::raise(other);
        },
        testing::KilledBySignal(other), "");
}

TEST(InterruptUnderNohup, AClosedTerminalIsNoReasonToStop) {
  std::signal(SIGHUP, SIG_IGN);
  catch_interrupts();
  std::raise(SIGHUP);
  EXPECT_FALSE(interrupted());
  std::raise(SIGINT);
  EXPECT_TRUE(interrupted());
  std::raise(SIGHUP);  // still silenced
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_DFL);
}

INSTANTIATE_TEST_SUITE_P(Signals, Interrupt, testing::Values(SIGINT, SIGTERM, SIGHUP));

}  // namespace
}  // namespace ebit::cmd
