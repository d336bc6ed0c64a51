// The corpora that ebit knows: where they come from and where they lie.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ebit::inline corpus {

/// A file of a corpus.
struct CorpusFile {
  std::string_view name;     ///< in the corpus' folder
  std::string_view address;  ///< where it is downloaded from; "": nowhere
  std::string_view sha256;   ///< 64 hexadecimal digits; "": not pinned
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
  std::string_view installed = {};           ///< folder in which a Debian package puts `files`
  std::string_view package = {};             ///< that package
  bool included = false;                     ///< it comes with ebit, in data_folder()
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

/// Looks for a corpus in `folder`/NAME, in `folder`, in the data that come with ebit and in its Debian
/// package; a file whose size the catalogue knows must have it. Nothing where the corpus is in none of them.
std::optional<CorpusPlace> find_corpus(const CorpusRow& row, const std::filesystem::path& folder);

/// What a user's word for a corpus means.
struct CorpusSource {
  std::string name;                          ///< of the catalogue's row; "" for files of one's own
  std::vector<std::filesystem::path> files;  ///< one or more, all there
};

/// The files of `corpus`: a name of the catalogue for `task`, looked for in `folder` ("": corpora_folder()),
/// or else a path. Throws Error for a row of another task, a corpus that is not there (saying how to get it),
/// and for what is neither a name nor a path (nearest name suggested).
CorpusSource corpus_source(const std::string& corpus, std::string_view task, const std::string& folder);

}  // namespace ebit::inline corpus
