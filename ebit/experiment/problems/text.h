// What the problems on text share: how settings name tokens, and vocabularies as text.
#pragma once

#include <string>

#include "ebit/corpus/vocabulary.h"
#include "ebit/settings/config.h"

namespace ebit::experiment {

/// The tokeniser that the settings name.
inline TokenizerOptions tokenizer_of(const CorpusConfig& options) {
  return {.name = options.tokenizer, .lower_case = options.lower_case};
}

/// The vocabulary that the settings ask for.
inline VocabularyOptions vocabulary_of(const CorpusConfig& options) {
  return {.min_count = options.min_count, .max_size = static_cast<std::size_t>(options.max_vocabulary)};
}

/// A line a token: its number, its count, the token.
std::string vocabulary_text(const Vocabulary& vocabulary);

}  // namespace ebit::experiment
