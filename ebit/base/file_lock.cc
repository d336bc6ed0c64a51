#include "ebit/base/file_lock.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "ebit/base/error.h"

namespace ebit::inline base {

// All locks of this process. A lock belongs to an open file that a forked child shares: it would hold the
// folder after its parent's death, so that the child closes what it got.
struct LockList {
  std::mutex mutex;
  std::vector<FolderLock*> locks;

  static LockList& instance() {
    static LockList* const list = [] {
      ::pthread_atfork([] { instance().mutex.lock(); }, [] { instance().mutex.unlock(); }, in_child);
      return new LockList;  // never deleted: locks may be given back while the program ends
    }();
    return *list;
  }

  static void in_child() {
    LockList& list = instance();
    for (FolderLock* lock : list.locks) ::close(std::exchange(lock->descriptor_, -1));
    list.locks.clear();
    list.mutex.unlock();
  }
};

namespace {

std::string host_name() {
  char name[256] = "";
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "this machine";
}

std::string holder_text() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  char since[40] = "";
  std::strftime(since, sizeof since, "%Y-%m-%d %H:%M:%S", &local);
  return fmt::format("process {} on {} since {}\n", ::getpid(), host_name(), since);
}

std::string read_holder(int descriptor) {
  char text[400];
  const ssize_t size = ::pread(descriptor, text, sizeof text, 0);
  const std::string line(text, size > 0 ? static_cast<std::size_t>(size) : 0);
  return line.starts_with("process ") ? line.substr(0, line.find('\n')) : "another process";
}

// Whether `file` still is what is open as `descriptor`, not one made after that was deleted.
bool is_same_file(int descriptor, const std::filesystem::path& file) {
  struct stat open_one {
  }, named_one{};
  return ::fstat(descriptor, &open_one) == 0 && ::stat(file.c_str(), &named_one) == 0 &&
         open_one.st_ino == named_one.st_ino && open_one.st_dev == named_one.st_dev;
}

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder) : file_(folder / kLockFile) {
  LockList& list = LockList::instance();
  const std::lock_guard no_fork(list.mutex);
  for (;;) {
    const int descriptor = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    require(descriptor >= 0, "cannot lock '{}': {}", folder.string(), std::strerror(errno));
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      const bool taken = errno == EWOULDBLOCK;
      const std::string holder = taken ? read_holder(descriptor) : "";
      ::close(descriptor);
      if (!taken) {  // there are no locks on this file system
        ::unlink(file_.c_str());
        return;
      }
      fail("'{}' is in use by {}; wait for it or stop it", folder.string(), holder);
    }
    if (is_same_file(descriptor, file_)) {
      descriptor_ = descriptor;
      break;
    }
    ::close(descriptor);  // its holder deleted it between our open and our lock
  }
  list.locks.push_back(this);
  const std::string text = holder_text();
  // Only a message's end depends on what is written here.
  if (::ftruncate(descriptor_, 0) == 0) (void)!::pwrite(descriptor_, text.data(), text.size(), 0);
}

FolderLock::~FolderLock() {
  LockList& list = LockList::instance();
  const std::lock_guard no_fork(list.mutex);
  if (descriptor_ < 0) return;
  std::erase(list.locks, this);
  ::unlink(file_.c_str());  // while it is ours
  ::close(descriptor_);
}

}  // namespace ebit::inline base
