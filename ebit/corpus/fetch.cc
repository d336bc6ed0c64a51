#include "ebit/corpus/fetch.h"

#include <algorithm>
#include <optional>
#include <system_error>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/corpus/sha256.h"

namespace ebit::inline corpus {
namespace {

namespace fs = std::filesystem;

fs::path partial_of(const fs::path& path) { return path.string() + std::string(kPartial); }

// Makes a folder with those above it; those that it made and that are still empty at its end go again.
class NewFolder {
 public:
  explicit NewFolder(const fs::path& folder) {
    std::error_code error;
    for (fs::path missing = folder; !missing.empty() && !fs::exists(missing, error);
         missing = missing.parent_path())
      made_.push_back(missing);
    fs::create_directories(folder, error);
    require(!error, "cannot make the folder '{}': {}", folder.string(), error.message());
  }
  ~NewFolder() {
    std::error_code not_empty;
    for (const fs::path& folder : made_) fs::remove(folder, not_empty);
  }
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;

 private:
  std::vector<fs::path> made_;  // innermost first
};

void rename_checked(const fs::path& partial, const fs::path& path) {
  std::error_code error;
  fs::rename(partial, path, error);
  require(!error, "cannot write '{}': {}", path.string(), error.message());
}

// The forms of a corpus that a folder holds: all files, or one that stands for them.
std::vector<CorpusFile> files_in(const CorpusRow& row, const fs::path& folder) {
  const auto holds = [&](const CorpusFile& file) { return fs::is_regular_file(folder / file.name); };
  std::vector<CorpusFile> found(row.files.begin(), row.files.end());
  if (std::ranges::all_of(row.files, holds)) return found;
  for (const CorpusFile& file : row.instead) {
    if (holds(file)) return {file};
  }
  return {};
}

[[noreturn]] void fail_sum(const CorpusFile& file, const std::string& where, const std::string& sum) {
  fail("'{}' from {} is not the file that was meant: its SHA-256 is {}, not {}", file.name, where, sum,
       file.sha256);
}

void require_pinned(const CorpusFile& file, const FetchOptions& options) {
  require(options.unpinned || !file.sha256.empty(),
          "'{}' cannot be checked: no SHA-256 of it is pinned; --unpinned takes it as it comes", file.name);
}

// A file already at hand: copied, checked, named.
FetchedFile take(const CorpusFile& file, const fs::path& from, const fs::path& path) {
  const std::string sum = sha256_of_file(from / file.name);
  if (!file.sha256.empty() && sum != file.sha256) fail_sum(file, fmt::format("'{}'", from.string()), sum);
  write_file_atomically(path, read_file(from / file.name));
  return {path, sum, !file.sha256.empty(), false};
}

std::optional<FetchedFile> get(const CorpusFile& file, const fs::path& path,
                               const TransferProgress& progress) {
  const fs::path partial = partial_of(path);
  bool resumed = fs::exists(partial) && fs::file_size(partial) > 0;
  for (;;) {
    if (!download(std::string(file.address), partial, progress)) return std::nullopt;
    const std::string sum = sha256_of_file(partial);
    if (file.sha256.empty() || sum == file.sha256) {
      rename_checked(partial, path);
      return FetchedFile{path, sum, !file.sha256.empty(), false};
    }
    fs::remove(partial);
    if (!resumed) fail_sum(file, std::string(file.address), sum);
    resumed = false;  // the first bytes may have been of another file: once more from the start
  }
}

}  // namespace

std::vector<FetchedFile> fetch_corpus(const CorpusRow& row, const FetchOptions& options,
                                      const FetchStarted& started) {
  const fs::path folder = options.folder / row.name;
  std::vector<CorpusFile> files(row.files.begin(), row.files.end());
  fs::path from = options.from;
  if (!from.empty()) {
    files = files_in(row, from);
    if (files.empty()) files = files_in(row, from = options.from / row.name);
    require(!files.empty(), "'{}' does not hold {}", options.from.string(),
            row.instead.empty()
                ? fmt::format("'{}'", row.files.front().name)
                : fmt::format("'{}' or '{}'", row.files.front().name, row.instead.front().name));
  }
  std::vector<FetchedFile> fetched;
  for (const CorpusFile& file : files) {
    const fs::path path = folder / file.name;
    if (fs::is_regular_file(path)) {
      const std::string sum = sha256_of_file(path);
      if (file.sha256.empty() || sum == file.sha256) {
        fetched.push_back({path, sum, !file.sha256.empty(), true});
        continue;
      }
    }
    require_pinned(file, options);
    const TransferProgress progress = started ? started(file) : TransferProgress();
    const NewFolder made(folder);
    if (!from.empty()) {
      fetched.push_back(take(file, from, path));
      continue;
    }
    require(!file.address.empty(), "'{}' has no address to be got from; --from FOLDER takes one at hand",
            file.name);
    auto got = get(file, path, progress);
    if (!got) return {};
    fetched.push_back(std::move(*got));
  }
  return fetched;
}

}  // namespace ebit::inline corpus
