// The corpora that ebit knows: where they come from and where they lie.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ebit {

/// A file of a corpus.
struct CorpusFile {
  std::string_view name;     ///< in the corpus' folder
  std::string_view address;  ///< where it is downloaded from; "": nowhere
  std::string_view sha256;   ///< 64 hexadecimal digits; "": not pinned, its publisher changes it
  std::uint64_t bytes;       ///< size; 0: not known
};

/// A row of the catalogue.
struct CorpusRow {
  std::string_view name;                     ///< as in `ebit data get NAME`
  std::string_view task;                     ///< "images", "sentiment", "language", "translation"
  std::string_view licence;                  ///< of the data
  std::string_view credit;                   ///< who made them, to be named where results are shown
  std::string_view help;                     ///< what it is, how much
  std::span<const CorpusFile> files;         ///< all are needed
  std::span<const CorpusFile> instead = {};  ///< other forms: any one of them stands for all of `files`
  std::string_view installed = {};           ///< folder of a Debian package with `files`
  std::string_view package = {};             ///< that package
};

/// All corpora, by task.
std::span<const CorpusRow> catalogue();

/// The row called `name`. Throws Error for another name (nearest suggested).
const CorpusRow& corpus_row(std::string_view name);

/// The row called `name`, or nullptr.
const CorpusRow* find_corpus_row(std::string_view name);

/// Where downloads are put and looked for: $EBIT_CORPORA where set; else ebit/corpora in $XDG_DATA_HOME, else
/// in ~/.local/share.
std::filesystem::path corpora_folder();

/// Where the files of a corpus are.
struct CorpusPlace {
  std::vector<std::filesystem::path> files;  ///< all of CorpusRow::files in their order, or one of `instead`
  bool instead = false;                      ///< it is one of `instead`
};

/// Looks for a corpus in `folder`/NAME, in `folder`, in the data that come with ebit (data_folder()) and in
/// its Debian package. Nothing where it is in none of them.
std::optional<CorpusPlace> find_corpus(const CorpusRow& row, const std::filesystem::path& folder);

/// The same with `folder` as options give it ("": corpora_folder()). Throws Error that says how to get the
/// corpus.
CorpusPlace require_corpus(const CorpusRow& row, const std::string& folder);

}  // namespace ebit
