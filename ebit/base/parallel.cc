#include "ebit/base/parallel.h"

#include <algorithm>
#include <atomic>
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

// Threads that sleep between loops. One loop runs at a time.
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
    for (int i = 1; i < count; ++i) workers_.emplace_back([this, seen = generation_] { serve(seen); });
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
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return busy_ == 0; });
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  }

 private:
  void serve(std::size_t seen) {
    for (;;) {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stop_ || generation_ != seen; });
      if (stop_) return;
      seen = generation_;
      lock.unlock();
      work();
      lock.lock();
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
  const std::function<void(std::size_t)>* body_ = nullptr;
  std::atomic<std::size_t> next_{0};
  std::size_t count_ = 0, busy_ = 0, generation_ = 0;
  bool stop_ = false;
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
