// Pairs of sentences in two languages.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "ebit/corpus/split.h"
#include "ebit/corpus/vocabulary.h"

namespace ebit::inline corpus {

/// Sentence pairs as a corpus holds them.
struct RawPairs {
  std::vector<std::string> source;  ///< [N] UTF-8, never blank
  std::vector<std::string> target;  ///< [N] UTF-8, never blank
  std::vector<std::string> notes;   ///< what was put right
};

/// Pairs from a text file (or an archive that holds one .txt or .tsv beside files whose names begin with '_')
/// of lines "first TAB second"; further columns are left out. The first column is the source unless
/// `swapped`. Throws Error with file and line for a line without a tab, an empty sentence, and the wrong
/// encoding.
RawPairs read_pairs(const std::filesystem::path& path, bool swapped, const std::string& encoding = "utf-8");

/// Pairs from two text files, line by line. Throws Error where they have different numbers of lines, both
/// named, for an empty sentence, and for the wrong encoding.
RawPairs read_two_files(const std::filesystem::path& source, const std::filesystem::path& target,
                        const std::string& encoding = "utf-8");

/// What to make of a parallel corpus.
struct TranslationOptions {
  std::string corpus = "tatoeba-deu-eng";  ///< a name of the catalogue, or a file of "first TAB second"
  std::string target_file{};  ///< where given, `corpus` is the file of source lines and this of target lines
  std::string folder{};       ///< where downloads are; "": corpora_folder()
  std::string encoding = "utf-8";  ///< of files of one's own: a row of encoding_table()
  bool swapped = false;            ///< the second column is the source
  TokenizerOptions tokenizer{.name = "words", .lower_case = true};     ///< of both languages
  VocabularyOptions source_vocabulary{.min_count = 2, .max_size = 0};  ///< over the training part only
  VocabularyOptions target_vocabulary{.min_count = 2, .max_size = 0};  ///< over the training part only
  std::size_t max_length =
      10;                ///< pairs with a longer sentence (tokens) on either side are left out; 0: none
  SplitOptions split{};  ///< by source sentence: a source never stands in two parts
};

/// A part of a parallel corpus.
struct SentencePairs {
  std::vector<Ids> source;  ///< [N][length >= 1] without `<bos>` and `<eos>`
  std::vector<Ids> target;  ///< [N][length >= 1] without `<bos>` and `<eos>`
  /// [N][>= 1] target texts to score against: tokens put together again, so that BLEU sees the same letter
  /// case and spacing on both sides. In the validation and test part a source sentence is one row with all
  /// its translations; `target` is the first.
  std::vector<std::vector<std::string>> references;

  std::size_t count() const { return source.size(); }  ///< N
};

/// A parallel corpus, ready for batches.
struct TranslationData {
  Vocabulary source_vocabulary;    ///< of the training part
  Vocabulary target_vocabulary;    ///< of the training part
  SentencePairs train;             ///< to learn from
  SentencePairs validation;        ///< to choose by
  SentencePairs test;              ///< to report
  std::vector<std::string> notes;  ///< what the user should know: sizes, unknown tokens
};

/// Reads, divides and numbers a corpus. Equal pairs are kept once. Throws Error as the readers and
/// split_rows().
TranslationData load_translation(const TranslationOptions& options);

}  // namespace ebit::inline corpus
