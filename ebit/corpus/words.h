// Problems on sequences of words of bits, as made for measured quantum memories.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "ebit/base/random.h"
#include "ebit/corpus/images.h"

namespace ebit::inline corpus {

/// A row of the table of problems on words. A sequence is L words and their L targets; the model reads words
/// 0 ... L - 2, and behind word t says target t + 1.
struct WordTask {
  std::string_view name;  ///< as the problem is called
  std::string_view help;  ///< one line: what is to be said
  int bits;               ///< w, of a word
  bool last;              ///< only the last target counts
  std::size_t shortest;   ///< L at least
  std::size_t draws;      ///< random numbers a word at most
  /// Writes words and targets, [L] each. @param row of the stream. @param random of this row.
  void (*fill)(std::size_t length, std::size_t row, Random& random, std::int64_t* words,
               std::int64_t* targets);
};

/// dna, simple-seq, elman-xor, elman-letters (Bausch 2020, arXiv:2006.14619, and his code).
std::span<const WordTask> word_tasks();

/// The row called `name`. Throws Error with the nearest name for one that is not there.
const WordTask& find_word_task(std::string_view name);

/// B sequences as a model meets them.
struct WordBatch {
  std::size_t batch = 0;              ///< B
  std::size_t steps = 0;              ///< T = L - 1
  std::vector<std::int64_t> words;    ///< [B, T] words that are read
  std::vector<std::int64_t> targets;  ///< [B, T] words that are to be said
};

/// The sequences `rows` of a part's endless stream (0 training, 1 validation, 2 test); each is a function of
/// seed, part and its number alone. Throws Error for a length below the task's shortest.
WordBatch word_batch(const WordTask& task, std::size_t length, std::uint64_t seed, std::uint64_t part,
                     std::span<const std::int64_t> rows);

/// Images of two classes as sequences of words of 2 bits.
struct ImageWords {
  static constexpr std::size_t kSide = 10;               ///< pixels of the reduced image from side to side
  static constexpr std::size_t kLength = kSide * kSide;  ///< L, words of a sequence
  std::vector<std::int64_t> words;                       ///< [N, L]
  std::vector<std::int64_t> labels;                      ///< [N] 0 or 1: the last target; those before are 0

  std::size_t count() const { return labels.size(); }  ///< N
};

/// The images of classes `first` and `second`, scaled to 10 x 10 by the mean over each field and cut at half
/// of white: the bits of word t are pixel t in rows, and pixel t in columns, 1 for the dark ground and 0 for
/// what is written on it, as in the authors' files. @param images a pixel a step, square.
ImageWords image_words(const ImageSequences& images, std::int64_t first, std::int64_t second);

}  // namespace ebit::inline corpus
