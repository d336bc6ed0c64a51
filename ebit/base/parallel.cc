#include "ebit/base/parallel.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "ebit/base/error.h"

namespace ebit::inline base {
namespace {

thread_local bool inside_parallel_for = false;

// How long a thread looks for the next loop, or for the end of this one, before it sleeps. Waking a sleeper
// takes some 50 us, as long as a whole small loop; a program that runs loop after loop never pays for it.
constexpr std::chrono::microseconds kSpin{100};

constexpr int kMostThreads = 4096;  // more are a typing error

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

int default_threads() {
  const char* const variable = std::getenv("OMP_NUM_THREADS");
  const std::string_view text = variable ? variable : "";
  int count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool number = error == std::errc() && end == text.data() + text.size();
  return number && count >= 1 && count <= kMostThreads ? count : 1;
}

// Threads that wait between loops, awake at first and then asleep. One loop runs at a time; the threads are
// started for the first.
class Pool {
 public:
  // `before` is the pool of the process that this one was forked from, whose threads are not here.
  explicit Pool(int size, const Pool* before = nullptr) : size_(size), before_(before) {}
  const Pool* before() const { return before_; }

  int size() const { return size_; }

  void resize(int count) {
    const std::lock_guard no_loop(loop_mutex_);
    stop();
    size_ = count;
  }

  // At the end of the program. A loop that still runs, because its body calls exit(), is left alone.
  void stop_if_idle() {
    const std::unique_lock no_loop(loop_mutex_, std::try_to_lock);
    if (no_loop) stop();
  }

  void run(std::size_t count, const std::function<void(std::size_t)>& body) {
    const std::lock_guard one_loop(loop_mutex_);
    start();
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
  // Both with loop_mutex_ held.
  void start() {
    try {
      while (static_cast<int>(workers_.size()) + 1 < size_)
        workers_.emplace_back([this, seen = generation_.load()] { serve(seen); });
    } catch (const std::system_error&) {
      size_ = static_cast<int>(workers_.size()) + 1;  // the system has no more; fewer do the same work
    }
  }
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake_.notify_all();
    for (auto& worker : workers_) worker.join();
    workers_.clear();
    stop_ = false;
  }

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

  std::mutex loop_mutex_;  // one loop, or a change of the threads
  std::mutex mutex_;
  std::condition_variable wake_, done_;
  std::atomic<int> size_;
  const Pool* before_;
  std::vector<std::thread> workers_;
  // Written under mutex_ before generation_ moves on, and read by workers that saw it move.
  const std::function<void(std::size_t)>* body_ = nullptr;
  std::size_t count_ = 0;
  std::atomic<std::size_t> next_{0}, busy_{0}, generation_{0};
  std::atomic<bool> stop_{false};
  std::exception_ptr error_;
};

// Never deleted: threads that still wait may look at it while the program ends.
std::atomic<Pool*> the_pool{nullptr};

// In the child of a fork there is one thread only, and mutexes may be held by threads that are not: begin
// anew.
void replace_pool() {
  const Pool* const old = the_pool.load();
  the_pool = new Pool(old->size(), old);
}

struct Lifetime {
  Lifetime() {
    the_pool = new Pool(default_threads());
    ::pthread_atfork(nullptr, nullptr, replace_pool);
  }
  ~Lifetime() { the_pool.load()->stop_if_idle(); }
};

Pool& pool() {
  static const Lifetime lifetime;
  return *the_pool.load(std::memory_order_relaxed);
}

}  // namespace

void set_threads(int count) {
  require(count >= 0 && count <= kMostThreads,
          "the number of threads must be 0 (one a core) or from 1 to {}, not {}", kMostThreads, count);
  require(!inside_parallel_for, "the number of threads cannot change inside a parallel loop");
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

}  // namespace ebit::inline base
