// Getting a corpus: downloaded or copied, checked, put in its place.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "ebit/corpus/catalogue.h"
#include "ebit/corpus/download.h"

namespace ebit::inline corpus {

/// How a corpus is got.
struct FetchOptions {
  std::filesystem::path folder;  ///< the files are put into folder/NAME
  std::filesystem::path from;    ///< take the files from this folder instead of the network; "": network
  bool unpinned = false;         ///< accept files whose SHA-256 is not pinned
};

/// What became of a file.
struct FetchedFile {
  std::filesystem::path path;  ///< where it lies
  std::string sha256;          ///< as computed
  bool pinned;                 ///< it is compared with the catalogue's
  bool was_there;              ///< nothing had to be done
};

/// Called before a file is got, with the file; returns the progress to show for it.
using FetchStarted = std::function<TransferProgress(const CorpusFile& file)>;

/// Gets all files of a corpus. A file is written under its name + ".partial", checked, and only then renamed,
/// so that a file under its own name is whole. Files that are there and right are left alone. Empty where
/// `started`'s progress stopped it; what came is kept and a later call goes on with it.
///
/// Throws Error for files that are not pinned unless `unpinned`, for a wrong SHA-256 (the file is removed),
/// for what download() refuses, and for a `from` without the files.
std::vector<FetchedFile> fetch_corpus(const CorpusRow& row, const FetchOptions& options,
                                      const FetchStarted& started);

}  // namespace ebit::inline corpus
