// Streams of text for language models.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ebit/corpus/vocabulary.h"

namespace ebit::inline corpus {

/// What to make of a text.
struct LanguageOptions {
  std::string corpus = "tinyshakespeare";  ///< a name of the catalogue, or a text file, or a folder or
                                           ///< archive with files *train*, *valid* and *test*
  std::string folder{};                    ///< where downloads are; "": corpora_folder()
  std::string encoding = "utf-8";          ///< of a file of one's own: a row of encoding_table()
  /// "characters" keeps line ends as a character, "words" and "whitespace" end a line by `<eos>`.
  TokenizerOptions tokenizer{.name = "characters", .lower_case = false};
  VocabularyOptions vocabulary{};  ///< over the training part only
  double validation = 0.05;        ///< share of a single text, at the end before the test part
  double test = 0.05;              ///< share of a single text, at its end
  std::size_t limit = 0;           ///< keep at most that many training tokens; 0: all
};

/// A part of a text.
struct TextPart {
  Ids ids;                     ///< [n] the tokens in their order
  std::size_t characters = 0;  ///< code points of the text that they stand for, line ends included
};

/// A text, ready for streams.
struct LanguageData {
  Vocabulary vocabulary;           ///< of the training part
  TextPart train;                  ///< to learn from
  TextPart validation;             ///< to choose by
  TextPart test;                   ///< to report
  std::vector<std::string> notes;  ///< what the user should know: sizes, unknown tokens
};

/// Reads, divides and numbers a text. Throws Error for a text in the wrong encoding, without tokens, or too
/// short for its parts.
LanguageData load_language(const LanguageOptions& options);

/// A window of B streams.
struct StreamWindow {
  std::size_t batch = 0;        ///< B, rows
  std::size_t steps = 0;        ///< T, time steps
  std::vector<std::int64_t> x;  ///< [B, T]
  std::vector<std::int64_t> y;  ///< [B, T], x one token later
};

/// A text cut into B streams that are read side by side for truncated backpropagation through time: row b of
/// one window goes on where row b of the window before ended, so the state can be carried. The tokens that do
/// not fill B equal streams, fewer than B, are left out at the end.
class TextStreams {
 public:
  /// `ids` stays the caller's and must outlive this. Throws Error where a stream would have less than two
  /// tokens.
  TextStreams(std::span<const std::int64_t> ids, std::size_t batch, std::size_t steps);

  std::size_t windows() const;                   ///< how many there are; the last may have fewer steps
  StreamWindow window(std::size_t index) const;  ///< window `index` in [0, windows())
  std::size_t tokens() const { return batch_ * (length_ - 1); }  ///< predictions of all windows together

 private:
  std::span<const std::int64_t> ids_;
  std::size_t batch_, steps_, length_;  // length_: tokens of a stream
};

}  // namespace ebit::inline corpus
