#include "ebit/base/parallel.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <numeric>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "ebit/base/error.h"

namespace ebit::inline base {
namespace {

class Parallel : public ::testing::Test {
 protected:
  void TearDown() override { set_threads(1); }
};

// Threads that take part in a loop whose bodies wait for each other, 10 s at most.
[[maybe_unused]] std::size_t threads_taking_part() {
  std::mutex mutex;
  std::set<std::thread::id> seen;
  std::atomic<std::size_t> count{0};
  const std::size_t wanted = static_cast<std::size_t>(threads());
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  parallel_for(4 * wanted, [&](std::size_t) {
    {
      const std::lock_guard lock(mutex);
      seen.insert(std::this_thread::get_id());
      count = seen.size();
    }
    while (count < wanted && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  });
  return seen.size();
}

// What a forked child returns that runs `body`; -1 where it does not end within 30 s.
template <class Body>
int status_of_child(Body body) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(30);
    ::_exit(body() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(Parallel, VisitsEveryIndexOnceAtAnyThreadCount) {
  for (int count : {1, 2, 5}) {
    set_threads(count);
    EXPECT_EQ(threads(), count);
    for (int repeat = 0; repeat < 50; ++repeat) {
      std::vector<int> visits(97, 0);
      parallel_for(visits.size(), [&](std::size_t i) { ++visits[i]; });
      EXPECT_EQ(std::accumulate(visits.begin(), visits.end(), 0), 97);
      for (int v : visits) EXPECT_EQ(v, 1);
    }
  }
}

TEST_F(Parallel, RethrowsAndStaysUsable) {
  set_threads(2);
  EXPECT_THROW(parallel_for(10,
                            [](std::size_t i) {
                              if (i == 3) throw std::logic_error("three");
                            }),
               std::logic_error);
  int sum = 0;
  set_threads(1);
  parallel_for(4, [&](std::size_t i) { sum += static_cast<int>(i); });
  EXPECT_EQ(sum, 6);
}

TEST_F(Parallel, NestsOnTheCallingThread) {
  set_threads(2);
  std::vector<int> sums(6, 0);
  parallel_for(
      6, [&](std::size_t i) { parallel_for(4, [&](std::size_t j) { sums[i] += static_cast<int>(j); }); });
  for (int s : sums) EXPECT_EQ(s, 6);
}

TEST_F(Parallel, WrongNumbersOfThreadsAreRefused) {
  EXPECT_THROW(set_threads(-1), Error);
  EXPECT_THROW(set_threads(5000), Error);
  set_threads(2);
  EXPECT_THROW(parallel_for(2, [](std::size_t) { set_threads(3); }), Error);
  EXPECT_EQ(threads(), 2);
  set_threads(0);
  EXPECT_GE(threads(), 1);
}

TEST_F(Parallel, ThreadsMayChangeWhileAnotherThreadLoops) {
  set_threads(3);
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> loops;
  for (int caller = 0; caller < 2; ++caller)
    loops.emplace_back([&] {
      while (!stop) {
        std::vector<int> visits(50, 0);
        parallel_for(visits.size(), [&](std::size_t i) { ++visits[i]; });
        for (const int v : visits) wrong += v != 1;
      }
    });
  for (int change = 0; change < 200; ++change) {
    set_threads(1 + change % 4);
    EXPECT_GE(threads(), 1);
  }
  stop = true;
  for (auto& loop : loops) loop.join();
  EXPECT_EQ(wrong, 0);
}

#ifndef __SANITIZE_THREAD__  // its runtime allows no new threads in a forked child
TEST_F(Parallel, AForkedChildHasThreadsOfItsOwn) {
  set_threads(3);
  EXPECT_EQ(threads_taking_part(), 3u);
  EXPECT_EQ(status_of_child([] { return threads() == 3 && threads_taking_part() == 3; }), 0);
  EXPECT_EQ(status_of_child([] {
              set_threads(2);
              // A child of the child, too.
              return threads_taking_part() == 2 &&
                     status_of_child([] { return threads_taking_part() == 2; }) == 0;
            }),
            0);
  EXPECT_EQ(threads_taking_part(), 3u) << "and the parent still has its own";
}

TEST_F(Parallel, AForkInTheMiddleOfALoopOfAnotherThread) {
  set_threads(2);
  std::atomic<int> inside{0};
  std::atomic<bool> leave{false};
  std::thread other([&] {
    parallel_for(2, [&](std::size_t) {
      ++inside;
      while (!leave) std::this_thread::yield();
    });
  });
  // Both threads of the loop are in its body. One that is just starting may hold a lock of the address
  // sanitizer's allocator, which gcc 12's does not set free in a child, and no thread could start there.
  while (inside < 2) std::this_thread::yield();
  EXPECT_EQ(status_of_child([] { return threads_taking_part() == 2; }), 0);
  leave = true;
  other.join();
}
#endif

TEST(ParallelDeathTest, TheEnvironmentSetsTheDefault) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // a new process, whose pool is not there yet
  const auto default_with = [](const char* value) {
    value ? ::setenv("OMP_NUM_THREADS", value, 1) : ::unsetenv("OMP_NUM_THREADS");
    std::_Exit(100 + threads());
  };
  EXPECT_EXIT(default_with("3"), testing::ExitedWithCode(103), "");
  EXPECT_EXIT(default_with(nullptr), testing::ExitedWithCode(101), "");
  for (const char* nonsense : {"", "0", "-2", "2,3", "many", "100000"})
    EXPECT_EXIT(default_with(nonsense), testing::ExitedWithCode(101), "") << nonsense;
}

}  // namespace
}  // namespace ebit::inline base
