// Sentences with a class each: sentiment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "ebit/corpus/split.h"
#include "ebit/corpus/tokenizer.h"
#include "ebit/corpus/vocabulary.h"

namespace ebit::inline corpus {

/// Sentences as a corpus holds them.
struct RawSentences {
  std::vector<std::string> texts;        ///< [N] UTF-8, never blank
  std::vector<std::int64_t> labels;      ///< [N] in [0, label_names.size())
  std::vector<std::string> label_names;  ///< "negative", "positive"
  std::vector<std::string> notes;        ///< what was converted
};

/// Reads a corpus of sentences or reviews; `corpus` is a name of the catalogue for task "sentiment" with the
/// catalogue's file(s) at `path`, or "" for a text file of lines "sentence TAB label", label 0 or 1. Throws
/// Error with file and line for an empty sentence, a missing or foreign label, and the wrong encoding.
RawSentences read_sentiment(const std::string& corpus, const std::filesystem::path& path,
                            const std::string& encoding = "utf-8");

/// What to make of a sentiment corpus.
struct SentimentOptions {
  std::string corpus = "sentence-polarity";  ///< a name of the catalogue, or a file of "sentence TAB label"
  std::string folder{};                      ///< where downloads are; "": corpora_folder()
  std::string encoding = "utf-8";            ///< of a file of one's own: a row of encoding_table()
  TokenizerOptions tokenizer{.name = "words", .lower_case = true};  ///< how sentences become tokens
  VocabularyOptions vocabulary{.min_count = 2, .max_size = 0};      ///< over the training part only
  SplitOptions split{};        ///< stratified by class; equal sentences come into the same part
  std::size_t max_length = 0;  ///< longer sentences are cut there, and that is told; 0: never
};

/// Sentences as numbers.
struct LabelledSentences {
  std::vector<Ids> ids;              ///< [N][length >= 1]
  std::vector<std::int64_t> labels;  ///< [N]

  std::size_t count() const { return labels.size(); }  ///< N
};

/// A sentiment corpus, ready for batches.
struct SentimentData {
  Vocabulary vocabulary;                 ///< of the training part
  std::vector<std::string> label_names;  ///< by label
  LabelledSentences train;               ///< to learn from
  LabelledSentences validation;          ///< to choose by
  LabelledSentences test;                ///< to report
  std::vector<std::string> notes;        ///< what the user should know: sizes, unknown tokens, cuts
};

/// Reads, divides and numbers a corpus. Throws Error as read_sentiment() and split_rows().
SentimentData load_sentiment(const SentimentOptions& options);

}  // namespace ebit::inline corpus
