#include "ebit/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "ebit/base/error.h"

namespace ebit {
namespace {

thread_local bool inside_parallel_for = false;

// How long a thread looks for the next loop, or for the end of this one, before it sleeps. Waking a sleeper
// takes some 50 us, as long as a whole small loop; a program that runs loop after loop never pays for it.
constexpr std::chrono::microseconds kSpin{100};

// Waits for a short while until `ready()`. @returns whether it is.
template <class Ready>
bool spin_until(Ready ready) {
  const auto end = std::chrono::steady_clock::now() + kSpin;
  do {
    for (int i = 0; i < 64; ++i)
      if (ready()) return true;
    std::this_thread::yield();  // to whoever else wants this core
  } while (std::chrono::steady_clock::now() < end);
  return ready();
}

// Threads that wait between loops, awake at first and then asleep. One loop runs at a time.
class Pool {
 public:
  ~Pool() { resize(1); }

  int size() const { return static_cast<int>(workers_.size()) + 1; }

  void resize(int count) {
    {
      std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake_.notify_all();
    for (auto& worker : workers_) worker.join();
    workers_.clear();
    stop_ = false;
    for (int i = 1; i < count; ++i) workers_.emplace_back([this, seen = generation_.load()] { serve(seen); });
  }

  void run(std::size_t count, const std::function<void(std::size_t)>& body) {
    std::lock_guard one_loop(loop_mutex_);
    {
      std::lock_guard lock(mutex_);
      body_ = &body;
      count_ = count;
      next_ = 0;
      busy_ = workers_.size();
      ++generation_;
    }
    wake_.notify_all();
    work();
    if (!spin_until([this] { return busy_ == 0; })) {
      std::unique_lock lock(mutex_);
      done_.wait(lock, [this] { return busy_ == 0; });
    }
    const std::lock_guard lock(mutex_);
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  }

 private:
  void serve(std::size_t seen) {
    for (;;) {
      if (!spin_until([&] { return stop_ || generation_ != seen; })) {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [&] { return stop_ || generation_ != seen; });
      }
      if (stop_) return;
      seen = generation_;
      work();
      const std::lock_guard lock(mutex_);
      if (--busy_ == 0) done_.notify_one();
    }
  }

  void work() {
    inside_parallel_for = true;
    try {
      for (std::size_t i; (i = next_.fetch_add(1)) < count_;) (*body_)(i);
    } catch (...) {
      std::lock_guard lock(mutex_);
      if (!error_) error_ = std::current_exception();
      next_ = count_;
    }
    inside_parallel_for = false;
  }

  std::mutex loop_mutex_, mutex_;
  std::condition_variable wake_, done_;
  std::vector<std::thread> workers_;
  // Written under mutex_ before generation_ moves on, and read by workers that saw it move.
  const std::function<void(std::size_t)>* body_ = nullptr;
  std::size_t count_ = 0;
  std::atomic<std::size_t> next_{0}, busy_{0}, generation_{0};
  std::atomic<bool> stop_{false};
  std::exception_ptr error_;
};

Pool& pool() {
  static Pool instance;
  return instance;
}

}  // namespace

void set_threads(int count) {
  require(count >= 0, "the number of threads must be 0 (one a core) or more, not {}", count);
  if (count == 0) count = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  pool().resize(count);
}

int threads() { return pool().size(); }

void parallel_for(std::size_t count, const std::function<void(std::size_t)>& body) {
  if (count < 2 || pool().size() == 1 || inside_parallel_for) {
    for (std::size_t i = 0; i < count; ++i) body(i);
    return;
  }
  pool().run(count, body);
}

}  // namespace ebit
