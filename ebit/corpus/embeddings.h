// Word vectors in the format of GloVe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "ebit/corpus/vocabulary.h"

namespace ebit::inline corpus {

/// Vectors of a vocabulary.
struct Embeddings {
  std::size_t dimension = 0;   ///< E
  std::vector<float> vectors;  ///< [vocabulary, E]
  std::size_t found = 0;       ///< entries whose vector came from the file
  std::size_t skipped = 0;     ///< lines whose token is not UTF-8, as files hold that were cut by bytes
};

/// Reads the vectors of a vocabulary's tokens from a text file of lines "token x1 ... xE" (GloVe; a first
/// line "count E", as word2vec writes it, is passed over), plain or packed. A token that the file lacks gets
/// normal numbers of the found vectors' standard deviation, drawn by `seed` and the token's number; `<pad>`
/// gets zeros. A line whose token is not UTF-8 is passed over and counted. Throws Error with file and line
/// for a vector of another dimension than the first and for what is no finite number, and where no token of
/// the vocabulary is in the file.
Embeddings read_embeddings(const std::filesystem::path& path, const Vocabulary& vocabulary,
                           std::uint64_t seed);

}  // namespace ebit::inline corpus
