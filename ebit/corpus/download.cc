#include "ebit/corpus/download.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "ebit/base/error.h"
#include "ebit/base/memory.h"

namespace ebit::inline corpus {
namespace {

/// The file that a transfer goes into, open for this process alone.
class PartialFile {
 public:
  explicit PartialFile(const std::filesystem::path& path)
      : path_(path), file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) {
    require(file_ >= 0, "cannot write '{}': {}", path.string(), std::strerror(errno));
    if (::flock(file_, LOCK_EX | LOCK_NB) == 0) return;
    ::close(file_);
    fail("another program is getting '{}' now", path.string());
  }
  ~PartialFile() { ::close(file_); }
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  std::uint64_t size() const { return static_cast<std::uint64_t>(::lseek(file_, 0, SEEK_END)); }
  void clear() {
    require(::ftruncate(file_, 0) == 0, "cannot write '{}': {}", path_.string(), std::strerror(errno));
  }
  void flush() {
    require(::fsync(file_) == 0, "cannot write '{}': {}", path_.string(), std::strerror(errno));
  }

  /// False, with the reason kept in `error`, where not all bytes could be written.
  bool write(const char* bytes, std::size_t count) {
    while (count > 0) {
      const ssize_t written = ::write(file_, bytes, count);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        error = errno;
        return false;
      }
      bytes += written;
      count -= static_cast<std::size_t>(written);
    }
    return true;
  }

  int error = 0;

 private:
  std::filesystem::path path_;
  int file_;
};

/// One attempt: what libcurl's callbacks see.
struct Transfer {
  PartialFile& file;
  std::uint64_t before;  // bytes of earlier transfers
  const TransferProgress& progress;
};

std::size_t on_bytes(char* bytes, std::size_t, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  return transfer.file.write(bytes, count) ? count : 0;
}

int on_progress(void* user, curl_off_t total, curl_off_t done, curl_off_t, curl_off_t) {
  const auto& transfer = *static_cast<const Transfer*>(user);
  if (!transfer.progress) return 0;
  const std::uint64_t all = total > 0 ? transfer.before + static_cast<std::uint64_t>(total) : 0;
  return transfer.progress(transfer.before + static_cast<std::uint64_t>(done), all) ? 0 : 1;
}

/// What an attempt came to.
struct Outcome {
  CURLcode code;
  long status;         // of HTTP; 0 where there is none
  std::string detail;  // what libcurl says
};

Outcome attempt(const std::string& address, Transfer& transfer) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  const std::unique_ptr<CURL, void (*)(CURL*)> handle(curl_easy_init(), curl_easy_cleanup);
  require(ready == CURLE_OK && handle != nullptr, "the system's libcurl cannot be started");
  CURL* curl = handle.get();
  std::array<char, CURL_ERROR_SIZE> detail{};
  curl_easy_setopt(curl, CURLOPT_URL, address.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http,file");
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "https,http");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 10L);
  curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "ebit");
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 30L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 60L);
  curl_easy_setopt(curl, CURLOPT_RESUME_FROM_LARGE, static_cast<curl_off_t>(transfer.before));
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail.data());
  Outcome outcome{curl_easy_perform(curl), 0, ""};
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &outcome.status);
  outcome.detail = detail[0] != '\0' ? detail.data() : curl_easy_strerror(outcome.code);
  return outcome;
}

// The server has no more bytes than there are already, or cannot send a file from its middle on.
bool must_start_anew(const Outcome& outcome) {
  constexpr long kRangeNotSatisfiable = 416;
  return outcome.code == CURLE_RANGE_ERROR || outcome.code == CURLE_BAD_DOWNLOAD_RESUME ||
         (outcome.code == CURLE_HTTP_RETURNED_ERROR && outcome.status == kRangeNotSatisfiable);
}

[[noreturn]] void fail_transfer(const std::string& address, const Outcome& outcome, const PartialFile& file) {
  switch (outcome.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
      fail("cannot reach {} ({}); is there a network? with the files at hand, --from FOLDER takes them",
           address, outcome.detail);
    case CURLE_HTTP_RETURNED_ERROR:
      fail(
          "{} answers with HTTP status {}; the publisher may have moved the file, --from FOLDER takes one at "
          "hand",
          address, outcome.status);
    case CURLE_WRITE_ERROR:
      fail("cannot store {}: {}", address, file.error != 0 ? std::strerror(file.error) : outcome.detail);
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
      fail("the transfer of {} broke off after {} ({}); run the command again to go on from there", address,
           readable_bytes(static_cast<double>(file.size())), outcome.detail);
    default:
      fail("cannot get {}: {}", address, outcome.detail);
  }
}

}  // namespace

bool download(const std::string& address, const std::filesystem::path& partial,
              const TransferProgress& progress) {
  PartialFile file(partial);
  Transfer transfer{file, file.size(), progress};
  Outcome outcome = attempt(address, transfer);
  if (transfer.before > 0 && must_start_anew(outcome)) {
    file.clear();
    transfer.before = 0;
    outcome = attempt(address, transfer);
  }
  // Nothing came: nothing is left there.
  if (outcome.code != CURLE_OK && file.size() == 0) ::unlink(partial.c_str());
  if (outcome.code == CURLE_ABORTED_BY_CALLBACK) return false;
  if (outcome.code != CURLE_OK) fail_transfer(address, outcome, file);
  file.flush();
  return true;
}

}  // namespace ebit::inline corpus
