// One program at a time in a folder.
#pragma once

#include <filesystem>
#include <string_view>

namespace ebit::inline base {

/// The file in a locked folder that says who holds it. It is there only while somebody does, or was killed.
inline constexpr std::string_view kLockFile = ".lock";

/// Holds a folder for this process as long as it lives. Advisory: it keeps out only those who take a
/// FolderLock too. A lock whose holder died is free. A forked child does not have its parent's lock, and ends
/// without touching it.
class FolderLock {
 public:
  /// Takes the folder, which must be there. Throws Error of one line where another FolderLock has it, of this
  /// process or another: "'runs/x' is in use by process 1234 on HOST since 2026-05-10 13:30:05; wait for it
  /// or stop it". A file system without locks is not locked.
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  std::filesystem::path file_;
  int descriptor_ = -1;  // -1: there is nothing to give back
  friend struct LockList;
};

}  // namespace ebit::inline base
